"""What a job is waiting for: the answer to its user, in every case."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobcast.decision import Cause
from jobcast.language import speaking
from jobcast.machine import CPUS, MEMORY, Cluster, Machine
from jobcast.schedule.event import Finished, MachineLeft, Submitted, SuspendAsked
from jobcast.schedule.job import BatchJob, Demand, Layout
from jobcast.schedule.keys import main_key
from jobcast.schedule.policies import easy, fcfs
from jobcast.schedule.policy import Limit, Policy, Queue
from jobcast.schedule.state import State
from jobcast.schedule.step import begin, step
from jobcast.schedule.why import Why, before, why
from jobcast.simulate.core import Replay, replay
from jobcast.units import GIB
from tests.simulate.hosts.made_up import Case, cases

TWO = Cluster(
    machines=tuple(Machine(name=name, resources={CPUS: 4, MEMORY: 8 * GIB}) for name in ("m1", "m2")),
    floating={"matlab": 1},
)


def a_job(
    name: str, tasks: int = 1, *, per_task: Mapping[str, int] | None = None, **known: object
) -> BatchJob:
    demand = {
        "tasks": tasks,
        "per_task": {CPUS: 1, **(per_task or {})},
        **{key: known.pop(key) for key in ("layout", "floating", "needs") if key in known},
    }
    return BatchJob(**{"id": name, "demand": Demand(**demand), "run_limit": 100, **known})


def after(policy: Policy, *jobs: BatchJob) -> State:
    """Return the state after these jobs came, one each second from 0 on."""
    state = begin(TWO, policy)
    for now, job in enumerate(jobs):
        state, _ = step(state, [Submitted(at=now, job=job)], policy)
    return state


def answer(policy: Policy, *jobs: BatchJob) -> Why:
    """Explain the last of these jobs."""
    found = why(after(policy, *jobs), jobs[-1].id)
    assert found is not None
    return found


FULL = a_job("full", 7)
BIG = a_job("big", 8)


@pytest.mark.parametrize(
    ("jobs", "sentence", "start", "before"),
    [
        ([FULL, BIG], "needs 8 of cpus; 1 are free", 100, ()),
        ([FULL, BIG, a_job("late", 2)], "needs 2 of cpus; 1 are free", None, ("big",)),
        (
            [FULL, BIG, a_job("long", run_limit=500)],
            "there is room, but it is reserved for big, and this job would be in the way then",
            None,
            ("big",),
        ),
        (
            [a_job("one", 3, per_task={MEMORY: 2 * GIB}), a_job("two", 2, per_task={MEMORY: 6 * GIB})],
            "needs 12 GiB of memory; 10 GiB are free",
            100,
            (),
        ),
        (
            [
                *(
                    a_job(name, tasks, layout=Layout(machines_max=1))
                    for name, tasks in (("one", 3), ("two", 3), ("three", 2))
                )
            ],
            "there is enough in all, but not on machines that can take its 2 tasks together",
            100,
            (),
        ),
        (
            [a_job("one", floating={"matlab": 1}), a_job("two", floating={"matlab": 1})],
            "needs 1 of the floating resource matlab; 0 are free",
            100,
            (),
        ),
    ],
)
def test_what_is_short_is_told_with_figures(
    jobs: list[BatchJob], sentence: str, start: int | None, before: tuple[str, ...]
):
    found = answer(easy(), *jobs)
    assert (found.sentence(), found.start, found.before) == (sentence, start, before)


def test_who_has_started_in_the_same_second_stands_before_nobody():
    policy = easy()
    state, _ = step(begin(TWO, policy), [Submitted(at=0, job=FULL), Submitted(at=0, job=BIG)], policy)
    found = why(state, "big")
    assert found is not None
    assert found.before == ()


def test_other_causes_are_told_as_the_pass_found_them():
    limit = Limit(name="UJOB_LIMIT of queue q", amount=1, per=("user",))
    assert answer(replace(easy(), limits=(limit,)), a_job("1"), a_job("2")).sentence() == (
        "UJOB_LIMIT of queue q: 1 of 1 in use"
    )
    assert (
        answer(fcfs(), FULL, BIG, a_job("late")).sentence()
        == "nobody overtakes here, and big waits before it"
    )
    closed = replace(easy(), queues={"q": Queue(name="q", open=False)}, default_queue="q")
    assert answer(closed, a_job("1")).sentence() == "queue q is closed"


def test_it_speaks_chinese():
    found = answer(easy(), FULL, BIG)
    with speaking("zh"):
        assert found.sentence() == "需要 cpus 8，空闲 1"


def test_who_does_not_wait_is_not_explained():
    state = after(easy(), FULL)
    assert (why(state, "full"), why(state, "nobody")) == (None, None)


def test_who_was_suspended_by_hand_hears_so():
    policy = easy()
    state, _ = step(after(policy, FULL), [SuspendAsked(at=5, job="full")], policy)
    found = why(state, "full")
    assert found is not None
    assert (found.reason.cause, found.sentence()) == (Cause.ASKED, "an operator asked for it")


@pytest.mark.parametrize("left", [["m2"], ["m1", "m2"]])
def test_who_waits_for_machines_that_have_left_hears_which(left: list[str]):
    state = begin(TWO, easy())
    state, _ = step(state, [MachineLeft(at=0, machine=name) for name in left], easy())
    state, _ = step(state, [Submitted(at=1, job=BIG)], easy())
    found = why(state, "big")
    assert found is not None
    assert (found.reason.cause, found.reason.values) == (
        Cause.AWAY,
        {"machines": ", ".join(left), "count": len(left)},
    )


def test_room_that_has_come_since_the_last_pass_is_told_as_such():
    """With cycles, nobody starts before the next one."""
    policy = replace(easy(), cycle=30)
    state = begin(TWO, policy)
    state, _ = step(state, [Submitted(at=0, job=FULL), Submitted(at=0, job=BIG)], policy)
    state, _ = step(state, [Finished(at=10, job="full")], policy)
    found = why(state, "big")
    assert found is not None
    assert found.sentence() == "there is room"


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases(preempts=True, depth=st.sampled_from([1, 2, None])))
def test_everybody_who_waits_is_told_something_and_no_sentence_has_a_gap(case: Case):
    def watch(state: State, _decisions: object) -> None:
        for job in (*state.waiting, *state.suspended):
            found = why(state, job)
            assert found is not None
            assert found.sentence()
            assert "" not in found.reason.values.values()
            assert job not in found.before

    replay(
        Replay(jobs=case.jobs, submit=case.submit, run=case.run, cluster=case.cluster, policy=case.policy),
        watch=watch,
    )


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases(preempts=True, depth=st.sampled_from([1, 2, None])))
def test_who_is_before_each_of_many_is_told_by_one_walk_through_the_line(case: Case):
    def watch(state: State, _decisions: object) -> None:
        seen = [entry for entry in state.waiting.values() if entry.job.id in state.line]
        line = [entry.job.id for entry in sorted((*seen, *state.suspended.values()), key=main_key)]
        assert before([*line, "nobody"], state) == {
            job: tuple(line[:place]) for place, job in enumerate(line)
        }

    replay(
        Replay(jobs=case.jobs, submit=case.submit, run=case.run, cluster=case.cluster, policy=case.policy),
        watch=watch,
    )


def test_a_queue_that_may_not_backfill_is_told_so():
    policy = replace(easy(), queues={"low": Queue(name="low", backfill=False)}, default_queue="low")
    found = answer(policy, FULL, BIG, a_job("short", run_limit=10))
    assert found.sentence() == "there is room, but it is reserved for big, and queue low may not backfill"
