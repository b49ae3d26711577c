"""Whatever a snapshot holds, it can be drawn, line by line and harmlessly, and the last line adds up."""

import re
from dataclasses import replace
from datetime import UTC

from hypothesis import given
from hypothesis import strategies as st

from jobcast.act.executors.base import Consumed
from jobcast.batch.record import Step, StepState
from jobcast.batch.screens.loadleveler import (
    llclass,
    llq,
    llq_long,
    llq_usage,
    llq_why,
    llstatus,
    llstatus_long,
    llsummary,
)
from jobcast.batch.snapshot import MachineStanding, Snapshot, Waits
from jobcast.machine import CPUS, MEMORY, Machine, Share
from jobcast.schedule.job import Demand
from jobcast.schedule.policy import Queue
from tests.batch.screens.loadleveler.made_up import a_step, of, site

NAMES = st.text(max_size=30)
SECONDS = st.none() | st.floats(0, 4e9)
CONSUMED = st.builds(
    Consumed,
    user_cpu=st.none() | st.floats(0, 1e12),
    starter_cpu=st.none() | st.floats(0, 1e9),
    memory_peak=st.none() | st.integers(0, 1 << 62),
)


@st.composite
def steps(draw: st.DrawFn) -> Step:
    step = a_step(draw(st.integers(0, 99)), draw(st.sampled_from(StepState)), consumed=draw(CONSUMED))
    step.at, step.since = draw(st.floats(0, 4e9)), draw(st.floats(0, 4e9))
    step.dispatched, step.began, step.ended = draw(SECONDS), draw(SECONDS), draw(SECONDS)
    step.exit_code, step.how = (
        draw(st.none() | st.integers(0, 255)),
        draw(st.sampled_from(["", "exited", "killed"])),
    )
    step.allocation = tuple(Share(machine=name, tasks=1) for name in draw(st.lists(NAMES, max_size=3)))
    return of(
        step,
        id=draw(NAMES),
        user=draw(NAMES),
        queue=draw(NAMES),
        run_limit=draw(st.none() | st.integers(0, 10**12)),
        demand=Demand(tasks=draw(st.integers(1, 3)), per_task={draw(NAMES): 1, MEMORY: draw(st.integers(1, 1 << 62))}),
        notes={"name": draw(NAMES), "comment": draw(NAMES), "keywords": {"wall_clock_limit": draw(NAMES)}},
    )  # fmt: skip


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    machines = tuple(
        MachineStanding(
            machine=Machine(name=name, resources={CPUS: draw(st.integers(0, 512)), name: 3}),
            up=draw(st.booleans()),
            draining=draw(st.booleans()),
            closed=draw(st.booleans()),
            used={CPUS: draw(st.integers(0, 600))},
            tasks_by_queue={name: draw(st.integers(0, 9))},
            facts={"load": draw(st.floats(0, 1e6) | NAMES), "idle": draw(st.integers(0, 1 << 40)), "arch": draw(NAMES)},
        )
        for name in draw(st.lists(NAMES, max_size=3, unique=True))
    )  # fmt: skip
    base = site(*draw(st.lists(steps(), max_size=4)), machines=machines, host=draw(NAMES))
    waits = Waits(sentence=draw(NAMES), cause="x", start=draw(st.none() | st.integers(0, 1 << 31)))
    queues = {name: Queue(name=name) for name in draw(st.lists(NAMES, max_size=3))}
    named = {step.id: waits for step in base.steps}
    return replace(base, waits=named, policy=replace(base.policy, queues=queues))


@given(snapshots())
def test_any_snapshot_can_be_drawn(snapshot):
    reports = [*llsummary.Report]
    lines = [
        *llq.standard(snapshot.steps, UTC),
        *llq.chosen(list(llq.categories(UTC).values()), snapshot.steps),
        *llq.chosen_raw(list(llq.categories(UTC).values()), snapshot.steps),
        *llclass.standard(llclass.classes(snapshot), snapshot),
        *llstatus.standard(snapshot.machines, snapshot),
        *llstatus.chosen(list(llstatus.columns(snapshot).values()), snapshot.machines, snapshot),
        *llstatus.consumable(snapshot.machines),
        *llstatus.floating(snapshot),
        *llsummary.summary(iter(snapshot.steps), list(llsummary.SECTIONS), reports, UTC),
    ]
    for step in snapshot.steps:
        lines += (
            llq_long.long_listing(step, snapshot) + llq_usage.usage(step, UTC) + llq_why.why(step, snapshot)
        )
    for standing in snapshot.machines:
        lines += llstatus_long.long_listing(standing, snapshot)
    for queue in llclass.classes(snapshot):
        lines += llclass.long_listing(queue, snapshot)
    assert not [line for line in lines if re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", line)]


@given(st.lists(st.sampled_from(StepState)))
def test_the_last_line_counts_each_step_once(states):
    shown = [a_step(number, state) for number, state in enumerate(states)]
    *_, last = llq.standard(shown, UTC)
    assert re.fullmatch(
        r"\d+ job step\(s\) in query, \d+ waiting, \d+ pending, \d+ running, \d+ held, \d+ preempted", last
    )
    every, *parts = map(int, re.findall(r"\d+", last))
    assert every == sum(parts) + sum(state.is_over for state in states) == len(states)
