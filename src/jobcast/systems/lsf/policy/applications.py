"""lsb.applications: what jobs of an application profile get that don't ask for it themselves."""

from dataclasses import dataclass, field

from jobcast.language import say
from jobcast.systems.lsf.bsub.requirement import Rules, Wanted
from jobcast.systems.lsf.policy.book import Book
from jobcast.systems.lsf.policy.params import estimate
from jobcast.systems.lsf.policy.requirements import requirement_of
from jobcast.systems.lsf.policy.values import TaskLimits, limits, task_limits


@dataclass(frozen=True, kw_only=True, slots=True)
class Application:
    """An application profile."""

    name: str
    """Its own, named by ``bsub -app``."""
    run_limit: int | None = None
    """Seconds, for jobs that ask for none; None where they get none here."""
    run_limit_max: int | None = None
    """Jobs that ask for more are refused; None for no limit."""
    estimate: int | None = None
    """Seconds that its jobs are reckoned to run; None to take their run limit."""
    tasks: TaskLimits | None = None
    """How many tasks its jobs may have; None for any number."""
    wanted: Wanted = field(default_factory=Wanted)
    """RES_REQ, under what its jobs ask for themselves and above that of the queue."""


def read_applications(book: Book, rules: Rules) -> dict[str, Application]:
    """Read all application profiles, by name."""
    found: dict[str, Application] = {}
    for form in book.forms("lsb.applications", "Application"):
        name = form.text("NAME")
        if name is None:
            form.discard(say("lsf_policy.nameless", keyword="NAME"))
            continue
        form.title = name
        times = form.value(limits, "RUNLIMIT") or ()
        if any(each.of_host for each in times):
            form.correct(say("lsf_policy.host_speed"), "RUNLIMIT")
        found[name] = Application(
            name=name,
            run_limit=times[0].seconds if times else None,
            run_limit_max=times[1].seconds if len(times) > 1 else None,
            estimate=estimate(form, "ESTIMATED_RUNTIME", "RUNTIME"),
            tasks=form.value(task_limits, "TASKLIMIT", "PROCLIMIT"),
            wanted=requirement_of(form, rules),
        )
    return found
