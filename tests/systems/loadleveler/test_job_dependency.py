"""Dependencies of steps, as the scheduler settles them."""

import pytest

from jobcast.decision import Start
from jobcast.errors import ConfigError
from jobcast.machine import Cluster, Machine
from jobcast.schedule.event import Cancelled, Finished, Submitted
from jobcast.schedule.job import BatchJob, Demand
from jobcast.schedule.policy import Policy
from jobcast.schedule.step import begin, step
from jobcast.systems.loadleveler.job_dependency import read_dependency

STEPS = {"one": "1.0", "two": "1.1"}


def starts(text: str, one: int | None) -> bool:
    """Tell whether a step starts once another has ended with a code; None where it never ran."""
    policy = Policy(name="any")
    state = begin(Cluster(machines=(Machine(name="a", resources={"cpus": 2}),)), policy)
    demand = Demand(tasks=1, per_task={"cpus": 1})
    first = BatchJob(id="1.0", demand=demand, hold="user" if one is None else "")
    second = BatchJob(id="1.2", demand=demand, after=read_dependency(text, STEPS))
    state, _ = step(state, [Submitted(at=0, job=first), Submitted(at=0, job=second)], policy)
    ended = Cancelled(at=1, job="1.0") if one is None else Finished(at=1, job="1.0", exit_code=one)
    _, decisions = step(state, [ended], policy)
    return any(isinstance(each, Start) and each.job == "1.2" for each in decisions)


@pytest.mark.parametrize(
    ("text", "ok", "failed", "never_ran"),
    [
        ("one == 0", True, False, False),
        ("(one != 0)", False, True, True),
        ("one >= 0", True, True, True),
        ("one < 2", True, False, False),
        ("one == CC_NOTRUN", False, False, True),
        ("one == 1002", False, False, True),
        ("one != cc_notrun", True, True, False),
        ("one > -1 && one < 1", True, False, False),
        ("one == 0 || one == CC_NOTRUN", True, False, True),
        ("!(one == 0)", False, True, True),
    ],
)
def test_a_step_starts_by_how_another_ended(text, ok, failed, never_ran):
    assert [starts(text, code) for code in (0, 2, None)] == [ok, failed, never_ran]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("three == 0", "no step before is called three"),
        ("one", "write step == number, CC_NOTRUN or CC_REMOVED, joined by && or ||"),
        ("one == two", "write step == number, CC_NOTRUN or CC_REMOVED, joined by && or ||"),
        ("one == 1.5", "write step == number, CC_NOTRUN or CC_REMOVED, joined by && or ||"),
        ("0 == one", "write step == number, CC_NOTRUN or CC_REMOVED, joined by && or ||"),
        ("one == true", "write step == number, CC_NOTRUN or CC_REMOVED, joined by && or ||"),
    ],
)
def test_other_dependencies_are_refused(text, message):
    with pytest.raises(ConfigError) as caught:
        read_dependency(text, STEPS)
    assert caught.value.message == message
