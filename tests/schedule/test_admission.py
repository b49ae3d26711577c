"""What is turned away at submission."""

import pytest

from jobcast.machine import CPUS, GPUS, MEMORY
from jobcast.schedule.event import (
    Changed,
    Submitted,
)
from jobcast.schedule.expression import parse
from jobcast.schedule.policy import Queue
from jobcast.schedule.step import step
from tests.schedule.driver import Driver, refusals
from tests.schedule.made_up import (
    GB,
    easy,
    job,
    many,
    one,
    queues,
)


@pytest.mark.parametrize(
    ("asked", "cause"),
    [
        (job("j", 9), "too_large"),
        (job("j", 5, machines_max=1), "too_large"),
        (job("j", 2, machines_min=3), "too_large"),
        (job("j", 1, per_task={MEMORY: 1 << 70}), "bad_request"),
        (job("j", 1 << 70), "bad_request"),
        (job("j", 1, per_task={GPUS: 1}), "no_machine"),
        (job("j", 1, floating={"lic": 1}), "no_machine"),
        (job("j", 1, needs=parse("speed > 1")), "no_machine"),
        (job("j", 1, groups=frozenset({"nowhere"})), "no_machine"),
        (job("j", 0), "bad_request"),
        (job("j", -1), "bad_request"),
        (job("j", 1, per_task={CPUS: -1}), "bad_request"),
        (job("j", 1, run_limit=0), "bad_request"),
        (job("j", 1, -5), "bad_request"),
        (job("j", 3, geometry=(1, 1)), "bad_request"),
        (job("j", 2, geometry=(3, -1)), "bad_request"),
        (job("j", 2, tasks_per_machine=0), "bad_request"),
        (job("j", 2, machines_max=0), "bad_request"),
        (job("j", 1, queue="nowhere"), "unknown_queue"),
        (job("j", 1, run_limit=3601), "run_limit_too_long"),
        (job("j", 1, user="eve"), "not_allowed"),
    ],
)
def test_what_can_never_run_is_refused_at_submission(asked: object, cause: str) -> None:
    queue = Queue(name="q", run_limit_max=3600, refused_users=frozenset({"eve"}))
    made = Driver(many(2, 4, memory=8 * GB), easy(queues=queues(queue), default_queue="q"))
    made.submit(asked)  # type: ignore[arg-type]
    made.run(0)
    assert refusals(made) == {"j": cause}


def test_a_changed_job_is_held_to_the_same_rules() -> None:
    made = Driver(one(4), easy())
    made.submit(job("a", 4, 100), job("b", 1, 10), runs=100)
    made.happen(Changed(at=5, job=job("b", 9, 10)))
    made.run()
    assert refusals(made) == {"b": "too_large"}


def test_an_id_that_is_taken_is_refused_and_the_first_job_goes_on() -> None:
    made = Driver(one(4), easy())
    made.submit(job("a", 1, 100), runs=100)
    made.run(0)
    made.state, decisions = step(made.state, [Submitted(at=1, job=job("a", 1, 10))], made.policy)
    assert [type(each).__name__ for each in decisions] == ["Refuse"]
    assert set(made.state.running) == {"a"}
