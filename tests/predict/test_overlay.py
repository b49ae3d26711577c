from array import array

from hypothesis import given
from hypothesis import strategies as st

from jobcast.features.window import LONG
from jobcast.predict.overlay import Family

RUNS = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 40)), min_size=1, max_size=3 * LONG)
"""Finish and value; several finish in one second."""


@given(RUNS, st.integers(0, 2 * LONG))
def test_a_family_keeps_its_last_runs_in_whatever_order_they_come(
    runs: list[tuple[int, int]], known: int
) -> None:
    before = [float(number) for number in range(known)]
    family = Family(count=known, total=sum(before), values=array("f", before[-LONG:]))

    for time, value in runs:
        family.learn(time, value)

    in_order = [float(value) for _, value in sorted(runs, key=lambda run: run[0])]
    assert family.count == known + len(runs)
    assert family.total == sum(before) + sum(in_order)
    assert family.values.tolist() == [*before, *in_order][-LONG:]
    assert family.times.tolist() == sorted(time for time, _ in runs)[-LONG:]
