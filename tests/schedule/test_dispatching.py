"""A program of the site decides who starts where; the core only sees to it that it may and fits."""

from dataclasses import replace

import pytest

from jobcast.decision import Start
from jobcast.machine import CPUS, AdvanceReservation, Share
from jobcast.schedule.event import Dispatch, ResumeAsked, SuspendAsked
from jobcast.schedule.policy import Policy
from tests.schedule.driver import Driver
from tests.schedule.made_up import job, many, one, with_bookings, with_floating

EXTERNAL = Policy(name="api", external=True)


def there(**tasks: int) -> tuple[Share, ...]:
    """Return an allocation, machine to tasks."""
    return tuple(Share(machine=name, tasks=count) for name, count in tasks.items())


def wanted(name: str, at: int = 5, **tasks: int) -> Dispatch:
    return Dispatch(at=at, job=name, allocation=there(**tasks))


def test_nobody_starts_by_itself_and_each_waits_for_the_program() -> None:
    made = Driver(one(4), EXTERNAL)
    made.submit(job("a"), job("b", 2))
    assert made.run().waiting() == {"a": "external", "b": "external"}
    assert made.log == []


def test_a_job_starts_on_the_machines_that_the_program_names() -> None:
    made = Driver(many(3, 2), EXTERNAL)
    made.submit(job("a", 3), job("b"), runs=10)
    made.happen(wanted("a", m3=2, m1=1))
    made.run()
    assert made.log_of("a", Start)[0][0] == 5
    assert made.machines("a") == {"m3": 2, "m1": 1}
    assert made.story("a") == [(5, "Start", "dispatched")]
    assert made.jobs["a"].end == 15
    assert made.waiting() == {"b": "external"}


@pytest.mark.parametrize(
    "tasks",
    [
        {"m1": 3},  # more than there are
        {"m1": 1},  # fewer tasks than it has
        {"m1": 1, "m2": 2},  # m2 is taken
        {"m1": 2, "m9": 1},  # nobody knows m9
        {"m1": 3, "m3": 0},
    ],
)
def test_a_job_that_does_not_fit_there_goes_on_waiting_with_the_reason(tasks: dict[str, int]) -> None:
    made = Driver(many(3, 2), EXTERNAL)
    made.submit(job("first", 2), runs=50)
    made.happen(wanted("first", 1, m2=2))
    made.submit(job("a", 3), at=2)
    made.happen(wanted("a", 3, **tasks))
    made.run(until=10)
    entry = made.state.waiting["a"]
    assert (entry.reason.cause.value, entry.reason.values) == ("not_there", {"machines": ", ".join(tasks)})


def test_the_layout_of_a_job_is_respected() -> None:
    made = Driver(many(3, 4), EXTERNAL)
    made.submit(job("a", 4, machines_max=1), job("b", 4, tasks_per_machine=2), job("c", 2, machines_min=2))
    made.happen(wanted("a", m1=2, m2=2))
    made.happen(wanted("b", m1=3, m2=1))
    made.happen(wanted("c", m1=2))
    made.run(until=6)
    assert made.waiting() == {"a": "not_there", "b": "not_there", "c": "not_there"}
    made.happen(wanted("a", 7, m1=4))
    made.happen(wanted("b", 7, m2=2, m3=2))
    made.happen(wanted("c", 7, m2=1, m3=1))
    made.run(until=8)
    assert made.waiting() == {}


def test_who_may_not_start_yet_does_not_for_the_program_either() -> None:
    cluster = with_floating(one(4), lic=1)
    made = Driver(cluster, EXTERNAL)
    made.submit(job("held", hold="user"), job("early", begin=50), job("lic", floating={"lic": 2}))
    made.submit(job("one", floating={"lic": 1}), job("two", floating={"lic": 1}))
    for name in ("held", "early", "one", "two"):
        made.happen(wanted(name, m1=1))
    made.run(until=10)
    assert made.waiting() == {"held": "held", "early": "begin", "two": "not_there"}


def test_what_is_booked_is_kept_from_others() -> None:
    booking = AdvanceReservation(
        name="r", start=0, end=100, takes={"m1": {CPUS: 3}}, users=frozenset({"anna"})
    )
    made = Driver(with_bookings(one(4), booking), EXTERNAL)
    made.submit(job("a", 2), job("b", 3, user="anna", booking="r"))
    made.happen(wanted("a", m1=2))
    made.happen(wanted("b", m1=3))
    made.run(until=10)
    assert made.waiting() == {"a": "not_there"}


def test_suspended_by_the_program_a_job_makes_room_until_it_is_let_go_on() -> None:
    made = Driver(one(2), EXTERNAL)
    made.submit(job("a", 2), job("b", 2), runs=10)
    made.happen(wanted("a", 1, m1=2))
    made.happen(SuspendAsked(at=3, job="a"))
    made.happen(wanted("b", 4, m1=2))
    made.happen(ResumeAsked(at=5, job="a"))
    made.run()
    assert made.story("a") == [
        (1, "Start", "dispatched"),
        (3, "Suspend", "asked"),
        (14, "Resume", "preemptor_ended"),
    ]
    assert (made.start("b"), made.jobs["a"].end) == (4, 22)


def test_under_a_policy_that_starts_jobs_itself_nobody_else_does() -> None:
    made = Driver(one(2), replace(EXTERNAL, external=False))
    made.submit(job("a", 2), job("b", 2), runs=10)
    made.happen(wanted("b", 1, m1=2))
    assert made.run().starts() == {"a": 0, "b": 10}


def test_only_the_job_that_did_not_fit_is_told_so_and_goes_on_being_told() -> None:
    made = Driver(many(2, 2), EXTERNAL)
    made.submit(*(job(f"j{number}", 2) for number in range(200)))
    made.happen(wanted("j150", m1=3))
    made.submit(job("late", 2), at=9)
    assert {name for name, cause in made.run().waiting().items() if cause == "not_there"} == {"j150"}
    assert len(made.waiting()) == 201
