"""The policies of the literature, by their names."""

from dataclasses import replace

import pytest

from jobcast.schedule.expression import Name, Unary
from jobcast.schedule.policies import POLICIES, easy, named
from jobcast.schedule.policy import Blocked, Policy

SHORTEST = (Unary("-", Name("estimate")),)


@pytest.mark.parametrize(
    ("name", "policy"),
    [
        ("fcfs", Policy(name="fcfs", blocked=Blocked.STOP)),
        ("easy", Policy(name="easy", depth=1)),
        ("easy-sjbf", Policy(name="easy-sjbf", depth=1, backfill_order=SHORTEST)),
        ("easy++", Policy(name="easy++", depth=1, backfill_order=SHORTEST)),
        ("conservative", Policy(name="conservative", depth=None)),
        ("depth-4", Policy(name="depth-4", depth=4)),
        ("depth-1", replace(easy(), name="depth-1")),
        ("depth-0", Policy(name="depth-0", blocked=Blocked.STOP)),
    ],
)
def test_a_name_stands_for_its_rules(name: str, policy: Policy):
    assert named(name) == policy


@pytest.mark.parametrize("name", ["", "EASY", "depth-", "depth--1", "depth-1.5", "depth-9999999999", "easy "])
def test_other_names_stand_for_nothing(name: str):
    assert named(name) is None


def test_a_policy_is_called_as_it_was_asked_for():
    assert [policy.name for name in POLICIES if (policy := named(name))] == list(POLICIES)
