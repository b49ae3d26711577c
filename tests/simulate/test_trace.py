from collections.abc import Sequence

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.errors import InputError
from jobcast.simulate.trace import CHANGES, REASONS, SCHEMA, Taken, sift
from tests.simulate.made_up import ORIGIN, trace

WHOLE = st.one_of(st.none(), st.integers(-2, 12))
ROW = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["a", "b", "a~2"]),
        "after": st.one_of(st.none(), st.sampled_from(["a", "b", "a~2", "x"])),
        **dict.fromkeys(("submit", "run", "cores", "memory", "waited"), WHOLE),
        "request": st.one_of(st.none(), st.integers(1, 12)),
    }
)


def taken(rows: Sequence[dict[str, object]], *, processors: int | None = 8, must_request: bool) -> Taken:
    jobs = pl.DataFrame([{**dict.fromkeys(SCHEMA), **row} for row in rows], schema=SCHEMA)
    return Taken(name="rows", origin=ORIGIN, jobs=jobs, processors=processors, must_request=must_request)


@given(st.lists(ROW, min_size=1, max_size=12), st.booleans())
def test_every_row_is_a_sound_job_or_counted(rows, must_request) -> None:
    try:
        made = sift(taken(rows, must_request=must_request))
    except InputError:  # none of them is a job
        return
    jobs = made.jobs
    assert len(jobs) + sum(made.set_aside.values()) == len(rows)
    assert set(made.set_aside) <= set(REASONS)
    assert set(made.changed) <= set(CHANGES)
    assert jobs["submit"].is_sorted()
    assert jobs["id"].is_unique().all()
    assert jobs["after"].drop_nulls().is_in(jobs["id"].to_list()).all()
    for job in jobs.iter_rows(named=True):
        assert job["submit"] >= 0
        assert 1 <= job["run"] <= (job["request"] or job["run"])
        assert 1 <= job["cores"] <= 8
        assert job["memory"] is None or job["memory"] >= 1
        assert job["request"] is not None or not must_request


def test_names_become_numbers_and_nobody_is_none() -> None:
    made = trace((0, 1, 1), (0, 1, 1), (0, 1, 1), user=["wang", None, "chen"])
    assert made.codes("user").tolist() == [1, -1, 0]
    assert made.codes("queue") is None


def test_a_job_that_asks_for_no_run_time_is_reckoned_with_its_true_one() -> None:
    made = trace((0, 7, 1), (0, 9, 1), request=[20, None])
    assert made.requested().tolist() == [20, 9]


def test_where_nobody_tells_how_many_processors_there_are_no_number_is_made_up() -> None:
    with pytest.raises(InputError) as caught:
        sift(taken([{"id": "a", "submit": 0, "run": 1, "cores": 1}], processors=None, must_request=False))
    assert caught.value.hint == "--processors N, or --machines 32x8:64GB"
