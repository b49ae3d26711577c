"""Rules of queues, limits, dependencies, windows and order, each by a small cluster."""

import pytest

from jobcast.decision import Refuse
from jobcast.machine import CPUS, GPUS, MEMORY, AdvanceReservation, Cluster
from jobcast.schedule.event import (
    Cancelled,
    Changed,
    Favoured,
    MachineCame,
    MachineLeft,
    MachineTold,
    ResumeAsked,
    Submitted,
    SuspendAsked,
)
from jobcast.schedule.expression import parse
from jobcast.schedule.job import After, AllOf, AnyOf, Ending, Not
from jobcast.schedule.policy import Blocked, FairShare, Hold, Limit, Policy, Queue
from jobcast.schedule.step import step
from tests.schedule.driver import Driver
from tests.schedule.made_up import (
    BY_QUEUE,
    GB,
    easy,
    holding,
    job,
    machine,
    many,
    one,
    queues,
    with_bookings,
    with_floating,
)


def refusals(made: Driver) -> dict[str, str]:
    """Return who was turned away, and why in words."""
    return {each.job: each.reason.cause.value for _, each in made.log if isinstance(each, Refuse)}


def values(made: Driver, name: str) -> dict[str, str | int]:
    """Return the figures of a refusal."""
    return dict(
        next(each for _, each in made.log if isinstance(each, Refuse) and each.job == name).reason.values
    )


# Backfill.


def test_a_short_job_is_backfilled_and_a_long_one_is_not() -> None:
    made = Driver(one(8), easy())
    made.submit(job("first", 4, 100), runs=100)
    made.submit(job("wide", 8, 100), at=1, runs=100)
    made.submit(job("long", 4, 99), at=2, runs=99)
    made.submit(job("short", 4, 98), at=2, runs=98)
    made.run()
    assert made.starts() == {"first": 0, "wide": 100, "long": 200, "short": 2}
    assert made.story("short") == [(2, "Start", "backfill")]


def test_nobody_overtakes_where_the_first_that_waits_stops_all() -> None:
    made = Driver(one(8), Policy(name="fcfs", blocked=Blocked.STOP))
    made.submit(job("first", 4, 100), runs=100)
    made.submit(job("wide", 8, 100), at=1, runs=100)
    made.submit(job("short", 4, 10), at=2, runs=10)
    made.run(10)
    assert made.cause("short") == "behind"
    assert made.run().starts() == {"first": 0, "wide": 100, "short": 200}


@pytest.mark.parametrize(("depth", "second", "small"), [(1, 110, 3), (2, 50, 90)])
def test_two_top_dogs_are_both_protected(depth: int, second: int, small: int) -> None:
    """MAX_TOP_DOGS 2: a job that would delay the second waiting one waits too."""
    made = Driver(one(8), easy(depth=depth))
    made.submit(job("a", 6, 100), runs=100)
    made.submit(job("b", 1, 50), runs=50)
    made.submit(job("top", 7, 10), at=1, runs=10)
    made.submit(job("second", 2, 40), at=2, runs=40)
    made.submit(job("small", 1, 60), at=3, runs=60)
    made.run()
    assert made.starts() == {"a": 0, "b": 0, "top": 100, "second": second, "small": small}


def test_shorter_jobs_are_backfilled_first_where_the_order_behind_the_head_says_so() -> None:
    made = Driver(one(8), easy(backfill_order=(parse("-estimate"),)))
    made.submit(job("first", 7, 100), runs=100)
    made.submit(job("wide", 8, 100), at=1, runs=100)
    made.submit(job("longer", 1, 50), at=2, runs=50)
    made.submit(job("shorter", 1, 40), at=2, runs=40)
    made.run()
    assert made.starts() == {"first": 0, "wide": 100, "longer": 42, "shorter": 2}


def test_a_job_without_backfill_keeps_off_all_planned_starts() -> None:
    policy = easy(queues=queues(Queue(name="q"), Queue(name="polite", backfill=False)), default_queue="q")
    made = Driver(one(8), policy)
    made.submit(job("first", 4, 100), runs=100)
    made.submit(job("wide", 8, 100), at=1, runs=100)
    made.submit(job("short", 1, 10, queue="polite"), at=2, runs=10)
    assert made.run().start("short") == 200


def test_the_promise_of_a_job_without_backfill_holds() -> None:
    """It is planned as it must start: beside all planned starts after its own, however short it is."""
    policy = easy(
        queues=queues(Queue(name="q"), Queue(name="polite", backfill=False)), default_queue="q", depth=None
    )
    made = Driver(one(8), policy)
    made.submit(job("a", 4, 100), runs=100)
    made.submit(job("b", 4, 50), runs=50)
    made.submit(job("wide", 8, 100), at=1, runs=100)
    made.submit(job("short", 1, 10, queue="polite"), at=2, runs=10)
    made.run()
    assert [start for _, start, _ in made.promises("short")] == [200]
    assert made.start("short") == 200


def test_nobody_is_planned_on_what_is_kept_for_one_who_waits_for_an_endless_job() -> None:
    made = Driver(one(8), easy(depth=None))
    made.submit(job("endless", 4), runs=500)
    made.submit(job("b", 2, 50), runs=50)
    made.submit(job("wide", 8, 100), at=1, runs=100)
    made.submit(job("third", 2, 10), at=2, runs=10)
    made.run()
    assert made.promises("wide")[0] == (1, None, {CPUS: 2})
    assert [start for _, start, _ in made.promises("third")] == [None, 600]
    assert made.starts() == {"endless": 0, "b": 0, "wide": 500, "third": 600}


def test_a_job_that_no_machine_can_run_now_takes_nobodys_planned_start() -> None:
    made = Driver(Cluster(machines=(machine("m1", 4), machine("big", 16))), easy())
    made.happen(MachineLeft(at=0, machine="big"))
    made.submit(job("first", 2, 100, groups=frozenset({"m1"})), at=1, runs=100)
    made.submit(job("huge", 16, 100), at=2, runs=100)
    made.submit(job("wide", 4, 100), at=3, runs=100)
    made.submit(job("long", 2, 500), at=4, runs=500)
    made.run(1000)
    assert made.waiting() == {"huge": "no_machine"}
    assert made.start("wide") == 101
    made.happen(MachineCame(at=1000, machine=machine("big", 16)))
    assert made.run().start("huge") == 1000


# Order.


def test_higher_queues_go_first_and_equals_as_they_came() -> None:
    policy = easy(
        queues=queues(Queue(name="low", priority=1), Queue(name="high", priority=9)), order=BY_QUEUE
    )
    made = Driver(one(1), policy)
    made.submit(job("running", 1, 100, queue="low"), runs=100)
    for name, queue in (("a", "low"), ("b", "high"), ("c", "low"), ("d", "high")):
        made.submit(job(name, 1, 10, queue=queue), at=1, runs=10)
    made.run()
    assert sorted("abcd", key=lambda name: made.start(name) or 0) == ["b", "d", "a", "c"]


def test_a_user_permutes_only_his_own_jobs() -> None:
    policy = easy(order=(parse("0 - queued_at"),))
    made = Driver(one(1), policy)
    made.submit(job("running", 1, 100), runs=100)
    made.submit(job("a1", 1, 10, user="a", priority=10), at=1, runs=10)
    made.submit(job("b1", 1, 10, user="b"), at=2, runs=10)
    made.submit(job("a2", 1, 10, user="a", priority=90), at=3, runs=10)
    made.run()
    assert made.starts() == {"running": 0, "a2": 100, "b1": 110, "a1": 120}


def test_a_job_gets_its_own_value_back_when_the_one_that_took_it_has_started() -> None:
    policy = easy(order=(parse("0 - queued_at"),), recalculate=None)
    made = Driver(one(1), policy)
    made.submit(job("running", 1, 100), runs=100)
    made.submit(job("a1", 1, 10, user="a", priority=10), at=1, runs=10)
    made.submit(job("b1", 1, 10, user="b"), at=2, runs=10)
    made.submit(job("a2", 1, 10, user="a", priority=90), at=3, runs=10)
    made.happen(Cancelled(at=50, job="a2"))
    made.run()
    assert made.starts() == {"running": 0, "a1": 100, "b1": 110, "a2": None}


def test_an_operator_lets_a_job_go_first() -> None:
    made = Driver(one(1), easy())
    made.submit(job("running", 1, 100), runs=100)
    made.submit(job("a"), job("b"), at=1, runs=10)
    made.happen(Favoured(at=2, job="b", rank=1))
    made.run()
    assert made.starts() == {"running": 0, "a": 110, "b": 100}


def test_who_used_less_than_his_share_goes_first() -> None:
    policy = easy(order=(parse("fair_share"),), fair_share=FairShare(shares={"a": 1, "b": 1}))
    made = Driver(one(1), policy)
    made.submit(job("a0", 1, 100, user="a"), runs=100)
    made.submit(job("a1", 1, 10, user="a"), at=1, runs=10)
    made.submit(job("b1", 1, 10, user="b"), at=2, runs=10)
    made.run()
    assert made.starts() == {"a0": 0, "a1": 110, "b1": 100}


# Limits of queues and jobs.


def test_a_job_is_killed_at_its_run_limit() -> None:
    made = Driver(one(4), easy(queues=queues(Queue(name="q", run_limit_max=300)), default_queue="q"))
    made.submit(job("own", 1, run_limit=60), runs=500)
    made.submit(job("of queue", 1), runs=500)
    made.run()
    assert made.story("own")[-1] == (60, "Kill", "run_limit")
    assert made.story("of queue")[-1] == (300, "Kill", "run_limit")


def test_seconds_of_suspension_do_not_count_for_the_run_limit() -> None:
    made = Driver(one(4), easy())
    made.submit(job("a", 1, run_limit=60), runs=500)
    made.happen(SuspendAsked(at=20, job="a"))
    made.happen(ResumeAsked(at=100, job="a"))
    made.run()
    assert made.jobs["a"].end == 140


def test_an_array_runs_no_more_elements_at_once_than_its_limit() -> None:
    made = Driver(one(8), easy())
    for index in range(1, 6):
        made.submit(job(f"7[{index}]", 1, 10, array="7", array_limit=2), runs=10)
    made.run(0)
    assert made.cause("7[3]") == "limit"
    assert list(made.run().starts().values()) == [0, 0, 10, 10, 20]


def test_limits_by_user_queue_and_machine_hold() -> None:
    limits = (
        Limit(name="per user", amount=2, per=("user",)),
        Limit(name="per machine", amount=3, counts=CPUS, per=("machine",)),
        Limit(name="per user and machine", amount=1, per=("user", "machine")),
    )
    made = Driver(many(2, 8), easy(limits=limits))
    for number in range(3):
        made.submit(job(f"a{number}", 1, 10, user="a"), job(f"b{number}", 2, 10, user="b"), runs=10)
    made.run(0)
    assert {name: made.machines(name) for name in made.jobs} == {
        "a0": {"m1": 1},
        "b0": {"m1": 2},
        "a1": {"m2": 1},
        "b1": {"m2": 2},
        "a2": {},
        "b2": {},
    }
    assert made.cause("a2") == "limit"
    made.run()


def test_a_limit_may_count_what_no_machine_has() -> None:
    limits = (Limit(name="gpus per machine", amount=1, counts=GPUS, per=("machine",)),)
    made = Driver(one(4), easy(limits=limits))
    made.submit(job("a"), runs=10)
    assert made.run().start("a") == 0


def test_a_job_on_lent_resources_passes_limits_by_host_and_user() -> None:
    hold = Hold(resources=frozenset({CPUS}), longest=9999, pause=60)
    limit = Limit(
        name="JL/U",
        amount=2,
        counts=CPUS,
        per=("user", "machine"),
        only={"user": frozenset({"u"})},
        lent_are_free=True,
    )
    made = Driver(one(8), holding(Queue(name="q", hold=hold), limits=(limit,)))
    made.submit(job("long", 2, run_limit=1000, user="u"), runs=1000)
    made.submit(job("wide", 8, run_limit=100, user="w"), at=1, runs=100)
    made.submit(job("short", 2, run_limit=50, user="u"), at=2, runs=50)
    made.submit(job("long2", 2, run_limit=5000, user="u"), at=3, runs=50)
    made.run(100)
    assert made.start("short") == 2


def test_start_class_keeps_a_machine_from_taking_more() -> None:
    """START_CLASS[a] = (a < 2) && (b == 0)."""
    policy = easy(queues=queues(Queue(name="a", start_if=parse("(a < 2) && (b == 0)")), Queue(name="b")))
    made = Driver(many(2, 4), policy)
    made.submit(job("b1", 1, 100, queue="b"), runs=100)
    made.submit(*(job(f"a{n}", 1, 50, queue="a") for n in range(3)), runs=50)
    made.run()
    assert made.starts() == {"b1": 0, "a0": 0, "a1": 0, "a2": 50}
    assert made.machines("a0") == {"m2": 1}


def test_a_job_that_only_start_class_stops_blocks_nobody() -> None:
    policy = easy(queues=queues(Queue(name="a", start_if=parse("b == 0")), Queue(name="b")))
    made = Driver(one(4), policy)
    made.submit(job("b1", 1, 100, queue="b"), runs=100)
    made.submit(job("a1", 3, 50, queue="a"), at=1, runs=50)
    made.submit(job("b2", 2, 500, queue="b"), at=2, runs=500)
    made.run(2)
    assert made.start("b2") == 2


def test_initiators_of_a_class_limit_its_tasks_on_a_machine() -> None:
    cluster = Cluster(machines=(machine("m1", 8, slots_by_queue={"a": 2, "b": 8}),))
    made = Driver(cluster, easy(queues=queues(Queue(name="a"), Queue(name="b"), Queue(name="c"))))
    made.submit(
        job("a1", 2, 10, queue="a"), job("a2", 1, 10, queue="a"), job("b1", 6, 10, queue="b"), runs=10
    )
    made.submit(job("c1", 1, 10, queue="c"), runs=10)
    made.run()
    assert made.starts() == {"a1": 0, "a2": 10, "b1": 0, "c1": None}
    assert refusals(made) == {"c1": "no_machine"}


# Floating resources, bookings, windows.


def test_floating_licences_are_counted_over_the_whole_cluster() -> None:
    made = Driver(with_floating(many(2, 4), lic=3), easy())
    made.submit(job("a", 1, 100, floating={"lic": 2}), runs=100)
    made.submit(job("b", 1, 100, floating={"lic": 2}), at=1, runs=100)
    made.submit(job("c", 1, 99, floating={"lic": 1}), at=2, runs=99)
    made.submit(job("d", 1, 98, floating={"lic": 1}), at=2, runs=98)
    made.submit(job("e", 1, 98), at=2, runs=98)
    made.run()
    assert made.promises("b")[0] == (1, 100, {})
    assert made.starts() == {"a": 0, "b": 100, "c": 2, "d": 101, "e": 2}


def booking(start: int, end: int, cpus: int, **machines: int) -> AdvanceReservation:
    takes = {name: {CPUS: cpus} for name in machines or {"m1": 0}}
    return AdvanceReservation(name="course", start=start, end=end, takes=takes, users=frozenset({"teacher"}))


def test_an_advance_reservation_is_kept_free_and_used_by_those_who_booked_it() -> None:
    made = Driver(with_bookings(one(8), booking(100, 200, 6)), easy())
    made.submit(job("early", 4, 100), runs=100)
    made.submit(job("long", 4, 101), runs=101)
    made.submit(job("small", 2, 500), at=1, runs=500)
    made.submit(job("of course", 6, 50, user="teacher", booking="course"), at=2, runs=50)
    made.submit(job("stranger", 1, 10, user="x", booking="course"), at=3, runs=10)
    made.run(150)
    assert made.cause("stranger") == "not_allowed"
    assert made.start("early") == 0
    assert made.start("small") == 1
    assert made.start("of course") == 100
    assert made.start("long") is None
    assert made.run().start("long") == 200


def test_nobody_is_promised_what_a_booking_gets_back_when_its_job_ends() -> None:
    made = Driver(with_bookings(one(4), booking(10, 500, 4)), easy())
    made.submit(job("lesson", 4, 50, user="teacher", booking="course"), at=10, runs=50)
    made.submit(job("wide", 4, 100), at=11, runs=100)
    made.run()
    assert [start for _, start, _ in made.promises("wide")] == [500]
    assert made.start("wide") == 500


def test_a_lesson_that_starts_changes_no_promise_of_the_same_second() -> None:
    made = Driver(with_bookings(one(4), booking(10, 500, 4)), easy())
    made.submit(job("lesson", 4, 50, user="teacher", booking="course"), at=5, runs=50)
    made.submit(job("wide", 4, 100), at=6, runs=100)
    made.run()
    assert [start for _, start, _ in made.promises("wide")] == [500]


def test_a_queue_starts_jobs_only_in_its_window() -> None:
    day = 86_400
    night = ((0, 6 * 3600), (20 * 3600, day))
    policy = easy(queues=queues(Queue(name="night", windows=night)), default_queue="night")
    made = Driver(one(4), policy, at=7 * 3600)
    made.submit(job("a", 1, 10), at=8 * 3600, runs=10)
    made.run(9 * 3600)
    assert made.cause("a") == "window"
    assert made.run().start("a") == 20 * 3600


def test_a_job_does_not_start_before_its_begin_time_or_while_it_is_held() -> None:
    made = Driver(one(4), easy())
    made.submit(job("later", 1, 10, begin=50), job("held", 1, 10, hold="user"), runs=10)
    made.happen(Changed(at=80, job=job("held", 1, 10)))
    assert made.run().starts() == {"later": 50, "held": 80}


# Dependencies.


def after(name: str, ending: Ending = Ending.DONE, **known: object) -> After:
    return After(job=name, ending=ending, **known)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("exit_code", "dependency", "start"),
    [
        (0, after("a"), 100),
        (1, after("a"), None),
        (1, after("a", Ending.ENDED), 100),
        (0, after("a", Ending.STARTED), 0),
        (0, after("a", Ending.FAILED), None),
        (3, after("a", Ending.FAILED), 100),
        (3, after("a", Ending.ENDED, operator=">=", exit_code=3), 100),
        (2, after("a", Ending.ENDED, operator=">=", exit_code=3), None),
        (1, Not(part=after("a")), 100),
        (0, Not(part=after("a")), None),
        (0, AllOf(parts=(after("a"), after("b"))), 200),
        (1, AllOf(parts=(after("a"), after("b"))), None),
        (1, AnyOf(parts=(after("a"), after("b"))), 200),
        (0, AnyOf(parts=(after("a"), after("b"))), 100),
        (0, after("8"), 300),
    ],
)
def test_a_job_waits_until_others_have_come_so_far(
    exit_code: int, dependency: After, start: int | None
) -> None:
    made = Driver(one(8), easy())
    made.submit(job("a", 1, 100), runs=100, exit_code=exit_code)
    made.submit(job("b", 1, 200), runs=200)
    made.submit(job("8[1]", 1, 300, array="8"), job("8[2]", 1, 300, array="8"), runs=300)
    made.submit(job("then", 1, 10, after=dependency), runs=10)
    made.run()
    assert made.start("then") == start
    assert refusals(made) == ({} if start is not None else {"then": "never"})


def test_a_job_whose_forerunner_starts_in_the_same_second_starts_too() -> None:
    made = Driver(one(8), easy(order=(parse("user_priority"),)))
    made.submit(job("then", 1, 10, user="x", priority=90, after=after("a", Ending.STARTED)), runs=10)
    made.submit(job("a", 1, 100, user="y", priority=10), runs=100)
    made.run()
    assert made.starts() == {"then": 0, "a": 0}


def test_all_who_wait_for_what_cannot_happen_are_told_at_once() -> None:
    made = Driver(one(8), easy())
    made.submit(job("third", 1, 10, after=after("second")), runs=10)
    made.submit(job("second", 1, 10, after=after("first")), at=1, runs=10)
    made.submit(job("first", 1, 10), at=2, runs=10, exit_code=1)
    made.run()
    assert refusals(made) == {"third": "never", "second": "never"}
    assert made.waiting() == {}


def test_a_job_that_would_wait_for_itself_is_refused_with_the_way() -> None:
    made = Driver(one(8), easy())
    made.submit(job("a", 1, 10, after=after("c")), runs=10)
    made.submit(job("b", 1, 10, after=after("a")), runs=10)
    made.submit(job("c", 1, 10, after=AnyOf(parts=(after("x"), after("b")))), runs=10)
    made.run(0)
    assert refusals(made)["c"] == "cycle"
    assert values(made, "c") == {"jobs": "c → b → a → c"}


# What is turned away.


@pytest.mark.parametrize(
    ("asked", "cause"),
    [
        (job("j", 9), "too_large"),
        (job("j", 5, machines_max=1), "too_large"),
        (job("j", 2, machines_min=3), "too_large"),
        (job("j", 1, per_task={MEMORY: 1 << 70}), "bad_request"),
        (job("j", 1 << 70), "bad_request"),
        (job("j", 1, per_task={GPUS: 1}), "no_machine"),
        (job("j", 1, floating={"lic": 1}), "no_machine"),
        (job("j", 1, needs=parse("speed > 1")), "no_machine"),
        (job("j", 1, groups=frozenset({"nowhere"})), "no_machine"),
        (job("j", 0), "bad_request"),
        (job("j", -1), "bad_request"),
        (job("j", 1, per_task={CPUS: -1}), "bad_request"),
        (job("j", 1, run_limit=0), "bad_request"),
        (job("j", 1, -5), "bad_request"),
        (job("j", 3, geometry=(1, 1)), "bad_request"),
        (job("j", 2, geometry=(3, -1)), "bad_request"),
        (job("j", 2, tasks_per_machine=0), "bad_request"),
        (job("j", 2, machines_max=0), "bad_request"),
        (job("j", 1, queue="nowhere"), "unknown_queue"),
        (job("j", 1, run_limit=3601), "run_limit_too_long"),
        (job("j", 1, user="eve"), "not_allowed"),
    ],
)
def test_what_can_never_run_is_refused_at_submission(asked: object, cause: str) -> None:
    queue = Queue(name="q", run_limit_max=3600, refused_users=frozenset({"eve"}))
    made = Driver(many(2, 4, memory=8 * GB), easy(queues=queues(queue), default_queue="q"))
    made.submit(asked)  # type: ignore[arg-type]
    made.run(0)
    assert refusals(made) == {"j": cause}


def test_a_changed_job_is_held_to_the_same_rules() -> None:
    made = Driver(one(4), easy())
    made.submit(job("a", 4, 100), job("b", 1, 10), runs=100)
    made.happen(Changed(at=5, job=job("b", 9, 10)))
    made.run()
    assert refusals(made) == {"b": "too_large"}


def test_an_id_that_is_taken_is_refused_and_the_first_job_goes_on() -> None:
    made = Driver(one(4), easy())
    made.submit(job("a", 1, 100), runs=100)
    made.run(0)
    made.state, decisions = step(made.state, [Submitted(at=1, job=job("a", 1, 10))], made.policy)
    assert [type(each).__name__ for each in decisions] == ["Refuse"]
    assert set(made.state.running) == {"a"}


# Machines.


def test_all_tasks_go_to_one_machine_where_its_load_is_stale() -> None:
    """Without NEGOTIATOR_LOADAVG_INCREMENT the machine that told the least load takes all, until it tells anew."""
    for increment, places in ((0.0, {"m2": 4}), (0.5, {"m2": 2, "m1": 1, "m3": 1})):
        policy = easy(machine_order=parse("0 - load"), load_per_start=increment)
        made = Driver(many(3, 8), policy)
        for name, load in (("m1", 0.9), ("m2", 0.2), ("m3", 0.8)):
            made.happen(MachineTold(at=0, machine=name, facts={"load": load}))
        made.submit(*(job(f"j{n}", 1, 100) for n in range(4)), at=1, runs=100)
        made.run()
        found: dict[str, int] = {}
        for name in made.jobs:
            for where in made.machines(name):
                found[where] = found.get(where, 0) + 1
        assert found == places


def test_a_machine_that_left_finishes_its_jobs_and_takes_no_more() -> None:
    made = Driver(many(2, 4), easy())
    made.submit(job("a", 4, 100), runs=100)
    made.happen(MachineLeft(at=10, machine="m1"))
    made.submit(job("b", 4, 100), job("c", 4, 50), at=20, runs=50)
    made.happen(MachineCame(at=300, machine=machine("m1", 8)))
    made.submit(job("d", 8, 50, machines_max=1), at=300, runs=50)
    made.run()
    assert made.starts() == {"a": 0, "b": 20, "c": 70, "d": 300}
    assert made.jobs["a"].end == 100
    assert made.machines("d") == {"m1": 8}


def test_jobs_go_to_the_machines_that_they_or_the_site_prefer() -> None:
    cluster = Cluster(
        machines=(
            machine("slow", 4, facts={"speed": 1}),
            machine("fast", 4, facts={"speed": 3}),
            machine("mid", 4, facts={"speed": 2}),
        )
    )
    made = Driver(cluster, easy(machine_order=parse("speed")))
    made.submit(job("any", 6, 10), runs=10)
    made.submit(job("slow one", 1, 10, prefers=parse("0 - speed")), runs=10)
    made.submit(job("picky", 1, 10, needs=parse("speed < 3")), runs=10)
    made.run(0)
    assert made.machines("any") == {"fast": 4, "mid": 2}
    assert made.machines("slow one") == {"slow": 1}
    assert made.machines("picky") == {"mid": 1}


def test_who_comes_first_starts_when_one_behind_lets_go_what_he_held() -> None:
    """Order changes while nobody overtakes: nobody else would wake the new head."""
    hold = Hold(resources=frozenset({CPUS}), longest=9999, pause=60)
    policy = Policy(
        name="strict",
        queues=queues(Queue(name="q", hold=hold), Queue(name="high", priority=9)),
        default_queue="q",
        order=BY_QUEUE,
        blocked=Blocked.STOP,
    )
    made = Driver(one(4), policy)
    made.submit(job("first", 2, 100), runs=100)
    made.submit(job("holder", 4, 100), at=1, runs=100)
    made.submit(job("head", 2, 10, queue="high"), at=2, runs=10)
    assert made.run().starts() == {"first": 0, "holder": 100, "head": 2}
