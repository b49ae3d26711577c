"""Which finished jobs came of which answered submission."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from jobcast.report.shadow_match import TOLERANCE, entries_of, jobs_of, matched
from jobcast.store.advice import Entry
from tests.made_up import NEW_YEAR, frame, job

WHO = {"user": "chen", "name": "place", "command": "run x", "cwd": "/proj"}


def entry(seconds: float, **known: Any) -> Entry:
    at = NEW_YEAR + timedelta(seconds=seconds)
    return Entry(**{"id": f"a{seconds}", "at": at, "system": "lsf", "mode": "shadow", **WHO, **known})


def ran(number: int, seconds: float | None, **known: Any) -> dict[str, Any]:
    submit = None if seconds is None else NEW_YEAR + timedelta(seconds=seconds)
    return job(str(number), **{**WHO, "submit_time": submit, **known})


def pairs(entries: list[Entry], *rows: dict[str, Any]) -> list[tuple[int, int]]:
    """Return the pairs of places: of the entry, and of the job in the history."""
    jobs = jobs_of(frame(*rows).lazy(), NEW_YEAR).collect()
    assert jobs.height == sum(row["submit_time"] is not None for row in rows)
    return sorted(matched(entries_of(entries), jobs).select("entry", "job").rows())


def test_a_job_that_carries_the_id_came_of_that_entry_whenever_it_was_submitted():
    other = {"name": "other", "command": None}
    assert pairs([entry(0, id="a"), entry(1, id="b")], ran(1, 4000, advice_id="b", **other)) == [(1, 0)]


def test_nobody_can_put_a_job_under_the_advice_of_another():
    assert pairs([entry(0, id="a")], ran(1, 0, advice_id="a", user="li")) == []
    assert pairs([entry(0, id="a", user=None)], ran(1, 0, advice_id="a")) == [(0, 0)]


def test_a_job_with_an_id_of_another_period_comes_of_no_entry():
    assert pairs([entry(0, id="a")], ran(1, 0, advice_id="long ago")) == []


@pytest.mark.parametrize(("seconds", "found"), [(60, [(0, 0)]), (-60, [(0, 0)]), (61, []), (-61, [])])
def test_a_minute_may_lie_between_answer_and_submission(seconds, found):
    assert pairs([entry(100)], ran(1, 100 + seconds)) == found
    assert timedelta(seconds=60) == TOLERANCE


@pytest.mark.parametrize("field", ["user", "name", "command", "cwd"])
def test_another_user_name_command_or_folder_is_another_submission(field):
    assert pairs([entry(0)], ran(1, 0, **{field: "other"})) == []
    assert pairs([entry(0)], ran(1, 0, **{field: None})) == []


def test_the_queue_may_be_another():
    assert pairs([entry(0, queue=None)], ran(1, 0, queue="normal")) == [(0, 0)]


def test_without_a_name_the_batch_system_may_have_given_one():
    assert pairs([entry(0, name=None)], ran(1, 0, name="run x")) == [(0, 0)]
    assert pairs([entry(0, name="")], ran(1, 0, name=None)) == [(0, 0)]


def test_the_first_4096_characters_of_a_command_decide():
    long = "终" * 5000
    assert pairs([entry(0, command=long[:4096])], ran(1, 0, command=long)) == [(0, 0)]


def test_all_elements_and_runs_of_an_array_came_of_its_one_submission():
    elements = [ran(7, 1, array_index=index) for index in range(3)]
    again = ran(7, 1, array_index=2, attempt=1)
    assert pairs([entry(0)], *elements, again, ran(8, 2)) == [(0, 0), (0, 1), (0, 2), (0, 3)]


def test_the_closest_belong_together():
    assert pairs([entry(0), entry(30)], ran(1, 31)) == [(1, 0)]
    assert pairs([entry(0), entry(30)], ran(1, 29), ran(2, 31)) == [(0, 0), (1, 1)]


def test_a_burst_within_a_second_leads_to_one_job_each():
    burst = [entry(number / 10) for number in range(10)]
    assert len(pairs(burst, *(ran(number, 0) for number in range(12)))) == 10


def test_a_job_without_a_time_of_submission_comes_of_nothing():
    assert pairs([entry(0)], ran(1, None)) == []


def test_an_id_that_stands_twice_counts_once():
    assert entries_of([entry(0, id="a"), entry(5, id="a")]).height == 1


TIMES = st.lists(st.integers(0, 300), max_size=5)


@given(TIMES, TIMES)
def test_a_naive_search_for_the_closest_pairs_finds_as_many_as_close(answered, submitted):
    apart = [abs(one - other) for one in answered for other in submitted]
    assume(
        len(apart) == len(set(apart))
    )  # of two pairs as close, either may be taken, and others then fit or not
    see_closest(answered, submitted)


@pytest.mark.parametrize(
    ("answered", "submitted"),
    [([0, 10], [5, 15]), ([5, 15], [0, 10]), ([0, 0, 1], [0, 0, 0, 1]), ([0, 61, 122], [60, 121])],
)
def test_pairs_as_close_leave_the_others_theirs(answered, submitted):
    see_closest(answered, submitted)


def see_closest(answered, submitted):
    """See that one pair after the other was made of what was closest and left."""
    entries = [entry(seconds, id=f"{place}") for place, seconds in enumerate(answered)]
    rows = [ran(place, seconds) for place, seconds in enumerate(submitted)]
    found = pairs(entries, *rows) if rows else []
    assert len({one for one, _ in found}) == len({other for _, other in found}) == len(found)
    left, others, naive = list(answered), list(submitted), []
    while close := min(((abs(a - b), a, b) for a in left for b in others), default=None):
        if close[0] > 60:
            break
        left.remove(close[1])
        others.remove(close[2])
        naive.append(close[0])
    assert sorted(abs(answered[one] - submitted[other]) for one, other in found) == sorted(naive)
