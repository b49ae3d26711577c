"""The driver of the core: clocks, ends, corrections and promises."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jobcast.decision import Cause
from jobcast.machine import CPUS, Share
from jobcast.schedule.job import BatchJob, Demand
from jobcast.schedule.policies import easy, fcfs
from jobcast.schedule.policy import Blocked, Hold, Limit, Policy, Queue
from jobcast.simulate.core import Replay, Replayed, replay
from jobcast.simulate.engines import simulate
from jobcast.simulate.following import Following
from jobcast.simulate.machines import one_machine
from jobcast.simulate.setup import Setup
from jobcast.simulate.trace import Trace
from jobcast.systems.dialect import Configuration
from jobcast.systems.dialects import read_configuration
from tests.simulate.engines_held_equal import traces

RECORDINGS = Path(__file__).parents[1] / "recordings"
WEEK = 7 * 86_400


def a_job(number: int, tasks: int = 1, limit: int | None = 100, **known: object) -> BatchJob:
    return BatchJob(id=str(number), demand=Demand(tasks=tasks, per_task={CPUS: 1}), run_limit=limit, **known)


def ran(jobs: Sequence[BatchJob], policy: Policy, *, every: int = 0, **known: object) -> Replayed:
    """Replay jobs that are submitted so many seconds apart, on 8 processors, and run 10 s unless told."""
    what = {
        "jobs": list(jobs),
        "submit": [every * number for number in range(len(jobs))],
        "run": [10] * len(jobs),
        "cluster": one_machine(8),
        "policy": policy,
        **known,
    }
    return replay(Replay(**what))


def weather_centre() -> Configuration:
    folder = RECORDINGS / "loadleveler/weather-centre"
    return read_configuration({file.name: file.read_text() for file in folder.iterdir()})


def test_a_job_that_runs_to_its_limit_is_killed_and_one_that_ends_with_it_is_not():
    lives = ran([a_job(1, limit=10), a_job(2, limit=9)], easy()).lives
    assert [(life.start, life.finish, life.killed) for life in lives] == [(0, 10, False), (0, 9, True)]


@pytest.mark.parametrize(
    ("job", "cause"),
    [
        (a_job(1, limit=0), Cause.BAD_REQUEST),
        (a_job(1, estimate=0), Cause.BAD_REQUEST),
        (a_job(1, tasks=0), Cause.BAD_REQUEST),
        (a_job(1, tasks=9), Cause.TOO_LARGE),
        (a_job(1, queue="night"), Cause.UNKNOWN_QUEUE),
        (a_job(1, limit=500), Cause.RUN_LIMIT_TOO_LONG),
    ],
)
def test_what_can_not_run_is_refused_and_nobody_else_minds(job: BatchJob, cause: Cause):
    policy = replace(easy(), queues={"day": Queue(name="day", run_limit_max=200)}, default_queue="day")
    refused, other = ran([job, a_job(2)], policy).lives
    assert (refused.refused, refused.start, refused.finish) == (cause, -1, -1)
    assert (other.start, other.finish) == (0, 10)


def test_a_clock_of_cycles_stops_when_who_waits_can_never_start():
    """Such as NEGOTIATOR_CYCLE_DELAY with a class of maxjobs = 0."""
    never = Limit(name="maxjobs of class normal", amount=0)
    done = ran([a_job(1)], replace(easy(), cycle=30, limits=(never,)))
    assert [life.start for life in done.lives] == [-1]
    assert done.state.waiting["1"].reason.cause is Cause.LIMIT


def test_windows_are_waited_for_and_not_for_ever():
    monday = Queue(name="monday", windows=((0, 3600),))
    policy = replace(easy(), queues={"monday": monday}, default_queue="monday")
    assert [life.start for life in ran([a_job(1)], policy, monday=-4000).lives] == [WEEK - 4000]
    never = Limit(name="closed", amount=0)
    assert [life.start for life in ran([a_job(1)], replace(policy, limits=(never,))).lives] == [-1]


def test_a_job_that_may_begin_after_many_idle_weeks_begins_then():
    lives = ran([a_job(1, begin=9 * WEEK + 1)], replace(easy(), cycle=0)).lives
    assert [life.start for life in lives] == [9 * WEEK + 1]


def test_a_promise_ends_when_the_queue_lets_the_job_run_no_longer():
    policy = replace(easy(), queues={"day": Queue(name="day", run_limit=200)}, default_queue="day")
    done = ran([a_job(1, tasks=8), a_job(2, tasks=8, limit=None)], policy)
    assert [(one.job, one.made, one.over, one.start, one.finish) for one in done.promises] == [
        ("2", 0, 10, 100, 300)
    ]


def test_an_estimate_that_ends_now_is_corrected_step_by_step():
    jobs = [a_job(number, tasks=8, limit=1000, estimate=10) for number in (1, 2)]
    seen: dict[int, int | None] = {}

    def watch(state, decisions):
        seen[state.now] = state.running["1"].job.estimate if "1" in state.running else None

    what = Replay(
        jobs=jobs,
        submit=[0, 0],
        run=[300, 300],
        cluster=one_machine(8),
        policy=easy(),
        correction="incremental",
    )
    done = replay(what, watch=watch)
    assert seen == {0: 10, 10: 70, 70: 310, 300: None, 310: None, 370: None, 600: None}
    assert [(one.made, one.over, one.start) for one in done.promises] == [
        (0, 10, 10),
        (10, 70, 70),
        (70, 300, 310),
    ]


def test_two_who_each_hold_a_part_do_not_block_each_other_for_ever():
    hold = Hold(resources=frozenset({CPUS}), longest=300, pause=60)
    policy = replace(
        fcfs(),
        blocked=Blocked.SKIP,
        queues={"q": Queue(name="q", hold=hold, backfill=False)},
        default_queue="q",
    )
    jobs = [a_job(1, tasks=6), a_job(2, tasks=5), a_job(3, tasks=5), a_job(4, tasks=5)]
    lives = ran(jobs, policy, run=[100] * 4).lives
    assert sorted(life.start for life in lives) == [0, 100, 200, 300]


def test_what_a_job_holds_is_told_with_its_promise():
    queue = Queue(name="q", hold=Hold(resources=frozenset({CPUS}), longest=300, pause=60), backfill=False)
    policy = replace(fcfs(), blocked=Blocked.SKIP, queues={"q": queue}, default_queue="q")
    done = ran([a_job(1, tasks=6), a_job(2, tasks=5)], policy, run=[100] * 2)
    (machine,) = one_machine(8).machines
    assert [(one.job, one.made, one.over, one.allocation, one.held) for one in done.promises] == [
        ("2", 0, 100, (Share(machine=machine.name, tasks=2),), True)
    ]
    planned = ran([a_job(1, tasks=6), a_job(2, tasks=5)], easy()).promises
    assert [(one.job, one.held) for one in planned] == [("2", False)]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 3000),
            st.integers(1, 3000),
            st.sampled_from([1, 16, 32, 300, 832]),
            st.sampled_from(["normal", "normal2", "normal1"]),
        ),
        min_size=1,
        max_size=12,
    )
)
@example(
    # The last one starts while those suspended before it look for their preemptors, twice.
    [
        (0, 1000, 832, "normal1"),
        (100, 1000, 832, "normal2"),
        (100, 50, 832, "normal"),
        (50, 10, 1, "normal"),
    ]
)
def test_in_the_weather_centre_nothing_is_lost_by_preemption(rows):
    site = weather_centre()
    jobs = [
        BatchJob(
            id=str(number),
            demand=Demand(tasks=tasks, per_task={CPUS: 1}),
            queue=queue,
            run_limit=4000,
        )
        for number, (_, _, tasks, queue) in enumerate(rows)
    ]
    submit = [sum(gap for gap, *_ in rows[: number + 1]) for number in range(len(rows))]
    what = Replay(
        jobs=jobs,
        submit=submit,
        run=[run for _, run, *_ in rows],
        cluster=site.cluster,
        policy=site.policy,
    )
    done = replay(what)
    for (_, run, *_), life in zip(rows, done.lives, strict=True):
        rested = sum(end - begin for begin, end in life.suspended)
        assert not life.refused
        assert not life.killed
        assert life.finish == life.start + run + rested
        assert life.preemptions == len(life.suspended)


def test_the_weather_centre_s_forecast_suspends_research_and_says_when():
    site = weather_centre()
    everything = Demand(tasks=26 * 32, per_task={CPUS: 1})
    jobs = [
        BatchJob(id=queue, demand=everything, queue=queue, run_limit=5000)
        for queue in ("normal1", "normal2", "normal")
    ]
    done = replay(
        Replay(jobs=jobs, submit=[0, 100, 200], run=[1000] * 3, cluster=site.cluster, policy=site.policy)
    )
    assert [(life.start, life.finish, life.suspended) for life in done.lives] == [
        (0, 3000, [(100, 2100)]),
        (100, 2100, [(200, 1200)]),
        (200, 1200, []),
    ]


CHAIN = Following(before=[-1, 0, 1], think=[0, 0, 7])


def test_who_follows_another_comes_when_that_one_is_over_and_the_pause_has_passed():
    jobs = [a_job(number) for number in range(3)]
    lives = ran(jobs, easy(), following=CHAIN, submit=[3, 3, 3], run=[10, 20, 5]).lives
    assert [(life.submit, life.start, life.finish) for life in lives] == [
        (3, 3, 13),
        (13, 13, 33),
        (40, 40, 45),
    ]


def test_who_follows_a_job_that_is_turned_away_or_killed_comes_then():
    jobs = [a_job(0, tasks=9), a_job(1, limit=5), a_job(2)]
    lives = ran(jobs, easy(), following=CHAIN).lives
    assert [(life.submit, life.refused, life.killed) for life in lives] == [
        (0, Cause.TOO_LARGE, False),
        (0, "", True),
        (12, "", False),
    ]


def test_who_follows_a_job_that_never_starts_never_comes():
    never = replace(
        easy(), limits=(Limit(name="none", amount=0, counts="jobs", only={"user": frozenset({"eve"})}),)
    )
    lives = ran(
        [a_job(0, user="eve"), a_job(1)], never, following=Following(before=[-1, 0], think=[0, 0])
    ).lives
    assert [(life.submit, life.start) for life in lives] == [(0, -1), (-1, -1)]


@settings(max_examples=60, deadline=None)
@given(traces(), st.data())
def test_nobody_comes_before_the_one_that_it_follows_is_over(made: Trace, data: st.DataObject):
    count = len(made.jobs)
    before = [data.draw(st.integers(-1, row - 1)) for row in range(count)]
    think = data.draw(st.lists(st.integers(0, 30), min_size=count, max_size=count))
    after = [None if row < 0 else made.jobs["id"][row] for row in before]
    made = replace(
        made, jobs=made.jobs.with_columns(pl.Series("after", after, pl.String), pl.Series("think", think))
    )
    done = simulate(made, Setup(follow=True), seconds=lambda: 0.0)
    for row in range(count):
        asked = made.jobs["submit"][row] if before[row] < 0 else done.finish[before[row]] + think[row]
        assert done.submit[row] == asked <= done.start[row]
