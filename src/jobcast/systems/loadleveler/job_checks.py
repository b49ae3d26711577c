"""What a step meets at submission, beside the values of its keywords."""

from collections.abc import Collection, Iterator

from jobcast.language import say
from jobcast.schedule.job import BatchJob
from jobcast.spelling import did_you_mean, likeliest
from jobcast.systems.loadleveler.job_step import JobStep
from jobcast.systems.loadleveler.process_limits import LOCKS, NONE, reader
from jobcast.systems.loadleveler.resources import theirs
from jobcast.systems.loadleveler.site import Site
from jobcast.systems.loadleveler.statement import RefusedError
from jobcast.systems.loadleveler.values import one_of, shown, truth

_WITHOUT_EFFECT = {
    "bulkxfer": ("yes", "no"),
    "checkpoint": ("yes", "no", "interval"),
    "env_copy": ("all", "master"),
    "large_page": ("y", "m", "n"),
    "restart_from_ckpt": ("yes", "no"),
    "smt": ("yes", "no", "as_is"),
}
"""What may stand in keywords that have no effect."""
_IMPOSSIBLE = {"restart_from_ckpt": "yes", "large_page": "m"}
"""And what of it asks for what can't be."""


def _check_without_effect(step: JobStep) -> None:
    """Refuse wrong values of keywords that have no effect, and those that ask for what can't be."""
    for key, words in _WITHOUT_EFFECT.items():
        if step.read(key, one_of(*words), "") == _IMPOSSIBLE.get(key, key):
            why = (
                say("loadleveler.no_large_pages") if key == "large_page" else say("loadleveler.no_checkpoint")
            )
            step.refuse(key, RefusedError(why))
    step.read(LOCKS, reader(LOCKS), NONE)


def refusals(step: JobStep, job: BatchJob, site: Site) -> Iterator[str]:
    """Yield why a step is refused for who asks for it, or for what it leaves out; `job` is it for the scheduler."""
    if step.read("coschedule", truth, default=False):
        step.refuse("coschedule", RefusedError(say("loadleveler.no_together")))
    _check_without_effect(step)
    _check_class(step, job, site)
    rules, demand = site.rules, job.demand
    of_user, of_group = rules.user(job.user), rules.group(job.group)
    if job.group and (
        (of_group.members and job.user not in of_group.members) or job.user in of_group.strangers
    ):
        yield say("loadleveler.no_member", user=job.user, group=job.group)
    if rules.validates_accounts and job.project not in of_user.accounts:
        error = wrong_account(job, of_user.accounts)
        if not step.says("account_no"):
            yield f"{error.message}; {error.hint}" if error.hint else error.message
        step.refuse("account_no", error)
    for submitter in (of_user, of_group):
        for most, asked in (
            (submitter.largest.machines, demand.layout.machines_min),
            (submitter.largest.tasks, demand.tasks),
        ):
            if most is not None and asked > most:
                yield say("loadleveler.too_large", step=step.id, asked=asked, most=most)
    asked_for = {*demand.per_task, *demand.per_machine, *demand.floating}
    if queue := site.configuration.policy.queues.get(job.queue):
        asked_for.update(queue.default_resources)
    for name in sorted(rules.must_request - asked_for):
        yield say("loadleveler.must_request", step=step.id, name=theirs(name))


def _check_class(step: JobStep, job: BatchJob, site: Site) -> None:
    """Refuse a class that isn't there, or isn't the user's, and a run limit beyond it; the place tells which."""
    queues = site.configuration.policy.queues
    queue = queues.get(job.queue)
    if queue is None:
        if queues:
            question = did_you_mean(job.queue, queues)
            error = say("loadleveler.no_class", name=shown(job.queue), question=question).rstrip()
            step.refuse("class", RefusedError(error))
        return
    who = {job.user, job.group} - {""}
    if (queue.users and who.isdisjoint(queue.users)) or not who.isdisjoint(queue.refused_users):
        step.refuse("class", RefusedError(say("loadleveler.not_in_class", user=job.user, name=job.queue)))
    most = queue.run_limit_max
    if most is not None and job.run_limit is not None and job.run_limit > most:
        step.refuse("wall_clock_limit", RefusedError(say("loadleveler.above_class", most=most)))


def wrong_account(job: BatchJob, own: Collection[str]) -> RefusedError:
    """Return why the account of a job isn't taken, with those that its user has."""
    message = say("loadleveler.no_account", user=job.user, account=shown(job.project))
    return RefusedError(message, hint=likeliest(job.project, sorted(own)) if own else "")
