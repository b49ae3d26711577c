import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from jobcast.simulate.following import Following, broken_chains, following


def test_a_chain_of_earlier_and_later_jobs_is_sound():
    unknown, circle = broken_chains(pl.Series(["a", "b", "c"]), pl.Series([None, "c", "a"]))
    assert (unknown.tolist(), circle.tolist()) == ([False] * 3, [False] * 3)


def test_who_leads_into_a_circle_stands_in_none():
    unknown, circle = broken_chains(pl.Series(["a", "b", "c", "d"]), pl.Series(["b", "a", "a", "x"]))
    assert (unknown.tolist(), circle.tolist()) == ([False, False, False, True], [True, True, False, False])


@given(st.lists(st.integers(0, 6), min_size=1, max_size=6))
def test_without_the_broken_ones_every_chain_ends(after):
    ids = pl.Series([str(row) for row in range(len(after))])
    unknown, circle = broken_chains(ids, pl.Series(map(str, after)))
    for row in range(len(after)):
        at, steps = row, 0
        while not unknown[at] and not circle[at]:
            at, steps = after[at], steps + 1
            assert steps <= len(after)
        if circle[row]:
            seen, at = {row}, after[row]
            while at != row:
                assert at not in seen
                seen.add(at)
                at = after[at]


def test_who_follows_whom_is_told_by_rows_and_the_pause_between_them():
    jobs = pl.DataFrame(
        {"id": ["a", "b", "c", "d"], "after": ["c", None, "b", "x"], "think": [5, None, None, 9]},
        schema_overrides={"think": pl.Int64},
    )
    assert following(jobs) == Following(before=[2, -1, 1, -1], think=[5, 0, 0, 9])
    assert following(jobs.with_columns(after=pl.lit(None, pl.String))) is None
