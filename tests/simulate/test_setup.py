from dataclasses import replace

import pytest

from jobcast.errors import InputError
from jobcast.simulate.counts.base import CONSERVATIVE, EASY_PLUS_PLUS, Rule
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
