"""Who goes first: ``PriorityType`` and its weights, as one expression.

Source: slurm.conf(5), and "Multifactor Priority Plugin" in Slurm's documentation: a job's priority is the sum of
factors between 0 and 1, each times its weight; partitions of a higher tier go before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from jobcast.language import say
from jobcast.machine import CPUS, GPUS, MEMORY, Machine
from jobcast.schedule.expression import Binary, Constant, Expression, Name
from jobcast.schedule.policy import FairShare
from jobcast.systems.dialect import Standing
from jobcast.systems.slurm.policy.amounts import MINUTE, count, run_time, truth, words
from jobcast.systems.slurm.policy.partitions import Partition
from jobcast.systems.slurm.policy.sheet import Sheet

_DAY = 86400
_NEVER = 100 * 365 * _DAY
"""A half-life for use that doesn't decay."""
TIER = 1 << 16
"""What a tier counts in the priority of a queue that also tells its factor; no factor reaches it."""
_WEIGHTS = ("age", "fairshare", "jobsize", "partition")
_TRES = {"cpu": ("cores", CPUS), "mem": ("memory", MEMORY), "gres/gpu": ("gpus", GPUS)}
_FLAGS_DONE = frozenset({"calculate_running", "no_fair_tree", "depth_oblivious"})
_FLAGS_REFUSED = frozenset(
    [
        *("accrue_always", "incr_only", "max_tres", "max_tres_gres", "no_normal_all", "no_normal_assoc"),
        *(
            "no_normal_part",
            "no_normal_qos",
            "no_normal_tres",
            "small_relative_to_time",
            "fair_tree",
            "ticket_based",
        ),
    ]
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ranking:
    """Who goes before whom."""

    order: tuple[Expression, ...]
    """Of the policy."""
    recalculate: int
    """Seconds after which priorities are worked out anew."""
    fair_share: FairShare | None
    """Where past use counts."""
    factors_told: bool
    """Whether a queue's priority is its tier times `TIER` plus its factor; else it is its tier."""


def read_ranking(sheet: Sheet, partitions: Sequence[Partition], machines: Sequence[Machine]) -> Ranking:
    """Return the order: by tier where tiers differ, then by the weighted factors, then as jobs came."""
    several = len({partition.tier for partition in partitions}) > 1
    told = sheet.settings.get("prioritytype")
    kind = "basic" if told is None else told.value.lower().removeprefix("priority/")
    if told is not None:
        if kind in {"basic", "multifactor"}:
            sheet.verdicts.understood(told)
        else:
            sheet.verdicts.bad_value(told, "priority/basic, priority/multifactor")
    if kind != "multifactor":
        _without_bearing(sheet)
        order = (Name("queue_priority"),) if several else ()
        return Ranking(order=order, recalculate=0, fair_share=None, factors_told=False)
    return _multifactor(sheet, partitions, machines, several=several)


def _without_bearing(sheet: Sheet) -> None:
    for key, statement in sheet.settings.items():
        if key.startswith("priority"):
            sheet.verdicts.ignored(statement, say("slurm_policy.only_multifactor"))


def _multifactor(
    sheet: Sheet, partitions: Sequence[Partition], machines: Sequence[Machine], *, several: bool
) -> Ranking:
    number = say("slurm_policy.wants_count")
    weights = {
        name: sheet.value(sheet.settings.get(f"priorityweight{name}"), count, 0, wanted=number)
        for name in _WEIGHTS
    }
    most = max((partition.factor for partition in partitions), default=0)
    told = bool(weights["partition"] and len({partition.factor for partition in partitions}) > 1)
    factor = Binary("/", Binary("%", Name("queue_priority"), _number(TIER)), _number(max(most, 1)))
    terms = [
        _weighted(weights["age"], _age(sheet)),
        _weighted(weights["fairshare"], Name("fair_share")),
        _weighted(weights["jobsize"], _size(sheet, machines, weighs=bool(weights["jobsize"]))),
        _weighted(weights["partition"] if told else 0, factor),
        *_tres(sheet, machines),
    ]
    tier: Expression = Name("queue_priority")
    if told:
        tier = Binary("-", tier, Binary("%", tier, _number(TIER)))
    period = sheet.value(
        sheet.settings.get("prioritycalcperiod"), run_time, 5 * MINUTE, wanted=say("slurm_policy.wants_time")
    )
    _flags(sheet)
    sums = [term for term in terms if term is not None]
    return Ranking(
        order=(*((tier,) if several else ()), *((reduce(_plus, sums),) if sums else ())),
        recalculate=period or 5 * MINUTE,
        fair_share=_fair_share(sheet, weighs=bool(weights["fairshare"])),
        factors_told=told,
    )


def _plus(left: Expression, right: Expression) -> Expression:
    return Binary("+", left, right)


def _number(value: float) -> Constant:
    return Constant(value)


def _weighted(weight: int, factor: Expression) -> Expression | None:
    return Binary("*", _number(weight), factor) if weight else None


def _age(sheet: Sheet) -> Expression:
    """Return how long a job waits, by PriorityMaxAge and no more than 1."""
    longest = sheet.value(
        sheet.settings.get("prioritymaxage"), run_time, 7 * _DAY, wanted=say("slurm_policy.wants_time")
    )
    most = _number(longest or 7 * _DAY)
    young = Binary("<", Name("wait"), most)
    return Binary(
        "+",
        Binary("/", Binary("*", young, Name("wait")), most),
        Binary(">=", Name("wait"), most),
    )


def _total(machines: Sequence[Machine], resource: str) -> int:
    return sum(machine.resources.get(resource, 0) for machine in machines)


def _size(sheet: Sheet, machines: Sequence[Machine], *, weighs: bool) -> Expression:
    """Return the share of the cluster's CPUs that a job asks for, or what is missing to 1 if small ones go first."""
    small = sheet.value(
        sheet.settings.get("priorityfavorsmall"), truth, False, wanted=say("slurm_policy.wants_truth")
    )
    told = sheet.settings.get("priorityweightjobsize")
    if told is not None and weighs:
        sheet.verdicts.corrected(told, say("slurm_policy.size_by_cores"))
    share = Binary("/", Name("cores"), _number(max(_total(machines, CPUS), 1)))
    return Binary("-", _number(1), share) if small else share


def _tres(sheet: Sheet, machines: Sequence[Machine]) -> list[Expression]:
    """Return the weighted shares of each resource in the whole cluster."""
    told = sheet.settings.get("priorityweighttres")
    if told is None:
        return []
    sheet.verdicts.understood(told)
    terms = []
    for word in words(told.value):
        name, _, weight = word.partition("=")
        known = _TRES.get(name.strip().lower())
        if known is None:
            sheet.verdicts.part(told, word, Standing.REFUSED, say("slurm_policy.tres"))
            continue
        if not weight.strip().isascii() or not weight.strip().isdigit() or len(weight.strip()) > 9:
            wanted = say("slurm_policy.wants_count")
            reason = say("slurm_policy.bad_value", value=weight, wanted=wanted)
            sheet.verdicts.part(told, word, Standing.REFUSED, reason)
            continue
        sheet.verdicts.part(told, word, Standing.UNDERSTOOD)
        total = max(_total(machines, known[1]), 1)
        term = _weighted(int(weight), Binary("/", Name(known[0]), _number(total)))
        terms += [] if term is None else [term]
    return terms


def _fair_share(sheet: Sheet, *, weighs: bool) -> FairShare | None:
    """Return equal shares for all users: who gets more stands in the accounting database."""
    half_life = sheet.settings.get("prioritydecayhalflife")
    seconds = sheet.value(half_life, run_time, 7 * _DAY, wanted=say("slurm_policy.wants_time"))
    if not seconds and half_life is not None:
        sheet.verdicts.corrected(half_life, say("slurm_policy.no_decay"))
    weight = sheet.settings.get("priorityweightfairshare")
    if not weighs or weight is None:
        return None
    sheet.verdicts.corrected(weight, say("slurm_policy.equal_shares"))
    return FairShare(half_life=seconds or _NEVER)


def _flags(sheet: Sheet) -> None:
    told = sheet.settings.get("priorityflags")
    if told is None:
        return
    sheet.verdicts.understood(told)
    for word in words(told.value):
        if word.lower() in _FLAGS_DONE:
            sheet.verdicts.part(told, word, Standing.UNDERSTOOD)
        elif word.lower() in _FLAGS_REFUSED:
            sheet.verdicts.part(told, word, Standing.REFUSED, say("slurm_policy.priority_flag"))
        else:
            sheet.verdicts.part(told, word, Standing.UNKNOWN, say("slurm_policy.unknown"))
