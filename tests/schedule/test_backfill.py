"""Who goes before whom without delaying anybody."""

import pytest

from jobcast.machine import CPUS, Cluster
from jobcast.schedule.event import (
    MachineCame,
    MachineLeft,
)
from jobcast.schedule.expression import parse
from jobcast.schedule.policy import Blocked, Policy, Queue
from tests.schedule.driver import Driver
from tests.schedule.made_up import (
    easy,
    job,
    machine,
    one,
    queues,
)


def test_a_short_job_is_backfilled_and_a_long_one_is_not() -> None:
    made = Driver(one(8), easy())
    made.submit(job("first", 4, 100), runs=100)
    made.submit(job("wide", 8, 100), at=1, runs=100)
    made.submit(job("long", 4, 99), at=2, runs=99)
    made.submit(job("short", 4, 98), at=2, runs=98)
    made.run()
    assert made.starts() == {"first": 0, "wide": 100, "long": 200, "short": 2}
    assert made.story("short") == [(2, "Start", "backfill")]


def test_nobody_overtakes_where_the_first_that_waits_stops_all() -> None:
    made = Driver(one(8), Policy(name="fcfs", blocked=Blocked.STOP))
    made.submit(job("first", 4, 100), runs=100)
    made.submit(job("wide", 8, 100), at=1, runs=100)
    made.submit(job("short", 4, 10), at=2, runs=10)
    made.run(10)
    assert made.cause("short") == "behind"
    assert made.run().starts() == {"first": 0, "wide": 100, "short": 200}


@pytest.mark.parametrize(("depth", "second", "small"), [(1, 110, 3), (2, 50, 90)])
def test_two_top_dogs_are_both_protected(depth: int, second: int, small: int) -> None:
    """MAX_TOP_DOGS 2: a job that would delay the second waiting one waits too."""
    made = Driver(one(8), easy(depth=depth))
    made.submit(job("a", 6, 100), runs=100)
    made.submit(job("b", 1, 50), runs=50)
    made.submit(job("top", 7, 10), at=1, runs=10)
    made.submit(job("second", 2, 40), at=2, runs=40)
    made.submit(job("small", 1, 60), at=3, runs=60)
    made.run()
    assert made.starts() == {"a": 0, "b": 0, "top": 100, "second": second, "small": small}


def test_shorter_jobs_are_backfilled_first_where_the_order_behind_the_head_says_so() -> None:
    made = Driver(one(8), easy(backfill_order=(parse("-estimate"),)))
    made.submit(job("first", 7, 100), runs=100)
    made.submit(job("wide", 8, 100), at=1, runs=100)
    made.submit(job("longer", 1, 50), at=2, runs=50)
    made.submit(job("shorter", 1, 40), at=2, runs=40)
    made.run()
    assert made.starts() == {"first": 0, "wide": 100, "longer": 42, "shorter": 2}


def test_a_job_without_backfill_keeps_off_all_planned_starts() -> None:
    policy = easy(queues=queues(Queue(name="q"), Queue(name="polite", backfill=False)), default_queue="q")
    made = Driver(one(8), policy)
    made.submit(job("first", 4, 100), runs=100)
    made.submit(job("wide", 8, 100), at=1, runs=100)
    made.submit(job("short", 1, 10, queue="polite"), at=2, runs=10)
    assert made.run().start("short") == 200


def test_the_promise_of_a_job_without_backfill_holds() -> None:
    """It is planned as it must start: beside all planned starts after its own, however short it is."""
    policy = easy(
        queues=queues(Queue(name="q"), Queue(name="polite", backfill=False)), default_queue="q", depth=None
    )
    made = Driver(one(8), policy)
    made.submit(job("a", 4, 100), runs=100)
    made.submit(job("b", 4, 50), runs=50)
    made.submit(job("wide", 8, 100), at=1, runs=100)
    made.submit(job("short", 1, 10, queue="polite"), at=2, runs=10)
    made.run()
    assert [start for _, start, _ in made.promises("short")] == [200]
    assert made.start("short") == 200


def test_nobody_is_planned_on_what_is_kept_for_one_who_waits_for_an_endless_job() -> None:
    made = Driver(one(8), easy(depth=None))
    made.submit(job("endless", 4), runs=500)
    made.submit(job("b", 2, 50), runs=50)
    made.submit(job("wide", 8, 100), at=1, runs=100)
    made.submit(job("third", 2, 10), at=2, runs=10)
    made.run()
    assert made.promises("wide")[0] == (1, None, {CPUS: 2})
    assert [start for _, start, _ in made.promises("third")] == [None, 600]
    assert made.starts() == {"endless": 0, "b": 0, "wide": 500, "third": 600}


def test_a_job_that_no_machine_can_run_now_takes_nobodys_planned_start() -> None:
    made = Driver(Cluster(machines=(machine("m1", 4), machine("big", 16))), easy())
    made.happen(MachineLeft(at=0, machine="big"))
    made.submit(job("first", 2, 100, groups=frozenset({"m1"})), at=1, runs=100)
    made.submit(job("huge", 16, 100), at=2, runs=100)
    made.submit(job("wide", 4, 100), at=3, runs=100)
    made.submit(job("long", 2, 500), at=4, runs=500)
    made.run(1000)
    assert made.waiting() == {"huge": "no_machine"}
    assert made.start("wide") == 101
    made.happen(MachineCame(at=1000, machine=machine("big", 16)))
    assert made.run().start("huge") == 1000
