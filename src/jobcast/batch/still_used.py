"""What living steps use and other configuration files don't name any more."""

from jobcast.batch.ledger import Ledger
from jobcast.batch.site import LiveSite
from jobcast.language import say

_MOST_NAMED = 3
"""Steps; of more, only how many there are."""


def still_used(site: LiveSite, ledger: Ledger) -> list[str]:
    """Return a sentence for each class and machine that a site would lose while steps are in it, or on it."""
    queues: dict[str, list[str]] = {}
    machines: dict[str, list[str]] = {}
    for step in ledger.steps.values():
        queues.setdefault(step.submitted.job.queue, []).append(step.id)
        if step.id in ledger.state.running or step.id in ledger.state.suspended:
            for share in step.allocation:
                machines.setdefault(share.machine, []).append(step.id)
    here = {machine.name for machine in site.cluster.machines}
    lost_queues = queues.keys() - site.policy.queues.keys() if site.policy.queues else set()
    return [
        *(
            say("batch.class_gone", name=name, steps=_named(queues[name]), count=len(queues[name]))
            for name in sorted(lost_queues)
        ),
        *(
            say("batch.machine_gone", name=name, steps=_named(machines[name]), count=len(machines[name]))
            for name in sorted(machines.keys() - here)
        ),
    ]


def _named(steps: list[str]) -> str:
    return ", ".join(steps if len(steps) <= _MOST_NAMED else (*steps[:_MOST_NAMED], "…"))
