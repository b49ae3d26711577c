"""Random small clusters, policies and jobs, for what must be true of all of them; each is told by one number."""

from dataclasses import dataclass, replace
from random import Random
from typing import TypeVar

from jobcast.machine import CPUS, MEMORY, AdvanceReservation, Cluster, Machine
from jobcast.schedule.expression import parse
from jobcast.schedule.job import After, BatchJob, Demand, Ending, Layout
from jobcast.schedule.policy import (
    Blocked,
    Extent,
    FairShare,
    Hold,
    Limit,
    Method,
    Policy,
    PreemptRule,
    Queue,
    VictimOrder,
)

QUEUES = ("a", "b", "c")
"""Those named first preempt those named later, so that there are no cycles."""
DAY = 86_400
T = TypeVar("T")


@dataclass(frozen=True)
class Coming:
    """A job and what will become of it."""

    job: BatchJob
    at: int
    runs: int
    exit_code: int = 0


@dataclass(frozen=True)
class Site:
    """A cluster, its rules, and what its users want."""

    cluster: Cluster
    policy: Policy
    jobs: tuple[Coming, ...]


class Chance:
    """Chooses by a number."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def whole(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def one(self, *of: T) -> T:
        return self.random.choice(of)

    def seldom(self, value: T, one_in: int = 4) -> T | None:
        return value if self.random.random() < 1 / one_in else None


def cluster(chance: Chance) -> Cluster:
    """Return one to four machines with CPUs and memory, some with initiators, licences, a booking."""
    slots = chance.seldom(True)
    machines = tuple(
        Machine(
            name=f"m{number}",
            resources={CPUS: chance.whole(2, 6), MEMORY: chance.whole(4, 10)},
            slots_by_queue={name: chance.whole(1, 4) for name in QUEUES} if slots and number % 2 else {},
            facts={"speed": chance.whole(1, 3)},
        )
        for number in range(chance.whole(1, 4))
    )
    start = chance.whole(0, 60)
    booking = AdvanceReservation(
        name="r0",
        start=start,
        end=start + chance.whole(5, 60),
        takes={"m0": {CPUS: chance.whole(1, machines[0].resources[CPUS])}},
        users=frozenset({"u"}),
    )
    bookings = (booking,) if chance.seldom(True) else ()
    return Cluster(machines=machines, floating=chance.seldom({"lic": 2}, 3) or {}, bookings=bookings)


def queue(name: str, chance: Chance) -> Queue:
    """Return one queue."""
    hold = Hold(
        resources=chance.one(frozenset({CPUS}), frozenset({CPUS, MEMORY})),
        longest=chance.whole(5, 80),
        pause=chance.whole(0, 20),
        sequential=chance.one(frozenset[str](), frozenset({CPUS, MEMORY})),
    )
    return Queue(
        name=name,
        priority=chance.whole(0, 3),
        backfill=chance.one(True, True, False),
        reserves=chance.one(True, True, False),
        hold=chance.seldom(hold, 2),
        interruptible=chance.seldom(chance.whole(3, 20), 6),
        requeue_interrupted=chance.one(True, False),
        run_limit_max=chance.seldom(60),
        windows=chance.seldom(((0, 40), (60, DAY), (DAY + 5, DAY + 99)), 6) or (),
        start_if=chance.seldom(parse("a + b < 3"), 6),
        max_planned=chance.seldom(chance.whole(0, 2), 6),
    )


LIMITS = (
    Limit(name="per user", amount=3, per=("user",)),
    Limit(name="cpus of b", amount=4, counts=CPUS, only={"queue": frozenset({"b"})}),
    Limit(name="per machine", amount=2, per=("machine",)),
    Limit(name="per user and machine", amount=2, counts=CPUS, per=("user", "machine"), lent_are_free=True),
)
ORDERS = (
    (),
    (parse("queue_priority"),),
    (parse("0 - queued_at"),),
    (parse("queue_priority * 10 + user_priority"), parse("wait")),
    (parse("fair_share"),),
    (parse("0 - user_running"), parse("cores")),
)
RULES = [("a", ("b",)), ("a", ("c",)), ("a", ("b", "c")), ("b", ("c",))]


def rule(chance: Chance) -> PreemptRule:
    """Return a rule of preemption."""
    who, victims = chance.one(*RULES)
    return PreemptRule(
        queue=who,
        victims=victims,
        extent=chance.one(Extent.ENOUGH, Extent.ENOUGH, Extent.ALL),
        method=chance.one(Method.SUSPEND, Method.SUSPEND, Method.SUSPEND, *Method),
    )


def policy(chance: Chance) -> Policy:
    """Return rules of all kinds."""
    shortest_first = (parse("-estimate"),)
    return Policy(
        name="random",
        queues={name: queue(name, chance) for name in QUEUES},
        default_queue="a",
        order=chance.one(*ORDERS),
        recalculate=chance.one(0, None, 30),
        backfill_order=chance.one((), shortest_first),
        blocked=chance.one(Blocked.PLAN, Blocked.PLAN, Blocked.SKIP, Blocked.STOP),
        depth=chance.one(1, 1, 2, 3, None),
        depth_per_user=chance.seldom(1, 6),
        window=chance.seldom(30, 8),
        protected=chance.one("estimate", "run_limit"),
        machine_order=chance.one(None, parse("speed"), parse("free_cpus"), parse("0 - load")),
        busy_first=chance.one(True, False),
        load_per_start=0.5,
        preemption=tuple(rule(chance) for _ in range(chance.one(0, 0, 1, 2, 3))),
        victim_order=chance.one(*VictimOrder),
        released_by_suspension=chance.one(frozenset({CPUS}), frozenset({CPUS, MEMORY})),
        preempt_backfilled=chance.one(True, False),
        limits=tuple(each for each in LIMITS if chance.seldom(each, 6)),
        fair_share=FairShare(half_life=60),
        cycle=chance.one(0, 0, 0, 7),
    )


def coming(number: int, chance: Chance) -> Coming:
    """Return a job, which may wait for earlier ones or be an element of an array."""
    earlier = str(chance.whole(0, number + 1))
    array = chance.seldom("x", 6) or ""
    layout = chance.one(
        *[Layout()] * 6,
        Layout(machines_max=1),
        Layout(tasks_per_machine=2),
        Layout(machines_min=2),
        Layout(exclusive=True),
    )
    demand = Demand(
        tasks=chance.one(1, 1, 2, 2, 3, 4, 5, 6, 8),
        per_task={CPUS: chance.one(1, 1, 1, 2), MEMORY: chance.one(1, 1, 2, 3)},
        per_machine=chance.seldom({MEMORY: 1}, 5) or {},
        floating=chance.seldom({"lic": 1}, 6) or {},
        layout=layout,
        needs=chance.seldom(parse("speed >= 2"), 8),
    )
    job = BatchJob(
        id=str(number),
        demand=demand,
        queue=chance.one(*QUEUES),
        user=chance.one("u", "u", "v"),
        run_limit=chance.seldom(chance.whole(5, 50), 2),
        estimate=chance.one(None, chance.whole(1, 50), chance.whole(20, 50)),
        priority=chance.seldom(chance.whole(0, 99), 5),
        begin=chance.seldom(chance.whole(0, 100), 10),
        after=chance.seldom(After(job=earlier, ending=chance.one(*Ending)), 8),
        array=array,
        array_limit=2 if array else None,
        booking=chance.seldom("r0", 10) or "",
        restartable=chance.one(True, True, False),
    )
    return Coming(job, chance.whole(0, 40), chance.whole(0, 50), chance.one(0, 0, 0, 1))


def site(seed: int) -> Site:
    """Return a whole site."""
    chance = Chance(seed)
    jobs = tuple(coming(number, chance) for number in range(chance.whole(3, 14)))
    return Site(cluster(chance), policy(chance), jobs)


def exact_site(seed: int) -> Site:
    """Return a site without rules beside those of backfill, where everybody runs as long as reckoned."""
    whole = site(seed)
    rules = Policy(
        name="random",
        depth=whole.policy.depth,
        backfill_order=whole.policy.backfill_order,
        machine_order=whole.policy.machine_order,
        busy_first=whole.policy.busy_first,
    )
    jobs = []
    for each in whole.jobs:
        seconds = max(each.runs, 1)
        bare = BatchJob(id=each.job.id, demand=each.job.demand, user=each.job.user, estimate=seconds)
        jobs.append(Coming(bare, each.at, seconds))
    return Site(whole.cluster, rules, tuple(jobs))


def counting_site(seed: int) -> Site:
    """Return one machine of CPUs alone, and jobs that end no later than reckoned."""
    chance = Chance(seed)
    cpus = chance.whole(2, 12)
    jobs = []
    for number in range(chance.whole(3, 20)):
        runs = chance.whole(1, 50)
        demand = Demand(tasks=chance.whole(1, cpus), per_task={CPUS: 1})
        estimate = runs + chance.one(0, 0, chance.whole(1, 50))
        jobs.append(
            Coming(BatchJob(id=str(number), demand=demand, estimate=estimate), chance.whole(0, 99), runs)
        )
    jobs.sort(key=lambda each: each.at)
    machines = (Machine(name="m0", resources={CPUS: cpus}),)
    return Site(Cluster(machines=machines), Policy(name="counting"), tuple(jobs))


def exactly(given: Site) -> Site:
    """Let everybody run as long as reckoned, and for at least two seconds.

    One second would fit into the gap between an end that is due and the event that tells of it.
    """
    seconds = [max(each.job.estimate or each.runs, 2) for each in given.jobs]
    jobs = tuple(
        replace(each, runs=length, job=replace(each.job, estimate=length))
        for each, length in zip(given.jobs, seconds, strict=True)
    )
    return replace(given, jobs=jobs)
