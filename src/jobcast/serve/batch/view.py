"""What the page shows, as plain values for its templates."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from urllib.parse import urlencode

from jobcast.batch import picture
from jobcast.batch.record import Step
from jobcast.language import say, speaking
from jobcast.machine import CPUS, MEMORY
from jobcast.serve.batch.buttons import Button, buttons
from jobcast.serve.batch.choice import Choice, choose
from jobcast.serve.batch.desk import Desk
from jobcast.serve.batch.door import Guest
from jobcast.serve.batch.listed import MachineListed, StepListed, listed, machine_listed
from jobcast.serve.batch.listings import one_step
from jobcast.units import format_amount, format_duration, format_memory
from jobcast.zone import read_zone

MOST_MACHINES = 200
"""Machines that are shown."""
_AT_ONCE = 20
"""Steps that are told before others get their turn."""
_MOST_BEFORE = 20
"""Steps that are named of those before one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What somebody asks the page for."""

    guest: Guest
    choice: Choice
    query: Mapping[str, str]
    """As it was written."""
    language: str
    step: str
    """Whose detail is shown; empty for none."""

    def link(self, **changes: object) -> str:
        """Return the query with other values; empty ones are left out."""
        kept = {name: text for name, text in {**self.query, **changes}.items() if text not in {"", None}}
        return "?" + urlencode(kept)


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A step, and what may be done to it."""

    step: StepListed
    buttons: list[Button]


class Writing:
    """How times and amounts are written for people of a site."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone

    def time(self, second: float | None) -> str:
        """Write a second of the epoch."""
        return "" if second is None else f"{self._at(second):%m-%d %H:%M}"

    def moment(self, second: float | None) -> str:
        """Write a second of the epoch, to the second."""
        return "" if second is None else f"{self._at(second):%Y-%m-%d %H:%M:%S}"

    def _at(self, second: float) -> datetime:
        return datetime.fromtimestamp(second, UTC).astimezone(self._zone)

    duration = staticmethod(format_duration)
    memory = staticmethod(format_memory)
    amount = staticmethod(format_amount)

    @staticmethod
    def places(machines: Mapping[str, int]) -> str:
        """Write where a step runs."""
        return " ".join(f"{name}*{tasks}" if tasks > 1 else name for name, tasks in machines.items())


async def shown(desk: Desk, asked: Asked) -> dict[str, object]:
    """Return what the templates are given; steps are found a little at a time."""
    ledger = desk.loop.ledger
    chosen = await choose(asked.choice, ledger)
    rows = list[Row]()
    for start in range(0, len(chosen.steps), _AT_ONCE):
        with speaking(asked.language):  # others may have been answered meanwhile
            rows += [_row(step, asked, desk) for step in chosen.steps[start : start + _AT_ONCE]]
        await asyncio.sleep(0)
    with speaking(asked.language):
        return {"rows": rows, "count": chosen.count, **_values(desk, asked)}


def _values(desk: Desk, asked: Asked) -> dict[str, object]:
    ledger = desk.loop.ledger
    machines = [machine_listed(one) for one in picture.machines(ledger)]
    return {
        "summary": _summary(desk, machines),
        "machines": machines[:MOST_MACHINES],
        "machine_count": len(machines),
        "most_machines": MOST_MACHINES,
        "detail": _detail(asked, desk),
        "policy": ledger.state.policy.name,
        "executor": desk.frame.executor,
        "at": desk.loop.second(),
        "most_before": _MOST_BEFORE,
        "write": Writing(read_zone(desk.frame.zone)),
        "CPUS": CPUS,
        "MEMORY": MEMORY,
    }


def _row(step: Step, asked: Asked, desk: Desk) -> Row:
    ledger = desk.loop.ledger
    return Row(
        step=listed(step, ledger),
        buttons=buttons(step, asked.guest.asker, ledger, all_of_them=False),
    )


def _detail(asked: Asked, desk: Desk) -> Row | None:
    ledger = desk.loop.ledger
    found = one_step(asked.step, ledger, asked.language) if asked.step else None
    if found is None:
        return None
    living = ledger.steps.get(asked.step)
    may = [] if living is None else buttons(living, asked.guest.asker, ledger, all_of_them=True)
    return Row(step=found, buttons=may)


def _summary(desk: Desk, machines: list[MachineListed]) -> list[tuple[str, str]]:
    state = desk.loop.ledger.state
    up = [one for one in machines if one.state == "up"]
    busy, there = (
        sum(amounts.get(CPUS, 0) for amounts in some)
        for some in ([one.used for one in machines], [one.resources for one in machines])
    )
    return [
        (say("batch_page.running"), f"{len(state.running):,}"),
        (say("batch_page.waiting"), f"{len(state.waiting):,}"),
        (say("batch_page.suspended"), f"{len(state.suspended):,}"),
        (say("batch_page.cpus"), f"{busy:,} / {there:,}"),
        (say("batch_page.machines_up"), f"{len(up):,} / {len(machines):,}"),
    ]
