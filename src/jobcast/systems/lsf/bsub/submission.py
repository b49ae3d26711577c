"""A submission by bsub's options becomes one job, or the elements of an array."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo

from jobcast.errors import ConfigError
from jobcast.language import say
from jobcast.machine import GPUS
from jobcast.schedule.job import BatchJob, Demand
from jobcast.spelling import likeliest
from jobcast.systems.lsf.bsub.begin import begin_second
from jobcast.systems.lsf.bsub.demand import demand_of
from jobcast.systems.lsf.bsub.dependency import Known, read_dependency
from jobcast.systems.lsf.bsub.options import Options, read_options
from jobcast.systems.lsf.bsub.requirement import Wanted, read_requirement
from jobcast.systems.lsf.policy.applications import Application
from jobcast.systems.lsf.policy.queues import QueueRules
from jobcast.systems.lsf.policy.reader import Site
from jobcast.systems.lsf.policy.values import Minutes, TaskLimits, at_least_one, minutes
from jobcast.systems.lsf.resources import Amount, Per


@dataclass(frozen=True, kw_only=True, slots=True)
class Submitter:
    """Who submits, when, and what is known then."""

    id: str
    """Number that the job gets."""
    user: str
    """Who submits."""
    group: str = ""
    """The user's group where ``-G`` names none."""
    now: int = 0
    """Second of the scheduler's clock."""
    zone: tzinfo = UTC
    """In which ``-b`` is told, with the clock counting from 1970."""
    named: Callable[[], Mapping[str, Sequence[str]]] = field(default=dict, compare=False)
    """Tells the names of jobs submitted before with their ids."""


def submission(arguments: Sequence[str], who: Submitter, site: Site) -> tuple[BatchJob, ...]:
    """Return the jobs of ``bsub ARGUMENTS``: one, or an array's elements, with what queue and profile add.

    Raises ConfigError for what LSF would refuse, or what can't be done.
    """
    return submitted(read_options(arguments), who, site)


def submitted(options: Options, who: Submitter, site: Site) -> tuple[BatchJob, ...]:
    """Return likewise the jobs of options that have been read."""
    queue, profile = _queue(options, site), _profile(options, site)
    tasks = _tasks(options, queue, profile)
    job = BatchJob(
        id=who.id,
        demand=_demand(options, tasks, site, queue, profile),
        queue=queue.queue.name if queue else options.values.get("-q", ""),
        user=who.user,
        group=options.values.get("-G", who.group),
        project=options.values.get("-P", site.params.default_project),
        run_limit=_run_limit(options, profile),
        estimate=_seconds(options, "-We") or profile.estimate,
        priority=_priority(options, site),
        begin=begin_second(options.values["-b"], who.now, who.zone) if "-b" in options.values else None,
        hold="user" if "-H" in options.flags else "",
        booking=options.values.get("-U", ""),
        restartable="-rn" not in options.flags,
    )
    return tuple(_elements(job, options, who, site))


def name_of(arguments: Sequence[str]) -> str:
    """Return the name that a submission gives its jobs, without the indices of an array; empty where it gives none."""
    return bare_name(read_options(arguments).values.get("-J", ""))


def bare_name(text: str) -> str:
    """Return what stands behind ``-J`` without the indices of an array."""
    return _ARRAY.sub("", text)


_NO_PROFILE = Application(name="")


def _queue(options: Options, site: Site) -> QueueRules | None:
    """Return the queue; None where the files name none, or it is the one that LSF makes itself."""
    name = options.values.get("-q", site.configuration.policy.default_queue)
    known = site.configuration.policy.queues
    if known and name not in known:
        raise ConfigError(say("lsf_bsub.no_queue", queue=name), hint=likeliest(name, known))
    return site.queues.get(name)


def _profile(options: Options, site: Site) -> Application:
    name = options.values.get("-app", site.params.default_application)
    if not name:
        return _NO_PROFILE
    if name not in site.applications:
        raise ConfigError(say("lsf_bsub.no_profile", name=name), hint=likeliest(name, site.applications))
    return site.applications[name]


def _tasks(options: Options, queue: QueueRules | None, profile: Application) -> int:
    """Return the tasks of the job: of a range the smallest number, which it may start with."""
    every = [limits for limits in (profile.tasks, queue.tasks if queue else None) if limits]
    text = options.values.get("-n")
    if text is None:
        return every[0].default if every else 1
    try:
        numbers = [at_least_one(word.strip()) for word in text.split(",")]
    except ValueError as fault:
        raise _bad("-n", str(fault)) from None
    if len(numbers) > 2 or numbers != sorted(numbers):
        raise _bad("-n", say("lsf_bsub.wanted_tasks"))
    for limits in every:
        if numbers[-1] < limits.least or numbers[0] > limits.most:
            raise _bad("-n", _allowed(limits))
    return max([numbers[0], *(limits.least for limits in every)])


def _allowed(limits: TaskLimits) -> str:
    return say("lsf_bsub.tasks_between", least=limits.least, most=limits.most)


def _bad(option: str, cure: str) -> ConfigError:
    return ConfigError(say("lsf_bsub.bad_option", option=option), hint=cure)


def _demand(
    options: Options, tasks: int, site: Site, queue: QueueRules | None, profile: Application
) -> Demand:
    rules = site.rules
    wanted = read_requirement(options.values.get("-R", ""), rules)
    if "-gpu" in options.values:
        cards = _cards(options.values["-gpu"])
        wanted = replace(wanted, amounts={**wanted.amounts, GPUS: cards})
    wanted = wanted.above(profile.wanted).above(queue.wanted if queue else Wanted())
    demand = demand_of(wanted, tasks, rules)
    if "-x" in options.flags:
        if queue and not queue.exclusive:
            raise _bad("-x", say("lsf_bsub.not_exclusive", queue=queue.queue.name))
        demand = replace(demand, layout=replace(demand.layout, exclusive=True))
    hosts = options.values.get("-m", "").split()
    return replace(demand, groups=frozenset(host.rpartition("+")[0] or host for host in hosts))


def _cards(text: str) -> Amount:
    """Read ``num=2:mode=shared`` of -gpu; without a number it is one for each host."""
    match = re.search(r"(?:^|:)\s*num\s*=\s*([0-9]{1,4})(?:/(task|host))?", text)
    if match and int(match[1]) == 0:
        raise _bad("-gpu", say("lsf_bsub.wanted_cards"))
    return Amount(value=int(match[1]) if match else 1, per=Per(match[2] or "host") if match else Per.HOST)


def _run_limit(options: Options, profile: Application) -> int | None:
    limit = _seconds(options, "-W") or profile.run_limit
    most = profile.run_limit_max
    if limit is not None and most is not None and limit > most:
        raise _bad("-W", say("lsf_bsub.limit_above", minutes=most // 60, name=profile.name))
    return limit


def _seconds(options: Options, option: str) -> int | None:
    text = options.values.get(option)
    if text is None:
        return None
    try:
        read: Minutes = minutes(text)
    except ValueError as fault:
        raise _bad(option, str(fault)) from None
    return read.seconds


def _priority(options: Options, site: Site) -> int | None:
    """Return the priority among the user's jobs; without one half of the highest, where priorities are used."""
    highest, text = site.params.highest_priority, options.values.get("-sp")
    if text is None:
        return None if highest is None else max(highest // 2, 1)
    if highest is None:
        raise _bad("-sp", say("lsf_bsub.no_priorities"))
    if not re.fullmatch(r"[0-9]{1,9}", text) or not 1 <= int(text) <= highest:
        raise _bad("-sp", say("lsf_bsub.wanted_priority", highest=highest))
    return int(text)


_ARRAY = re.compile(r"\[([0-9,:\-\s]+)(?:%([0-9]+))?\](?:%([0-9]+))?$")


def _elements(job: BatchJob, options: Options, who: Submitter, site: Site) -> list[BatchJob]:
    match = _ARRAY.search(options.values.get("-J", ""))
    condition = options.values.get("-w")
    known = Known(named=who.named() if condition else {}, only_last=site.params.last_submitted)
    if match is None:
        after = read_dependency(condition, known) if condition else None
        return [replace(job, after=after)]
    indices = _indices(match[1], site.params.largest_array)
    limit = int(match[2] or match[3] or 0) or None
    return [
        replace(
            job,
            id=f"{job.id}[{index}]",
            array=job.id,
            array_limit=limit,
            after=read_dependency(condition, replace(known, element=index)) if condition else None,
        )
        for index in indices
    ]


def _indices(text: str, most: int) -> list[int]:
    """Read ``1-10:2,15``: spans with steps."""
    found: dict[int, None] = {}
    for part in text.split(","):
        span = re.fullmatch(r"\s*([0-9]{1,9})(?:-([0-9]{1,9})(?::([0-9]{1,9}))?)?\s*", part)
        if span is None or int(span[2] or span[1]) < int(span[1]) or int(span[1]) < 1 or span[3] == "0":
            raise _bad("-J", say("lsf_bsub.wanted_indices"))
        indices = range(int(span[1]), int(span[2] or span[1]) + 1, int(span[3] or 1))
        if len(indices) + len(found) > most:
            raise _bad("-J", say("lsf_bsub.array_above", most=most))
        found |= dict.fromkeys(indices)
    return list(found)
