import polars as pl
import pytest

from jobcast.history import Rows
from jobcast.systems.slurm.values import measured, unread
from jobcast.units import GIB, KIB
from tests.systems.slurm.made_up import job, only, read, step, text


def on(text: str | None, expression: pl.Expr) -> object:
    """Return what `expression` makes of one text."""
    return pl.DataFrame({"x": pl.Series([text], dtype=pl.String)}).select(expression).item()


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("4728141K", 4728141 * KIB),
        ("0", 0),
        ("1.5G", round(1.5 * GIB)),
        ("2048", 2048),
        ("-5K", None),
        ("K", None),
        ("99999999999999999999K", None),
        ("", None),
        (None, None),
    ],
)
def test_a_measured_amount_is_read_in_any_unit(text: str | None, amount: int | None) -> None:
    assert on(text, measured(pl.col("x"))) == amount


@pytest.mark.parametrize(
    ("text", "odd"),
    [("5K", False), ("-5K", True), ("lots", True), ("Unknown", False), (" ", False), ("4294967294", False)],
)
def test_only_what_is_meant_as_a_value_can_be_unread(text: str, odd: bool) -> None:
    value = pl.when(pl.col("x") == "5K").then(5 * KIB)
    assert on(text, unread(pl.col("x"), value)) is odd


ALL = (
    "JobID|State|Submit|Start|End|Elapsed|ElapsedRaw|Suspended|TotalCPU|Timelimit|TimelimitRaw|ReqCPUS|NNodes"
)


ALL += "|ReqMem|ReqTRES|AllocTRES|MaxRSS|TRESUsageInTot|ExitCode|Restarts"


def with_fields(**fields: str) -> Rows:
    """Read one job of which only these fields say something."""
    fields = {"JobID": "1", "State": "COMPLETED", "End": "1700000000", **fields}
    return read("\n".join([ALL, "|".join(fields.get(name, "") for name in ALL.split("|")), ""]))


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("MaxRSS", "99999999999999999999999G", "bad_memory_peak"),
        ("MaxRSS", "nan", "bad_memory_peak"),
        ("MaxRSS", "1228%", "bad_memory_peak"),
        ("TRESUsageInTot", "cpu=1,mem=-5", "bad_memory_peak"),
        ("ReqMem", "-5G", "bad_memory_requested"),
        ("ReqMem", "much", "bad_memory_requested"),
        ("ReqTRES", "cpu=1,mem=lots", "bad_memory_requested"),
        ("ReqTRES", "gres/gpu=-2", "bad_gpus_requested"),
        ("AllocTRES", "gres/gpu=99999999", "absurd_request"),
        ("ReqCPUS", "-3", "bad_cores_requested"),
        ("ReqCPUS", "99999999999", "bad_cores_requested"),
        ("ReqCPUS", "20000000", "absurd_request"),
        ("Timelimit", "99999999999-00:00:00", "absurd_request"),
        ("Timelimit", "-1:00:00", "bad_run_limit"),
        ("TimelimitRaw", "soon", "bad_run_limit"),
        ("Elapsed", "-00:01:00", "bad_run_time"),
        ("ElapsedRaw", "nan", "bad_run_time"),
        ("ElapsedRaw", "-5", "bad_run_time"),
        ("Suspended", "a while", "bad_suspended_time"),
        ("TotalCPU", "1e5", "bad_cpu_time"),
        ("Submit", "yesterday", "bad_submit_time"),
        ("Start", "2026-02-30T00:00:00", "bad_start_time"),
        ("End", "later", "bad_finish_time"),
        ("ExitCode", "one", "bad_exit_code"),
        ("Restarts", "-1", "bad_attempt"),
    ],
)
def test_a_value_that_cannot_be_read_sets_its_record_aside(field: str, value: str, reason: str) -> None:
    rows = with_fields(**{field: value})
    assert [(each.line, each.reason) for each in rows.set_aside] == [(2, reason)]
    assert value in rows.set_aside[0].text


@pytest.mark.parametrize(
    "word", ["", " ", "0", "Unknown", "None", "N/A", "UNLIMITED", "Partition_Limit", "INVALID"]
)
def test_words_for_no_value_are_read_as_none(word: str) -> None:
    names = ("Suspended", "TotalCPU", "Timelimit", "TimelimitRaw", "ReqCPUS", "NNodes", "ReqMem", "MaxRSS")
    found = only(with_fields(**dict.fromkeys(names, word)))
    assert set(found) <= {*KNOWN, "run_limit"}
    assert not found.get("run_limit")


KNOWN = {"system", "cluster", "job_id", "finish_time", "state"}


def test_a_step_whose_peak_cannot_be_read_sets_its_job_aside() -> None:
    rows = read(text(job(), step(MaxRSS="16E"), job(JobID="2"), step(JobID="2.batch", TotalCPU="?")))
    assert [(each.line, each.reason) for each in rows.set_aside] == [
        (2, "bad_memory_peak"),
        (4, "bad_cpu_time"),
    ]
    assert rows.jobs.height == 0


def test_counts_may_have_a_unit() -> None:
    assert only(read(text(job(ReqCPUS="1K"))))["cores_requested"] == 1024
