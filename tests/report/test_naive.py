"""For any history a report says what counting job by job says."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from jobcast.language import Phrase, phrase
from jobcast.report.base import Report, Table
from tests.report import naive
from tests.report.histories import HISTORIES
from tests.report.made_up import JOBS, PERIOD, SCOPE, as_pairs, frame, report, report_of


def runs_of(rows: Sequence[dict[str, Any]]) -> list[naive.Run]:
    """Return the jobs of the period, as a history tells them."""
    return naive.runs_of(frame(*rows).to_dicts() if rows else (), PERIOD.since, PERIOD.until)


def table(found: Report, name: str) -> Table | None:
    tables = {figure.name: figure.table for part in found.sections for figure in part.figures}
    return tables.get(name)


def check(rows: Sequence[dict[str, Any]]) -> None:
    """Compare the main figures of a report with those counted job by job."""
    runs = runs_of(rows)
    found = report_of(rows or frame_of_nothing())
    parts = {part.name: part for part in found.sections}
    facts = {name: as_pairs(part.facts) for name, part in parts.items()}
    overview = {name: fact for name, fact in facts["overview"].items() if not name.endswith("_money")}
    assert overview == pytest.approx(naive.overview(runs))
    assert facts["time"] == pytest.approx(naive.time(runs))
    told = {name: fact for name, fact in facts["failures"].items() if name in naive.failures(runs)}
    assert told == pytest.approx(naive.failures(runs))
    assert facts["forecasts"] == pytest.approx(naive.forecasts(runs))
    if facts["forecasts"]:
        remark = phrase("report.given_back", unknown=f"{naive.unknown(runs):,}")
        assert parts["forecasts"].remarks[1:] == (remark,)
    if naive.compared(runs):
        assert facts["memory"] == pytest.approx(naive.memory(runs))
    else:
        assert parts["memory"].figures == ()
    if naive.counted(runs):
        assert facts["cpu"] == pytest.approx(naive.cpu(runs))
    else:
        assert parts["cpu"].figures == ()
    check_rows(table(found, "memory_intervals"), naive.intervals(runs), range(1, 4))
    check_rows(table(found, "memory_difference"), naive.difference(runs), range(1, 8))
    check_rows(table(found, "core_sizes"), naive.sizes(runs), range(1, 4))
    check_rows(table(found, "forecast_errors"), naive.errors(runs), range(1, 4))
    check_people(
        table(found, "memory_outside_users"),
        naive.outside(runs),
        ("outside_tib", "over_tib", "over_jobs"),
        30,
    )
    check_people(table(found, "memory_over_users"), naive.too_much(runs), ("over_tib_h", "over_jobs"), 15)
    check_people(
        table(found, "memory_under_users"), naive.too_little(runs), ("under_tib_h", "under_jobs"), 15
    )
    names = ("idle_cores", "idle_core_h", "asked_core_h", "busy_core_h")
    check_people(table(found, "core_over_users"), naive.idle(runs), names, 30)
    people = naive.failing_people(runs)
    if any(sums[0] for sums in people.values()):
        check_people(table(found, "failure_users"), people, ("core_h", "gib_h", "failed_jobs"), 15)
    check_failing(table(found, "memory_failing_users"), naive.failing(runs))
    if reasons := table(found, "failure_reasons"):
        said = {row[0].key.removeprefix("report_reason."): row[1:4] for row in reasons.rows}
        assert list(said.items()) == [(name, pytest.approx(row)) for name, row in naive.reasons(runs).items()]
    else:
        assert naive.reasons(runs) == {}


def frame_of_nothing() -> Any:
    return frame(JOBS[0]).clear()


def check_rows(table: Table | None, rows: Sequence[tuple[Any, ...]], places: range) -> None:
    """The cells in some places of a table are these, if there is such a table."""
    if table:
        assert [tuple(row[place] for place in places) for row in table.rows] == [
            pytest.approx(row) for row in rows
        ]


def check_people(
    table: Table | None, people: Mapping[str | None, Sequence[float]], names: Sequence[str], first: int
) -> None:
    """A table of people tells of those with the most, and of all others together.

    The first of the columns `names` is that by which they are ordered.
    """
    if table is None:
        return
    some = {
        phrase("report.nobody") if user is None else user: sums
        for user, sums in people.items()
        if sums[0] > 0
    }
    total = sum(sums[0] for sums in some.values())
    told = dict(
        zip(table.column("user"), zip(*(table.column(name) for name in names), strict=True), strict=True)
    )
    shares = dict(zip(table.column("user"), table.column("share"), strict=True))
    others = [user for user in told if user not in some]
    assert len(told) == min(len(some), first + 1)
    assert others == [phrase("report.others", people=f"{len(some) - first:,}")] * (len(some) > first)
    named = [user for user in told if user in some]
    left = [sums for user, sums in some.items() if user not in told]
    for user in named:
        assert told[user] == pytest.approx(tuple(some[user])), user
        assert shares[user] == pytest.approx(some[user][0] / total)
    amounts = [told[user][0] for user in named]
    assert amounts == pytest.approx(sorted(amounts, reverse=True))
    for user in others:
        together = tuple(map(sum, zip(*left, strict=True)))
        assert told[user] == pytest.approx(together)
        assert shares[user] == pytest.approx(together[0] / total)
        assert max(sums[0] for sums in left) <= min(amounts) * (1 + 1e-9)
    assert not some or sum(shares.values()) == pytest.approx(1)


def check_failing(table: Table | None, people: Mapping[str | None, Sequence[float]]) -> None:
    if table is None:
        return
    rows = {None if isinstance(row[0], Phrase) else row[0]: row[1:] for row in table.rows}
    assert len(rows) == min(len(people), 15)
    assert rows == {user: pytest.approx(tuple(people[user])) for user in rows}
    products = [row[0] * row[1] for row in rows.values()]
    assert products == pytest.approx(sorted(products, reverse=True))


def test_what_is_made_up_by_hand_is_counted_alike():
    check(JOBS)
    assert report().period == SCOPE.period


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(HISTORIES)
def test_any_history_is_counted_alike(rows):
    check(rows)
