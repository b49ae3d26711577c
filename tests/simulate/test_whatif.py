"""What would have been, on a few jobs of which the answer can be worked out by hand."""

from dataclasses import replace

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from jobcast.machine import Cluster
from jobcast.schedule.policies import easy
from jobcast.schedule.policy import Queue
from jobcast.simulate.asking import Question, Told, ask, match
from jobcast.simulate.engines import simulate
from jobcast.simulate.machines import parse_machines
from jobcast.simulate.setup import Setup
from jobcast.simulate.trace import Trace
from jobcast.simulate.whatif import Scenario, WhatIf, answer, fewest_machines
from jobcast.units import GIB
from tests.simulate.made_up import ORIGIN, trace

HOUR = 3600


def no_time() -> float:
    return 0.0


def told(memory: list[int | None], run_time: list[float | None]) -> Told:
    return Told(memory=pl.Series(memory, dtype=pl.Int64), run_time=pl.Series(run_time, dtype=pl.Float64))


def question(made: Trace, forecasts: Told, machines: str, **known: object) -> Question:
    cluster = parse_machines(machines)
    setup = Setup(policy="easy", compiled=False)
    return Question(**{"trace": made, "told": forecasts, "setup": setup, "cluster": cluster, **known})


# Four jobs of an hour and one core, which ask for 8 GiB and two hours; two machines of 4 cores and 8 GiB. The last
# one uses more than it was told that it would need.
FOUR = trace(
    *[(0, HOUR, 1)] * 4,
    memory=[8 * GIB] * 4,
    memory_used=[2 * GIB, 2 * GIB, 2 * GIB, 6 * GIB],
)
FORECASTS = told([2 * GIB, 2 * GIB, 16 * GIB, 2 * GIB], [HOUR, None, 9 * HOUR, HOUR])


def test_the_whole_answer_is_as_worked_out_by_hand():
    steps: list[str] = []
    found = answer(question(FOUR, FORECASTS, "2x4:8GB"), seconds=no_time, step=steps.append)
    assert steps == ["requested", "forecast", "perfect"]
    assert found == WhatIf(
        jobs=4,
        refused=0,
        set_aside={},
        forecast_memory=4,
        forecast_run_time=3,
        other_queue=0,
        machines=2,
        scenarios=(
            # Two start at once, one on each machine, and two when these have ended.
            Scenario(
                name="requested",
                mean_wait_s=1800,
                wait_hours=2,
                mean_bounded_slowdown=1.5,
                memory_gib_hours=32,
                idle_gib_hours=20,
                short=0,
                machines=2,
            ),
            # The first two share a machine, the third has the other; the last one, which runs for nothing first,
            # waits until the first two have ended, runs in vain for an hour and then for another one.
            Scenario(
                name="forecast",
                mean_wait_s=1800,
                wait_hours=2,
                mean_bounded_slowdown=1.5,
                memory_gib_hours=2 + 2 + 8 + 16,
                idle_gib_hours=6 + 4,
                short=1,
                machines=2,
            ),
            # 2 + 2 + 2 on one machine, 6 on the other; on one machine the last one waits for an hour.
            Scenario(
                name="perfect",
                mean_wait_s=0,
                wait_hours=0,
                mean_bounded_slowdown=1,
                memory_gib_hours=12,
                idle_gib_hours=0,
                short=0,
                machines=1,
            ),
        ),
    )


def test_machines_are_not_counted_where_nobody_asks():
    found = answer(question(FOUR, FORECASTS, "2x4:8GB", count_machines=False), seconds=no_time, step=len)
    assert [scenario.machines for scenario in found.scenarios] == [None] * 3


def test_a_job_that_is_short_runs_twice_as_requested_and_its_first_run_counts_as_waiting():
    asked = ask("forecast", question(FOUR, FORECASTS, "2x4:8GB"))
    jobs = asked.trace.jobs
    assert jobs["memory"].to_list() == [2 * GIB, 2 * GIB, 8 * GIB, 8 * GIB]
    assert jobs["run"].to_list() == [HOUR, HOUR, HOUR, 2 * HOUR]
    assert jobs["request"].to_list() == [2 * HOUR, 2 * HOUR, 2 * HOUR, 4 * HOUR]
    assert asked.lost.tolist() == [0, 0, 0, HOUR]
    assert asked.setup.given.tolist() == [HOUR, -1, 9 * HOUR, 2 * HOUR]
    outcome = simulate(asked.trace, asked.setup, seconds=no_time)
    assert asked.waits(outcome).tolist() == [0, 0, 0, 2 * HOUR]


def test_a_job_that_runs_twice_runs_no_longer_than_its_queue_lets_it():
    system = replace(easy(), queues={"day": Queue(name="day", run_limit_max=3 * HOUR)}, default_queue="day")
    made = question(FOUR, FORECASTS, "2x4:8GB")
    asked = ask("forecast", replace(made, setup=replace(made.setup, system=system)))
    assert asked.trace.jobs["request"].to_list() == [2 * HOUR, 2 * HOUR, 2 * HOUR, 3 * HOUR]
    assert not simulate(asked.trace, asked.setup, seconds=no_time).refused


AMOUNTS = st.none() | st.integers(1, 64).map(lambda gib: gib * GIB)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(AMOUNTS, AMOUNTS, AMOUNTS, st.none() | st.floats(0.1, 1e6)), min_size=1, max_size=8)
)
def test_no_request_is_ever_raised(rows: list[tuple[int | None, int | None, int | None, float | None]]):
    requested, used, forecast, run_time = map(list, zip(*rows, strict=True))
    made = trace(*[(0, HOUR, 1)] * len(rows), memory=requested, memory_used=used)
    asking = question(made, told(forecast, run_time), "1x8:64GB")
    for name in ("requested", "forecast", "perfect"):
        asked = ask(name, asking).trace.jobs
        assert (asked["memory"].is_null() == made.jobs["memory"].is_null()).all()
        assert (asked["memory"] <= made.jobs["memory"]).drop_nulls().all()
        enough = (asked["memory"] >= pl.Series(used, dtype=pl.Int64)) | (
            asked["memory"] == made.jobs["memory"]
        )
        assert enough.drop_nulls().all()


def test_a_job_for_which_there_is_no_room_as_requested_is_left_out_of_all_three():
    made = trace(
        *[(0, HOUR, 1)] * 3, memory=[16 * GIB, 8 * GIB, 8 * GIB], memory_used=[8 * GIB, 8 * GIB, 9 * GIB]
    )
    found = answer(question(made, told([1, None, 1], [None] * 3), "1x4:8GB"), seconds=no_time, step=len)
    assert (found.jobs, found.refused, found.forecast_memory) == (2, 1, 1)
    assert [(one.mean_wait_s, one.memory_gib_hours) for one in found.scenarios] == [
        (HOUR / 2, 16),
        (HOUR, 24),
        (HOUR / 2, 16),
    ]
    assert [one.machines for one in found.scenarios] == [1, None, 1]


def test_jobs_of_other_queues_are_counted():
    system = replace(easy(), queues={"day": Queue(name="day")}, default_queue="day")
    made = question(FOUR, FORECASTS, "2x4:8GB")
    made = replace(
        made,
        setup=replace(made.setup, system=system),
        trace=replace(FOUR, jobs=FOUR.jobs.with_columns(queue=pl.Series(["day", "x", None, "y"]))),
    )
    assert answer(made, seconds=no_time, step=len).other_queue == 2


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=12), st.integers(1, 9))
def test_the_fewest_machines_are_the_fewest_where_more_never_make_longer_waits(gaps: list[int], count: int):
    """So it is with jobs of one core and one run time, first come, first served."""
    made = trace(*[(sum(gaps[: number + 1]), 20, 1) for number in range(len(gaps))], processors=count)
    setup = Setup(policy="fcfs", compiled=False)
    asking = question(made, told([None] * len(gaps), [None] * len(gaps)), f"{count}x1", setup=setup)
    asked = ask("requested", asking)

    def mean(machines: int) -> float:
        few = Cluster(machines=asked.cluster.machines[:machines])
        outcome = simulate(asked.trace, replace(asked.setup, cluster=few), seconds=no_time)
        return asked.mean_wait(outcome)

    full = simulate(asked.trace, asked.setup, seconds=no_time)
    found = fewest_machines(asked, full, asked.mean_wait(full), no_time)
    assert found == min(machines for machines in range(1, count + 1) if mean(machines) <= mean(count))


def test_each_kind_of_machine_is_thinned_out_as_much_as_another():
    made = trace((0, HOUR, 4), (0, HOUR, 1), memory=[GIB, GIB])
    asking = question(made, told([None] * 2, [None] * 2), "4x4:1GB,4x1:1GB")
    asked = ask("requested", asking)
    full = simulate(asked.trace, asked.setup, seconds=no_time)
    assert fewest_machines(asked, full, asked.mean_wait(full), no_time) == 2


def test_who_was_told_what_is_found_by_id_and_submission():
    made = trace(*[(second, 10, 1) for second in (5, 6, 7, 7)], id=["7[3]", "7.1", "9", "9~2"])
    forecasts = pl.DataFrame(
        {
            "job_id": ["7", "7", "9", "9"],
            "array_index": [3, None, None, None],
            "step": [None, "1", None, None],
            "submit_time": [ORIGIN.replace(second=second) for second in (5, 6, 7, 8)],
            "memory": [1, 2, 3, 4],
            "run_time": [1.5, None, 3.0, 4.0],
        },
        schema_overrides={"submit_time": pl.Datetime("us", "UTC")},
    )
    found = match(made, forecasts)
    assert found.memory.to_list() == [1, 2, 3, 3]
    assert found.run_time.to_list() == [1.5, None, 3.0, 3.0]
