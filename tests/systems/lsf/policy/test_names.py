import pytest

from jobcast.systems.lsf.policy.names import Picked, expanded, members, picked

GROUPS = {"leads": frozenset({"li", "wang"})}


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("h1", ["h1"]),
        ("h[1-3]", ["h1", "h2", "h3"]),
        ("h[01-03,7]x", ["h01x", "h02x", "h03x", "h7x"]),
        ("r[1:2]n[1-2]", ["r1n1", "r1n2", "r2n1", "r2n2"]),
        ("h[3-1]", ["h[3-1]"]),
        ("h[1-9999999]", ["h[1-9999999]"]),
        ("h[1-90000]x[1-90000]", ["h[1-90000]x[1-90000]"]),
        ("h[a]", ["h[a]"]),
        ("h[,]", ["h[,]"]),
    ],
)
def test_short_forms_are_written_out_unless_they_are_none_or_too_long(name, names):
    assert expanded(name) == names


@pytest.mark.parametrize(
    ("words", "named", "but", "everybody"),
    [
        ("all", "", "", True),
        ("leads chen", "leads li wang chen", "", False),
        ("all ~leads", "", "leads li wang", True),
        ("leads ~li", "leads wang", "li", False),
        ("li@", "li", "", False),
    ],
)
def test_groups_stand_for_themselves_and_their_members(words, named, but, everybody):
    assert picked(words.split(), GROUPS) == Picked(
        named=frozenset(named.split()), but=frozenset(but.split()), everybody=everybody
    )


def test_groups_of_groups_are_written_out_and_those_that_contain_each_other_come_to_an_end():
    written = {
        "a": ["b", "x", "~y"],
        "b": ["a", "y", "z"],
        "every": ["all", "~n1"],
        "some": ["n*"],
        "own": ["own", "w"],
        "short": ["k[1-2]"],
    }
    assert members(written, ["n1", "n2", "m1"]) == {
        "a": {"x", "z"},
        "b": {"x", "y", "z"},
        "every": {"n2", "m1"},
        "some": {"n1", "n2"},
        "own": {"w"},
        "short": {"k1", "k2"},
    }
