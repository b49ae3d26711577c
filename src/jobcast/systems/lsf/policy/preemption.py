"""PREEMPTION of lsb.queues: which queue takes the place of which.

Source: "Preemptive scheduling" in Administering IBM Spectrum LSF. Only a queue of higher priority preempts: so that
no cycles can arise. Queues with a higher preference go first, then those of lower priority.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from jobcast.language import say
from jobcast.schedule.policy import PreemptRule
from jobcast.spelling import did_you_mean
from jobcast.systems.lsf.policy.queues import QueueRules
from jobcast.systems.lsf.policy.values import bracketed


@dataclass(frozen=True, kw_only=True, slots=True)
class _Relation:
    """What PREEMPTION of one queue says."""

    preemptive: bool
    """Whether its jobs preempt."""
    preempts: Mapping[str, int]
    """Queues that they preempt, with their preference; empty for all of lower priority."""
    preemptable: bool
    """Whether its jobs are preempted."""
    by: frozenset[str]
    """Queues that preempt them; empty for all of higher priority."""


_NONE = _Relation(preemptive=False, preempts={}, preemptable=False, by=frozenset())


def preempt_rules(queues: Sequence[QueueRules]) -> tuple[PreemptRule, ...]:
    """Return who may preempt whom, the queues of the highest priority first."""
    by_name = {rules.queue.name: rules for rules in queues}
    relations = {name: _relation(rules, by_name) for name, rules in by_name.items()}
    first = sorted(queues, key=lambda rules: -rules.queue.priority)
    return tuple(rule for rules in first for rule in _rules(rules.queue.name, by_name, relations))


def _relation(rules: QueueRules, others: Mapping[str, QueueRules]) -> _Relation:
    text = rules.form.text("PREEMPTION")
    if text is None:
        return _NONE
    words = bracketed(text)
    if words.keys() - {"PREEMPTIVE", "PREEMPTABLE"}:
        rules.form.refuse(say("lsf_policy.no_preemption", value=text), "PREEMPTION")
        return _NONE
    faults: list[str] = []
    lower = dict(_named(words.get("PREEMPTIVE", ""), rules, others, faults, above=False))
    higher = dict(_named(words.get("PREEMPTABLE", ""), rules, others, faults, above=True))
    if faults:
        rules.form.correct(" ".join(dict.fromkeys(faults)).rstrip(), "PREEMPTION")
    return _Relation(
        preemptive="PREEMPTIVE" in words and (bool(lower) or not words["PREEMPTIVE"]),
        preempts=lower,
        preemptable="PREEMPTABLE" in words and (bool(higher) or not words["PREEMPTABLE"]),
        by=frozenset(higher),
    )


def _named(
    content: str, rules: QueueRules, others: Mapping[str, QueueRules], faults: list[str], *, above: bool
) -> Iterator[tuple[str, int]]:
    """Give queues with their preferences; those that don't fit are left out, with the reason in `faults`."""
    for word in content.split():
        name, _, preference = word.partition("+")
        other = others.get(name)
        if other is None:
            known = [each for each in others if each != rules.queue.name]
            faults.append(say("lsf_policy.no_such_queue", queue=name, guess=did_you_mean(name, known)))
        elif (other.queue.priority > rules.queue.priority) is not above or (
            other.queue.priority == rules.queue.priority
        ):
            faults.append(say("lsf_policy.not_higher", queue=name))
        else:
            yield name, int(preference) if preference.isdecimal() and len(preference) < 10 else 0


def _rules(
    name: str, queues: Mapping[str, QueueRules], relations: Mapping[str, _Relation]
) -> Iterator[PreemptRule]:
    """Give the rules of one queue: victims in their order, those to whom the same happens together."""
    own = relations[name]
    victims = [
        other
        for other in queues.values()
        if other.queue.priority < queues[name].queue.priority
        and (
            _takes(own, other.queue.name)
            or (
                relations[other.queue.name].preemptable and name in (relations[other.queue.name].by or {name})
            )
        )
    ]
    victims.sort(key=lambda other: (-own.preempts.get(other.queue.name, 0), other.queue.priority))
    for method, group in groupby(victims, key=lambda other: other.when_preempted):
        names = tuple(other.queue.name for other in group)
        yield PreemptRule(queue=name, victims=names, method=method)


def _takes(own: _Relation, victim: str) -> bool:
    return own.preemptive and (not own.preempts or victim in own.preempts)
