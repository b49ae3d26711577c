"""Cases from rows of jobs of a trace."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobcast.errors import InputError
from jobcast.systems.alibaba2018.extract import Extraction, extract
from jobcast.systems.alibaba2018.spread import Threads
from jobcast.train.failures.cases import Cases, Vantage
from jobcast.train.failures.of_trace import FEATURES, names_of_trace, of_trace, running_beside
from tests.systems.alibaba2018.small_trace import INSTANCES, write


def _rows(folder: Path) -> Path:
    """Extract the small trace; with it go rows of running jobs."""
    jobs = folder / "jobs.parquet"
    wanted = Extraction(folder=write(folder), jobs=jobs, running=running_beside(jobs))
    extract(wanted, Threads(), lambda *_step: None)
    return jobs


def _case(cases: Cases, row: int) -> dict[str, float | None]:
    told = zip(cases.features, cases.matrix[row], strict=True)
    return {name: None if np.isnan(value) else round(float(value), 3) for name, value in told}


@pytest.mark.parametrize("vantage", Vantage)
def test_names_stand_in_the_order_of_the_cases(tmp_path: Path, vantage: Vantage) -> None:
    rows = _rows(tmp_path)
    cases, names = of_trace(rows, vantage), names_of_trace(rows, vantage)
    jobs = pl.read_parquet(rows).with_columns(pl.col("job").cast(pl.String), pl.col("end").cast(pl.Int64))
    ends = dict(jobs.select("job", "end").iter_rows())
    assert [ends[name] for name in names] == cases.finished.tolist()


def test_at_submission_only_the_plan_the_past_and_the_cluster_are_known(tmp_path: Path) -> None:
    cases = of_trace(_rows(tmp_path), Vantage.SUBMISSION)
    assert _case(cases, 0) == {
        "tasks": 2,
        "task_kinds": 2,
        "depth": 2,
        "width": 1,
        "planned_instances": 3,
        "plan_cpu_sum": 250,
        "plan_cpu_max": 100,
        "plan_mem_sum": 1.1,
        "plan_mem_max": 0.5,
        "hour": 0.278,
        "cluster_cpu_util_percent": 20,
        "cluster_mem_util_percent": 40,
        "cluster_cpu_util_percent_max": 20,
        "cluster_mem_util_percent_max": 40,
        "family_jobs": 0,
        "family_rate": None,
        "family_last_failed": None,
        "family_run_time": None,
        "family_age": None,
        "recent_jobs": 0,
        "recent_rate": None,
    }
    assert (_case(cases, 1)["recent_jobs"], _case(cases, 1)["recent_rate"]) == (1, 0)
    assert cases.asked.tolist() == [1000, 2000]
    assert cases.finished.tolist() == [1200, 3806]
    assert cases.failed.tolist() == [False, True]
    assert cases.cost.round(1).tolist() == [75.0, 1046.9]
    assert cases.measured.round(2).tolist() == [
        [np.float32(73.33), 75, np.float32(0.3), 3],
        [902.5, 58, np.float32(0.31), 1],
    ]


def test_while_running_there_is_a_case_for_each_landmark_and_afterwards_one_for_each_job(
    tmp_path: Path,
) -> None:
    jobs = _rows(tmp_path)
    running = of_trace(jobs, Vantage.RUNNING)
    assert running.asked.tolist() == [1060, 2060, 2300]
    first = _case(running, 0)
    assert (first["landmark"], first["started"], first["progress"], first["ran_mean"]) == (60, 2, 0.667, 30)
    assert first["container_num"] == 1.5
    afterwards = of_trace(jobs, Vantage.AFTERWARDS)
    assert afterwards.asked.tolist() == afterwards.finished.tolist() == [1200, 3806]
    assert (_case(afterwards, 1)["run_time_mean"], _case(afterwards, 1)["instances"]) == (902.5, 1)


STILL = "ins_8,M1,j_3,1,Running,3000,,m_1,1,1,,,,\nins_9,M1,j_4,1,Terminated,3000,3350,m_2,1,1,,,,\n"


@pytest.mark.parametrize(
    ("vantage", "asked"),
    [(Vantage.SUBMISSION, [3000]), (Vantage.RUNNING, [3060, 3300]), (Vantage.AFTERWARDS, [])],
)
def test_jobs_whose_end_is_unknown_are_looked_at_where_they_are_asked_for_as_far_as_anything_is_told(
    tmp_path: Path, vantage: Vantage, asked: list[int]
) -> None:
    small = write(tmp_path)
    (small / "batch_instance.csv").write_text(INSTANCES.replace("3806", "3400") + STILL)
    jobs = tmp_path / "jobs.parquet"
    extract(Extraction(folder=small, jobs=jobs, running=running_beside(jobs)), Threads(), lambda *_step: None)
    ended, cases = of_trace(jobs, vantage), of_trace(jobs, vantage, unended=True)
    assert ended.ended is None
    assert cases.ended is not None
    assert "j_3" not in names_of_trace(jobs, vantage)
    of_unended = cases.take(~cases.ended)
    assert of_unended.asked.tolist() == asked
    assert not of_unended.failed.any()
    names = np.array(names_of_trace(jobs, vantage, unended=True))
    assert set(names[~cases.ended].tolist()) == ({"j_3"} if asked else set())
    assert names[cases.ended].tolist() == names_of_trace(jobs, vantage)
    np.testing.assert_array_equal(cases.matrix[cases.ended], ended.matrix)
    np.testing.assert_array_equal(cases.finished[cases.ended], ended.finished)


def test_nothing_that_is_only_known_when_all_is_over_is_a_feature() -> None:
    outcome = {"attempts", "rescheduled", "failed", "failed_at", "wasted_seconds", "end", "core_seconds"}
    measured = {"run_time_mean", "run_time_max", "cpu_avg", "cpu_max", "mem_avg", "mem_max", "instances"}
    assert not outcome & set().union(*FEATURES.values())
    for vantage in (Vantage.SUBMISSION, Vantage.RUNNING):
        assert not measured & set(FEATURES[vantage])


def test_files_that_are_lacking_or_of_another_kind_are_named_with_the_cure(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no rows of jobs") as lacking:
        of_trace(tmp_path / "jobs.parquet", Vantage.SUBMISSION)
    assert lacking.value.hint == f"jobcast failures extract TRACE -o {tmp_path / 'jobs.parquet'}"
    jobs = _rows(tmp_path)
    running_beside(jobs).write_bytes(jobs.read_bytes())
    with pytest.raises(InputError, match="no rows of running jobs"):
        of_trace(jobs, Vantage.RUNNING)


JOBS = st.lists(
    st.tuples(st.sampled_from(["a", "b", None]), st.integers(0, 20), st.integers(0, 9), st.booleans()),
    min_size=1,
    max_size=12,
)


def _write(folder: Path, jobs: list[tuple[str | None, int, int, bool]]) -> Path:
    made = {"hour", "family", "recent"}
    names = [name for name in FEATURES[Vantage.SUBMISSION] if name.split("_")[0] not in made]
    known = ("run_time_mean", "cpu_avg", "mem_avg", "instances", "core_seconds")
    rows = [
        {"job": f"j_{at}", "signature": family, "start": start, "end": start + ran, "failed": failed}
        | dict.fromkeys([*names, *known], 1.0)
        for at, (family, start, ran, failed) in enumerate(jobs)
    ]
    pl.DataFrame(rows, schema_overrides={"signature": pl.String}).write_parquet(folder / "jobs.parquet")
    return folder / "jobs.parquet"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(JOBS)
def test_rivals_know_the_jobs_of_the_same_plan_that_had_ended_before_and_no_others(
    tmp_path: Path, jobs: list[tuple[str | None, int, int, bool]]
) -> None:
    cases = of_trace(_write(tmp_path, jobs), Vantage.SUBMISSION)
    numbered = [(f"j_{at}", *job) for at, job in enumerate(jobs)]
    for row, (_, family, start, _, _) in enumerate(sorted(numbered, key=lambda job: (job[2], job[0]))):
        before = [job for job in numbered if job[1] == family and family and job[2] + job[3] < start]
        before.sort(key=lambda job: (job[2] + job[3], job[0]))
        rate = np.mean([job[4] for job in before]) if before else np.nan
        last = float(before[-1][4]) if before else np.nan
        np.testing.assert_allclose(cases.rivals["family_rate"][row], rate)
        np.testing.assert_equal(cases.rivals["family_last_failed"][row], last)
        ended = [job[4] for job in numbered if start - 3600 <= job[2] + job[3] < start]
        assert _case(cases, row)["recent_jobs"] == len(ended)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(JOBS, st.integers(0, 20))
def test_what_ends_later_changes_nothing_of_what_was_known(
    tmp_path: Path, jobs: list[tuple[str | None, int, int, bool]], now: int
) -> None:
    before = of_trace(_write(tmp_path, jobs), Vantage.SUBMISSION)
    other = [
        (family, start, ran, not failed if start + ran >= now else failed)
        for family, start, ran, failed in jobs
    ]
    after = of_trace(_write(tmp_path, other), Vantage.SUBMISSION)
    known = before.asked <= now
    np.testing.assert_array_equal(before.matrix[known], after.matrix[known])
