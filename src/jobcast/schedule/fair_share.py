"""Who used how much lately, against his share."""

from jobcast.machine import CPUS
from jobcast.schedule.job import BatchJob
from jobcast.schedule.policy import FairShare
from jobcast.schedule.state import State


def charge(state: State, rule: FairShare) -> None:
    """Bring what was used up to now: old use halves with time, running jobs add their CPU seconds."""
    passed = state.now - state.charged_at
    if passed <= 0:
        return
    faded = 0.5 ** (passed / rule.half_life)
    state.used = {name: used * faded for name, used in state.used.items() if used * faded > _NOTHING}
    for entry in state.running.values():
        name = getattr(entry.job, rule.by)
        ran = state.now - max(entry.started, state.charged_at)
        state.used[name] = state.used.get(name, 0.0) + ran * entry.amount(CPUS)
    state.charged_at = state.now


_NOTHING = 1e-6
"""CPU seconds."""


def usage_by(job: BatchJob, used: dict[str, float], rule: FairShare) -> float:
    """Return 2 to the power of minus used share by due share: 1 for who used nothing, 0.5 for who used his due.

    Source: "Classic Fairshare" in Slurm's Multifactor Priority Plugin.
    """
    name = getattr(job, rule.by)
    everything = sum(used.values())
    if not everything:
        return 1.0
    named = sum(rule.shares.values())
    others = [each for each in used if each not in rule.shares]
    due = rule.shares.get(name, rule.others) / (
        named + rule.others * max(len(others), name not in rule.shares)
    )
    return float(2 ** -((used.get(name, 0.0) / everything) / due)) if due else 0.0
