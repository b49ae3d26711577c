"""lsb.queues: each queue with its rules."""

from dataclasses import dataclass, replace

from jobcast.language import say
from jobcast.machine import CPUS, MEMORY
from jobcast.schedule.policy import Hold, Method, Queue, Windows
from jobcast.systems.lsf.bsub.requirement import Rules, Wanted
from jobcast.systems.lsf.policy.book import Book
from jobcast.systems.lsf.policy.form import Form
from jobcast.systems.lsf.policy.names import picked
from jobcast.systems.lsf.policy.params import Params, Plan, plan, without_planner
from jobcast.systems.lsf.policy.queue_times import interruptible, timed
from jobcast.systems.lsf.policy.requirements import per_task, requirement_of
from jobcast.systems.lsf.policy.values import (
    TaskLimits,
    at_least_one,
    bracketed,
    cycles,
    task_limits,
    truth,
)
from jobcast.systems.lsf.policy.windows import common, windows


@dataclass(frozen=True, kw_only=True, slots=True)
class Groups:
    """Groups of users and of hosts, by name."""

    users: dict[str, frozenset[str]]
    hosts: dict[str, frozenset[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueRules:
    """A queue as the core knows it, and what of it concerns other queues or submissions only."""

    queue: Queue
    """As the core knows it."""
    form: Form
    """Where it was read from."""
    tasks: TaskLimits | None = None
    """How many tasks its jobs may have; None for any number."""
    wanted: Wanted
    """RES_REQ, under what its jobs ask for themselves."""
    exclusive: bool = False
    """Whether its jobs may have machines for themselves."""
    when_preempted: Method = Method.SUSPEND
    """What happens to its jobs when they are preempted."""


def read_queues(book: Book, params: Params, groups: Groups, rules: Rules) -> tuple[QueueRules, ...]:
    """Read all queues, of two with the same name the last; queues without a name are none."""
    found: dict[str, QueueRules] = {}
    for form in book.forms("lsb.queues", "Queue"):
        name = form.text("QUEUE_NAME")
        if name is None or len(name.split()) > 1:
            form.discard(say("lsf_policy.nameless", keyword="QUEUE_NAME"))
            continue
        form.title = name
        if name in found:
            found[name].form.supersede()
        found[name] = _queue(form, params, groups, rules)
    queues = only_one_interruptible(tuple(found.values()))
    if params.planner and not any(rules.queue.reserves for rules in queues):
        for form in book.forms("lsb.params", "Parameters"):
            form.correct(say("lsf_policy.nothing_planned"), "ALLOCATION_PLANNER")
    return queues


def only_one_interruptible(queues: tuple[QueueRules, ...]) -> tuple[QueueRules, ...]:
    """Return queues of which one has INTERRUPTIBLE_BACKFILL, that of the lowest priority; LSF wants no lower ones."""
    wanting = [rules for rules in queues if rules.queue.interruptible is not None]
    if not wanting:
        return queues
    kept = min(wanting, key=lambda rules: rules.queue.priority)
    lowest = min(queues, key=lambda rules: rules.queue.priority)
    if lowest.queue.priority < kept.queue.priority:
        reason = say("lsf_policy.gaps_lowest", queue=lowest.queue.name)
        kept.form.correct(reason, "INTERRUPTIBLE_BACKFILL")
    for rules in wanting:
        if rules is not kept:
            reason = say("lsf_policy.gaps_twice", queue=kept.queue.name)
            rules.form.refuse(reason, "INTERRUPTIBLE_BACKFILL")
    return tuple(
        replace(rules, queue=replace(rules.queue, interruptible=None))
        if rules.queue.interruptible is not None and rules is not kept
        else rules
        for rules in queues
    )


def _queue(form: Form, params: Params, groups: Groups, rules: Rules) -> QueueRules:
    users = picked((form.text("USERS") or "all").split(), groups.users)
    tasks = form.value(task_limits, "TASKLIMIT", "PROCLIMIT")
    if tasks and tasks.most > tasks.least > 1:
        form.correct(say("lsf_policy.least_tasks"), "TASKLIMIT", "PROCLIMIT")
    if form.text("TASKLIMIT") and form.text("PROCLIMIT"):
        form.correct(say("lsf_policy.overruled", by="TASKLIMIT"), "PROCLIMIT")
    wanted = requirement_of(form, rules)
    plan_of_queue = _plan(form, params)
    queue = Queue(
        name=form.title,
        priority=form.value(at_least_one, "PRIORITY") or 1,
        backfill=form.value(truth, "BACKFILL") or False,
        reserves=plan_of_queue.wanted,
        hold=_hold(form, params),
        max_tasks=tasks.most if tasks else None,
        max_machines=form.value(at_least_one, "HOSTLIMIT_PER_JOB"),
        machines=_machines(form, groups),
        users=users.named,
        refused_users=users.but,
        windows=_windows(form),
        max_planned=plan_of_queue.most,
        default_resources=per_task(wanted, rules),
    )
    queue = interruptible(form, timed(form, queue, params))
    return QueueRules(
        queue=queue,
        form=form,
        tasks=tasks,
        wanted=wanted,
        exclusive=(form.text("EXCLUSIVE") or "N").upper() in {"Y", "YES"},
        when_preempted=_when_preempted(form),
    )


def _plan(form: Form, params: Params) -> Plan:
    """Return whether starts are planned for its jobs."""
    if params.planner:
        return form.value(plan, "PLAN") or params.plan
    without_planner(form)
    return Plan(wanted=params.time_reserve is not None)


def _hold(form: Form, params: Params) -> Hold | None:
    """Return how its jobs keep what is free; RESOURCE_RESERVE goes before SLOT_RESERVE."""
    both = form.value(cycles, "RESOURCE_RESERVE")
    slots = form.value(cycles, "SLOT_RESERVE")
    if params.planner or params.time_reserve:
        by = "ALLOCATION_PLANNER" if params.planner else "LSB_TIME_RESERVE_NUMJOBS"
        form.correct(say("lsf_policy.overruled", by=by), "SLOT_RESERVE", "RESOURCE_RESERVE")
        return None
    if both and slots:
        form.correct(say("lsf_policy.overruled", by="RESOURCE_RESERVE"), "SLOT_RESERVE")
    longest = both or slots
    if longest is None:
        return None
    return Hold(
        resources=frozenset({CPUS, MEMORY} if both else {CPUS}),
        longest=longest * params.sleep_time,
        pause=params.sleep_time,
        # A sequential job that lacks memory reserves its slot along with what memory is free.
        sequential=frozenset({CPUS, MEMORY} if both else ()),
    )


def _windows(form: Form) -> Windows:
    """Return when its jobs may start."""
    form.correct(say("lsf_policy.not_suspended"), "RUN_WINDOW")
    dispatch = form.value(windows, "DISPATCH_WINDOW") or ()
    run = form.value(windows, "RUN_WINDOW") or ()
    both = common(dispatch, run)
    if dispatch and run and not both:
        form.refuse(say("lsf_policy.never_open"), "DISPATCH_WINDOW")
        return run
    return both


def _machines(form: Form, groups: Groups) -> frozenset[str]:
    """Return where its jobs may run; empty for everywhere."""
    words = (form.text("HOSTS") or "all").split()
    bare = [word.partition("+")[0] for word in words if "@" not in word and word.lower() != "allremote"]
    if bare != words:
        form.correct(say("lsf_policy.no_preference"), "HOSTS")
    # Those named and all others are all.
    named = picked(["all" if word.lower() == "others" else word for word in bare], groups.hosts)
    everywhere = groups.hosts.get("all", frozenset())
    if named.everybody and named.but:
        if not everywhere:
            form.correct(say("lsf_policy.except_unknown"), "HOSTS")
        return everywhere - named.but
    return named.named


def _when_preempted(form: Form) -> Method:
    """Return what the SUSPEND action of JOB_CONTROLS does to a preempted job."""
    text = form.text("JOB_CONTROLS")
    if text is None:
        return Method.SUSPEND
    action = bracketed(text).get("SUSPEND", "").lower()
    if "brequeue" in action:
        return Method.REQUEUE
    if "bkill" in action or action in {"terminate", "sigkill", "kill"}:
        return Method.REMOVE
    if action == "chkpnt":
        form.correct(say("lsf_policy.no_checkpoint"), "JOB_CONTROLS")
    elif action and not action.startswith("sig"):
        form.correct(say("lsf_policy.command_suspends"), "JOB_CONTROLS")
    return Method.SUSPEND
