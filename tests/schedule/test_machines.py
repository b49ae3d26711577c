"""Machines that come, go, tell their load, and are preferred."""

from jobcast.machine import CPUS, Cluster
from jobcast.schedule.event import (
    MachineCame,
    MachineLeft,
    MachineTold,
)
from jobcast.schedule.expression import parse
from jobcast.schedule.policy import Blocked, Hold, Policy, Queue
from tests.schedule.driver import Driver
from tests.schedule.made_up import (
    BY_QUEUE,
    easy,
    job,
    machine,
    many,
    one,
    queues,
)


def test_all_tasks_go_to_one_machine_where_its_load_is_stale() -> None:
    """Without NEGOTIATOR_LOADAVG_INCREMENT the machine that told the least load takes all, until it tells anew."""
    for increment, places in ((0.0, {"m2": 4}), (0.5, {"m2": 2, "m1": 1, "m3": 1})):
        policy = easy(machine_order=parse("0 - load"), load_per_start=increment)
        made = Driver(many(3, 8), policy)
        for name, load in (("m1", 0.9), ("m2", 0.2), ("m3", 0.8)):
            made.happen(MachineTold(at=0, machine=name, facts={"load": load}))
        made.submit(*(job(f"j{n}", 1, 100) for n in range(4)), at=1, runs=100)
        made.run()
        found: dict[str, int] = {}
        for name in made.jobs:
            for where in made.machines(name):
                found[where] = found.get(where, 0) + 1
        assert found == places


def test_a_machine_that_left_finishes_its_jobs_and_takes_no_more() -> None:
    made = Driver(many(2, 4), easy())
    made.submit(job("a", 4, 100), runs=100)
    made.happen(MachineLeft(at=10, machine="m1"))
    made.submit(job("b", 4, 100), job("c", 4, 50), at=20, runs=50)
    made.happen(MachineCame(at=300, machine=machine("m1", 8)))
    made.submit(job("d", 8, 50, machines_max=1), at=300, runs=50)
    made.run()
    assert made.starts() == {"a": 0, "b": 20, "c": 70, "d": 300}
    assert made.jobs["a"].end == 100
    assert made.machines("d") == {"m1": 8}


def test_jobs_go_to_the_machines_that_they_or_the_site_prefer() -> None:
    cluster = Cluster(
        machines=(
            machine("slow", 4, facts={"speed": 1}),
            machine("fast", 4, facts={"speed": 3}),
            machine("mid", 4, facts={"speed": 2}),
        )
    )
    made = Driver(cluster, easy(machine_order=parse("speed")))
    made.submit(job("any", 6, 10), runs=10)
    made.submit(job("slow one", 1, 10, prefers=parse("0 - speed")), runs=10)
    made.submit(job("picky", 1, 10, needs=parse("speed < 3")), runs=10)
    made.run(0)
    assert made.machines("any") == {"fast": 4, "mid": 2}
    assert made.machines("slow one") == {"slow": 1}
    assert made.machines("picky") == {"mid": 1}


def test_who_comes_first_starts_when_one_behind_lets_go_what_he_held() -> None:
    """Order changes while nobody overtakes: nobody else would wake the new head."""
    hold = Hold(resources=frozenset({CPUS}), longest=9999, pause=60)
    policy = Policy(
        name="strict",
        queues=queues(Queue(name="q", hold=hold), Queue(name="high", priority=9)),
        default_queue="q",
        order=BY_QUEUE,
        blocked=Blocked.STOP,
    )
    made = Driver(one(4), policy)
    made.submit(job("first", 2, 100), runs=100)
    made.submit(job("holder", 4, 100), at=1, runs=100)
    made.submit(job("head", 2, 10, queue="high"), at=2, runs=10)
    assert made.run().starts() == {"first": 0, "holder": 100, "head": 2}
