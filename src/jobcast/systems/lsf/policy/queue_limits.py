"""How many slots jobs of a queue may use at once: QJOB_LIMIT and its kin in lsb.queues."""

from collections.abc import Iterator, Sequence

from jobcast.language import say
from jobcast.machine import CPUS, Machine
from jobcast.schedule.policy import Limit
from jobcast.systems.lsf.policy.processors import PerProcessor
from jobcast.systems.lsf.policy.queues import QueueRules
from jobcast.systems.lsf.policy.values import count, factor

_PER: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("QJOB_LIMIT", ()),
    ("UJOB_LIMIT", ("user",)),
    ("HJOB_LIMIT", ("machine",)),
)


def queue_limits(rules: QueueRules, machines: Sequence[Machine]) -> Iterator[Limit]:
    """Give the limits of a queue: of all machines, for each user, for each machine and each processor."""
    only = {"queue": frozenset({rules.queue.name})}
    for keyword, per in _PER:
        amount = rules.form.value(count, keyword)
        if amount is not None:
            yield Limit(
                name=_name(keyword, rules),
                amount=amount,
                counts=CPUS,
                per=per,
                only=only,
                lent_are_free=keyword == "HJOB_LIMIT",
            )
    slots = rules.form.value(factor, "PJOB_LIMIT")
    if slots is not None and not machines:
        rules.form.refuse(say("lsf_policy.needs_machines"), "PJOB_LIMIT")
    elif slots is not None:
        yield from PerProcessor(name=_name("PJOB_LIMIT", rules), slots=slots, only=only).limits(machines)


def _name(keyword: str, rules: QueueRules) -> str:
    return say("lsf_policy.limit_of_queue", keyword=keyword, queue=rules.queue.name)
