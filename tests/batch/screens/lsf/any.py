"""Snapshots of any kind, for what must hold of all of them."""

from dataclasses import replace

from hypothesis import strategies as st

from jobcast.act.executors.base import Consumed, End
from jobcast.batch.record import Notes, Step, StepState, Submitted
from jobcast.batch.snapshot import Backfill, MachineStanding, Snapshot, Waits
from jobcast.decision import Cause
from jobcast.machine import CPUS, MEMORY, Machine, Share
from jobcast.program import Enforcement, Program
from jobcast.schedule.job import BatchJob, Demand
from jobcast.schedule.policy import Queue
from tests.batch.screens.lsf.made_up import NOON, SNAPSHOT

_NAMES = st.text(max_size=12)
_SECONDS = st.none() | st.floats(NOON - 86_400, NOON)
_RESOURCES = ({}, {CPUS: 4}, {CPUS: 8, MEMORY: 1 << 36})
_AMOUNTS = st.none() | st.integers(0, 1 << 50)


@st.composite
def steps(draw: st.DrawFn, number: int = 1) -> Step:
    array = draw(st.sampled_from(["", "77"]))
    job = BatchJob(
        id=f"{array}[{number}]" if array else str(number),
        demand=Demand(tasks=draw(st.integers(1, 500)), per_task={CPUS: 1}),
        queue=draw(st.sampled_from(["normal", "big", "elsewhere", ""])),
        user=draw(_NAMES),
        project=draw(_NAMES),
        run_limit=draw(st.none() | st.integers(1, 10**7)),
        begin=draw(st.none() | st.integers(0, NOON)),
        array=array,
    )
    notes = Notes(dialect="lsf", name=draw(_NAMES), command=draw(st.text(max_size=200)), comment=draw(_NAMES))
    notes = replace(notes, keywords=draw(st.dictionaries(st.sampled_from(["-R", "-J", "-G", "-m"]), _NAMES)))
    return Step(
        submitted=Submitted(
            job=job,
            program=Program(arguments=(), script="x", directory=draw(_NAMES)),
            notes=notes,
            enforcement=Enforcement(memory=draw(_AMOUNTS), kill_over_memory=draw(st.booleans())),
        ),
        at=draw(st.floats(0, NOON)),
        state=draw(st.sampled_from(StepState)),
        since=draw(st.floats(0, NOON)),
        attempt=draw(st.integers(0, 3)),
        dispatched=draw(_SECONDS),
        began=draw(_SECONDS),
        ended=draw(_SECONDS),
        allocation=tuple(
            Share(machine=name, tasks=tasks)
            for name, tasks in draw(st.dictionaries(_NAMES, st.integers(1, 100), max_size=3)).items()
        ),
        exit_code=draw(st.none() | st.integers(0, 255)),
        how=draw(st.sampled_from(["", *End])),
        consumed=Consumed(memory_peak=draw(_AMOUNTS), user_cpu=draw(st.none() | st.floats(0, 1e9))),
    )


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    found = tuple(draw(steps(number)) for number in range(1, draw(st.integers(1, 4)) + 1))
    names = draw(st.lists(_NAMES, max_size=3, unique=True))
    return replace(
        SNAPSHOT,
        steps=found,
        waits={
            step.id: Waits(
                sentence=draw(_NAMES),
                cause=draw(st.sampled_from([*Cause, "other"])),
                values={"resource": draw(_NAMES), "limit": draw(_NAMES)},
                start=draw(st.none() | st.integers(0, NOON)),
                holds={name: {CPUS: draw(st.integers(0, 9))} for name in names},
            )
            for step in found
            if draw(st.booleans())
        },
        machines=tuple(
            MachineStanding(
                machine=Machine(name=name, resources=draw(st.sampled_from(_RESOURCES))),
                up=draw(st.booleans()),
                draining=draw(st.booleans()),
                closed=draw(st.booleans()),
                used=draw(st.sampled_from([{}, {CPUS: 4}])),
                facts=draw(st.sampled_from([{}, {"load": 3.5}, {"load": "high"}])),
            )
            for name in names
        ),
        policy=replace(
            SNAPSHOT.policy,
            queues=draw(st.sampled_from([SNAPSHOT.policy.queues, {}, {"": Queue(name="")}])),
        ),
        backfill=draw(st.sampled_from([(), (Backfill(slots=3, seconds=None),), SNAPSHOT.backfill])),
        zone=draw(st.sampled_from(["UTC", "Asia/Shanghai", "nowhere", ""])),
        cluster=draw(_NAMES),
    )
