"""The acceptance scenarios of LSF's reservation and backfill, to the second and to the slot.

Sources: "LSF practice (17): backfill"; "Backfill on memory" in Platform LSF's administration guides.
"""

import pytest

from jobcast.decision import Cause, Reserve, Unreserve
from jobcast.machine import CPUS, MEMORY, Cluster
from jobcast.schedule.policy import Hold, Policy, Queue
from tests.schedule.driver import Driver
from tests.schedule.made_up import MB, clock, holding, job, many, one

MINUTE = 60
HOLD = Hold(resources=frozenset({CPUS}), longest=4 * 3600, pause=60)
CLUSTERS = pytest.mark.parametrize("cluster", [one(32), many(4, 8)], ids=["32 slots", "4 x 8 slots"])


def two_queues(backfill: str) -> Policy:
    """Return highQ and lowQ, both reserving, one of them with BACKFILL = Y."""
    return holding(
        *(
            Queue(name=name, priority=priority, hold=HOLD, backfill=name == backfill)
            for name, priority in (("highQ", 40), ("lowQ", 20))
        )
    )


def until_633_holds(cluster: Cluster, backfill: str = "highQ") -> Driver:
    """Run 631 and 632 on half of the slots, and let 633 ask for all."""
    made = Driver(cluster, two_queues(backfill), at=clock("00:26:00"))
    made.submit(job("631", 8, run_limit=10 * MINUTE), at=clock("00:26:46"), runs=10 * MINUTE)
    made.submit(job("632", 8, run_limit=10 * MINUTE), at=clock("00:26:50"), runs=10 * MINUTE)
    made.submit(job("633", 32, run_limit=10 * MINUTE), at=clock("00:27:30"), runs=60)
    return made.run(clock("00:27:30"))


@CLUSTERS
def test_a_job_that_lacks_slots_holds_those_that_are_free_until_the_last_limit_before_it(
    cluster: Cluster,
) -> None:
    made = until_633_holds(cluster)
    assert made.promises("633") == [(clock("00:27:30"), clock("00:36:50"), {CPUS: 16})]


@CLUSTERS
def test_only_the_job_that_ends_in_time_runs_on_held_slots_and_the_claim_shrinks(cluster: Cluster) -> None:
    made = until_633_holds(cluster)
    now = clock("00:30:30")
    made.submit(job("634", 2), at=now, runs=30)
    made.submit(job("635", 2, run_limit=15 * MINUTE), at=now, runs=30)
    made.submit(job("636", 2, run_limit=5 * MINUTE), at=now, runs=9999)
    made.run(now)
    assert (made.start("634"), made.start("635"), made.start("636")) == (None, None, now)
    assert made.story("636") == [(now, "Start", "backfill_lent")]
    assert made.promises("633")[1:] == [(now, clock("00:36:50"), {CPUS: 14})]
    made.run()
    assert made.jobs["636"].end == clock("00:35:30")
    assert made.promises("633")[2:] == [
        (clock("00:35:30"), clock("00:36:50"), {CPUS: 16}),
        (clock("00:36:46"), clock("00:36:50"), {CPUS: 24}),
    ]
    assert made.starts() == {
        "631": clock("00:26:46"),
        "632": clock("00:26:50"),
        "633": clock("00:36:50"),
        "634": clock("00:37:50"),
        "635": clock("00:37:50"),
        "636": now,
    }


@CLUSTERS
def test_a_job_of_a_queue_without_backfill_does_not_use_what_is_held(cluster: Cluster) -> None:
    made = until_633_holds(cluster)
    made.submit(job("645", 2, queue="lowQ", run_limit=3 * MINUTE), at=clock("00:29:00"), runs=9999)
    made.submit(job("646", 2, queue="highQ", run_limit=3 * MINUTE), at=clock("00:30:00"), runs=9999)
    made.run()
    assert made.start("646") == clock("00:30:00")
    assert made.promises("633") == [
        (clock("00:27:30"), clock("00:36:50"), {CPUS: 16}),
        (clock("00:30:00"), clock("00:36:50"), {CPUS: 14}),
        (clock("00:33:00"), clock("00:36:50"), {CPUS: 16}),
        (clock("00:36:46"), clock("00:36:50"), {CPUS: 24}),
    ]
    assert made.start("633") == clock("00:36:50")
    assert made.start("645") == clock("00:37:50")


@CLUSTERS
def test_a_job_of_the_low_queue_uses_what_the_high_queue_holds_where_it_may_backfill(
    cluster: Cluster,
) -> None:
    made = until_633_holds(cluster, backfill="lowQ")
    now = clock("00:29:00")
    made.submit(job("750", 8, queue="lowQ", run_limit=3 * MINUTE), at=now, runs=9999)
    made.run(now)
    assert made.start("750") == now
    assert made.promises("633")[-1] == (now, clock("00:36:50"), {CPUS: 8})
    assert made.run().start("633") == clock("00:36:50")


def on_memory() -> Driver:
    """Return one host of 10 CPUs and 1000 MB, with the queues ``reservation`` and ``backfill``."""
    hold = Hold(
        resources=frozenset({CPUS, MEMORY}), longest=20 * 60, pause=60, sequential=frozenset({CPUS, MEMORY})
    )
    policy = holding(
        Queue(name="reservation", priority=40, hold=hold, backfill=False),
        Queue(name="backfill", priority=30),
    )
    return Driver(one(10, memory=1000 * MB), policy)


def with_memory(megabytes: int) -> dict[str, dict[str, int]]:
    return {"per_task": {MEMORY: megabytes * MB}}


def test_jobs_backfill_on_memory_that_another_one_holds() -> None:
    made = on_memory()
    made.submit(job("J1", run_limit=300 * MINUTE, **with_memory(400)), at=0, runs=99_999)
    made.submit(job("J2", run_limit=300 * MINUTE, **with_memory(400)), at=10, runs=99_999)
    made.submit(job("J3", run_limit=300 * MINUTE, **with_memory(400)), at=20, runs=99_999)
    made.run(20)
    assert made.promises("J3") == [(20, 300 * MINUTE, {CPUS: 1, MEMORY: 200 * MB})]
    behind = {"queue": "backfill"}
    made.submit(job("J4", run_limit=400 * MINUTE, **behind, **with_memory(50)), at=30, runs=99_999)
    made.submit(job("J5", run_limit=100 * MINUTE, **behind, **with_memory(50)), at=40, runs=99_999)
    made.submit(job("J6", run_limit=100 * MINUTE, **behind, **with_memory(300)), at=50, runs=99_999)
    made.submit(job("J7", run_limit=400 * MINUTE, **behind), at=60, runs=99_999)
    made.run(60)
    assert made.starts() == {"J1": 0, "J2": 10, "J3": None, "J4": None, "J5": 40, "J6": None, "J7": 60}
    assert made.promises("J3")[1:] == [(40, 300 * MINUTE, {CPUS: 1, MEMORY: 150 * MB})]
    assert made.promises("J6") == []
    made.run(300 * MINUTE)
    assert made.story("J5") == [(40, "Start", "backfill_lent"), (40 + 100 * MINUTE, "Kill", "run_limit")]
    assert made.start("J3") == 300 * MINUTE


def test_parallel_jobs_hold_slots_and_memory_for_the_tasks_that_fit() -> None:
    made = on_memory()
    for name in ("P1", "P2", "P3"):
        made.submit(job(name, 4, run_limit=300 * MINUTE, **with_memory(100)), runs=99_999)
    made.run(0)
    assert made.starts() == {"P1": 0, "P2": 0, "P3": None}
    assert made.promises("P3") == [(0, 300 * MINUTE, {CPUS: 2, MEMORY: 200 * MB})]


def test_who_has_held_for_long_enough_gives_all_back_and_holds_again_after_one_cycle() -> None:
    hold = Hold(resources=frozenset({CPUS}), longest=300, pause=60)
    made = Driver(one(8), holding(Queue(name="q", hold=hold, backfill=False)))
    made.submit(job("long", 4, run_limit=2000), runs=2000)
    made.submit(job("wide", 8, run_limit=100), at=10, runs=100)
    made.submit(job("a", 2, run_limit=1000), at=20, runs=1000)
    made.submit(job("b", 2, run_limit=30), at=315, runs=20)
    made.run(309)
    assert made.start("a") is None
    made.run(310)
    assert [(second, each.reason.cause) for second, each in made.log_of("wide", Unreserve)] == [
        (310, Cause.EXPIRED)
    ]
    assert made.start("a") == 310
    made.run(315)
    assert made.start("b") == 315
    assert made.cause("wide") == "pause"
    assert made.run(370).promises("wide")[-1] == (370, 2000, {CPUS: 2})
    assert made.run().start("wide") == 2000


def test_two_jobs_that_each_hold_half_both_run_in_the_end() -> None:
    """Each asks for 60 %; as slots come free one by one, each holds a part that the other one lacks."""
    hold = Hold(resources=frozenset({CPUS}), longest=300, pause=60)
    made = Driver(one(10), holding(Queue(name="q", hold=hold, backfill=False)))
    for number in range(10):
        made.submit(job(f"s{number}", run_limit=2000), runs=100 + 50 * number)
    made.submit(job("left", 6, run_limit=100), at=10, runs=100)
    made.submit(job("right", 6, run_limit=100), at=20, runs=100)
    made.run()
    both = {name: made.start(name) for name in ("left", "right")}
    assert None not in both.values()
    assert made.waiting() == {}


def test_a_job_that_neither_holds_nor_plans_may_starve() -> None:
    """LSF's documented default: without reservation small jobs overtake a large one for as long as they come."""
    made = Driver(one(8), holding(Queue(name="q")))
    for number in range(40):
        made.submit(job(f"s{number}", 4, run_limit=100), at=50 * number, runs=100)
    made.submit(job("wide", 8, run_limit=100), at=10, runs=100)
    assert made.run().start("wide") == 2050


def test_a_backfill_queue_is_not_reckoned_with_beyond_a_job_without_limit() -> None:
    """Nobody backfills around a holder that waits for a job without run limit."""
    made = Driver(one(8), two_queues("highQ"))
    made.submit(job("endless", 4), runs=500)
    made.submit(job("wide", 8, run_limit=100), at=10, runs=100)
    made.submit(job("short", 1, run_limit=5), at=20, runs=5)
    made.run()
    assert made.promises("wide")[0] == (10, None, {CPUS: 4})
    assert made.starts() == {"endless": 0, "wide": 500, "short": 600}


def test_backfill_does_not_use_a_promise_that_has_just_become_an_earlier_one() -> None:
    """When a running job ends early, what is held is lent only until the new, earlier start."""
    made = Driver(one(8), two_queues("highQ"))
    made.submit(job("a", 2, run_limit=1000), runs=100)
    made.submit(job("b", 2, run_limit=300), runs=300)
    made.submit(job("wide", 8, run_limit=100), at=10, runs=100)
    made.submit(job("short", 2, run_limit=500), at=100, runs=500)
    made.run()
    assert made.start("wide") == 300
    assert made.start("short") == 400


def test_an_interruptible_job_runs_in_the_gap_and_makes_way_when_it_ends() -> None:
    policy = holding(
        Queue(name="high", priority=40, hold=HOLD, backfill=False),
        Queue(name="scavenger", priority=1, interruptible=60, run_limit=100_000),
    )
    made = Driver(one(8), policy)
    made.submit(job("long", 4, run_limit=1000), runs=1000)
    made.submit(job("wide", 8, run_limit=100), at=10, runs=100)
    made.submit(job("filler", 2, queue="scavenger"), at=20, runs=1500)
    made.run()
    assert made.story("filler") == [
        (20, "Start", "interruptible"),
        (1000, "Requeue", "window_over"),
        (1100, "Start", "fits"),
    ]
    assert made.start("wide") == 1000
    assert made.jobs["filler"].end == 2600


def test_an_interruptible_job_does_not_begin_in_a_gap_that_is_shorter_than_its_slice() -> None:
    policy = holding(
        Queue(name="high", priority=40, hold=HOLD, backfill=False),
        Queue(name="scavenger", priority=1, interruptible=60, run_limit=100_000),
    )
    made = Driver(one(8), policy)
    made.submit(job("long", 4, run_limit=1000), runs=1000)
    made.submit(job("wide", 8, run_limit=100), at=10, runs=100)
    made.submit(job("filler", 2, queue="scavenger"), at=941, runs=1500)
    assert made.run().start("filler") == 1100


def test_a_job_that_wants_so_many_tasks_on_each_host_holds_so_many_on_each() -> None:
    """span[ptile=2]."""
    made = Driver(many(3, 4), two_queues("highQ"))
    made.submit(job("a", 3, run_limit=500), job("b", 4, run_limit=500), job("c", 3, run_limit=500), runs=500)
    made.submit(job("wide", 6, run_limit=100, tasks_per_machine=2), at=10, runs=100)
    made.run(10)
    promise = made.log_of("wide", Reserve)[-1][1]
    assert made.machines("a") == {"m1": 3}
    assert promise.holds == {"m3": {CPUS: 2}}
    assert made.run().machines("wide") == {"m1": 2, "m2": 2, "m3": 2}
