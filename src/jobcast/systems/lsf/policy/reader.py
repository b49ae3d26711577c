"""LSF's configuration files become one policy, its machines, and a report of every keyword.

Source: the configuration and administration guides of IBM Spectrum LSF 10.1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from jobcast.language import say
from jobcast.machine import CPUS, Cluster
from jobcast.schedule.policy import Blocked, Policy, Queue
from jobcast.spelling import did_you_mean
from jobcast.systems.dialect import Configuration
from jobcast.systems.lsf.bsub.requirement import Rules
from jobcast.systems.lsf.bsub.select import Names
from jobcast.systems.lsf.policy.applications import Application, read_applications
from jobcast.systems.lsf.policy.book import Book
from jobcast.systems.lsf.policy.hosts import read_hosts
from jobcast.systems.lsf.policy.limits import LimitSite, resource_limits, told_apart
from jobcast.systems.lsf.policy.order import Line, line_of
from jobcast.systems.lsf.policy.params import Params, read_params
from jobcast.systems.lsf.policy.preemption import preempt_rules
from jobcast.systems.lsf.policy.queue_limits import queue_limits
from jobcast.systems.lsf.policy.queues import Groups, QueueRules, read_queues
from jobcast.systems.lsf.policy.shared import placed, read_methods, read_shared
from jobcast.systems.lsf.policy.users import read_user_groups, user_limits


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """What the files of a cluster say, also of submissions."""

    configuration: Configuration
    """Policy, machines and report."""
    params: Params
    """What holds for the whole cluster."""
    queues: Mapping[str, QueueRules]
    """Queues by name."""
    applications: Mapping[str, Application]
    """Application profiles by name."""
    rules: Rules
    """What resource requirements mean here."""
    user_groups: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """User groups of LSF's own, to their members."""


def read(texts: Mapping[str, str]) -> Configuration:
    """Read the files of a cluster: name to text of lsb.queues, lsb.params, lsb.hosts and their neighbours.

    Raises ConfigError for a file that is none of LSF's; whatever is wrong within one is told in the report.
    """
    return read_site(texts).configuration


def read_site(texts: Mapping[str, str]) -> Site:
    """Likewise, with what jobs get that are submitted by bsub's options."""
    book = Book(texts)
    params = read_params(book)
    hosts, shared = read_hosts(book), read_shared(book)
    users = read_user_groups(book)
    cluster = Cluster(machines=placed(hosts.machines, shared), floating=shared.floating)
    rules = _requirement_rules(book, params, cluster)
    queues = read_queues(book, params, Groups(users=users.members, hosts=hosts.groups), rules)
    applications = read_applications(book, rules)
    site = LimitSite(
        users=users.members, hosts=hosts.groups, machines=hosts.machines, memory_unit=params.memory_unit
    )
    limits = told_apart(
        (
            *hosts.limits,
            *(limit for rules in queues for limit in queue_limits(rules, hosts.machines)),
            *user_limits(book, users, hosts.machines),
            *resource_limits(book, site),
        )
    )
    policy = _policy(params, queues, line_of(book, queues, users, params))
    policy = replace(policy, name=_QUEUES if book.has(_QUEUES) else ", ".join(texts), limits=limits)
    return Site(
        configuration=Configuration(
            policy=_with_default(policy, book, params),
            cluster=cluster,
            keywords=book.report(),
        ),
        params=params,
        queues={rules.queue.name: rules for rules in queues},
        applications=applications,
        rules=rules,
        user_groups=users.members,
    )


def _requirement_rules(book: Book, params: Params, cluster: Cluster) -> Rules:
    told = bool(cluster.machines) and all("ncpus" in machine.facts for machine in cluster.machines)
    return Rules(
        names=Names(memory_unit=params.memory_unit, processors="ncpus" if told else CPUS),
        per_task=params.per_task,
        methods=read_methods(book),
        floating=frozenset(cluster.floating),
    )


def _policy(params: Params, queues: Sequence[QueueRules], line: Line) -> Policy:
    plans = params.planner or params.time_reserve is not None
    return Policy(
        name="",
        queues={rules.queue.name: rules.queue for rules in queues},
        order=line.order,
        fair_share=line.fair_share,
        blocked=Blocked.PLAN if plans else Blocked.SKIP,
        depth=params.plan.most if params.planner else params.time_reserve or 1,
        preemption=preempt_rules(queues),
        victim_order=params.victim_order,
        released_by_suspension=params.released,
        preempt_backfilled=params.preempt_backfilled,
    )


def _with_default(policy: Policy, book: Book, params: Params) -> Policy:
    """Return the policy with the queue of jobs that name none; where no file names one, LSF makes it itself."""
    missing = [name for name in params.default_queues if name not in policy.queues]
    if missing and policy.queues:
        for form in book.forms("lsb.params", "Parameters"):
            reason = say(
                "lsf_policy.no_such_queue", queue=missing[0], guess=did_you_mean(missing[0], policy.queues)
            )
            form.correct(reason, "DEFAULT_QUEUE")
    name = next((name for name in params.default_queues if name in policy.queues), _MADE_BY_LSF)
    if not policy.queues:
        return policy
    made = (
        {} if name in policy.queues else {name: Queue(name=name, priority=1, backfill=False, reserves=False)}
    )
    return replace(policy, queues={**policy.queues, **made}, default_queue=name)


_QUEUES = "lsb.queues"
_MADE_BY_LSF = "default"
"""Name of the queue that LSF makes for jobs that name none, where none is told."""
