"""What the demo writes is what jobcast's own reader of lsb.acct reads."""

from datetime import timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from jobcast.demo.acct import BROKEN, records, write_acct
from jobcast.demo.cluster import CLUSTER, DAYS, START, make_history
from jobcast.history import Rows, count_reasons
from jobcast.systems.base import Site
from jobcast.systems.registry import FILE_FORMATS

SITE = Site(now=START + timedelta(days=DAYS), cluster=CLUSTER)


def read(path) -> Rows:
    (rows,) = FILE_FORMATS["lsb.acct"].read(path, SITE)
    return rows


@pytest.mark.parametrize("seed", [1, 7])
def test_the_reader_gives_the_history_back(tmp_path, seed):
    made = make_history(3_000, seed=seed)
    write_acct(made.history, tmp_path / "lsb.acct")
    assert_frame_equal(read(tmp_path / "lsb.acct").jobs, made.history)


def test_three_records_are_set_aside_each_for_its_own_reason(tmp_path):
    write_acct(make_history(400).history, tmp_path / "lsb.acct")
    reasons = count_reasons(read(tmp_path / "lsb.acct").set_aside)
    assert sum(reasons.values()) == BROKEN
    assert sorted(reasons) == ["absurd_memory", "finish_before_start", "malformed_fields"]


def test_the_same_history_gives_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        write_acct(make_history(300, seed=4).history, tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_record_is_written_as_lsf_writes_it():
    job = make_history(50, seed=1).history.head(1).with_columns(name=pl.lit('say "hi"'), array_index=3)
    (record,) = records(job)
    assert record.startswith('"JOB_FINISH" "10.1" 1756')
    assert ' "say ""hi""[3]" ' in record
