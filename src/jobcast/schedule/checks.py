"""What a policy must not contradict."""

from collections import Counter
from collections.abc import Sequence

from jobcast.errors import ConfigError
from jobcast.language import say
from jobcast.schedule.expression import Expression, names
from jobcast.schedule.policy import JOB_NAMES, Policy
from jobcast.spelling import likeliest


def check(policy: Policy) -> None:
    """Raise ConfigError where a policy contradicts itself.

    It names what isn't there, limits what some machines bear together, or lets a queue preempt itself through others.
    """
    if policy.queues and policy.default_queue not in {"", *policy.queues}:
        raise ConfigError(
            say("schedule.no_such_queue", queue=policy.default_queue),
            hint=likeliest(policy.default_queue, policy.queues),
        )
    for name, times in Counter(limit.name for limit in policy.limits).items():
        if times > 1:
            raise ConfigError(say("schedule.limit_twice", limit=name), hint=say("schedule.limit_twice_cure"))
    for limit in policy.limits:
        if "machine" in {*limit.only, *limit.but} and "machine" not in limit.per:
            raise ConfigError(
                say("schedule.machines_together", limit=limit.name),
                hint=say("schedule.machines_together_cure"),
            )
    for tree in (*policy.order, *policy.backfill_order):
        _check_names(tree, sorted(JOB_NAMES))
    path = preemption_cycle(policy)
    if path:
        raise ConfigError(
            say("schedule.preemption_cycle", path=" > ".join(path)),
            hint=say("schedule.preemption_cycle_cure"),
        )


def _check_names(tree: Expression, known: Sequence[str]) -> None:
    for name in sorted(names(tree)):
        if name not in known:
            raise ConfigError(say("schedule.unknown_name", name=name), hint=likeliest(name, known))


def preemption_cycle(policy: Policy) -> tuple[str, ...]:
    """Return a way on which a queue would preempt itself through others; empty where there is none."""
    victims: dict[str, list[str]] = {}
    for rule in policy.preemption:
        victims.setdefault(rule.queue, []).extend(rule.victims)
    done: set[str] = set()

    def search(path: tuple[str, ...]) -> tuple[str, ...]:
        for victim in victims.get(path[-1], ()):
            if victim in path:
                return (*path[path.index(victim) :], victim)
            if victim not in done and (found := search((*path, victim))):
                return found
        done.add(path[-1])
        return ()

    return next((found for queue in victims if (found := search((queue,)))), ())
