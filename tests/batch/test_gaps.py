"""What backfill may use."""

from dataclasses import replace

import pytest
from hypothesis import given

from jobcast.batch.gaps import gaps
from jobcast.batch.record import StepState
from jobcast.batch.snapshot import Backfill, MachineStanding, Waits
from jobcast.machine import CPUS, Machine, Share
from tests.batch.screens.lsf.any import snapshots
from tests.batch.screens.lsf.made_up import EMPTY, NOON, step


def machine(name: str, slots: int, used: int) -> MachineStanding:
    return MachineStanding(machine=Machine(name=name, resources={CPUS: slots}), up=True, used={CPUS: used})


MACHINES = (machine("a", 8, 5), machine("b", 4, 2))
TWO = {CPUS: 2}


def found(waits: dict[str, Waits], machines: tuple[MachineStanding, ...] = MACHINES) -> tuple[Backfill, ...]:
    steps = tuple(step(name, StepState.IDLE) for name in waits)
    return gaps(replace(EMPTY, steps=steps, machines=machines, waits=waits))


def waits(start: int | None, holds: dict[str, dict[str, int]], machines: tuple[Share, ...] = ()) -> Waits:
    when = None if start is None else NOON + start
    return Waits(sentence="", cause="resources", start=when, holds=holds, machines=machines)


def test_held_slots_are_free_until_their_holder_starts_and_others_without_end():
    assert found({"1": waits(600, {"a": TWO, "b": TWO})}) == (
        Backfill(slots=5, seconds=600, by_machine={"a": 3, "b": 2}),
        Backfill(slots=1, seconds=None, by_machine={"a": 1}),
    )


def test_a_mere_plan_takes_its_slots_at_its_start_too():
    planned = waits(60, {}, (Share(machine="b", tasks=4),))
    assert found({"1": planned}) == (
        Backfill(slots=5, seconds=60, by_machine={"a": 3, "b": 2}),
        Backfill(slots=3, seconds=None, by_machine={"a": 3}),
    )


def test_who_starts_first_takes_the_slots_that_are_free_the_shortest():
    rows = found({"1": waits(900, {"a": TWO}), "2": waits(300, {"a": TWO})})
    assert [(row.seconds, row.by_machine) for row in rows] == [
        (300, {"a": 3, "b": 2}),
        (900, {"a": 1, "b": 2}),
        (None, {"b": 2}),
    ]


@pytest.mark.parametrize("waiting", [{}, {"1": waits(None, {"a": TWO})}])
def test_without_a_promised_start_there_is_no_gap(waiting):
    assert found(waiting) == ()


def test_what_is_kept_for_a_start_that_nobody_knows_is_no_gap():
    rows = found({"1": waits(None, {"a": {CPUS: 3}}), "2": waits(60, {"b": TWO})})
    assert rows == (Backfill(slots=2, seconds=60, by_machine={"b": 2}),)


def test_machines_that_take_no_jobs_have_no_gap():
    machines = (replace(MACHINES[0], draining=True), replace(MACHINES[1], up=False))
    assert found({"1": waits(60, {"a": TWO})}, machines) == ()


@given(snapshots())
def test_longer_gaps_are_never_wider(snapshot):
    rows = gaps(snapshot)
    widths = [row.slots for row in rows]
    assert widths == sorted(widths, reverse=True)
    assert all(row.slots == sum(row.by_machine.values()) > 0 for row in rows)
