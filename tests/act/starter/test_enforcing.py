"""What a job may take: decided from what was seen."""

import pytest

from jobcast.act.starter.enforcing import Seen, Verdict, enforces, judge

SEEN = Seen(cpu_seconds=100.0, cpus=2.0, resident=1000, with_swap=1500)
NO_LIMIT = (None, None)


@pytest.mark.parametrize(
    ("enforcement", "verdict"),
    [
        ({}, Verdict()),
        ({"cpus": 2, "memory": 1000, "virtual_memory": 1500}, Verdict()),
        ({"cpus": 1}, Verdict(slow=True)),
        ({"memory": 999}, Verdict(slow=True)),
        ({"memory": 999, "kill_over_memory": True}, Verdict(end="over_memory")),
        ({"virtual_memory": 1499}, Verdict(end="over_memory")),
        ({"cpus": None, "memory": None, "virtual_memory": None}, Verdict()),
    ],
)
def test_over_virtual_memory_it_is_killed_over_others_it_is_slowed(enforcement, verdict):
    assert judge(SEEN, enforcement, NO_LIMIT) == verdict


@pytest.mark.parametrize(
    ("cpu_seconds", "verdict"),
    [
        ((None, None), Verdict()),
        ((101, 200), Verdict()),
        ((100, 200), Verdict(warn=True)),
        ((50, 100), Verdict(end="over_cpu_time")),
        ((None, 99), Verdict(end="over_cpu_time")),
    ],
)
def test_over_cpu_time_it_is_warned_and_then_killed(cpu_seconds, verdict):
    assert judge(SEEN, {}, cpu_seconds) == verdict


def test_there_is_something_to_judge_by_where_one_limit_is_given():
    assert not enforces({"policy": "hard", "cpus": None}, NO_LIMIT)
    assert enforces({"memory": 1}, NO_LIMIT)
    assert enforces({}, (None, 1))
