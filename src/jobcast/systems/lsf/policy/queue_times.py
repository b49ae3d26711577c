"""How long jobs of a queue may run, and are reckoned to: RUNLIMIT and its kin in lsb.queues."""

from dataclasses import replace

from jobcast.language import say
from jobcast.schedule.policy import Queue
from jobcast.systems.lsf.policy.form import Form
from jobcast.systems.lsf.policy.params import Params, estimate
from jobcast.systems.lsf.policy.values import at_least_one, bracketed, limits


def timed(form: Form, queue: Queue, params: Params) -> Queue:
    """Add how long its jobs may run, and are reckoned to."""
    found = form.value(limits, "RUNLIMIT") or ()
    if any(each.of_host for each in found):
        form.correct(say("lsf_policy.host_speed"), "RUNLIMIT")
    most = found[-1].seconds if found else None
    default = found[0].seconds if len(found) > 1 else None
    if default and most and default > most:
        form.correct(say("lsf_policy.default_above"), "RUNLIMIT")
        default = None
    reckoned = estimate(form, "ESTIMATED_RUNTIME") or _soft_limit(form, params) or params.estimate
    cpu = form.value(limits, "CPULIMIT")
    if cpu and params.time_reserve and not found and not reckoned:
        reckoned = cpu[-1].seconds
    else:
        form.ignore(say("lsf_keyword.usage"), "CPULIMIT")
    return replace(queue, run_limit=default, run_limit_max=most, estimate=reckoned)


def _soft_limit(form: Form, params: Params) -> int | None:
    """Return the seconds of EXTENDABLE_RUNLIMIT's base, with which its jobs are reckoned."""
    text = form.text("EXTENDABLE_RUNLIMIT")
    if text is None:
        return None
    if not params.planner:
        form.refuse(say("lsf_policy.no_planner"), "EXTENDABLE_RUNLIMIT")
        return None
    base = bracketed(text).get("BASE", "")
    if not base.isdecimal() or int(base) == 0:
        form.refuse(say("lsf_policy.no_base", value=text), "EXTENDABLE_RUNLIMIT")
        return None
    form.correct(say("lsf_policy.not_extended"), "EXTENDABLE_RUNLIMIT")
    return int(base) * 60


def interruptible(form: Form, queue: Queue) -> Queue:
    """Add how its jobs run in gaps; without BACKFILL and RUNLIMIT the queue is closed."""
    least = form.value(at_least_one, "INTERRUPTIBLE_BACKFILL")
    requeued = form.text("REQUEUE_EXIT_VALUES") is not None
    if least is None:
        form.ignore(say("lsf_policy.exits_alone"), "REQUEUE_EXIT_VALUES")
        return queue
    if not queue.backfill or queue.run_limit_max is None:
        form.refuse(say("lsf_policy.gaps_need"), "INTERRUPTIBLE_BACKFILL")
        return replace(queue, open=False)
    return replace(queue, interruptible=least, requeue_interrupted=requeued)
