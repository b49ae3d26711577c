from dataclasses import replace

import pytest

from jobcast.errors import InputError
from jobcast.schedule.policies import easy
from jobcast.simulate.counts.base import CONSERVATIVE, EASY_PLUS_PLUS, Rule
from jobcast.simulate.placed import policy_of
from jobcast.simulate.setup import Setup


def test_a_policy_of_the_literature_is_what_its_name_says():
    assert Setup(policy="easy++").rule() == EASY_PLUS_PLUS
    assert Setup(policy="conservative").rule() == CONSERVATIVE
    assert Setup(policy="depth-4").rule() == Rule(depth=4, events="per-timestamp")


def test_what_is_named_beside_the_policy_comes_first():
    setup = Setup(policy="easy++", estimates="actual", correction="doubling", events="per-timestamp")
    assert setup.rule() == replace(
        EASY_PLUS_PLUS, estimates="actual", correction="doubling", events="per-timestamp"
    )


def test_the_words_say_what_the_policy_left_open():
    assert Setup(policy="easy++").words() == {
        "policy": "easy++",
        "estimates": "last-two",
        "correction": "incremental",
        "events": "per-event",
    }


def test_the_words_end_with_the_options_that_are_no_part_of_a_policy():
    assert Setup(policy="easy", cycle=60, guarantee=True, follow=True).words() == {
        "policy": "easy",
        "estimates": "requested",
        "correction": "request",
        "events": "per-timestamp",
        "options": "--cycle 60 --guarantee --follow",
    }
    assert "options" not in Setup(policy="easy", cycle=0).words()


def test_a_cycle_of_the_site_s_files_holds_unless_another_one_is_named():
    site = replace(easy(), cycle=30)
    assert Setup(system=site).words()["options"] == "--cycle 30"
    assert [policy_of(Setup(system=site, cycle=cycle)).cycle for cycle in (None, 0, 60)] == [30, 0, 60]
    assert "options" not in Setup(system=site, cycle=0).words()


@pytest.mark.parametrize("more", [{"cycle": 1}, {"guarantee": True}, {"follow": True}, {"system": easy()}])
def test_processors_are_merely_counted_unless_something_more_is_wanted(more):
    assert Setup().counts
    assert Setup(cycle=0).counts
    assert not Setup(**more).counts


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("easy-sjb", "Did you mean easy-sjbf?"),
        ("depth-", "policies: fcfs, easy, easy-sjbf, easy++, conservative, depth-N"),
        ("depth-9999999999", "policies: fcfs, easy, easy-sjbf, easy++, conservative, depth-N"),
    ],
)
def test_a_policy_that_nobody_knows_is_refused(name, hint):
    with pytest.raises(InputError, match=f"there is no policy {name}") as caught:
        Setup(policy=name).rule()
    assert caught.value.hint == hint
