"""Graphs of tasks, told by their names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.systems.alibaba2018.graph import Shape, masked, shape


@pytest.mark.parametrize(
    ("names", "depth", "width"),
    [
        ("M1", 1, 1),
        ("M1 R2_1", 2, 1),
        ("M1 M2 J3_1_2", 2, 2),
        ("M1 R2_1 R3_1 R4_1 J5_2_3_4", 3, 3),
        ("R6_5_Stg3 M5_Stg1", 2, 1),
        ("task_LTg0MTUwNTA5Mjg4MDkwNjIzMA== MergeTask", 1, 2),
        ("M1 R2_1 task_x==", 2, 2),
        ("R2_1", 1, 1),  # task 1 isn't there
        ("M1_1 R2_2_1", 2, 1),  # depends on itself
        ("M1_2 R2_1", 1, 2),  # a circle
        ("M1 R2_1 J3_2_4 J4_3", 3, 2),  # a circle behind others
        ("M1 M1", 1, 2),
        ("", 1, 1),
    ],
)
def test_a_graph_is_as_deep_as_its_longest_chain_and_as_wide_as_its_fullest_level(
    names: str, depth: int, width: int
) -> None:
    assert shape(names.split(" ")) == Shape(depth=depth, width=width)


@given(st.integers(1, 5000))
def test_long_chains_do_no_harm(length: int) -> None:
    chain = ["M1", *(f"R{number}_{number - 1}" for number in range(2, length + 1))]
    assert shape(chain) == Shape(depth=length, width=1)


@given(st.lists(st.from_regex(r"[MRJ][1-9](_[1-9]){0,3}", fullmatch=True), min_size=1, max_size=9), st.data())
def test_the_order_of_tasks_says_nothing(names: list[str], data: st.DataObject) -> None:
    assert shape(sorted(set(names))) == shape(data.draw(st.permutations(sorted(set(names)))))


def test_names_of_random_letters_are_one_in_a_signature() -> None:
    assert [masked(name) for name in ("task_LTg0==", "MergeTask", "J3_1_2")] == ["task", "task", "J3_1_2"]
