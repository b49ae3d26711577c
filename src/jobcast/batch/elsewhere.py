"""Attempts that have failed are run again on other machines, as often as the site wants."""

from dataclasses import replace

from jobcast.act.executors.base import End, Ended
from jobcast.batch.record import Step, Submitted
from jobcast.schedule.failing import Failing

_BY_ITSELF = frozenset({End.EXITED, End.SIGNALLED})
_WITH_MACHINE = frozenset({End.LOST, End.NOT_BEGUN})


def run_elsewhere(step: Step, news: Ended, again: Submitted | None, rule: Failing) -> Submitted | None:
    """Return what is to be run after an attempt has ended; None for nothing.

    `again` is what is run again for another reason, such as a lost machine. Machines where the step has failed are
    avoided. Who may not run twice (``restart = no``, ``bsub -rn``) doesn't.
    """
    if not rule.retries or step.killed_for or not _has_failed(news):
        return again
    if again is None and not _may_again(step, news, rule):
        return None
    found = again or step.submitted
    avoids = found.job.avoids.union(share.machine for share in step.allocation)
    return replace(found, job=replace(found.job, avoids=avoids))


def _has_failed(news: Ended) -> bool:
    if news.how is End.EXITED:
        return news.exit_code != 0
    return news.how is End.SIGNALLED or news.how in _WITH_MACHINE


def _may_again(step: Step, news: Ended, rule: Failing) -> bool:
    job = step.submitted.job
    if not job.restartable or (news.how in _BY_ITSELF and not rule.retries_own_failure_of(job)):
        return False
    failed = sum(End(run.how) in _BY_ITSELF | _WITH_MACHINE for run in step.runs)
    return failed < rule.retries
