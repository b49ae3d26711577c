"""What goes on over the time of a run, held against counting second by second."""

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from jobcast.simulate.outcome import SUSPENDED
from jobcast.simulate.page.course import MOST_PARTS, OTHERS, QUEUES, course, edges_of
from jobcast.simulate.page.heat import MOST_ROWS, heat
from jobcast.simulate.page.spans import running, suspended
from tests.simulate.page.made_up import shares, small

JOBS = st.lists(
    st.tuples(
        *(st.integers(0, 60), st.integers(0, 40), st.integers(1, 50), st.integers(1, 5)),
        st.sampled_from(["day", "night", None]),
        st.sampled_from([{"a": 1}, {"b": 2}, {"a": 1, "b": 1}, {}]),
    ),
    min_size=1,
    max_size=12,
)


def _frame(rows) -> pl.DataFrame:
    rows = sorted(rows, key=lambda row: row[0])
    return pl.DataFrame(
        {
            "submit": [row[0] for row in rows],
            "start": [row[0] + row[1] for row in rows],
            "finish": [row[0] + row[1] + row[2] for row in rows],
            "cores": [row[3] for row in rows],
            "queue": pl.Series([row[4] for row in rows], dtype=pl.String),
            "allocation": shares(*(row[5] for row in rows)),
        },
        schema_overrides=dict.fromkeys(("submit", "start", "finish", "cores"), pl.Int64),
    )


@given(JOBS)
def test_the_course_is_that_of_counting_each_second(rows):
    jobs = _frame(rows)
    over = course(jobs)
    assert over.width == 1
    told = list(jobs.iter_rows(named=True))
    for place, second in enumerate(over.edges[:-1]):
        runs = [job for job in told if job["start"] <= second < job["finish"]]
        waits = [job for job in told if job["submit"] <= second < job["start"]]
        asked = sum(job["cores"] for job in [*runs, *waits])
        figures = [sum(job["cores"] for job in runs), asked, len(waits), len(waits), len(runs)]
        found = [sum(used[place] for used in over.used.values()), over.asked[place], over.waiting[place]]
        assert np.allclose([*found, over.most_waiting[place], over.running[place]], figures)
        for name, used in over.used.items():
            assert np.isclose(used[place], sum(job["cores"] for job in runs if (job["queue"] or "") == name))


@given(JOBS)
def test_each_machine_is_as_busy_as_counting_each_second_says(rows):
    jobs = _frame(rows)
    sizes = {"a": 50, "b": 60, "c": 1}
    edges = edges_of(0, 160)
    told = heat(jobs, sizes, edges)
    placed = [
        (job, {share["machine"]: share["tasks"] for share in job["allocation"]})
        for job in jobs.iter_rows(named=True)
    ]
    for row, (machine, size) in enumerate(sizes.items()):
        for place, second in enumerate(edges[:-1]):
            cores = sum(
                job["cores"] * tasks.get(machine, 0) / sum(tasks.values())
                for job, tasks in placed
                if tasks and job["start"] <= second < job["finish"]
            )
            assert abs(told.busy[row, place] - min(cores / size, 1)) < 1e-9


def test_many_machines_are_put_together():
    jobs = _frame([(0, 0, 10, 2, "day", {"m000": 1, "m249": 1})])
    sizes = {f"m{number:03d}": 2 for number in range(250)}
    told = heat(jobs, sizes, edges_of(0, 10))
    assert (len(told.first), told.first[1], told.last[1], told.last[-1]) == (84, "m003", "m005", "m249")
    assert len(told.first) <= MOST_ROWS
    assert (told.busy[0].tolist(), told.busy[-1].tolist()) == ([1 / 6] * 10, [1 / 2] * 10)
    assert told.jobs[[0, 1, -1]].tolist() == [1, 0, 1]


@given(st.integers(-10, 10**9), st.integers(0, 10**10))
def test_parts_cover_the_time_and_are_not_too_many(first: int, length: int):
    edges = edges_of(first, first + length)
    assert edges[0] <= first
    assert edges[-1] >= first + length
    assert 1 <= len(edges) - 1 <= MOST_PARTS
    assert len(set(np.diff(edges))) == 1


def test_small_queues_are_put_together():
    rows = [(0, 0, 10, number + 1, f"q{number:02d}", {}) for number in range(QUEUES + 3)]
    over = course(_frame(rows))
    assert list(over.used) == [*(f"q{number:02d}" for number in range(QUEUES + 2, 2, -1)), OTHERS]
    assert over.used[OTHERS][0] == 1 + 2 + 3


def test_a_suspended_job_uses_nothing_meanwhile():
    jobs = small().jobs.head(2)
    told = jobs.with_columns(
        pl.Series(
            "suspended", [[{"start": 100, "end": 200}, {"start": 300, "end": 300}], None], dtype=SUSPENDED
        )
    )
    assert suspended(told).rows() == [(0, 100, 200)]
    assert sorted(running(told).rows()) == [(0, 0, 100), (0, 200, 600), (1, 0, 900)]
    over = course(told)
    at_150 = int(np.searchsorted(over.edges, 150, side="right")) - 1
    assert (sum(used[at_150] for used in over.used.values()), over.running[at_150]) == (2, 1)


def test_a_job_without_machines_makes_none_busy():
    told = heat(_frame([(0, 0, 10, 2, "day", {})]), {"a": 4}, edges_of(0, 10))
    assert told.busy.max() == 0
