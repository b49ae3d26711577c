"""What hooks were answered against what jobs did: every figure counted by hand, and sums that must agree."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.language import phrase
from jobcast.report.base import Section
from jobcast.report.shadow import section
from jobcast.report.shadow_match import entries_of, jobs_of, matched
from tests.made_up import NEW_YEAR, frame
from tests.report.answered import KILLED, entry, limit, looked_back, lower, memory_set, ran, too_small

SET, LOWER, RAISE = (phrase(f"report_change.{kind}") for kind in ("set", "lower", "raise"))


def facts(section: Section) -> dict[str, float | None]:
    return {fact.name: fact.value for fact in section.facts}


def rows(section: Section, name: str) -> list[tuple[Any, ...]]:
    """Return the rows of a table, shares in whole percent."""
    figure = next(figure for figure in section.figures if figure.name == name)
    shares = [column.name.endswith("share") for column in figure.table.columns]
    return [
        tuple(
            None if cell is None else round(100 * cell) if share else cell
            for cell, share in zip(row, shares, strict=True)
        )
        for row in figure.table.rows
    ]


def test_the_facts_count_what_would_be_set_and_lowered():
    assert facts(looked_back()) == {
        "answered_jobs": 10,
        "would_change_jobs": 8,
        "found_jobs": 10,
        "unfound_jobs": 1,
        "lower_request_tib_h": 2 + 1 + 4,
        "lower_advice_tib_h": 1 + 0.5 + 2,
        "lower_peak_tib_h": 0.5 + 0.75 + 1,
        "short_as_asked_jobs": 1,
        "short_as_advised_jobs": 3,
        "over_advised_limit_jobs": 1,
        "kept_share": 0.5,
        "promised_share": 0.95,
    }


def test_memory_is_told_by_mode_and_kind_of_change():
    assert rows(looked_back(), "shadow_memory") == [
        # submissions, finished, judged; TiB·h as asked, as advised, at the peak; beyond request, advice; kept
        ("shadow", SET, 1, 1, 1, None, 0.375, 0.1875, 0, 0, 100),
        ("shadow", LOWER, 4, 4, 3, 3.0, 1.5, 1.25, 1, 2, 33),
        ("shadow", RAISE, 1, 1, 1, 0.0625, 0.5, 0.125, 1, 0, 100),
        ("lower", LOWER, 2, 2, 2, 4.0, 2.0, 1.0, 0, 1, 50),
    ]


def test_run_limits_are_told_by_mode_and_kind_of_change():
    assert rows(looked_back(), "shadow_run_limit") == [
        ("shadow", SET, 1, 1, 1, None, 2.0, 3.0, 0, 1, 0),
        ("shadow", LOWER, 1, 1, 1, 10.0, 1.0, 0.5, 0, 0, 100),
    ]


def test_queues_and_people_with_the_most_saved_come_first():
    assert rows(looked_back(), "shadow_queues") == [
        ("syn", 3, 3, 2, 4.0, 2.0, 1.0, 0, 1, 50, 0),
        ("pnr", 5, 5, 4, 3.0, 1.5, 1.25, 1, 2, 50, 1),
    ]
    assert [row[0] for row in rows(looked_back(), "shadow_users")] == ["li", "chen"]


def test_beyond_ten_queues_the_others_stand_together():
    journal = [entry(n, lower(1024 * (n + 1), 512), queue=f"q{n:02}") for n in range(12)]
    history = [ran(n, hours=1, request=1024, peak=256) for n in range(12)]
    found = told(journal, history)
    assert rows(found, "shadow_queues")[-1] == (
        *(phrase("report.others", people="2"), 2, 2, 2),
        *(1.0 + 2.0, 1.0, 0.5, 0, 0, 100, 0),
    )
    assert len(rows(found, "shadow_queues")) == 11


def told(journal: list[Any], history: list[dict[str, Any]]) -> Section:
    entries = entries_of(journal)
    jobs = jobs_of(frame(*history).lazy(), NEW_YEAR).collect()
    return section(entries, matched(entries, jobs), 0.05)


def test_an_empty_journal_has_no_figures():
    found = told([], [ran(1, hours=1, request=8, peak=4)])
    assert facts(found)["answered_jobs"] == 0
    assert facts(found)["kept_share"] is None
    assert all(not figure.table.rows for figure in found.figures)


@pytest.mark.parametrize(
    ("change", "job", "short"),
    [
        (lower(64, 32), {"request": 64, "peak": 32}, (1, 0, 0)),
        (lower(64, 32), {"request": 64, "peak": 32.25}, (1, 0, 1)),
        (lower(64, 32), {"request": 64, "peak": 65}, (1, 1, 1)),
        (lower(64, 32, made=True), {"request": 32, "peak": 32, **KILLED}, (1, 0, 1)),
        (lower(64, 32), {"request": 64, "peak": 64, **KILLED}, (1, 1, 1)),
        (lower(64, 32), {"request": 16, "peak": 16, **KILLED}, (0, 0, 0)),  # somebody asked for less still
        (memory_set(32, made=True), {"request": 32, "peak": 32, **KILLED}, (1, 0, 1)),
        (memory_set(32), {"request": None, "peak": 48, **KILLED}, (0, 0, 0)),  # who knows at what
        (lower(64, 32), {"request": 64, "peak": 16, "state": "failed"}, (0, 0, 0)),
        (lower(64, 32), {"request": 64, "peak": 16, "state": "cancelled"}, (0, 0, 0)),
        (lower(64, 32), {"request": 64, "peak": None}, (0, 0, 0)),
    ],
)
def test_what_a_job_needed_is_judged_only_where_it_is_known(change, job, short):
    (row,) = rows(told([entry(1, change)], [ran(1, hours=1, **job)]), "shadow_memory")
    judged, beyond_request, beyond_advice = row[4], row[8], row[9]
    assert (judged, beyond_request, beyond_advice) == short


@pytest.mark.parametrize(
    ("job", "short"),
    [
        ({"hours": 1}, (1, 0, 0)),
        ({"hours": 2}, (1, 0, 1)),
        ({"hours": 10, "state": "failed", "exit_reason": "run_limit"}, (1, 1, 1)),
        ({"hours": 0.5, "limit": 0.5, "state": "failed", "exit_reason": "run_limit"}, (0, 0, 0)),
        ({"hours": 0.5, "state": "failed"}, (0, 0, 0)),
    ],
)
def test_how_long_a_job_needed_is_judged_only_where_it_is_known(job, short):
    history = [ran(1, **{"request": 1, "peak": 1, "limit": 10, **job})]
    (row,) = rows(told([entry(1, limit(10, 1))], history), "shadow_run_limit")
    assert (row[4], row[8], row[9]) == short


AMOUNTS = st.sampled_from([1, 2, 64, 512, 1024])
CHANGES = st.one_of(
    st.builds(lower, AMOUNTS, AMOUNTS, made=st.booleans()),
    st.builds(memory_set, AMOUNTS),
    st.builds(too_small, AMOUNTS, AMOUNTS),
    st.builds(limit, st.none() | AMOUNTS, AMOUNTS),
)
WHO = st.fixed_dictionaries(
    {
        "queue": st.sampled_from([None, *(f"q{number}" for number in range(14))]),
        "user": st.sampled_from([None, *(f"u{number}" for number in range(14))]),
        "mode": st.sampled_from(["shadow", "advise", "apply", "lower"]),
    }
)
ENDS = st.sampled_from([{}, {}, KILLED, {"state": "failed"}, {"state": "failed", "exit_reason": "run_limit"}])
JOB = st.fixed_dictionaries(
    {
        "hours": st.sampled_from([0.5, 1, 3, 600]),
        "request": st.none() | AMOUNTS,
        "peak": st.none() | AMOUNTS,
        "limit": st.none() | AMOUNTS,
    }
)


@given(st.lists(st.tuples(CHANGES, WHO, JOB, ENDS), max_size=30))
def test_the_sums_over_queues_and_over_people_are_the_totals(made):
    journal = [entry(n, change, **who) for n, (change, who, _, _) in enumerate(made)]
    history = [
        ran(n, **job, **end, user=who["user"], queue=who["queue"])
        for n, (_, who, job, end) in enumerate(made)
    ]
    found = told(journal, history)
    total = facts(found)
    for name in ("shadow_queues", "shadow_users"):
        table = next(figure.table for figure in found.figures if figure.name == name)
        assert sum(table.column("submission_jobs")) == total["would_change_jobs"]
        for column, fact in {
            "request_tib_h": "lower_request_tib_h",
            "advice_tib_h": "lower_advice_tib_h",
            "peak_tib_h": "lower_peak_tib_h",
            "request_short_jobs": "short_as_asked_jobs",
            "advice_short_jobs": "short_as_advised_jobs",
            "over_limit_jobs": "over_advised_limit_jobs",
        }.items():
            assert sum(table.column(column)) == pytest.approx(total[fact])


@given(st.lists(st.tuples(CHANGES, WHO, JOB, ENDS), max_size=30))
def test_a_naive_recount_finds_the_same_memory(made):
    journal = [entry(n, change, **who) for n, (change, who, _, _) in enumerate(made)]
    history = [
        ran(n, **job, **end, user=who["user"], queue=who["queue"])
        for n, (_, who, job, end) in enumerate(made)
    ]
    total = facts(told(journal, history))
    before = after = peak = 0.0
    judged = short = 0
    for (change, _, job, end), row in zip(made, history, strict=True):
        if change.subject != "memory" or change.kind == "raise":
            continue
        advised = change.after / 1024**3
        if not end and job["peak"] is not None:
            judged += 1
            short += job["peak"] > advised
            if change.kind == "lower":
                before += change.before / 1024**4 * job["hours"]
                after += change.after / 1024**4 * job["hours"]
                peak += row["memory_peak"] / 1024**4 * job["hours"]
        elif end is KILLED and job["request"] is not None and advised <= job["request"]:
            judged += 1
            short += 1
    assert total["lower_request_tib_h"] == pytest.approx(before)
    assert total["lower_advice_tib_h"] == pytest.approx(after)
    assert total["lower_peak_tib_h"] == pytest.approx(peak)
    assert total["short_as_advised_jobs"] == short
    assert total["kept_share"] == (pytest.approx(1 - short / judged) if judged else None)


def test_a_job_submitted_before_the_period_is_not_looked_for():
    early = ran(1, hours=1, request=8, peak=4, submit_time=NEW_YEAR - timedelta(minutes=2))
    assert jobs_of(frame(early).lazy(), NEW_YEAR).collect().is_empty()
