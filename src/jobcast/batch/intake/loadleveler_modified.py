"""``llmodify``: other values for a step that was submitted."""

import re
from dataclasses import replace

from jobcast.batch.intake.loadleveler_enforced import enforcement_of
from jobcast.batch.order import Modify
from jobcast.batch.record import Submitted
from jobcast.language import say
from jobcast.machine import CPUS, MEMORY
from jobcast.printable import printable
from jobcast.spelling import likeliest
from jobcast.systems.loadleveler.job_checks import wrong_account
from jobcast.systems.loadleveler.job_program import limits_within
from jobcast.systems.loadleveler.resources import theirs
from jobcast.systems.loadleveler.site import Site
from jobcast.systems.loadleveler.statement import RefusedError
from jobcast.systems.loadleveler.values import time_limit
from jobcast.units import MIB, to_mib


def modified(step: Submitted, order: Modify, site: Site) -> Submitted | str:
    """Return a step with the values that an order names; or why it can't have them, in the language spoken now.

    Who may order it, and whether the step's state lets it, is asked elsewhere; so is what the scheduler itself refuses.
    """
    try:
        found = _in_class(step, order.queue, site) if order.queue is not None else step
        found = _limited(found, order, site)
        found = _charged(found, order.account, site) if order.account is not None else found
        for resource, amount in ((MEMORY, order.memory_per_task), (CPUS, order.cpus_per_task)):
            found = _with_amount(found, resource, amount, site) if amount is not None else found
    except RefusedError as error:
        return f"{error.message}; {error.hint}" if error.hint else error.message
    if order.comment is not None:
        found = _saying(found, comment=order.comment)
        found = replace(found, notes=replace(found.notes, comment=order.comment))
    if order.begin is not None:
        found = replace(found, job=replace(found.job, begin=order.begin))
    if order.sysprio is not None:
        found = replace(found, notes=replace(found.notes, favoured=order.sysprio))
    return found


def _saying(step: Submitted, **keywords: str) -> Submitted:
    """Return a step that says other values of keywords in long listings."""
    return replace(step, notes=replace(step.notes, keywords={**step.notes.keywords, **keywords}))


def _in_class(step: Submitted, name: str, site: Site) -> Submitted:
    """Return a step in another class, with that one's priority of processes and limits."""
    queues = site.configuration.policy.queues
    if queues and name not in queues:
        raise RefusedError(say("intake.no_class", name=printable(name)), hint=likeliest(name, queues))
    rules = site.rules.of_class(name)
    limits, job_cpu_limit = limits_within(step.notes.keywords, rules, step.program.limits)
    program = replace(step.program, limits=limits, job_cpu_limit=job_cpu_limit, nice=rules.nice)
    soft = rules.soft_run_limit(time_limit(step.notes.keywords.get("wall_clock_limit", "")))
    told = {**step.told, "LOADL_STEP_CLASS": name, "LOADL_STEP_NICE": str(rules.nice)}
    moved = replace(step, job=replace(step.job, queue=name), program=program, told=told, soft_run_limit=soft)
    return _saying(_allowed(moved, site), **{"class": name})


def _limited(step: Submitted, order: Modify, site: Site) -> Submitted:
    """Return a step with other run limits; a soft one that isn't named keeps its distance from the hard one."""
    hard = step.job.run_limit if order.run_limit is None else order.run_limit
    soft = order.soft_run_limit
    if soft is None and hard == step.job.run_limit:
        return step
    found = _allowed(replace(step, job=replace(step.job, run_limit=hard)), site)
    soft = _moved(step, hard, site) if soft is None else soft
    said = f"{'' if hard is None else hard}{'' if soft is None else f',{soft}'}"
    warned = site.rules.of_class(step.job.queue).soft_run_limit(time_limit(said))
    return replace(_saying(found, wall_clock_limit=said), soft_run_limit=warned)


def _allowed(step: Submitted, site: Site) -> Submitted:
    """Return the step. Raises RefusedError where its class doesn't allow its run limit."""
    queue, seconds = site.configuration.policy.queues.get(step.job.queue), step.job.run_limit
    most = queue.run_limit_max if queue else None
    if seconds is not None and (seconds < 1 or (most is not None and seconds > most)):
        raise RefusedError(say("intake.run_limit", seconds=seconds, most=most if most is not None else "∞"))
    return step


def _moved(step: Submitted, hard: int | None, site: Site) -> int | None:
    """Return the soft run limit that has the same distance from another hard one; None where there is none."""
    queue = site.configuration.policy.queues.get(step.job.queue)
    now = step.job.run_limit or (queue.run_limit if queue else None)
    soft = step.warned_after(now)
    if soft is not None and now is not None and hard is not None:
        soft += hard - now
    return soft if soft is not None and 0 < soft <= (hard or soft) else None


def _charged(step: Submitted, account: str, site: Site) -> Submitted:
    """Return a step on another account, which must be the user's where the site validates accounts."""
    job = replace(step.job, project=account)
    own = site.rules.user(job.user).accounts
    if site.rules.validates_accounts and account not in own:
        raise wrong_account(job, own)
    told = {**step.told, "LOADL_STEP_ACCT": account}
    return _saying(replace(step, job=job, told=told), account_no=account)


def _with_amount(step: Submitted, resource: str, amount: int, site: Site) -> Submitted:
    """Return a step whose tasks ask for another amount of a resource, of memory in bytes."""
    name = theirs(resource)
    if resource not in site.counted.resources:
        raise RefusedError(say("loadleveler.not_scheduled", name=name))
    if amount < 1:
        raise RefusedError(say("loadleveler.bad_count", name=name, count=str(amount)))
    count, asked = str(amount), amount
    if resource == MEMORY:
        whole = to_mib(amount)
        count, asked = f"{whole} mb", whole * MIB
    demand = step.job.demand
    job = replace(step.job, demand=replace(demand, per_task={**demand.per_task, resource: asked}))
    entry = re.compile(rf"[\s,]*{name}\s*\([^()]*\)", re.IGNORECASE)
    others = entry.sub("", step.notes.keywords.get("resources", ""))
    said = f"{others} {name}({count})".strip()
    return _saying(replace(step, job=job, enforcement=enforcement_of(job, site.live)), resources=said)
