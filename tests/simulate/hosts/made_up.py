"""Random clusters, policies and traces for the engine with machines."""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from jobcast.machine import CPUS, MEMORY, Cluster, Machine
from jobcast.schedule.expression import parse
from jobcast.schedule.job import BatchJob, Demand, Layout
from jobcast.schedule.policy import (
    Blocked,
    Extent,
    Limit,
    Method,
    Policy,
    PreemptRule,
    Queue,
    VictimOrder,
)

NAMES = ("high", "normal", "low")
"""Queues; those named first may preempt those named later."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One simulation."""

    jobs: list[BatchJob]
    submit: list[int]
    run: list[int]
    cluster: Cluster
    policy: Policy


def maybe(value: Any, of: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.just(value) | of


@st.composite
def clusters(draw: st.DrawFn, *, slots: bool = False) -> Cluster:
    machines = []
    for number in range(draw(st.integers(1, 5))):
        offered = {name: draw(st.integers(0, 3)) for name in NAMES} if slots else {}
        machines.append(
            Machine(
                name=f"m{number}",
                resources={CPUS: draw(st.integers(1, 4)), MEMORY: draw(st.integers(2, 8))},
                slots_by_queue=offered,
                groups=frozenset(draw(st.sets(st.sampled_from(["a", "b"])))),
                facts={"speed": draw(st.integers(1, 3))},
            )
        )
    return Cluster(machines=tuple(machines), floating=draw(st.sampled_from([{}, {"licences": 3}])))


LAYOUTS = st.builds(
    Layout,
    machines_min=st.sampled_from([1, 1, 1, 2]),
    machines_max=st.sampled_from([None, None, None, 1]),
    exclusive=st.sampled_from([False, False, False, True]),
) | st.builds(Layout, tasks_per_machine=st.integers(1, 2))

DEMANDS = st.builds(
    Demand,
    tasks=st.integers(1, 6),
    per_task=st.fixed_dictionaries({CPUS: st.integers(1, 2)}, optional={MEMORY: st.integers(1, 4)}),
    per_machine=st.sampled_from([{}, {}, {MEMORY: 1}]),
    layout=LAYOUTS,
    groups=st.sampled_from([frozenset[str](), frozenset[str](), frozenset({"a"})]),
    prefers=st.sampled_from([None, None, parse("speed")]),
)

LIMITS = st.builds(
    Limit,
    name=st.sampled_from(["one", "two"]),
    amount=st.integers(1, 6),
    counts=st.sampled_from(["jobs", CPUS]),
    per=st.sampled_from(
        [
            (),
            ("user",),
            ("queue",),
            ("user", "queue"),
            ("machine",),
            ("user", "machine"),
            ("machine", "queue"),
        ]
    ),
    only=st.sampled_from([{}, {}, {"queue": frozenset({"low"})}]),
    but=st.sampled_from([{}, {}, {"user": frozenset({"ann"})}, {"queue": frozenset({"normal", "high"})}]),
)


@st.composite
def preemption(draw: st.DrawFn, methods: list[Method]) -> tuple[PreemptRule, ...]:
    rules = []
    for queue, victims in (("high", ["normal", "low"]), ("high", ["low"]), ("normal", ["low"])):
        if draw(st.booleans()):
            rules.append(
                PreemptRule(
                    queue=queue,
                    victims=tuple(draw(st.permutations(victims))),
                    extent=draw(st.sampled_from(list(Extent))),
                    method=draw(st.sampled_from(methods)),
                )
            )
    return tuple(rules)


QUEUES = st.builds(
    Queue,
    name=st.just(""),
    priority=st.integers(1, 3),
    backfill=st.sampled_from([True, True, False]),
    reserves=st.sampled_from([True, True, False]),
    run_limit=st.sampled_from([None, 30]),
    run_limit_max=st.sampled_from([None, None, 25]),
    estimate=st.sampled_from([None, None, 12]),
    default_resources=st.sampled_from([{}, {MEMORY: 1}]),
    machines=st.sampled_from([frozenset[str](), frozenset[str](), frozenset({"b"})]),
    open=st.sampled_from([True, True, True, True, False]),
    exclusive=st.sampled_from([False, False, False, True]),
    windows=st.sampled_from([(), (), (), ((0, 15),), ((8, 30), (45, 604_790))]),
    max_planned=st.sampled_from([None, None, None, 0, 1, 2]),
    start_if=st.sampled_from(
        [
            None,
            None,
            None,
            parse("low < 2"),
            parse("high + normal < 3 && !(low > 1)"),
            parse("low < 0"),
            parse("normal > 0 || strange == 2"),
        ]
    ),
)

MACHINE_ORDERS = st.sampled_from([None, None]) | st.sampled_from([
    parse(text)
    for text in (
        "0 - speed", "memory", "0 - load", "free_cpus - speed * 3", "free_memory / (cpus % 3)",
        "speed / load > 1 || free_gpus == 0", "!(load <= 1) && -free_memory < -2",
    )
])  # fmt: skip

MOVING = st.sampled_from([
    tuple(map(parse, texts))
    for texts in (
        ("queue_priority * 3 - user_running",), ("0 - user_total", "wait % 7 - cores"),
        ("group_queued > 2 || wait > 20",), ("queue_priority * now / run_limit", "0 - queued_at"),
        ("fair_share", "user_queued"),
    )
])  # fmt: skip

METHODS = [Method.SUSPEND, Method.REQUEUE, Method.REMOVE]


@st.composite
def policies(draw: st.DrawFn, *, preempts: bool, depth: st.SearchStrategy[int | None]) -> Policy:
    priority, shortest = parse("queue_priority"), parse("0 - estimate")
    named = {name: draw(QUEUES) for name in NAMES}
    queues = {
        name: Queue(**{field: getattr(queue, field) for field in Queue.__slots__} | {"name": name})
        for name, queue in named.items()
    }
    # For windows a week is waited for, which is many cycles.
    limits = tuple(draw(st.lists(LIMITS, max_size=2, unique_by=lambda limit: limit.name)))
    return Policy(
        name="made up",
        queues=queues,
        default_queue="normal",
        order=draw(st.sampled_from([(), (priority,), (priority, shortest)]) | MOVING),
        recalculate=draw(st.sampled_from([0, 0, 5, None])),
        backfill_order=draw(st.sampled_from([(), (), (shortest,), (parse("wait / estimate"),)])),
        blocked=draw(st.sampled_from([Blocked.PLAN, Blocked.PLAN, Blocked.SKIP, Blocked.STOP])),
        depth=draw(depth),
        depth_per_user=draw(st.sampled_from([None, None, None, 1, 2])),
        window=draw(st.sampled_from([None, None, None, 0, 10, 30])),
        protected=draw(st.sampled_from(["estimate", "estimate", "run_limit"])),
        machine_order=draw(MACHINE_ORDERS),
        busy_first=draw(st.booleans()),
        preemption=draw(preemption(METHODS)) if preempts else (),
        victim_order=draw(st.sampled_from(list(VictimOrder))),
        released_by_suspension=draw(st.sampled_from([frozenset({CPUS}), frozenset({CPUS, MEMORY})])),
        limits=limits,
        cycle=0 if any(queue.windows for queue in queues.values()) else draw(st.sampled_from([0, 0, 7])),
    )


@st.composite
def cases(
    draw: st.DrawFn, *, preempts: bool, depth: st.SearchStrategy[int | None], endless: bool = False
) -> Case:
    policy = draw(policies(preempts=preempts, depth=depth))
    cluster = draw(clusters(slots=draw(st.sampled_from([False, False, True]))))
    jobs, submit, run, now = [], [], [], 0
    for number in range(draw(st.integers(1, 14))):
        now += draw(st.integers(0, 4))
        limit = draw(st.none() | st.integers(1, 40)) if endless else draw(st.integers(1, 40))
        jobs.append(
            BatchJob(
                id=str(number),
                demand=draw(DEMANDS),
                queue=draw(st.sampled_from(NAMES)),
                user=draw(st.sampled_from(["ann", "bob"])),
                group=draw(st.sampled_from(["", "physics"])),
                run_limit=limit,
                estimate=draw(st.none() | st.integers(1, 40)),
            )
        )
        submit.append(now)
        run.append(draw(st.integers(1, 45)))
    return Case(jobs=jobs, submit=submit, run=run, cluster=cluster, policy=policy)
