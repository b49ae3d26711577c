"""Orders on machines and users, and what becomes of both when the site's files are read again."""

import json
from collections.abc import Iterable

from jobcast.act.executors.base import MachineNews
from jobcast.batch.changing import favour, requeued
from jobcast.batch.ledger import DRAINED, FAVOURED, Ledger
from jobcast.batch.order import Answer, Done, FavourUsers, MachineOrder, Machines, Outcome
from jobcast.batch.orders import Asker, Carried
from jobcast.batch.site import LiveSite
from jobcast.batch.still_used import still_used
from jobcast.language import say
from jobcast.schedule.event import Event, MachineCame, MachineLeft, MachineTold
from jobcast.systems.keyword_lines import keyword_lines


def order_machines(order: Machines, asker: Asker, ledger: Ledger, at: int) -> Carried:
    """Let machines run out, empty them, or take them back; raises FullError."""
    known = {machine.name: machine for machine in ledger.state.cluster.machines}
    names = order.machines or tuple(known)
    if not asker.operator:
        return _refused(names)
    outcomes = tuple(
        Outcome(name=name, done=Done.YES)
        if name in known
        else Outcome(name=name, done=Done.NO_SUCH, said=say("batch.no_machine", machine=name))
        for name in names
    )
    there = [name for name in names if name in known]
    back = order.order is MachineOrder.RESUME
    events: list[Event] = [
        MachineCame(at=at, machine=known[name]) if back else MachineLeft(at=at, machine=name)
        for name in there
    ]
    drained = ledger.drained - set(there) if back else ledger.drained | set(there)
    changes = [
        requeued(step, at, ledger)
        for step in ledger.steps.values()
        if order.order is MachineOrder.FLUSH
        and (step.id in ledger.state.running or step.id in ledger.state.suspended)
        and any(share.machine in there for share in step.allocation)
    ]

    def note() -> None:
        ledger.drained = frozenset(drained)
        for change in changes:
            if change.then is not None:
                change.then()

    turned = ledger.turn(at, events, meta={DRAINED: json.dumps(sorted(drained))}, then=note)
    kills = (action for change in changes for action in change.actions)
    return Carried(answer=Answer(outcomes=outcomes), actions=(*turned.actions, *kills))


def favour_users(order: FavourUsers, asker: Asker, ledger: Ledger, at: int) -> Carried:
    """Let the steps of users go before all others, or no longer; raises FullError."""
    if not asker.operator:
        return _refused(order.users)
    users = set(order.users)
    favoured = ledger.favoured | users if order.favoured else ledger.favoured - users
    changes = [
        favour(step, at, ledger, rank=int(order.favoured))
        for step in ledger.steps.values()
        if step.submitted.job.user in users and step.id in ledger.state.waiting
    ]
    events = [event for change in changes for event in change.events]

    def note() -> None:
        ledger.favoured = frozenset(favoured)
        for change in changes:
            if change.then is not None:
                change.then()

    turned = ledger.turn(at, events, meta={FAVOURED: json.dumps(sorted(favoured))}, then=note)
    outcomes = tuple(Outcome(name=user, done=Done.YES) for user in order.users)
    return Carried(answer=Answer(outcomes=outcomes), actions=turned.actions)


def _refused(names: Iterable[str]) -> Carried:
    said = say("batch.operators_only")
    return Carried(
        answer=Answer(outcomes=tuple(Outcome(name=name, done=Done.NOT_YOURS, said=said) for name in names))
    )


def reconfigure(site: LiveSite, ledger: Ledger, at: int) -> Carried:
    """Go on by other configuration files; raises FullError.

    Machines that they don't name any more take no more steps; those that run there go on. The answer warns of keywords
    that don't count as they stand, and of classes and machines that living steps still use.
    """
    before = {machine.name: machine for machine in ledger.state.cluster.machines}
    after = {machine.name: machine for machine in site.cluster.machines}
    events: list[Event] = [
        MachineCame(at=at, machine=machine)
        for name, machine in after.items()
        if before.get(name) != machine and name not in ledger.drained
    ]
    events += [MachineLeft(at=at, machine=name) for name in before if name not in after]
    warnings = (*keyword_lines(site.keywords), *still_used(site, ledger))
    old = ledger.site, ledger.site_number
    ledger.site, ledger.site_number = site, ledger.journal.site(site.files)
    try:
        turned = ledger.turn(at, events)
    except BaseException:
        ledger.site, ledger.site_number = old
        raise
    return Carried(answer=Answer(outcomes=(), warnings=warnings), actions=turned.actions)


def machine_events(news: Iterable[MachineNews], ledger: Ledger, at: int) -> list[Event]:
    """Return what the core is to be told of machines; nothing of those that it doesn't know, or that run out."""
    state = ledger.state
    known = {machine.name: machine for machine in state.cluster.machines}
    events: list[Event] = []
    for each in news:
        if each.machine not in known:
            continue
        was_up = bool(state.up[state.grid.rows[each.machine]])
        if was_up and not each.up:
            events.append(MachineLeft(at=at, machine=each.machine))
        elif each.up and not was_up and each.machine not in ledger.drained | ledger.closed:
            events.append(MachineCame(at=at, machine=known[each.machine]))
        if each.facts:
            events.append(MachineTold(at=at, machine=each.machine, facts=each.facts))
    return events
