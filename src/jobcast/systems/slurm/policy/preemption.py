"""Who may take whose place: ``PreemptType``, ``PreemptMode``, and the tiers of partitions."""

from collections.abc import Sequence

from jobcast.language import say
from jobcast.schedule.policy import Method, PreemptRule
from jobcast.systems.slurm.policy.amounts import count, run_time, words
from jobcast.systems.slurm.policy.partitions import PREEMPT_MODES, Partition
from jobcast.systems.slurm.policy.sheet import Sheet

_METHODS = {"suspend": Method.SUSPEND, "requeue": Method.REQUEUE, "cancel": Method.REMOVE}


def read_preemption(sheet: Sheet, partitions: Sequence[Partition]) -> tuple[PreemptRule, ...]:
    """Return the rules: partitions of a higher tier take the place of jobs on the nodes that they have in common."""
    by_tier = _by_tier(sheet)
    mode = _mode(sheet, by_tier=by_tier)
    requeues = sheet.value(sheet.settings.get("jobrequeue"), count, 1, wanted=say("slurm_policy.wants_count"))
    _exempt(sheet)
    if not by_tier:
        return ()
    rules = []
    for upper in sorted(partitions, key=lambda partition: -partition.tier):
        victims: dict[Method, list[str]] = {}
        for lower in sorted(partitions, key=lambda partition: partition.tier):
            how = _METHODS.get(lower.preempt_mode or mode)
            if how is None or lower.tier >= upper.tier or frozenset(upper.nodes).isdisjoint(lower.nodes):
                continue
            if how is Method.REQUEUE and not requeues:
                how = Method.REMOVE
            victims.setdefault(how, []).append(lower.name)
        rules += [
            PreemptRule(queue=upper.name, victims=tuple(names), method=how) for how, names in victims.items()
        ]
    return tuple(rules)


def _by_tier(sheet: Sheet) -> bool:
    told = sheet.settings.get("preempttype")
    if told is None:
        return False
    kind = told.value.lower().removeprefix("preempt/")
    if kind == "qos":
        sheet.verdicts.refused(told, say("slurm_policy.preempt_qos"))
    elif kind in {"none", "partition_prio"}:
        sheet.verdicts.understood(told)
    else:
        sheet.verdicts.bad_value(told, "preempt/none, preempt/partition_prio")
    return kind == "partition_prio"


def _mode(sheet: Sheet, *, by_tier: bool) -> str:
    told = sheet.settings.get("preemptmode")
    if told is None:
        return "off"
    said = [word.lower() for word in words(told.value)]
    modes = [word for word in said if word != "gang"]
    mode = modes[0] if modes else "off"
    if mode not in PREEMPT_MODES or len(modes) > 1:
        sheet.verdicts.bad_value(told, "OFF, CANCEL, REQUEUE, SUSPEND,GANG")
        return "off"
    if "gang" in said and mode == "off":
        sheet.verdicts.refused(told, say("slurm_policy.gang"))
    elif not by_tier and mode != "off":
        sheet.verdicts.ignored(told, say("slurm_policy.no_preemption"))
    elif by_tier and mode == "off":
        sheet.verdicts.refused(told, say("slurm_policy.preempt_off"))
    elif mode == "suspend" and "gang" not in said:
        sheet.verdicts.corrected(told, say("slurm_policy.suspend_without_gang"))
    else:
        sheet.verdicts.understood(told)
    return mode


def _exempt(sheet: Sheet) -> None:
    told = sheet.settings.get("preemptexempttime")
    if told is None:
        return
    time = sheet.value(told, run_time, None, wanted=say("slurm_policy.wants_time"))
    if time:
        sheet.verdicts.refused(told, say("slurm_policy.exempt_time"))
