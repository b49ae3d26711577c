"""Submissions: read, looked at by the core, and accepted as a whole or refused as a whole."""

from dataclasses import replace

from jobcast.batch.completing import Complete
from jobcast.batch.confirming import held_by_rule, to_be_confirmed
from jobcast.batch.following import waiting_state
from jobcast.batch.intake.base import Intake
from jobcast.batch.ledger import Ledger
from jobcast.batch.living import job_of
from jobcast.batch.order import Answer, Done, Outcome
from jobcast.batch.orders import Carried
from jobcast.batch.recalling import recalled, waited_for
from jobcast.batch.record import Step, Submitted
from jobcast.batch.refusing import refusals
from jobcast.language import say
from jobcast.schedule.event import Event, Favoured
from jobcast.schedule.event import Submitted as SubmittedEvent

NUMBER = "number"
"""Under which the journal keeps the number of the last job."""


def accept(intake: Intake, number: int, ledger: Ledger, at: int, complete: Complete) -> Carried:
    """Accept all steps of a submission, or none; raises FullError where they can't be written down.

    `number` is what their ids were made of, which no other job gets.
    """
    completed = complete([_with_queue(each, ledger) for each in intake.steps])
    submissions = tuple(held_by_rule(each, ledger.site.policy.failing) for each in completed.steps)
    warnings = (*intake.warnings, *completed.told, *to_be_confirmed(submissions))
    known = waited_for(submissions, ledger.state, ledger.journal)
    why = [*intake.refusals, *completed.refusals, *refusals(submissions, ledger, intake.places)]
    why += [say("batch.never_ended", job=name) for name in known.unknown]
    if why or not submissions:
        refused = tuple(Outcome(name="", done=Done.REFUSED, said=said) for said in why)
        return Carried(answer=Answer(outcomes=refused, warnings=intake.warnings))
    submissions = tuple(_favoured(each) if each.job.user in ledger.favoured else each for each in submissions)
    steps = [
        Step(submitted=each, at=at, state=waiting_state(each.job.hold), since=at) for each in submissions
    ]
    events: list[Event] = [*recalled(known.over, at)]
    events += [SubmittedEvent(at=at, job=each.job) for each in submissions]
    events += [Favoured(at=at, job=each.job.id, rank=1) for each in submissions if each.notes.favoured]
    turned = ledger.turn(at, events, new=steps, meta={NUMBER: str(number)})
    outcomes = tuple(Outcome(name=step.id, done=Done.YES) for step in steps)
    answer = Answer(outcomes=outcomes, job=job_of(steps[0]) or steps[0].id, warnings=warnings)
    return Carried(answer=answer, actions=turned.actions)


def _favoured(submitted: Submitted) -> Submitted:
    return replace(submitted, notes=replace(submitted.notes, favoured=1))


def _with_queue(submitted: Submitted, ledger: Ledger) -> Submitted:
    """Name the default queue where a step names none, so that listings and accounts do."""
    if submitted.job.queue:
        return submitted
    return replace(submitted, job=replace(submitted.job, queue=ledger.site.policy.default_queue))


def admissible(step: Submitted, ledger: Ledger) -> bool:
    """Tell whether the core would take a step."""
    return not refusals([step], ledger, {})
