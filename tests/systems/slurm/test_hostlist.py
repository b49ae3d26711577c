import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.systems.slurm.hostlist import expand


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("n1", ["n1"]),
        ("cpn-f15-27", ["cpn-f15-27"]),
        ("n[2-3]", ["n2", "n3"]),
        ("n[08-10,12],gpu2", ["n08", "n09", "n10", "n12", "gpu2"]),
        ("r[1-2]n[1-2]", ["r1n1", "r1n2", "r2n1", "r2n2"]),
        ("n[3-1]", ["n[3-1]"]),
        ("n[1-x]", ["n[1-x]"]),
        ("n[0-999999999]", ["n[0-999999999]"]),
        ("n[1-90000]x[1-90000]", ["n[1-90000]x[1-90000]"]),
    ],
)
def test_a_short_list_names_these_hosts(short: str, long: list[str]) -> None:
    assert expand(short) == long


@given(st.text())
def test_no_text_makes_it_fail(text: str) -> None:
    assert isinstance(expand(text), list)
