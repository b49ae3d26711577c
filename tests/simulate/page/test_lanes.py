"""Where jobs are drawn, and which of them."""

from collections import Counter

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.simulate.outcome import RESERVATIONS, SUSPENDED
from jobcast.simulate.page.lanes import Block, Rows, lay, rows_of
from jobcast.simulate.page.promises import promises
from jobcast.simulate.page.window import window
from tests.simulate.page.made_up import many, shares, small


@given(st.integers(0, 10_000), st.booleans())
def test_no_two_jobs_are_drawn_over_each_other_and_each_has_all_its_processors(seed: int, counted: bool):
    run = many(60, 3, 4, counted=counted, seed=seed)
    jobs = run.jobs.sort("start", maintain_order=True)
    rows = rows_of(run.facts.machines, run.facts.trace.processors, jobs, 200)
    blocks = lay(jobs, rows)
    drawn = Counter(dict.fromkeys(range(len(jobs)), 0))
    for block in blocks:
        drawn[block.row] += block.high - block.low
        assert 0 <= block.low < block.high <= rows.height
    assert [drawn[row] for row in range(len(jobs))] == jobs["cores"].to_list()
    taken: dict[int, list[tuple[int, int]]] = {}
    for block in blocks:
        start, finish = jobs["start"][block.row], jobs["finish"][block.row]
        for processor in range(block.low, block.high):
            assert all(start >= end or finish <= begin for begin, end in taken.get(processor, ()))
            taken.setdefault(processor, []).append((start, finish))


def test_a_job_is_drawn_on_its_own_machines():
    run = small()
    rows = rows_of(run.facts.machines, 8, run.jobs, 200)
    assert lay(run.jobs.sort("start", maintain_order=True).head(4), rows) == [
        Block(row=0, low=0, high=4),
        Block(row=1, low=4, high=6),
        Block(row=2, low=6, high=8),
        Block(row=3, low=0, high=4),
        Block(row=3, low=4, high=8),
    ]


def _preempting(victims: int) -> pl.DataFrame:
    """Return jobs of 4 on two machines of 4, each suspended while a later one runs."""
    jobs = []
    for number in range(victims):
        start = 1_000 * number
        jobs.append((start, start + 900, [{"start": start + 100, "end": start + 400}]))
        jobs.append((start + 100, start + 400, []))
    return pl.DataFrame(
        {"start": [one[0] for one in jobs], "finish": [one[1] for one in jobs], "cores": [8] * len(jobs)}
    ).with_columns(
        allocation=shares(*[{"a": 4, "b": 4}] * len(jobs)),
        suspended=pl.Series([one[2] for one in jobs], dtype=SUSPENDED),
    )


def test_who_suspends_others_is_drawn_on_their_processors():
    jobs = _preempting(3)
    rows = Rows(first_of={"a": 0, "b": 4}, size_of={"a": 4, "b": 4})
    assert lay(jobs, rows) == [
        Block(row=row, low=low, high=low + 4) for row in range(len(jobs)) for low in (0, 4)
    ]


SUSPENDING = st.lists(
    st.tuples(
        st.integers(0, 30), st.integers(0, 30), st.integers(1, 4), st.lists(st.integers(0, 30), max_size=4)
    ),
    max_size=12,
)


@given(SUSPENDING)
def test_each_job_has_as_many_processors_as_tasks_however_often_it_is_suspended(told):
    jobs = []
    for start, run, cores, moments in sorted(told, key=lambda one: one[0]):
        edges = sorted({start + moment for moment in moments if moment <= run})
        rests = [{"start": begin, "end": end} for begin, end in zip(edges[::2], edges[1::2], strict=False)]
        jobs.append((start, start + run, cores, rests))
    table = pl.DataFrame(
        [one[:3] for one in jobs], schema=dict.fromkeys(("start", "finish", "cores"), pl.Int64), orient="row"
    ).with_columns(
        allocation=shares(*({"a": one[2]} for one in jobs)),
        suspended=pl.Series([one[3] for one in jobs], dtype=SUSPENDED),
    )
    drawn = Counter(dict.fromkeys(range(len(jobs)), 0))
    for block in lay(table, Rows(first_of={"a": 0}, size_of={"a": 4})):
        assert 0 <= block.low < block.high <= 4
        drawn[block.row] += block.high - block.low
    assert [drawn[row] for row in range(len(jobs))] == table["cores"].to_list()


def test_where_nobody_tells_on_which_machines_jobs_ran_all_processors_are_one():
    run = small()
    jobs = run.jobs.with_columns(allocation=pl.lit(None, dtype=run.jobs.schema["allocation"]))
    assert rows_of(run.facts.machines, 8, jobs, 200).size_of == {"": 8}


def test_only_so_many_machines_are_drawn():
    run = small()
    rows = rows_of({"c": 9, **run.facts.machines}, 17, run.jobs, 1)
    assert (rows.first_of, rows.size_of, rows.height) == ({"a": 0}, {"a": 4}, 4)
    assert {block.row for block in lay(run.jobs.sort("start", maintain_order=True), rows)} == {0, 3, 4}


@given(st.integers(0, 1_000), st.integers(5, 300))
def test_no_more_is_drawn_than_can_be_seen(seed: int, most: int):
    jobs = many(100, 4, seed=seed).jobs
    view = window(jobs, most=most)
    drawn = view.jobs["allocation"].list.len().sum()
    assert drawn <= most or len(view.jobs) == 1
    assert view.whole == (jobs["allocation"].list.len().sum() <= most)
    assert view.jobs["start"].is_sorted()
    assert view.start < view.end


def test_the_time_in_which_most_waited_is_drawn():
    run = many(400, 4)
    view = window(run.jobs, most=60)
    waiting = [
        run.jobs.filter(pl.col("submit") <= second, pl.col("start") > second).height
        for second in run.jobs["submit"]
    ]
    busiest = run.jobs["submit"][waiting.index(max(waiting))]
    assert not view.whole
    assert not view.chosen
    assert view.start <= busiest + 3600
    assert view.end >= busiest - 3600


def test_a_chosen_time_is_drawn():
    run = many(400, 4)
    view = window(run.jobs, (10_000, 20_000))
    assert (view.start, view.end, view.chosen, view.whole) == (10_000, 20_000, True, False)
    assert view.jobs["finish"].min() > 10_000
    assert view.jobs["start"].max() <= 20_000


def test_a_promise_lies_where_the_job_came_to_run():
    run = small()
    jobs = run.jobs.sort("start", maintain_order=True)
    rows = rows_of(run.facts.machines, 8, jobs, 200)
    told, count = promises(run.reservations, jobs, lay(jobs, rows), rows, (0, 2000))
    assert count == 2
    assert [(one.job, one.made, one.over, one.start, one.low, one.high) for one in told] == [
        ("3", 60, 900, 900, 0, 4),
        ("3", 60, 900, 900, 4, 8),
    ]


def test_the_last_promise_of_a_job_goes_back_as_long_as_its_machines_were_the_same():
    run = small()
    jobs = run.jobs.sort("start", maintain_order=True)
    rows = rows_of(run.facts.machines, 8, jobs, 200)
    (first,) = run.reservations.iter_rows(named=True)
    elsewhere = [{**first, "made": 10, "over": 60, "allocation": [{"machine": "b", "tasks": 8}]}]
    again = [{**first, "made": 60, "over": 200}, {**first, "made": 200, "over": 900, "start": 800}]
    moved = [{**first, "id": "9", "made": 900, "over": 950, "allocation": [{"machine": "b", "tasks": 8}]}]
    unknown = [{**first, "id": "6", "start": None}]
    table = pl.DataFrame([*elsewhere, *again, *moved, *unknown], schema=run.reservations.schema)
    told, count = promises(table, jobs, lay(jobs, rows), rows, (0, 2000))
    assert (count, [(one.made, one.over, one.start, one.low) for one in told]) == (
        3,
        [(60, 900, 800, 0), (60, 900, 800, 4), (900, 950, 900, 4)],
    )


@pytest.mark.parametrize("window_", [(901, 2000), (0, 59)])
def test_a_promise_of_another_time_is_not_drawn(window_: tuple[int, int]):
    run = small()
    rows = rows_of(run.facts.machines, 8, run.jobs, 200)
    assert promises(run.reservations, run.jobs, [], rows, window_) == ([], 0)


def test_an_engine_may_keep_no_promises():
    run = small()
    rows = rows_of(run.facts.machines, 8, run.jobs, 200)
    assert promises(None, run.jobs, [], rows, (0, 9)) == ([], 0)


def _held(*rows: tuple[str, int, int, int | None, dict[str, int]]) -> pl.DataFrame:
    """Return what jobs hold: id, from when, until when, start that is reckoned with, machine to processors."""
    told = pl.DataFrame(
        [one[:4] for one in rows],
        schema={"id": pl.String, "made": pl.Int64, "over": pl.Int64, "start": pl.Int64},
        orient="row",
    )
    told = told.with_columns(allocation=shares(*(one[4] for one in rows)), held=True)
    return told.with_columns(finish=pl.lit(None, pl.Int64)).select(RESERVATIONS.names())


def test_what_is_held_lies_beside_those_who_run_as_long_as_it_is_held():
    run = small()
    jobs = run.jobs.sort("start", maintain_order=True)
    rows = rows_of(run.facts.machines, 8, jobs, 200)
    held = _held(
        ("3", 60, 100, None, {"b": 2}),
        ("3", 100, 180, 900, {"b": 2}),
        ("3", 680, 900, 900, {"a": 4, "b": 1}),
        ("9", 700, 900, None, {"b": 1}),
        ("9", 900, 900, None, {"b": 3}),
    )
    told, count = promises(held, jobs, lay(jobs, rows), rows, (0, 2000))
    assert [(one.job, one.made, one.over, one.start, one.low, one.high) for one in told] == [
        ("3", 60, 180, 900, 6, 8),
        ("3", 680, 900, 900, 0, 4),
        ("3", 680, 900, 900, 6, 7),
        ("9", 700, 900, None, 7, 8),
    ]
    assert (count, {one.held for one in told}) == (4, {True})


def test_what_is_held_lies_where_others_rest_rather_than_where_they_run():
    resting = _preempting(1).head(1).with_columns(id=pl.lit("r"), cores=2, allocation=shares({"a": 2}))
    running = resting.with_columns(id=pl.lit("w"), suspended=pl.lit(None, SUSPENDED))
    both = pl.concat([running, resting])
    rows = Rows(first_of={"a": 0}, size_of={"a": 4})
    told, _ = promises(_held(("9", 100, 400, None, {"a": 2})), both, lay(both, rows), rows, (0, 900))
    assert [(one.low, one.high) for one in told] == [(2, 4)]


def test_runs_of_older_versions_tell_only_what_was_promised():
    run = small()
    jobs = run.jobs.sort("start", maintain_order=True)
    rows = rows_of(run.facts.machines, 8, jobs, 200)
    told, count = promises(run.reservations.drop("held"), jobs, lay(jobs, rows), rows, (0, 2000))
    assert (count, [one.held for one in told]) == (2, [False, False])
