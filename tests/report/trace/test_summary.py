"""A table batch_instance as a whole: what is streamed agrees with what is held."""

from pathlib import Path

import polars as pl
import pytest

from jobcast.report.trace.normal import Compared, Means
from jobcast.report.trace.summary import Summary, summary_of
from jobcast.systems.alibaba2018.reading import Source
from jobcast.systems.alibaba2018.tables import BATCH_INSTANCE
from tests.report.trace.attempts import PAPER, Attempt, attempt, rows

ONCE = (
    attempt(100, 160, "Terminated", instance="ins_1", cpu=40.0, mem=0.1),
    attempt(100, 140, "Terminated", instance="ins_2", cpu=60.0, mem=0.3),
    attempt(100, 200, "Failed", instance="ins_3", cpu=900.0, mem=90.0),
    attempt(100, None, "Running", instance="ins_4"),
    attempt(100, 120, "Terminated", instance="ins_5", cpu=None, mem=None),
)


def summary(folder: Path, *attempts: Attempt, text: str = "") -> Summary:
    path = folder / "batch_instance.csv"
    path.write_text(rows(*attempts).write_csv(include_header=False) + text)
    return summary_of(Source(table=BATCH_INSTANCE, path=path))


def test_instances_that_ran_once_and_ended_well_are_compared_with_rescheduled_ones(tmp_path):
    found = summary(tmp_path, *ONCE, *PAPER)
    assert found.compared == Compared(
        all_instances=6,
        normal=Means(instances=3, cpu=50, mem=pytest.approx(0.2), run_s=40, elapsed_s=40),
        failed=Means(instances=1, cpu=58, mem=0.31, run_s=1196, elapsed_s=1806),
    )
    ratios = [found.compared.ratio(name) for name in ("cpu", "mem", "run_s", "elapsed_s")]
    assert ratios == pytest.approx([1.16, 1.55, 29.9, 45.15])
    assert (found.waste.instances, found.rows, found.doubted_rows) == (1, 7, 0)


def test_without_rescheduled_instances_there_is_nothing_to_compare_with(tmp_path):
    found = summary(tmp_path, *ONCE)
    assert found.compared.failed == Means(instances=0, cpu=None, mem=None, run_s=None, elapsed_s=None)
    assert (found.compared.ratio("cpu"), found.memory, found.cores) == (None, None, None)
    assert found.above("cpu_s", 1) is None


def test_with_rescheduled_instances_only_there_are_none_that_ran_once(tmp_path):
    found = summary(tmp_path, *PAPER)
    assert found.compared.normal == Means(instances=0, cpu=None, mem=None, run_s=None, elapsed_s=None)
    assert (found.compared.ratio("cpu"), found.compared.all_instances) == (None, 1)
    assert (found.above("cpu_s", 20_000), found.above("cpu_s", 35_380)) == (1, 0)


def test_rows_that_cannot_be_true_are_left_out_and_counted(tmp_path):
    backwards = "ins_9,M1,j_1,1,Terminated,200,100,m_1,1,1,1,1,1,1\n"
    unread = "ins_9,M1,j_1,1,Terminated,x,100,m_1,1,1,1,1,1,1\n"
    found = summary(tmp_path, *ONCE, *PAPER, text=backwards + unread)
    assert (found.rows, found.doubted_rows, found.compared.all_instances) == (9, 2, 6)
    assert found.compared == summary(tmp_path, *ONCE, *PAPER).compared


def test_what_is_written_twice_is_neither_normal_nor_rescheduled(tmp_path):
    twice = attempt(100, 900, "Terminated", instance="ins_7", cpu=999.0)
    found = summary(tmp_path, *ONCE, *PAPER, twice, twice)
    assert found.compared.normal == Means(instances=3, cpu=50, mem=pytest.approx(0.2), run_s=40, elapsed_s=40)
    assert (found.compared.all_instances, found.waste.set_aside) == (7, {"duplicate_attempt": 1})


def test_an_empty_table_has_nothing_to_tell(tmp_path):
    found = summary(tmp_path)
    assert (found.rows, found.waste.instances, found.compared.all_instances) == (0, 0, 0)


def test_parquet_tells_the_same(tmp_path):
    expected = summary(tmp_path, *ONCE, *PAPER)
    path = tmp_path / "batch_instance.parquet"
    pl.read_csv(
        tmp_path / "batch_instance.csv", has_header=False, schema=dict(BATCH_INSTANCE.columns)
    ).write_parquet(path)
    found = summary_of(Source(table=BATCH_INSTANCE, path=path))
    assert (found.compared, found.waste, found.rows) == (expected.compared, expected.waste, expected.rows)
