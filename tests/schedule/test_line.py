"""Who goes first: queues, users, operators, shares."""

from jobcast.schedule.event import (
    Cancelled,
    Favoured,
)
from jobcast.schedule.expression import parse
from jobcast.schedule.policy import FairShare, Queue
from tests.schedule.driver import Driver
from tests.schedule.made_up import (
    BY_QUEUE,
    easy,
    job,
    one,
    queues,
)


def test_higher_queues_go_first_and_equals_as_they_came() -> None:
    policy = easy(
        queues=queues(Queue(name="low", priority=1), Queue(name="high", priority=9)), order=BY_QUEUE
    )
    made = Driver(one(1), policy)
    made.submit(job("running", 1, 100, queue="low"), runs=100)
    for name, queue in (("a", "low"), ("b", "high"), ("c", "low"), ("d", "high")):
        made.submit(job(name, 1, 10, queue=queue), at=1, runs=10)
    made.run()
    assert sorted("abcd", key=lambda name: made.start(name) or 0) == ["b", "d", "a", "c"]


def test_a_user_permutes_only_his_own_jobs() -> None:
    policy = easy(order=(parse("0 - queued_at"),))
    made = Driver(one(1), policy)
    made.submit(job("running", 1, 100), runs=100)
    made.submit(job("a1", 1, 10, user="a", priority=10), at=1, runs=10)
    made.submit(job("b1", 1, 10, user="b"), at=2, runs=10)
    made.submit(job("a2", 1, 10, user="a", priority=90), at=3, runs=10)
    made.run()
    assert made.starts() == {"running": 0, "a2": 100, "b1": 110, "a1": 120}


def test_a_job_gets_its_own_value_back_when_the_one_that_took_it_has_started() -> None:
    policy = easy(order=(parse("0 - queued_at"),), recalculate=None)
    made = Driver(one(1), policy)
    made.submit(job("running", 1, 100), runs=100)
    made.submit(job("a1", 1, 10, user="a", priority=10), at=1, runs=10)
    made.submit(job("b1", 1, 10, user="b"), at=2, runs=10)
    made.submit(job("a2", 1, 10, user="a", priority=90), at=3, runs=10)
    made.happen(Cancelled(at=50, job="a2"))
    made.run()
    assert made.starts() == {"running": 0, "a1": 100, "b1": 110, "a2": None}


def test_an_operator_lets_a_job_go_first() -> None:
    made = Driver(one(1), easy())
    made.submit(job("running", 1, 100), runs=100)
    made.submit(job("a"), job("b"), at=1, runs=10)
    made.happen(Favoured(at=2, job="b", rank=1))
    made.run()
    assert made.starts() == {"running": 0, "a": 110, "b": 100}


def test_who_used_less_than_his_share_goes_first() -> None:
    policy = easy(order=(parse("fair_share"),), fair_share=FairShare(shares={"a": 1, "b": 1}))
    made = Driver(one(1), policy)
    made.submit(job("a0", 1, 100, user="a"), runs=100)
    made.submit(job("a1", 1, 10, user="a"), at=1, runs=10)
    made.submit(job("b1", 1, 10, user="b"), at=2, runs=10)
    made.run()
    assert made.starts() == {"a0": 0, "a1": 110, "b1": 100}
