"""A job whose attempt is over before its end waits again, from its beginning."""

from dataclasses import replace

from jobcast.decision import Kill
from jobcast.schedule.event import Cancelled, Changed, MachineLeft, Submitted, Vacated
from jobcast.schedule.policy import PreemptRule, Queue
from jobcast.schedule.step import begin, step
from tests.schedule.driver import Driver
from tests.schedule.made_up import BY_QUEUE, easy, job, many, one, queues


def test_a_job_whose_machine_goes_down_starts_again_elsewhere_from_its_beginning() -> None:
    made = Driver(many(2, 2), easy())
    made.submit(job("a", 2), runs=10)
    made.happen(MachineLeft(at=4, machine="m1"))
    made.happen(Vacated(at=4, job="a"))
    made.run()
    assert made.story("a") == [(0, "Start", "fits"), (4, "Start", "fits")]
    assert (made.machines("a"), made.jobs["a"].end) == ({"m2": 2}, 14)


def test_it_keeps_its_place_in_line() -> None:
    made = Driver(one(2), easy())
    made.submit(job("a", 2, 10), job("b", 2, 10), runs=10)
    made.happen(Vacated(at=4, job="a"))
    assert made.run().story("a") == [(0, "Start", "fits"), (4, "Start", "fits")]


def test_it_waits_in_hold_where_that_is_told() -> None:
    made = Driver(one(2), easy())
    made.submit(job("a", 2, 10), job("b", 2, 10), runs=10)
    made.happen(Changed(at=3, job=job("a", 2, 10, hold="user")))
    made.happen(Vacated(at=4, job="a", hold="system"))
    made.run()
    assert made.waiting() == {"a": "held"}
    assert made.state.waiting["a"].job.hold == "user system"
    assert made.start("b") == 4


def test_with_more_memory_it_goes_where_that_is() -> None:
    cluster = replace(one(2), machines=(*one(2, memory=4).machines, *many(2, 2, memory=8).machines[1:]))
    made = Driver(cluster, easy())
    made.submit(job("a", 1, per_task={"memory": 4}), runs=10)
    made.happen(Vacated(at=4, job="a"))
    made.happen(Changed(at=4, job=job("a", 1, per_task={"memory": 8})))
    made.run()
    assert (made.machines("a"), made.jobs["a"].starts) == ({"m2": 1}, [0, 4])


def test_what_was_changed_while_it_ran_counts_when_it_waits_again() -> None:
    made = Driver(many(2, 2), easy())
    made.submit(job("a", 2), runs=10)
    made.happen(Changed(at=3, job=job("a", 4)))
    made.happen(Vacated(at=4, job="a"))
    made.jobs["a"].job = job("a", 2)
    made.run(until=3)
    assert made.machines("a") == {"m1": 2}
    made.jobs["a"].job = job("a", 4)
    made.run()
    assert made.machines("a") == {"m1": 2, "m2": 2}


def test_a_suspended_job_gives_back_what_it_had_kept() -> None:
    policy = easy(
        queues=queues(Queue(name="low"), Queue(name="high", priority=1)),
        order=BY_QUEUE,
        preemption=(PreemptRule(queue="high", victims=("low",)),),
    )
    made = Driver(one(2, memory=4), policy)
    made.submit(job("a", 2, queue="low", per_task={"memory": 2}), runs=20)
    made.submit(job("b", 2, 10, queue="high"), at=1, runs=10)
    made.happen(Vacated(at=4, job="a", hold="user"))
    made.submit(job("c", 1, queue="high", per_task={"memory": 4}), at=5, runs=10)
    made.run()
    assert made.start("c") == 11
    assert made.waiting() == {"a": "held"}


def test_a_job_that_was_told_to_end_does_not_wait_again() -> None:
    policy = easy()
    state, _ = step(begin(one(2), policy), [Submitted(at=0, job=job("a", 2))], policy)
    state, decisions = step(state, [Cancelled(at=4, job="a")], policy)
    assert [type(each) for each in decisions] == [Kill]
    state, decisions = step(state, [Vacated(at=5, job="a")], policy)
    assert (decisions, state.waiting, state.running, state.ended) == ((), {}, {}, {"a": None})


def test_who_waits_or_has_ended_is_not_touched() -> None:
    made = Driver(one(2), easy())
    made.submit(job("a", 2, 10), job("b", 2, 10), runs=10)
    for at, name in ((4, "b"), (12, "a"), (12, "nobody")):
        made.happen(Vacated(at=at, job=name, hold="user"))
    assert made.run().starts() == {"a": 0, "b": 10}
