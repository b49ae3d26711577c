"""Whatever the history holds, a report is made of it, and every figure in it is one."""

import math
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobcast.history import doubts, empty
from jobcast.language import LANGUAGES, Phrase, phrase, speaking
from jobcast.report.base import Histograms, Report
from jobcast.units import PIB
from tests.made_up import HOSTILE, NEW_YEAR, frame, job
from tests.report.histories import HISTORIES
from tests.report.made_up import FAILED, JOBS, as_pairs, made, report_of, section, whole

NEVER = timedelta(days=3650)


def amounts(found: Report) -> Iterator[tuple[str, Any]]:
    """Yield everything that is shown of a report, and where it stands."""
    for part in found.sections:
        yield from ((f"{part.name} {fact.name}", fact.value) for fact in part.facts)
        yield from ((f"{part.name} remark", remark) for remark in part.remarks)
        for figure in part.figures:
            headings, *rows = whole(figure.table)
            for row in rows:
                yield from ((f"{figure.name} {name}", cell) for name, cell in zip(headings, row, strict=True))
            for chart in figure.charts:
                if isinstance(chart, Histograms):
                    yield from ((f"{chart.name} limit", limit) for limit in chart.limits.values())
                    yield from ((f"{chart.name} subtitle", text) for text in chart.subtitles.values())
    for note in found.notes:
        yield from (("note", value) for value in (note.text, note.gib_hours, note.core_hours, note.weight))


def check(found: Report) -> None:
    """Each amount is finite, each text can be said, and shares of a whole are no more than it."""
    wrong = []
    for place, value in amounts(found):
        match value:
            case Phrase():
                for language in LANGUAGES:
                    with speaking(language):
                        assert value.say()
            case float() | int():
                if not math.isfinite(value) or (place.endswith(" share") and not 0 < value <= 1 + 1e-9):
                    wrong.append((place, value))
            case str() | None:
                pass
            case _:
                wrong.append((place, value))
    assert wrong == []
    assert all(note.gib_hours >= 0 and note.core_hours >= 0 for note in found.notes)


def test_of_no_jobs_it_is_said_that_there_are_none():
    found = report_of(empty())
    check(found)
    assert (found.jobs, found.notes) == (0, ())
    assert {part.name: (len(part.figures), part.remarks) for part in found.sections} == {
        "overview": (0, ()),
        "memory": (0, (phrase("report.no_done", jobs="0"),)),
        "cpu": (0, (phrase("report.no_cpu_time", done="0"),)),
        "time": (0, (phrase("report.no_limits"), phrase("report.no_waits"))),
        "failures": (0, (phrase("report.no_failures"),)),
        "forecasts": (0, (phrase("report.no_advice"),)),
    }
    assert as_pairs(found.sections[0].facts) == {
        "jobs": 0,
        "done_jobs": 0,
        "failed_jobs": 0,
        "cancelled_jobs": 0,
        "users": 0,
        "asked_core_h": 0,
        "held_tib_h": 0,
        "cost_money": 0,
        "unused_memory_money": 0,
    }


def test_jobs_outside_the_period_are_none():
    assert report_of([row | {"finish_time": row["finish_time"] - NEVER} for row in JOBS]) == report_of(
        empty()
    )


def test_of_a_history_without_memory_all_else_is_told():
    found = report_of(
        [row | {"memory_requested": None, "memory_peak": None, "advised_memory": None} for row in JOBS]
    )
    check(found)
    assert section("memory", found).remarks == (phrase("report.no_peak", done="19"),)
    assert section("cpu", found) == section("cpu")
    assert as_pairs(section("overview", found).facts)["held_tib_h"] == 0


def test_of_a_history_in_which_no_time_passed_jobs_are_told_and_no_hours():
    found = report_of([row | {"run_time": 0.0, "start_time": row["finish_time"]} for row in JOBS])
    check(found)
    facts = {name: value for part in found.sections for name, value in as_pairs(part.facts).items()}
    assert [name for name, value in facts.items() if name.endswith(("b_h", "core_h")) and value] == []
    assert (facts["over_tib"], facts["memory_efficiency_share"]) == (pytest.approx(184 / 1024), None)
    assert section("cpu", found).remarks == (phrase("report.no_cpu_time", done="19"),)


NOTHING = dict.fromkeys(
    ("user", "queue", "submit_time", "start_time", "run_time", "exit_code", "exit_reason")
)


@pytest.mark.parametrize(
    "row", [*JOBS, *(job(**NOTHING) | {"state": state} for state in ("done", "failed", "cancelled"))]
)
def test_of_a_single_job_a_report_is_made(row):
    found = report_of([row])
    check(found)
    assert found.jobs == 1


def test_names_are_passed_on_as_they_are():
    known = {"user": HOSTILE, "queue": HOSTILE, "name": HOSTILE, "exit_reason": HOSTILE}
    jobs = [made(n, **{"user": 0, "queue": 0, "name": 0} | known, **FAILED, cores=2) for n in range(3)]
    jobs += [made(n, HOSTILE, HOSTILE, HOSTILE, request=64, peak=1, cores=8, cpu=1) for n in range(3, 6)]
    found = report_of(jobs)
    check(found)
    assert {note.user for note in found.notes} == {note.queue for note in found.notes} == {HOSTILE}
    names = {
        cell for place, cell in amounts(found) if isinstance(cell, str) and place.split()[-1] != "exit_code"
    }
    assert HOSTILE in names


_SECONDS = st.none() | st.sampled_from([0.0, 1e-6, 1.0, 3.15e9]) | st.floats(1e-6, 3.15e9)
_BYTES = st.none() | st.sampled_from([0, 1, 4096, PIB]) | st.integers(0, PIB)
_EXTREME = st.fixed_dictionaries(
    {
        "user": st.sampled_from([None, "li", "chen", HOSTILE]),
        "state": st.sampled_from(["done", "done", "failed", "cancelled"]),
        "exit_reason": st.sampled_from([None, "memory_limit", "run_limit"]),
        "exit_code": st.none() | st.integers(-(2**31), 2**31 - 1),
        "run_time": _SECONDS,
        "run_limit": _SECONDS,
        "cpu_time": st.none() | st.sampled_from([0.0, 1e5]) | st.floats(0, 3e14),
        "cores_requested": st.none() | st.integers(1, 10_000_000),
        "memory_requested": _BYTES,
        "memory_peak": _BYTES,
        "advised_memory": _BYTES,
        "hosts": st.none() | st.lists(st.sampled_from(["a", "b", "c"]), unique=True),
    }
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_EXTREME, min_size=1, max_size=12))
def test_of_the_strangest_amounts_that_a_history_takes_a_report_is_made(rows):
    jobs = frame(*(job(str(n), **row) for n, row in enumerate(rows)))
    check(report_of(jobs.filter(doubts(jobs, NEW_YEAR + timedelta(days=30)).is_null())))


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(HISTORIES)
def test_of_any_history_a_report_is_made(rows):
    check(report_of(rows or empty()))
