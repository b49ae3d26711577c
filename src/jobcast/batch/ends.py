"""Attempts that are over: their steps are over with them, wait again, or were taken for gone already."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from jobcast.act.executors.base import Ended
from jobcast.batch import following
from jobcast.batch.action import Action
from jobcast.batch.elsewhere import run_elsewhere
from jobcast.batch.ledger import Ledger
from jobcast.batch.record import Step, StepState, Submitted
from jobcast.batch.turned_away import never
from jobcast.language import say
from jobcast.schedule.event import Changed, Event, Finished, Vacated
from jobcast.schedule.happening import queue_of

Retry = Callable[[Step, Ended], Submitted | None]
"""Returns what is to be run instead after an attempt has ended, the same or something changed; None for nothing."""


def take_ends(many: Sequence[Ended], at: int, ledger: Ledger, retry: Retry) -> tuple[Action, ...]:
    """Take in that attempts are over; those to be tried again wait again, and lost ones do if they may.

    Raises FullError where that can't be written down: it must be told again then.
    """
    events: list[Event] = []
    notes: list[Callable[[], None]] = []
    for news in many:
        step, current = ledger.of_attempt(news.attempt)
        if step is None:
            continue
        if current and ledger.holds_machines(step):
            again = run_elsewhere(step, news, retry(step, news), ledger.site.policy.failing)
            told, note = _of_running(news, step, at, ledger, again)
            events += told
            notes.append(note)
        else:
            _of_gone(news, step, ledger, current=current)
    if events:
        return ledger.turn(at, events, then=lambda: [note() for note in notes]).actions
    if not ledger.settle():
        raise ledger.full()
    return ()


def _of_gone(news: Ended, step: Step, ledger: Ledger, *, current: bool) -> None:
    """Note the end of an attempt that the core took as gone when it decided so."""
    if current and step.state is not StepState.VACATE_PENDING:
        following.ended(news, step)
        ledger.drop(step)
    else:
        following.run_ended(news, step)
        ledger.change(step)


def _of_running(
    news: Ended, step: Step, at: int, ledger: Ledger, again: Submitted | None
) -> tuple[list[Event], Callable[[], None]]:
    """Return what the core is told of a step that is over, or runs `again`, and what notes it."""
    refusal = None if again is None else _refused_again(again, step, ledger)
    if again is None or refusal is not None:
        news = news if refusal is None else replace(news, detail=f"{news.detail} {refusal}".strip())

        def over() -> None:
            following.ended(news, step)
            ledger.drop(step)

        return [Finished(at=at, job=step.id, exit_code=news.exit_code)], over

    def waits_again() -> None:
        following.vacated(news, step, at)
        step.submitted = again
        ledger.change(step)

    events: list[Event] = [Vacated(at=at, job=step.id, hold="")]
    if again.job != step.submitted.job:
        events.append(Changed(at=at, job=again.job))
    return events, waits_again


def _refused_again(again: Submitted, step: Step, ledger: Ledger) -> str | None:
    """Return why what a step has become can't be run here; None where it can, or is the same."""
    if again.job == step.submitted.job or queue_of(again.job, ledger.site.policy) is None:
        return None
    why = never(again, ledger.state)
    return say("batch.not_again", why=why) if why else None
