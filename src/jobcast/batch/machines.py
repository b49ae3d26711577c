"""Orders on machines and users, and what becomes of both when the site's files are read again."""

import json
from collections.abc import Collection, Iterable, Iterator

from jobcast.act.executors.base import MachineNews
from jobcast.batch.changing import Change, favour, halted, requeued
from jobcast.batch.ledger import DRAINED, FAVOURED, HALTED, Ledger
from jobcast.batch.order import Answer, Done, FavourUsers, MachineOrder, Machines, Outcome
from jobcast.batch.orders import Asker, Carried
from jobcast.batch.record import HALTED_WITH_MACHINE
from jobcast.batch.site import LiveSite
from jobcast.batch.still_used import still_used
from jobcast.language import say
from jobcast.schedule.event import Event, MachineCame, MachineLeft, MachineTold, ResumeAsked, SuspendAsked
from jobcast.systems.keyword_lines import keyword_lines


def order_machines(order: Machines, asker: Asker, ledger: Ledger, at: int) -> Carried:
    """Let machines run out, empty them, let all on them stand still, or take them back; raises FullError."""
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
    there = frozenset(names) & known.keys()
    back, halts = order.order is MachineOrder.RESUME, order.order is MachineOrder.SUSPEND
    events: list[Event] = [
        MachineCame(at=at, machine=machine) if back else MachineLeft(at=at, machine=name)
        for name, machine in known.items()
        if name in there
    ]
    drained = ledger.drained - there if back else ledger.drained | there
    still = ledger.halted - there if back else ledger.halted | there if halts else ledger.halted
    changes = [*_changes(order.order, there, still, ledger, at)]
    events += [event for change in changes for event in change.events]

    def note() -> None:
        ledger.drained, ledger.halted = frozenset(drained), frozenset(still)
        for change in changes:
            if change.then is not None:
                change.then()

    meta = {DRAINED: json.dumps(sorted(drained)), HALTED: json.dumps(sorted(still))}
    turned = ledger.turn(at, events, meta=meta, then=note)
    kills = (action for change in changes for action in change.actions)
    return Carried(answer=Answer(outcomes=outcomes), actions=(*turned.actions, *kills))


def _changes(
    order: MachineOrder, there: Collection[str], still: Collection[str], ledger: Ledger, at: int
) -> Iterator[Change]:
    """Yield what becomes of the steps on machines; `still` are those on which all stands still from now on."""
    for step in ledger.steps.values():
        machines = {share.machine for share in step.allocation}
        if machines.isdisjoint(there) or not ledger.holds_machines(step):
            continue
        if order is MachineOrder.FLUSH:
            yield requeued(step, at, ledger)
        elif order is MachineOrder.SUSPEND and not step.halted_by:
            yield halted(step, ledger, SuspendAsked(at=at, job=step.id), HALTED_WITH_MACHINE)
        elif (
            order is MachineOrder.RESUME
            and step.halted_by == HALTED_WITH_MACHINE
            and machines.isdisjoint(still)
        ):
            yield halted(step, ledger, ResumeAsked(at=at, job=step.id), "")


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
