"""What a step meets at submission, beside the values of its keywords."""

from collections.abc import Iterator
from dataclasses import dataclass

from jobcast.language import say
from jobcast.schedule.job import Demand
from jobcast.spelling import likeliest
from jobcast.systems.loadleveler.job_step import JobStep
from jobcast.systems.loadleveler.resources import theirs
from jobcast.systems.loadleveler.site import Site
from jobcast.systems.loadleveler.statement import RefusedError
from jobcast.systems.loadleveler.values import truth


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """Who asks, as what, and where."""

    user: str
    """Who submits the step."""
    group: str
    """For which group; empty for none."""
    queue: str
    """In which class."""
    account: str
    """On whose account; empty for none."""


def refusals(step: JobStep, demand: Demand, asking: Asking, site: Site) -> Iterator[str]:
    """Yield why a step is refused for who asks for it, or for what it leaves out."""
    if step.read("coschedule", truth, default=False):
        step.refuse("coschedule", RefusedError(say("loadleveler.no_together")))
    rules, user = site.rules, asking.user
    of_group = rules.group(asking.group)
    if asking.group and ((of_group.members and user not in of_group.members) or user in of_group.strangers):
        yield say("loadleveler.no_member", user=user, group=asking.group)
    if rules.validates_accounts and asking.account not in (own := rules.user(user).accounts):
        question = likeliest(asking.account, sorted(own))
        yield say(
            "loadleveler.no_account", step=step.id, user=user, account=asking.account, question=question
        )
    for submitter in (rules.user(user), of_group):
        for most, asked in (
            (submitter.largest.machines, demand.layout.machines_min),
            (submitter.largest.tasks, demand.tasks),
        ):
            if most is not None and asked > most:
                yield say("loadleveler.too_large", step=step.id, asked=asked, most=most)
    asked_for = {*demand.per_task, *demand.per_machine, *demand.floating}
    if queue := site.configuration.policy.queues.get(asking.queue):
        asked_for.update(queue.default_resources)
    for name in sorted(rules.must_request - asked_for):
        yield say("loadleveler.must_request", step=step.id, name=theirs(name))
