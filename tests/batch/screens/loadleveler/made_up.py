"""A site of LoadLeveler at one moment: two machines, three classes, and a step in every state."""

from dataclasses import replace
from datetime import UTC, datetime

from jobcast.act.executors.base import Consumed
from jobcast.batch.record import Notes, Notify, Run, Step, StepState, Submitted
from jobcast.batch.snapshot import MachineStanding, QueueNotes, Snapshot, Waits
from jobcast.machine import CPUS, MEMORY, Allocation, Machine, Share
from jobcast.program import Affinity, Program, Unit
from jobcast.schedule.expression import parse
from jobcast.schedule.job import BatchJob, Demand, Layout
from jobcast.schedule.policy import Limit, Method, Policy, PreemptRule, Queue
from jobcast.units import GIB, MIB

NOON = int(datetime(2026, 1, 13, 12, tzinfo=UTC).timestamp())
ON_N01: Allocation = (Share(machine="n01", tasks=1),)
CONSUMED = Consumed(
    user_cpu=590.0,
    system_cpu=0.25,
    memory_peak=300 * MIB + 1,
    memory_mean=200 * MIB,
    virtual_peak=400 * MIB,
    starter_cpu=10.0,
    processes_peak=3,
)


def a_step(number: int, state: StepState = StepState.IDLE, **changed: object) -> Step:
    """Return a serial step of user nwp in class normal, submitted an hour before noon; `changed` are its fields."""
    job = BatchJob(
        id=f"n01.{number}.0",
        demand=Demand(tasks=1, per_task={CPUS: 1, MEMORY: 2 * GIB}),
        queue="normal",
        user="nwp",
        run_limit=3600,
    )
    program = Program(arguments=("/home/nwp/run.sh", "a", "b c"), directory="/home/nwp", output="out")
    notes = Notes(
        dialect="loadleveler",
        command="/home/nwp/run.sh",
        host="login1",
        unix_group="nwpop",
        keywords={"executable": "run.sh"},
    )
    step = Step(
        submitted=Submitted(job=job, program=program, notes=notes),
        at=NOON - 3600,
        state=state,
        since=NOON - 60,
    )
    if number >= 6 and state is not StepState.NOT_RUN:
        step.dispatched, step.attempt, step.allocation = NOON - 1800, 1, ON_N01
    for name, value in changed.items():
        setattr(step, name, value)
    return step


def of(step: Step, *, notes: object = None, **changed: object) -> Step:
    """Return `step` with its job's fields changed, and its notes'."""
    step.submitted = replace(step.submitted, job=replace(step.submitted.job, **changed))  # type: ignore[arg-type]
    if notes:
        step.submitted = replace(step.submitted, notes=replace(step.submitted.notes, **notes))  # type: ignore[arg-type]
    return step


def every_state() -> tuple[Step, ...]:
    """Return a step in every state, numbered in the order of `StepState`."""
    return tuple(a_step(number, state) for number, state in enumerate(StepState))


def parallel() -> Step:
    """Return a running step of four tasks on two machines that was vacated once, of a model's group."""
    step = a_step(40, StepState.RUNNING)
    step.allocation = (Share(machine="n01", tasks=2), Share(machine="n02", tasks=2))
    step.attempt, step.began, step.consumed, step.exits = 2, NOON - 1700.0, CONSUMED, {"prolog": 0}
    step.runs = (
        Run(
            number=1,
            dispatched=NOON - 3000,
            began=NOON - 2990,
            ended=NOON - 2000,
            how="killed",
            exit_code=143,
            allocation=ON_N01,
            consumed=Consumed(user_cpu=1.5, system_cpu=None),
        ),
    )
    step = of(
        step,
        notes={
            "name": "LAF_fcst",
            "step_name": "fcst",
            "comment": "GRAPES",
            "notify": Notify.ERROR,
            "keywords": {
                "executable": "fcst.sh",
                "requirements": '(Arch == "x86_64")',
                "wall_clock_limit": "01:00:00,00:50:00",
                "environment": "COPY_ALL",
            },
        },
        demand=Demand(
            tasks=4, per_task={MEMORY: 512 * MIB, CPUS: 1}, layout=Layout(machines_min=2, machines_max=2)
        ),
        queue="operation",
        project="bm0702",
        priority=100,
        group="gfs",
    )
    program = replace(
        step.submitted.program,
        affinity=Affinity(unit=Unit.CORE, per_task=1),
        limits={"core": (0, None), "cpu": (600, 600)},
        job_cpu_limit=(None, 7200),
    )
    step.submitted = replace(step.submitted, program=program, soft_run_limit=3000)
    return step


def policy() -> Policy:
    """Return the rules of that site."""
    return Policy(
        name="LoadL_config",
        queues={
            "operation": Queue(name="operation", priority=100, users=frozenset({"nwp", "loadl"})),
            "normal": Queue(
                name="normal",
                priority=10,
                run_limit=3600,
                run_limit_max=90000,
                max_machines=2,
                default_resources={CPUS: 1, MEMORY: 100 * MIB},
                start_if=parse("operation == 0 && (normal < 4)"),
            ),
            "a_class_of_a_very_long_name": Queue(name="a_class_of_a_very_long_name"),
        },
        order=(parse("(queue_priority * 100) - queued_at"),),
        machine_order=parse("0 - load"),
        preemption=(PreemptRule(queue="operation", victims=("normal",), method=Method.SUSPEND),),
        limits=(Limit(name="maxjobs of normal", amount=7, only={"queue": frozenset({"normal"})}),),
        user_priorities={"nwp": 5},
    )


def machines() -> tuple[MachineStanding, ...]:
    """Return its machines: one that works, and one that runs out."""
    n01 = Machine(
        name="n01",
        resources={CPUS: 4, MEMORY: 8 * GIB},
        slots_by_queue={"normal": 4, "operation": 4},
        groups=frozenset({"batch"}),
        facts={"arch": "x86_64", "opsys": "Linux", "speed": 1.0},
    )
    return (
        MachineStanding(
            machine=n01,
            up=True,
            used={CPUS: 3, MEMORY: 5 * GIB},
            held={CPUS: 1},
            tasks_by_queue={"normal": 1, "operation": 2},
            suspended_by_queue={"normal": 1},
            facts={"load": 2.5, "idle": 20000},
        ),
        MachineStanding(machine=replace(n01, name="n02"), up=True, draining=True),
    )


def site(*steps: Step, **changed: object) -> Snapshot:
    """Return that site with these steps."""
    whole = Snapshot(
        at=NOON,
        cluster="weather",
        host="n01",
        executor="local",
        policy=policy(),
        dialect="loadleveler",
        machines=machines(),
        steps=steps,
        queue_notes={
            "normal": QueueNotes(
                comment="Research",
                limits={
                    "job_cpu_limit": (None, 182700),
                    "cpu_limit": (600, 19800),
                    "core_limit": (0, None),
                    "wall_clock_limit": (86400, 90000),
                },
            )
        },
        floating={"licence": 5},
        floating_used={"licence": 2},
        waits={
            "n01.0.0": Waits(
                sentence="waits for 1 CPU",
                cause="resources",
                start=NOON + 600,
                machines=ON_N01,
                before=("n01.8.0", "n01.10.0"),
            )
        },
    )
    return replace(whole, **changed)  # type: ignore[arg-type]
