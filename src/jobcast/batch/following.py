"""What decisions of the core and news of the executor do to a step. Pure but for the step itself.

The states and their order are LoadLeveler's.
"""

from collections.abc import Mapping
from dataclasses import replace

from jobcast.act.executors.base import Began, Consumed, End, Ended, Paused
from jobcast.batch.action import Action, Verb
from jobcast.batch.record import Run, Step, StepState
from jobcast.decision import (
    Cause,
    Decision,
    Kill,
    Refuse,
    Requeue,
    Resume,
    Start,
    Suspend,
)
from jobcast.machine import Allocation

REQUEUED = "requeue"
"""`Step.killed_for` of a step that is killed to run again."""

_HOLDS: Mapping[str, StepState] = {
    "": StepState.IDLE,
    "user": StepState.USER_HOLD,
    "system": StepState.SYSTEM_HOLD,
    "user system": StepState.BOTH_HOLDS,
}


def put(step: Step, state: StepState, at: float) -> None:
    """Put a step into a state, from a second on."""
    if step.state is not state:
        step.state, step.since = state, at


def waiting_state(hold: str) -> StepState:
    """Return the state of a step that waits, by who holds it."""
    return _HOLDS[hold]


def decided(decision: Decision, step: Step, at: float) -> tuple[Action, ...]:
    """Let a decision take effect on its step; return what the executor is to be asked."""
    match decision:
        case Start(allocation=allocation):
            return _started(step, at, allocation)
        case Suspend():
            put(step, StepState.PREEMPT_PENDING, at)
            return (_ask(Verb.SUSPEND, step),)
        case Resume():
            put(step, StepState.RESUME_PENDING, at)
            return (_ask(Verb.RESUME, step),)
        case Requeue(hold=hold, reason=reason):
            return _requeued(step, at, hold, reason.cause)
        case Kill(reason=reason):
            step.killed_for, step.reason = reason.cause, reason
            put(step, StepState.REMOVE_PENDING, at)
            return (_ask(Verb.KILL, step, makes_room=reason.cause is Cause.PREEMPTED),)
        case Refuse(reason=reason):
            step.ended, step.reason = at, reason
            put(step, StepState.NOT_RUN if reason.cause is Cause.NEVER else StepState.REJECTED, at)
    return ()


def _ask(verb: Verb, step: Step, *, makes_room: bool = False) -> Action:
    return Action(verb=verb, attempt=step.attempt_id, step=step.id, makes_room=makes_room)


def _started(step: Step, at: float, allocation: Allocation) -> tuple[Action, ...]:
    step.attempt += 1
    step.dispatched, step.began, step.suspended, step.stopped = at, None, 0.0, None
    step.allocation, step.relimited = allocation, False
    step.exit_code, step.detail, step.how, step.killed_for, step.halted_by = None, "", "", "", ""
    step.exits, step.consumed, step.reason = {}, Consumed(), None
    put(step, StepState.PENDING, at)
    return (_ask(Verb.START, step),)


def _requeued(step: Step, at: float, hold: str, cause: str) -> tuple[Action, ...]:
    asked = _ask(Verb.KILL, step, makes_room=True)
    vacate(step, at, hold, cause)
    return (asked,)


def vacate(step: Step, at: float, hold: str, cause: str) -> None:
    """Put the last attempt among those that are over, as far as that is known now; the step is to run again."""
    step.runs += (
        Run(
            number=step.attempt,
            dispatched=step.dispatched or at,
            began=step.began,
            ended=at,
            how=step.how or str(End.KILLED),
            exit_code=step.exit_code or 0,
            allocation=step.allocation,
            consumed=step.consumed,
        ),
    )
    step.killed_for = cause
    if hold:
        job = replace(step.submitted.job, hold=hold)
        step.submitted = replace(step.submitted, job=job)
    put(step, StepState.VACATE_PENDING, at)


def taken_back(step: Step, at: float) -> None:
    """Note that somebody doesn't want a step any more that waits."""
    step.ended, step.killed_for = at, str(Cause.CANCELLED)
    put(step, StepState.CANCELED, at)


def began(news: Began, step: Step) -> None:
    """Note that the program of the last attempt runs; of what was told before, the first time counts."""
    step.began = news.at if step.began is None else step.began  # the clock may have been set since
    if step.state in {StepState.PENDING, StepState.STARTING}:
        put(step, StepState.RUNNING, news.at)


def paused(news: Paused, step: Step) -> None:
    """Note that the last attempt stands still, or goes on."""
    if news.suspended:
        step.stopped = news.at if step.stopped is None else step.stopped
        if step.state in {StepState.PREEMPT_PENDING, StepState.RUNNING}:
            put(step, StepState.PREEMPTED, news.at)
        return
    _go_on(step, news.at)
    if step.state in {StepState.PREEMPTED, StepState.RESUME_PENDING}:
        put(step, StepState.RUNNING, news.at)


def _go_on(step: Step, at: float) -> None:
    if step.stopped is not None:
        step.suspended += max(at - step.stopped, 0.0)
        step.stopped = None


def clock_stepped(by: int, step: Step) -> None:
    """Move the moments of a living step with a clock that somebody has set; its earlier attempts stay as they were."""
    step.at, step.since = step.at + by, step.since + by
    step.dispatched = None if step.dispatched is None else step.dispatched + by
    step.began = None if step.began is None else step.began + by
    step.stopped = None if step.stopped is None else step.stopped + by


def ended(news: Ended, step: Step) -> None:
    """Note how the last attempt ended; the step is over."""
    _note(news, step)
    step.ended = news.at
    put(step, _end_state(news.how, step.killed_for), news.at)


def _note(news: Ended, step: Step) -> None:
    _go_on(step, news.at)
    step.began = news.began if step.began is None else step.began
    step.exit_code, step.detail, step.how = news.exit_code, news.detail, str(news.how)
    step.exits, step.consumed = dict(news.exits), news.consumed


def _end_state(how: End, killed_for: str) -> StepState:
    match how:
        case End.EXITED | End.SIGNALLED:
            return StepState.COMPLETED
        case End.KILLED | End.NOT_BEGUN if killed_for == Cause.CANCELLED:
            return StepState.CANCELED
        case End.NOT_BEGUN if not killed_for:
            return StepState.REJECTED
    return StepState.REMOVED


def vacated(news: Ended, step: Step, at: float) -> None:
    """Note how the last attempt ended, after which the step runs again."""
    _note(news, step)
    vacate(step, at, "", str(news.how))
    run_ended(news, step)


def run_ended(news: Ended, step: Step) -> None:
    """Note how an attempt ended after which the step is to run again, or does already."""
    number = int(news.attempt.rpartition("@")[2])
    step.runs = tuple(
        replace(
            run,
            began=news.began if run.began is None else run.began,
            ended=news.at,
            how=str(news.how),
            exit_code=news.exit_code,
            consumed=news.consumed,
        )
        if run.number == number
        else run
        for run in step.runs
    )
    if step.attempt == number and step.state is StepState.VACATE_PENDING:
        put(step, waiting_state(step.submitted.job.hold), news.at)
