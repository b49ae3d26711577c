"""A made-up trace is like the real one where the paper tells what that is like."""

import polars as pl
import pytest

from jobcast.demo.colocation.plan import Plan
from tests.demo.colocation.figures import PAPER, measured
from tests.demo.colocation.read import Trace, make_and_read


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> Trace:
    return make_and_read(Plan(jobs=80_000, machines=60, seed=7), tmp_path_factory.mktemp("trace") / "made")


@pytest.fixture(scope="module")
def figures(trace: Trace) -> dict[str, float]:
    return measured(trace.batch_instance, trace.truth)


WITHIN = {
    "failed jobs, heavy, %": 1.6,
    "failed jobs, long, %": 8,
    "failed instances, %": 0.04,
    "failed more than once, %": 6,
    "evicted after running, %": 6,
    "evicted before running, %": 6,
    "CPU, failed over normal": 0.15,
    "memory, failed over normal": 0.6,
    "time, failed over normal": 6,
    "waste of memory above 100, %": 15,
    "waste of CPU above 20,000, %": 15,
}


@pytest.mark.parametrize("what", WITHIN)
def test_figures_are_near_those_of_the_paper(figures, what):
    assert figures[what] == pytest.approx(PAPER[what], abs=WITHIN[what])


def test_common_jobs_fail_rarely_and_short_ones_never(figures):
    assert 0.2 < figures["failed jobs, common, %"] < 1
    assert figures["failed jobs, short, %"] == 0


def test_the_risk_is_the_chance_that_a_job_fails(trace):
    """Of the jobs in each part of the risks about as many fail as the risks say."""
    parts = (pl.col("risk") * 5).ceil().alias("part")
    by_part = trace.truth.group_by(parts).agg(
        pl.col("risk").sum().alias("told"),
        pl.col("failed").sum().alias("found"),
        (pl.col("risk") * (1 - pl.col("risk"))).sum().sqrt().alias("sigma"),
    )
    assert len(by_part) == 6
    off = by_part.filter((pl.col("told") - pl.col("found")).abs() > 4 * pl.col("sigma"))
    assert off.is_empty(), off


def test_failures_come_in_bursts(trace):
    """A tenth of the hours has more than a fourth of the failures."""
    hours = trace.truth.filter("failed").group_by(pl.col("submitted") // 3600).len()
    most = hours["len"].sort(descending=True)[: trace.plan.days * 24 // 10]
    assert most.sum() > hours["len"].sum() / 4


def test_containers_tell_the_pressure_that_evicts(trace):
    """Where instances were evicted the containers of the machine used far more than elsewhere."""
    step = (pl.col("start_time") // 300 * 300).alias("time_stamp")
    sent_away = trace.rescheduled.filter(pl.col("end_time") == pl.col("start_time")).with_columns(step)
    read = trace.container_usage.filter(pl.col("cpu_util_percent").is_between(0, 100))
    there = read.join(sent_away, on=("machine_id", "time_stamp"), how="semi")["cpu_util_percent"]
    assert len(sent_away) > 100
    assert there.mean() > read["cpu_util_percent"].mean() + 25


def test_some_jobs_end_by_a_fault_of_their_own_which_is_no_eviction(trace):
    truth = trace.truth
    assert truth["crashed"].mean() == pytest.approx(0.003, rel=0.2)
    assert truth.filter(pl.col("crashed") & pl.col("failed")).is_empty()
    alone = pl.col("total_seq_no") == 1
    failed = trace.batch_instance.filter((pl.col("status") == "Failed") & alone)
    crashed = truth.filter("crashed")
    assert set(failed["job_name"]) <= set(crashed["job_name"])
    assert len(failed) > 0.98 * len(crashed)
    assert set(trace.batch_task.filter(pl.col("status") == "Failed")["job_name"]) <= set(crashed["job_name"])


def test_there_are_gaps_and_marks_of_bad_readings(trace):
    for table in (trace.machine_usage, trace.container_usage):
        use = table["cpu_util_percent"]
        assert (~use.is_between(0, 100)).mean() == pytest.approx(0.001, rel=0.3)
        assert set(use.filter(~use.is_between(0, 100))) == {-1, 101}
    assert trace.container_usage["cpi"].null_count() == pytest.approx(
        0.02 * len(trace.container_usage), rel=0.1
    )
