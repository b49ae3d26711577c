"""lsb.params and lsf.conf: what holds for the whole cluster."""

from dataclasses import dataclass

from jobcast.language import say
from jobcast.machine import CPUS, MEMORY
from jobcast.schedule.policy import VictimOrder
from jobcast.systems.lsf.policy.book import Book
from jobcast.systems.lsf.policy.form import Form
from jobcast.systems.lsf.policy.values import (
    Minutes,
    at_least_one,
    bracketed,
    count,
    factor,
    minutes,
    truth,
)

_HOUR = 3600
_TENTH = 0.30103
"""Of the time in which used time decays to a tenth, that in which it decays to a half: log 2 / log 10."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """PLAN: whether and for how many jobs starts are planned."""

    wanted: bool
    """Whether they are."""
    most: int | None = None
    """How many jobs may have one; None for any number."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Params:
    """What holds for the whole cluster."""

    sleep_time: int = 60
    """MBD_SLEEP_TIME in seconds, the unit of MAX_RESERVE_TIME."""
    default_queues: tuple[str, ...] = ()
    """Queues of jobs that name none."""
    default_project: str = "default"
    """Project of jobs that name none."""
    default_application: str = ""
    """Application profile of jobs that name none."""
    memory_unit: str = "M"
    """Of amounts of memory without one."""
    per_task: bool = False
    """Whether memory is asked for per task rather than per host."""
    time_reserve: int | None = None
    """How many jobs get planned starts instead of holding; None where they hold."""
    planner: bool = False
    """Whether LSF plans allocations, and no queue holds."""
    plan: Plan = Plan(wanted=False)
    """For queues that say nothing of it."""
    estimate: int | None = None
    """Seconds that jobs are reckoned to run; None where nothing is told."""
    victim_order: VictimOrder = VictimOrder.LATEST_START
    """Who is preempted first."""
    preempt_backfilled: bool = False
    """Whether jobs that run on lent resources may be preempted."""
    released: frozenset[str] = frozenset({CPUS})
    """What a suspended job gives up."""
    half_life: int = round(5 * _HOUR * _TENTH)
    """Seconds after which what was used counts half."""
    highest_priority: int | None = None
    """Highest priority that users may give; None where they may give none."""
    priority_growth: tuple[int, int] | None = None
    """So much more priority for each so many seconds of waiting; None for none."""
    last_submitted: bool = False
    """Whether a dependency on a name means only the job submitted last."""
    clean_period: int = _HOUR
    """Seconds after its end for which the name of a job is known."""
    largest_array: int = 1000
    """Elements that an array may have."""


def read_params(book: Book) -> Params:
    """Read lsb.params and lsf.conf; what they don't tell is as LSF has it by default."""
    conf = next(iter(book.forms("lsf.conf", "")), None)
    form = _merged(book.forms("lsb.params", "Parameters"))
    unit, depth = _conf(conf) if conf else ("M", None)
    if form is None:
        return Params(memory_unit=unit, time_reserve=depth)
    return Params(
        sleep_time=form.value(at_least_one, "MBD_SLEEP_TIME") or 60,
        default_queues=tuple((form.text("DEFAULT_QUEUE") or "").split()),
        default_project=form.text("DEFAULT_PROJECT") or "default",
        default_application=form.text("DEFAULT_APPLICATION") or "",
        memory_unit=unit,
        per_task=form.value(truth, "RESOURCE_RESERVE_PER_TASK", "RESOURCE_RESERVE_PER_SLOT") or False,
        time_reserve=depth,
        planner=_planner(form),
        plan=_plan(form),
        estimate=estimate(form, "ESTIMATED_RUNTIME"),
        victim_order=_victims(form),
        preempt_backfilled=_jobtypes(form),
        released=_released(form),
        half_life=half_life(form) or Params().half_life,
        highest_priority=form.value(at_least_one, "MAX_USER_PRIORITY"),
        priority_growth=_growth(form),
        last_submitted=form.value(count, "JOB_DEP_LAST_SUB") == 1,
        clean_period=form.value(at_least_one, "CLEAN_PERIOD") or _HOUR,
        largest_array=form.value(at_least_one, "MAX_JOB_ARRAY_SIZE") or 1000,
    )


def _merged(forms: tuple[Form, ...]) -> Form | None:
    """Return the last section; there is one in any file of LSF."""
    for form in forms[:-1]:
        form.supersede()
    return forms[-1] if forms else None


def _conf(form: Form) -> tuple[str, int | None]:
    """Return the unit of memory and how many starts are planned."""
    if (form.text("LSB_REQUEUE_TO_BOTTOM") or "N").upper() not in {"N", "0"}:
        form.refuse(say("lsf_policy.keeps_place"), "LSB_REQUEUE_TO_BOTTOM")
    return form.value(_unit, "LSF_UNIT_FOR_LIMITS") or "M", form.value(
        at_least_one, "LSB_TIME_RESERVE_NUMJOBS"
    )


def _unit(text: str) -> str:
    letter = text[:1].upper()
    if not letter or letter not in "KMGTP":
        raise ValueError(say("lsf_policy.no_unit", value=text))
    return letter


def _planner(form: Form) -> bool:
    wanted = form.value(truth, "ALLOCATION_PLANNER") or False
    if wanted:
        form.correct(say("lsf_policy.planner_replans"), "ALLOCATION_PLANNER")
    return wanted


def _plan(form: Form) -> Plan:
    if not form.value(truth, "ALLOCATION_PLANNER"):
        without_planner(form)
    return form.value(plan, "PLAN") or Plan(wanted=False)


def without_planner(form: Form) -> None:
    """Tell of PLAN that nobody plans; where it wants that, what is done instead."""
    wanted = form.value(plan, "PLAN")
    if wanted and wanted.wanted:
        form.correct(say("lsf_policy.plan_alone"), "PLAN")
    elif wanted:
        form.ignore(say("lsf_policy.no_planner"), "PLAN")


def plan(text: str) -> Plan:
    """Read ``Y``, ``N`` or ``MAX_JOBS[n] ...`` of PLAN."""
    if text.lower() in {"y", "yes", "n", "no"}:
        return Plan(wanted=truth(text))
    words = bracketed(text)
    if words.keys() - {"MAX_JOBS", "DELAY", "RSCHED_TIME"} or not words:
        raise ValueError(say("lsf_policy.no_plan", value=text))
    return Plan(wanted=True, most=at_least_one(words["MAX_JOBS"]) if "MAX_JOBS" in words else None)


def estimate(form: Form, *names: str) -> int | None:
    """Return an estimated run time in seconds; None where none is told."""
    found: Minutes | None = form.value(minutes, *names)
    if found and found.of_host:
        form.correct(say("lsf_policy.host_speed"), *names)
    return found.seconds if found else None


_PREEMPT_FOR = {
    "LEAST_RUN_TIME",
    "MINI_JOB",
    "OPTIMAL_MINI_JOB",
    "GROUP_MAX",
    "GROUP_JLP",
    "HOST_JLU",
    "USER_JLP",
}
_COUNTING = {"GROUP_MAX", "GROUP_JLP", "HOST_JLU", "USER_JLP"}


def _victims(form: Form) -> VictimOrder:
    words = set((form.text("PREEMPT_FOR") or "").upper().split())
    if words - _PREEMPT_FOR:
        form.refuse(
            say(
                "lsf_policy.no_word",
                words=" ".join(sorted(words - _PREEMPT_FOR)),
                known=" ".join(sorted(_PREEMPT_FOR)),
            ),
            "PREEMPT_FOR",
        )
        return VictimOrder.LATEST_START
    if words & _COUNTING:
        form.correct(say("lsf_policy.suspended_count"), "PREEMPT_FOR")
    return VictimOrder.LEAST_RUN_TIME if "LEAST_RUN_TIME" in words else VictimOrder.LATEST_START


_JOBTYPES = {"EXCLUSIVE", "BACKFILL", "AFFINITY"}


def _jobtypes(form: Form) -> bool:
    words = set((form.text("PREEMPT_JOBTYPE") or "").upper().replace(",", " ").split())
    if words - _JOBTYPES:
        form.refuse(
            say(
                "lsf_policy.no_word",
                words=" ".join(sorted(words - _JOBTYPES)),
                known=" ".join(sorted(_JOBTYPES)),
            ),
            "PREEMPT_JOBTYPE",
        )
        return False
    if words - {"BACKFILL"}:
        form.correct(say("lsf_policy.always_preempted"), "PREEMPT_JOBTYPE")
    return "BACKFILL" in words


def _released(form: Form) -> frozenset[str]:
    names = (form.text("PREEMPTABLE_RESOURCES") or "").split()
    return frozenset({CPUS, *(MEMORY if name.lower() == "mem" else name for name in names)})


def half_life(form: Form) -> int | None:
    """Return the half-life of used time, which after HIST_HOURS counts a tenth; None where that isn't told."""
    hours = form.value(factor, "HIST_HOURS")
    return max(round(hours * _HOUR * _TENTH), 1) if hours else None


def _growth(form: Form) -> tuple[int, int] | None:
    text = form.text("JOB_PRIORITY_OVER_TIME")
    if text is None:
        return None
    more, _, every = text.partition("/")
    try:
        growth = at_least_one(more.strip()), at_least_one(every.strip() or "1") * 60
    except ValueError as fault:
        form.refuse(str(fault), "JOB_PRIORITY_OVER_TIME")
        return None
    if form.value(at_least_one, "MAX_USER_PRIORITY") is None:
        form.ignore(say("lsf_policy.no_user_priority"), "JOB_PRIORITY_OVER_TIME")
        return None
    form.correct(say("lsf_policy.even_growth"), "JOB_PRIORITY_OVER_TIME")
    return growth
