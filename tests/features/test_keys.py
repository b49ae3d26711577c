import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from jobcast.features.keys import Mixer, mix

KEY = st.integers(0, 2**64 - 1)
RECIPES = st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=5), min_size=1, max_size=6)
COLUMNS = st.integers(1, 3).flatmap(
    lambda rows: st.lists(st.lists(KEY, min_size=rows, max_size=rows), min_size=4, max_size=4)
)


def test_keys_are_the_same_in_every_process() -> None:
    keys = np.array(
        [6707969222084481555, 13020603013274838756, 3405396810240292928, 13020603013274838756],
        dtype=np.uint64,
    )

    assert mix(keys, keys[::-1]).tolist() == [
        252654915918499285,
        14027587803735738245,
        12874478817707970054,
        615011018169757872,
    ]


@given(RECIPES, COLUMNS)
def test_keys_for_many_purposes_are_those_of_each_alone(
    recipes: list[list[int]], columns: list[list[int]]
) -> None:
    rows = np.array(columns, dtype=np.uint64)

    found = Mixer(recipes).mix(rows)

    for number, recipe in enumerate(recipes):
        own = np.full(rows.shape[1], number, dtype=np.uint64)
        assert found[number].tolist() == mix(own, *rows[recipe]).tolist()
