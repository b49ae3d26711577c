"""A made-up cluster under LSF's rules, with a job in each state."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from jobcast.act.executors.base import Consumed
from jobcast.batch.record import Notes, Step, StepState, Submitted
from jobcast.batch.snapshot import Backfill, MachineStanding, Snapshot, Waits
from jobcast.decision import Cause
from jobcast.machine import CPUS, MEMORY, Machine, Share
from jobcast.program import Enforcement, Program
from jobcast.schedule.job import BatchJob, Demand
from jobcast.schedule.policy import Hold, Limit, Policy, Queue

G, M = 1 << 30, 1 << 20
NOON = int(datetime(2026, 1, 1, 12, tzinfo=UTC).timestamp())


def step(number: str, state: StepState, **known: Any) -> Step:
    """Return a step of chen that asked for one task in queue normal at half past eleven."""
    job = {"id": number, "demand": Demand(tasks=1, per_task={CPUS: 1}), "queue": "normal", "user": "chen"}
    job |= {"project": "default"} | known.pop("job", {})
    notes = {"dialect": "lsf", "command": "make all", "host": "login1"} | known.pop("notes", {})
    program = {"arguments": (), "script": "make all\n", "directory": "/data", "append": True}
    program |= known.pop("program", {})
    submitted = Submitted(
        job=BatchJob(**job),
        program=Program(**program),
        notes=Notes(**notes),
        enforcement=known.pop("enforcement", Enforcement()),
        told={"LS_SUBCWD": "/data"},
    )
    return Step(submitted=submitted, at=NOON - 1800, state=state, since=NOON - 600, **known)


def ran(number: str, state: StepState, *, ended: float | None = None, **known: Any) -> Step:
    """Return a step that began at a quarter to twelve on one host."""
    known = {"allocation": (Share(machine="n1", tasks=1),)} | known
    return step(number, state, attempt=1, dispatched=NOON - 901.0, began=NOON - 900.0, ended=ended, **known)


USED = Consumed(user_cpu=4.0, system_cpu=1.5, memory_peak=313 * M, memory_mean=300 * M, virtual_peak=2 * G)

STEPS = (
    ran(
        "101",
        StepState.RUNNING,
        job={"demand": Demand(tasks=6, per_task={CPUS: 1}), "run_limit": 5400, "project": "tpu"},
        notes={"name": "synthesis", "keywords": {"-R": "rusage[mem=4G]", "-J": "synthesis"}},
        program={"output": "log.101", "error": "err.101"},
        allocation=(Share(machine="n1", tasks=4), Share(machine="n2", tasks=2)),
        enforcement=Enforcement(memory=2 * G, kill_over_memory=True),
        consumed=USED,
    ),
    ran("102[3]", StepState.STARTING, job={"array": "102"}, notes={"name": "sim", "keywords": {"-J": "sim[1-4]"}}),
    ran(
        "103", StepState.PREEMPTED, stopped=NOON - 600.0, job={"queue": "night", "user": "ada"}, notes={"name": "route"}
    ),
    ran("104", StepState.PREEMPTED, stopped=NOON - 600.0, notes={"name": "halted"}),
    step(
        "105",
        StepState.IDLE,
        job={"demand": Demand(tasks=16, per_task={CPUS: 1}), "queue": "big", "run_limit": 600, "user": "ada"},
        notes={"name": "a_long_name_of_a_job"},
    ),
    step("102[4]", StepState.IDLE, job={"array": "102"}, notes={"name": "sim", "keywords": {"-J": "sim[1-4]"}}),
    step("106", StepState.USER_HOLD, job={"hold": "user"}, notes={"keywords": {"-H": ""}}),
    ran(
        "107", StepState.COMPLETED, ended=NOON - 600.0, exit_code=0, how="exited", consumed=USED,
        notes={"comment": "model a"},
    ),
    ran("108", StepState.COMPLETED, ended=NOON - 600.0, exit_code=3, how="exited", consumed=USED),
    ran("109", StepState.REMOVED, ended=NOON - 600.0, exit_code=137, how="killed", job={"run_limit": 300}),
    ran("110", StepState.REMOVED, ended=NOON - 600.0, exit_code=137, how="over_memory"),
    step("111", StepState.CANCELED, ended=NOON - 600.0),
)  # fmt: skip

MACHINES = (
    MachineStanding(
        machine=Machine(name="n1", resources={CPUS: 8, MEMORY: 64 * G}, facts={"speed": 1.5}),
        up=True,
        used={CPUS: 7, MEMORY: 8 * G},
        held={CPUS: 1},
        tasks_by_queue={"normal": 6},
        suspended_by_queue={"normal": 1, "night": 1},
        facts={"load": 5.25},
    ),
    MachineStanding(
        machine=Machine(name="n2", resources={CPUS: 4, MEMORY: 16 * G}),
        up=True,
        used={CPUS: 2},
        held={CPUS: 2},
        tasks_by_queue={"normal": 2},
    ),
    MachineStanding(machine=Machine(name="n3", resources={CPUS: 4}), up=True, draining=True),
    MachineStanding(machine=Machine(name="n4", resources={CPUS: 4}), up=False),
)

QUEUES = {
    "big": Queue(name="big", priority=40, hold=Hold(resources=frozenset({CPUS}), longest=3600, pause=60),
                 backfill=False, run_limit_max=36_000, machines=frozenset({"n1", "n2"})),
    "normal": Queue(name="normal", priority=30, run_limit=1800, run_limit_max=7200, max_tasks=16),
    "night": Queue(name="night", priority=20, open=False, users=frozenset({"ada", "asic"})),
}  # fmt: skip

SNAPSHOT = Snapshot(
    at=NOON,
    cluster="loom",
    host="master",
    executor="local",
    policy=Policy(
        name="lsb.queues",
        queues=QUEUES,
        default_queue="normal",
        limits=(
            Limit(
                name="QJOB_LIMIT of queue normal",
                amount=12,
                counts=CPUS,
                only={"queue": frozenset({"normal"})},
            ),
            Limit(
                name="UJOB_LIMIT of queue normal",
                amount=4,
                counts=CPUS,
                per=("user",),
                only={"queue": frozenset({"normal"})},
            ),
        ),
    ),
    dialect="lsf",
    machines=MACHINES,
    steps=STEPS,
    waits={
        "103": Waits(sentence="is suspended", cause=Cause.SUSPENDED),
        "104": Waits(sentence="an operator asked for it", cause=Cause.ASKED),
        "105": Waits(
            sentence="needs 16 of cpus",
            cause=Cause.RESOURCES,
            values={"resource": CPUS, "needed": 16, "free": 2},
            start=NOON + 1200,
            holds={"n1": {CPUS: 1}, "n2": {CPUS: 2}},
        ),
        "102[4]": Waits(
            sentence="limit",
            cause=Cause.LIMIT,
            values={"limit": "UJOB_LIMIT of queue normal", "amount": 4, "used": 4},
        ),
        "106": Waits(sentence="is held", cause=Cause.HELD, values={"hold": "user"}),
    },
    backfill=(Backfill(slots=3, seconds=1200, by_machine={"n1": 1, "n2": 2}),),
    zone="UTC",
)
"""Noon of the new year."""

EMPTY = replace(SNAPSHOT, steps=(), waits={}, machines=(), backfill=())
