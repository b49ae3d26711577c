"""The history's columns, and the doubts for which a row is set aside."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from jobcast.history import (
    KEY,
    SCHEMA,
    SET_ASIDE_TEXT,
    SetAside,
    conform,
    count_reasons,
    doubts,
    empty,
    ran_at,
    sift,
    submitted_at,
)
from jobcast.units import PIB
from tests.made_up import NEW_YEAR, frame, job

NOON = NEW_YEAR + timedelta(hours=12)


def test_a_history_without_jobs_has_all_columns():
    assert empty().schema == SCHEMA
    assert set(KEY) - {"ran_at"} <= set(SCHEMA)


def test_columns_that_a_source_lacks_become_null_and_foreign_ones_go():
    history = conform(pl.DataFrame({"job_id": ["1"], "array_index": ["4"], "colour": ["red"]}))
    assert history.schema == SCHEMA
    assert history["array_index"].to_list() == [4]
    assert history["memory_peak"].to_list() == [None]


def test_a_column_of_another_kind_is_refused():
    with pytest.raises(pl.exceptions.PolarsError):
        conform(pl.DataFrame({"array_index": ["many"]}))


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        ({}, None),
        ({"job_id": None}, "no_job_id"),
        ({"job_id": ""}, "no_job_id"),
        ({"start_time": NOON + timedelta(seconds=1)}, "finish_before_start"),
        ({"start_time": None}, None),
        ({"submit_time": NOON}, "start_before_submit"),
        ({"submit_time": NOON - timedelta(hours=1) + timedelta(minutes=5)}, None),
        ({"finish_time": NOON + timedelta(days=30)}, "in_the_future"),
        ({"submit_time": NOON + timedelta(days=2), "start_time": None}, "in_the_future"),
        ({"submit_time": datetime(1, 1, 1, tzinfo=UTC)}, "absurd_time"),
        ({"start_time": datetime(1979, 12, 31, tzinfo=UTC)}, "absurd_time"),
        ({"submit_time": NOON - timedelta(days=402)}, "absurd_time"),
        ({"submit_time": NOON - timedelta(days=399)}, None),
        ({"submit_time": NOON - timedelta(days=402), "start_time": None}, None),
        ({"run_time": float("nan")}, "absurd_time"),
        ({"run_limit": 3.2e9}, "absurd_request"),
        ({"run_limit": float("nan")}, "absurd_request"),
        ({"run_limit": -1.0}, "absurd_request"),
        ({"cores_requested": 0}, "absurd_request"),
        ({"cores_requested": 10_000_001}, "absurd_request"),
        ({"gpus_requested": -1}, "absurd_request"),
        ({"run_limit": 0.0, "cores_requested": 1, "gpus_requested": 0}, None),
        ({"memory_peak": -1}, "negative_amount"),
        ({"run_time": -0.5}, "negative_amount"),
        ({"memory_requested": PIB + 1}, "absurd_memory"),
        ({"memory_requested": PIB}, None),
        ({"cpu_time": 3600.0 * 100_001}, "absurd_cpu_time"),
        ({"cpu_time": 99_000.0, "run_time": None}, None),
    ],
    ids=str,
)
def test_what_cannot_be_true_is_doubted(known, reason):
    rows = frame({**job(), **known} if "finish_time" not in known else job(**known))
    assert doubts(rows, NOON).to_list() == [reason]


def test_a_job_without_finish_is_doubted():
    assert doubts(frame({**job(), "finish_time": None}), NOON).to_list() == ["no_finish_time"]


@pytest.mark.parametrize("name", ["submit_time", "start_time", "finish_time"])
@pytest.mark.parametrize("micro", [-(2**63) + 1, -(10**17), 0, 10**17, 2**63 - 1])
def test_a_time_that_no_calendar_has_is_doubted_and_never_raised(name, micro):
    rows = frame(job()).with_columns(pl.lit(micro).cast(pl.Datetime("us", "UTC")).alias(name))
    assert doubts(rows, NOON).null_count() == 0


def test_the_first_doubt_is_the_reason():
    assert doubts(frame(job("", memory_peak=-1)), NOON).to_list() == ["no_job_id"]


def test_sifting_parts_rows_and_keeps_the_records_of_the_bad():
    rows = frame(job("1"), job(""), job("3"))
    asked: list[int] = []

    def record(row: int) -> tuple[int, str]:
        asked.append(row)
        return row + 10, "x" * 10_000

    sifted = sift(rows, now=NOON, source="lsb.acct", record=record)
    assert sifted.jobs["job_id"].to_list() == ["1", "3"]
    assert asked == [1]
    assert sifted.set_aside == (
        SetAside(source="lsb.acct", line=11, reason="no_job_id", text="x" * SET_ASIDE_TEXT),
    )
    assert sift(rows[[0]], now=NOON, source="f", record=record).set_aside == ()


def test_reasons_are_counted_most_frequent_first():
    records = [SetAside(source="f", line=n, reason=reason, text="") for n, reason in enumerate("abb")]
    assert list(count_reasons(records).items()) == [("b", 2), ("a", 1)]


def test_the_moments_of_a_run_fall_back_on_what_is_known():
    rows = frame(job(), job(start_time=None), {**job(), "start_time": None, "submit_time": None})
    found = rows.select(ran_at(), submitted_at())
    assert found["ran_at"].to_list() == [NOON - timedelta(hours=1), NOON - timedelta(hours=2), NOON]
    assert found["submitted_at"].to_list() == [NOON - timedelta(hours=2), NOON - timedelta(hours=2), NOON]
