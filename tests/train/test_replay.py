"""Replays of made-up workflows whose outcome can be told by hand, and of real ones where they are at hand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.history import conform, empty
from jobcast.predict.sizing.baselines import POLICIES, make_policy
from jobcast.predict.sizing.sizer import Sizer
from jobcast.train.replay import PolicyTotals, ReplayedTask, online, read_tasks, replay, table
from jobcast.units import Bytes, Seconds
from tests.made_up import frame, job

GB = 1_000_000_000
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def run(submit: float, hours: float, peak_gb: float, **known: Any) -> dict[str, Any]:
    """Return a job of the process ``align`` that starts at once; times are in hours since noon."""
    start = NOON + timedelta(hours=submit)
    return job(
        command=known.pop("command", "align"),
        submit_time=start,
        start_time=start,
        finish_time=start + timedelta(hours=hours),
        run_time=hours * 3600,
        memory_peak=round(peak_gb * GB),
        memory_requested=8 * GB,
        **known,
    )


def totals(jobs: pl.DataFrame, policy: str) -> PolicyTotals:
    return replay(jobs, "online", policies=[policy])[0]


THREE = frame(
    run(0, 2, 4),  # nothing is known
    run(1, 2, 5),  # the first still runs
    run(2, 2, 6),  # the first has just finished
)


def test_online_only_what_had_finished_is_known() -> None:
    # 2 h of (8 - 4) + (8 - 5), then a failure at 4, the retry at 8, and 8 - 6.
    assert totals(THREE, "max-seen") == PolicyTotals(
        policy="max-seen",
        tasks=3,
        use_gb_hours=30.0,
        wastage_gb_hours=2 * (4 + 3 + 4 + 2),
        failed_attempts=1,
        failed_attempt_share=1 / 3,
        first_failure_share=1 / 3,
    )


def test_a_request_that_suffices_wastes_only_what_is_not_used() -> None:
    assert totals(THREE, "request").wastage_gb_hours == 2 * (4 + 3 + 2)
    assert totals(THREE, "request").failed_attempts == 0


def test_the_order_of_rows_does_not_matter_online() -> None:
    assert totals(THREE.reverse(), "sizer") == totals(THREE, "sizer")


def test_jobs_without_a_measured_peak_are_neither_counted_nor_learnt() -> None:
    unmeasured = frame(run(0, 0.5, 0), run(0, 0.5, 7) | {"memory_peak": None})

    assert totals(pl.concat([THREE, unmeasured]), "max-seen") == totals(THREE, "max-seen")


def test_the_process_is_the_command_or_else_the_name() -> None:
    tasks = read_tasks(frame(run(0, 1, 1), run(0, 1, 1, command=None, name="index")))

    assert [task.process for task in tasks] == ["align", "index"]


def test_the_input_size_is_read_from_the_description_and_kept_from_the_policy_online() -> None:
    tasks = list(read_tasks(frame(run(0, 1, 1, description="tag=a input_size=12"), run(2, 1, 1))))

    assert [task.input_size for task in tasks] == [12.0, None]
    assert [attempts.run.input_size for attempts in online(tasks, Sizer())] == [None, None]


def test_an_empty_history_gives_empty_totals() -> None:
    assert totals(empty(), "sizer") == PolicyTotals(
        policy="sizer",
        tasks=0,
        use_gb_hours=0.0,
        wastage_gb_hours=0.0,
        failed_attempts=0,
        failed_attempt_share=0.0,
        first_failure_share=0.0,
    )


def linear_workflow(runs: int = 100) -> pl.DataFrame:
    """Return a process whose peak is its input size, with a fat request; and one that has too few runs."""
    sizes = np.random.default_rng(7).uniform(1, 7, runs)
    return frame(
        *(run(0, 1, size, description=f"input_size={round(size * GB)}") for size in sizes),
        *(run(0, 1, 3, command="index") for _ in range(33)),
    )


def test_published_leaves_out_processes_with_few_runs_and_tests_seventy_percent_of_the_others() -> None:
    assert replay(linear_workflow(), "published", policies=["request"])[0].tasks == 70


def test_published_leaves_out_processes_with_a_run_time_of_zero() -> None:
    jobs = linear_workflow().with_columns(run_time=pl.lit(0.0))

    assert replay(jobs, "published", policies=["request"])[0].tasks == 0


def test_published_knows_the_input_size() -> None:
    history, sizer = replay(linear_workflow(), "published", policies=["max-seen", "sizer"])

    assert history.wastage_gb_hours > 150
    assert sizer.wastage_gb_hours < 10


def test_the_same_seed_gives_the_same_outcome_and_another_seed_another() -> None:
    def wastage(seed: int) -> float:
        return replay(linear_workflow(), "published", policies=["max-seen"], seed=seed)[0].wastage_gb_hours

    assert wastage(1) == wastage(1) != wastage(2)


def test_the_warm_up_is_the_published_one() -> None:
    # scikit-learn 1.9, train_test_split(range(40), test_size=0.7, random_state=1996): the twelve of the first part.
    warm_up = {1, 2, 3, 4, 34, 37, 11, 14, 15, 16, 20, 28}
    sizes = [1 if row in warm_up else 2 for row in range(40)]

    first = replay(frame(*(run(0, 1, size) for size in sizes)), "published", policies=["max-seen"])[0]

    assert first.use_gb_hours == 28 * 2


def test_totals_make_a_table_with_one_row_per_policy() -> None:
    rows = table(replay(THREE, "online"))

    assert rows["policy"].to_list() == list(POLICIES)
    assert rows.columns == [
        "policy",
        "tasks",
        "use_gb_hours",
        "wastage_gb_hours",
        "failed_attempts",
        "failed_attempt_share",
        "first_failure_share",
    ]


_tasks = st.lists(
    st.builds(
        lambda submit, hours, peak, process: ReplayedTask(
            process=process,
            request=Bytes(8 * GB),
            input_size=None,
            peak=Bytes(peak),
            run_time=Seconds(hours * 3600.0),
            submit=NOON + timedelta(hours=submit),
            finish=NOON + timedelta(hours=submit + hours),
        ),
        st.integers(0, 30),
        st.integers(1, 10),
        st.integers(GB, 16 * GB),
        st.sampled_from(["align", "index"]),
    ),
    min_size=1,
    max_size=30,
)


@pytest.mark.parametrize("name", POLICIES)
@given(tasks=_tasks, now=st.integers(0, 40), peak=st.integers(GB, 16 * GB))
def test_what_had_not_finished_changes_no_advice(
    name: str, tasks: list[ReplayedTask], now: int, peak: int
) -> None:
    moment = NOON + timedelta(hours=now)
    otherwise = [
        replace(task, peak=Bytes(peak), run_time=Seconds(1.0)) if task.finish > moment else task
        for task in tasks
    ]

    def advice(tasks: list[ReplayedTask]) -> list[object]:
        return [d.advice for d in online(tasks, make_policy(name)) if d.task.submit <= moment]

    assert advice(otherwise) == advice(tasks)


TRACES = ("rnaseq", "mag", "eager")


@pytest.fixture
def traces(shared: Path) -> dict[str, pl.DataFrame]:
    """Return the three real traces; the published figures take `rss` for the peak, and so does this test."""
    return {name: _history(shared / "data" / "memory" / f"sizey-trace_{name}.csv.gz") for name in TRACES}


@cache
def _history(path: Path) -> pl.DataFrame:
    def moment(column: str) -> pl.Expr:
        return pl.from_epoch(pl.col(column).cast(pl.Int64), time_unit="ms").dt.replace_time_zone("UTC")

    return conform(
        pl.read_csv(path, null_values="-", infer_schema=False).select(
            job_id="task_id",
            command="process",
            description=pl.format("tag={} input_size={}", pl.col("tag").fill_null(""), "rchar"),
            submit_time=moment("submit"),
            finish_time=moment("complete"),
            memory_requested=pl.col("memory").cast(pl.Int64),
            memory_peak=pl.col("rss").cast(pl.Int64),
            run_time=pl.col("realtime").cast(pl.Float64) / 1000,
        )
    )


def _published(traces: dict[str, pl.DataFrame], seed: int, price: float) -> tuple[float, float]:
    """Return the sizer's wastage in GB·h and its failed attempts per task, over all traces."""
    each = [
        replay(jobs, "published", policies=["sizer"], seed=seed, price=price)[0] for jobs in traces.values()
    ]
    failed, tasks = sum(o.failed_attempts for o in each), sum(o.tasks for o in each)
    return sum(o.wastage_gb_hours for o in each), failed / tasks


@pytest.mark.shared_data
def test_on_real_traces_the_published_protocol_reproduces_published_baselines(
    traces: dict[str, pl.DataFrame],
) -> None:
    rnaseq = {o.policy: round(o.wastage_gb_hours, 1) for o in replay(traces["rnaseq"], "published")}

    assert rnaseq["request"] == 1241.7
    assert rnaseq["max-seen"] == 63.1
    assert rnaseq["tovar"] == 195.3


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("price", "most_gb_hours", "most_failed"), [(0.25, 440, 0.065), (1.0, 440, 0.045), (2.0, 520, 0.03)]
)
def test_on_real_traces_little_is_wasted_with_few_failures(
    traces: dict[str, pl.DataFrame], price: float, most_gb_hours: float, most_failed: float
) -> None:
    wastage, failed = _published(traces, 1996, price)

    assert wastage <= most_gb_hours
    assert failed <= most_failed


@pytest.mark.shared_data
def test_on_real_traces_the_published_split_is_no_lucky_one(traces: dict[str, pl.DataFrame]) -> None:
    others = np.array([_published(traces, seed, 1.0) for seed in range(1, 6)])

    assert others[:, 0].mean() <= 440
    assert others[:, 1].mean() <= 0.045


@pytest.mark.shared_data
@pytest.mark.parametrize("trace", TRACES)
def test_on_real_traces_the_sizer_beats_the_largest_peak_plus_a_tenth_online(
    traces: dict[str, pl.DataFrame], trace: str
) -> None:
    a_tenth, sizer = replay(traces[trace], "online", policies=["max-seen+10%", "sizer"])

    assert sizer.wastage_gb_hours < a_tenth.wastage_gb_hours
    assert sizer.first_failure_share <= 0.05
