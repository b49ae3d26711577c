"""What events do to the state, before anything is decided."""

from dataclasses import replace

from jobcast.decision import Cause, Decision, Kill, Reason, Refuse, Resume, Suspend, Unreserve
from jobcast.schedule import event as events
from jobcast.schedule.admission import admit, readmit
from jobcast.schedule.clock_steps import step_clock
from jobcast.schedule.dispatching import dispatch
from jobcast.schedule.event import Event
from jobcast.schedule.forgetting import forget_the_old, recall
from jobcast.schedule.grid import needs_anyway
from jobcast.schedule.job import BatchJob
from jobcast.schedule.keys import main_key
from jobcast.schedule.moving import requeue, resume, suspend
from jobcast.schedule.placement import fits
from jobcast.schedule.policy import Method, Policy, Queue
from jobcast.schedule.preemption import released
from jobcast.schedule.regrid import lay_out_anew
from jobcast.schedule.state import Entry, State

Told = tuple[State, list[Decision]]
"""The state to go on with, and decisions that follow at once."""


def happen(state: State, event: Event) -> Told:
    """Take in one event; returns the state to go on with, and what follows at once."""
    match event:
        case events.MachineCame() | events.MachineLeft() | events.MachineTold() | events.Booked():
            return _of_machines(state, event), []
        case events.Finished() | events.Vacated() | events.Dispatch():
            return state, _of_attempts(state, event)
        case events.ClockStepped(by=by):
            step_clock(state, by)
            return state, []
        case _:
            return state, _of_jobs(state, event)


def _of_attempts(state: State, event: events.Finished | events.Vacated | events.Dispatch) -> list[Decision]:
    match event:
        case events.Finished(job=name, exit_code=code):
            return _finished(state, name, code)
        case events.Vacated(job=name, hold=hold):
            return _vacated(state, name, hold)
        case events.Dispatch(job=name, allocation=allocation):
            return dispatch(state, name, allocation)


def _of_jobs(state: State, event: Event) -> list[Decision]:
    decided: list[Decision] = []
    match event:
        case events.Submitted(job=job):
            decided = _submitted(state, job)
            forget_the_old(state)  # afterwards, so that whom it waits for is remembered
        case events.Recalled(job=name, exit_code=code, array=array):
            recall(state, name, code, array)
        case events.Changed(job=job):
            decided = _changed(state, job)
        case events.Cancelled(job=name):
            decided = _cancelled(state, name)
        case events.SuspendAsked(job=name):
            decided = _suspend_asked(state, name)
        case events.ResumeAsked(job=name):
            decided = _resume_asked(state, name)
        case events.Favoured(job=name, rank=rank):
            entry = state.alive(name)
            if entry is not None:
                entry.rank = rank
                entry.key = main_key(entry)
                state.moved.add(name)
        case _:  # time alone
            pass
    return decided


def queue_of(job: BatchJob, policy: Policy) -> Queue | None:
    """Return the queue of a job; None where it names one that isn't there."""
    name = job.queue or policy.default_queue
    return policy.queues.get(name) if policy.queues else Queue(name=name)


def _submitted(state: State, job: BatchJob) -> list[Decision]:
    queue = queue_of(job, state.policy)
    needs = admit(job, queue, state)
    state.arrivals += 1
    if queue is None or isinstance(needs, Reason):
        reason = needs if isinstance(needs, Reason) else Reason(cause=Cause.NO_MACHINE)
        if state.alive(job.id) is None:
            state.ended[job.id] = state.ended.get(job.id)
        return [Refuse(job=job.id, reason=reason)]
    state.waiting[job.id] = Entry(
        job=job, queue=queue, needs=needs, submitted=state.now, arrival=state.arrivals
    )
    if job.array:
        state.arrays.setdefault(job.array, []).append(job.id)
        state.stirred.add(job.array)
    return []


def _finished(state: State, job: str, code: int | None) -> list[Decision]:
    entry = state.running.pop(job, None) or state.suspended.leave(job)
    if entry is None:
        return []
    state.give_back(entry)
    state.ended[job] = code
    return []


def _vacated(state: State, job: str, hold: str) -> list[Decision]:
    entry = state.running.get(job) or state.suspended.get(job)
    if entry is None:
        return []
    if entry.killed:
        _finished(state, job, None)
    else:
        requeue(entry, hold, state)
    return []


def _cancelled(state: State, job: str) -> list[Decision]:
    reason = Reason(cause=Cause.CANCELLED)
    if state.waiting.leave(job) is not None:
        state.ended[job] = None
        lost = state.reservations.pop(job, None)
        return [] if lost is None else [Unreserve(job=job, reason=reason)]
    entry = state.alive(job)
    if entry is None or entry.killed:
        return []
    entry.killed = True
    return [Kill(job=job, reason=reason)]


def _changed(state: State, job: BatchJob) -> list[Decision]:
    """Take over what is new; a running job keeps its machines, whatever it asks for now."""
    entry = state.alive(job.id)
    if entry is None:
        return []
    if job.id in state.waiting and _asks_otherwise(job, entry.job):
        queue = queue_of(job, state.policy)
        unknown = Reason(cause=Cause.UNKNOWN_QUEUE, values={"queue": job.queue})
        needs = unknown if queue is None else readmit(job, queue, state)
        if queue is None or isinstance(needs, Reason):
            del state.waiting[job.id]
            state.ended[job.id] = None
            return [Refuse(job=job.id, reason=needs if isinstance(needs, Reason) else unknown)]
        entry.queue, entry.needs = queue, needs
    elif job.id not in state.waiting:
        entry.needs = needs_anyway(job, entry.queue, state.grid)  # for when it waits again
    entry.job = job
    entry.forget()
    state.moved.add(job.id)
    return []


def _asks_otherwise(job: BatchJob, before: BatchJob) -> bool:
    """Tell whether what a job asks for has changed, and not only who holds it or when it may go first.

    One that was admitted stays so, even where rules that came since would turn it away.
    """
    same = replace(before, hold=job.hold, priority=job.priority, begin=job.begin, project=job.project)
    return replace(same, failing=job.failing, avoids=job.avoids) != job


def _suspend_asked(state: State, job: str) -> list[Decision]:
    entry = state.running.get(job)
    if entry is None:
        if job in state.suspended:
            state.suspended[job].by_hand = True
        return []
    suspend(entry, released(entry, Method.SUSPEND, state, state.policy), state)
    entry.by_hand = True
    return [Suspend(job=job, reason=Reason(cause=Cause.ASKED))]


def _resume_asked(state: State, job: str) -> list[Decision]:
    """Let it go on at once where there is room; else it stands in line like other suspended jobs."""
    entry = state.suspended.get(job)
    if entry is None or entry.taken is None or entry.gave is None:
        return []
    entry.by_hand = False
    if not fits(entry.gave, state.free[entry.taken.rows]):
        return []
    state.free[entry.taken.rows] -= entry.gave
    resume(entry, state)
    return [Resume(job=job, reason=Reason(cause=Cause.ASKED))]


def _of_machines(state: State, event: Event) -> State:
    state.machines = None
    match event:
        case events.MachineCame(machine=machine):
            others = tuple(each for each in state.cluster.machines if each.name != machine.name)
            places = {each.name: place for place, each in enumerate(state.cluster.machines)}
            place = places.get(machine.name, len(others))
            cluster = replace(state.cluster, machines=(*others[:place], machine, *others[place:]))
            state = lay_out_anew(state, cluster, state.policy)
            state.up[state.grid.rows[machine.name]] = True
            state.possible.clear()
        case events.MachineLeft(machine=name):
            if name in state.grid.rows:
                state.up[state.grid.rows[name]] = False
                state.possible.clear()
        case events.MachineTold(machine=name, facts=facts):
            state.told[name] = {**state.told.get(name, {}), **facts}
            state.started_there[name] = 0
        case events.Booked(booking=booking):
            others_booked = tuple(each for each in state.cluster.bookings if each.name != booking.name)
            state.cluster = replace(state.cluster, bookings=(*others_booked, booking))
        case _:
            pass
    return state
