"""Who may preempt whom: PREEMPT_CLASS.

``PREEMPT_CLASS[in] = ENOUGH:su{a b} ALL{c}``; said twice for one class, the groups count one after the other, as if
they stood together: an ordinary reader would keep the last, and break what the weather centre's text prints.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from jobcast.language import say
from jobcast.schedule.policy import Extent, Method, PreemptRule
from jobcast.systems.loadleveler.said import Said
from jobcast.systems.loadleveler.scheduler import Planning
from jobcast.systems.loadleveler.statement import RefusedError, Report, Statement
from jobcast.systems.loadleveler.values import names, one_of, shown

METHODS = {
    "su": Method.SUSPEND,
    "vc": Method.REQUEUE,
    "rm": Method.REMOVE,
    "sh": Method.SYSTEM_HOLD,
    "uh": Method.USER_HOLD,
}
_GROUP = re.compile(r"\s*(\w+)\s*(?::\s*(\w+))?\s*\{([^{}]*)\}\s*")
EVERY_CLASS = "allclasses"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Group:
    """``ENOUGH:su{a b}``."""

    extent: Extent
    method: Method
    victims: tuple[str, ...]


def named_classes(statements: Collection[Statement]) -> Iterator[tuple[Statement, str]]:
    """Yield the classes that each PREEMPT_CLASS names, as far as it can be read."""
    for each in statements:
        if each.key == "preempt_class" and each.argument:
            victims = (name for match in _GROUP.finditer(each.text) for name in names(match[3]))
            for name in dict.fromkeys((each.argument, *victims)):
                if name.lower() != EVERY_CLASS:
                    yield each, name


def read_preemption(
    statements: Collection[Statement],
    classes: Collection[str],
    said: Said,
    report: Report,
    planning: Planning,
) -> tuple[PreemptRule, ...]:
    """Return the rules of PREEMPT_CLASS in their order; what would close a cycle is left out and reported."""
    support = said.read("preemption_support", one_of("none", "full", "no_adapter"), "none")
    method = METHODS[said.read("default_preempt_method", one_of(*METHODS), "su")]
    mine = [each for each in statements if each.key == "preempt_class"]
    if support == "none" or not planning.plans:
        text = say("loadleveler.only_backfill") if support != "none" else say("loadleveler.no_preemption")
        for each in mine:
            report.ignore(each, text)
        return ()
    rules: list[PreemptRule] = []
    for each in mine:
        try:
            groups = _groups_of(each, method)
        except RefusedError as error:
            said.refuse(each, error)
            continue
        if any(rule.queue == each.argument for rule in rules):
            report.correct(each, say("loadleveler.merged", name=each.argument))
        for group in groups:
            _add(rules, each, group, classes, report)
    return tuple(rules)


def _groups_of(statement: Statement, method: Method) -> tuple[_Group, ...]:
    if len(statement.argument.split()) != 1:
        raise RefusedError(say("loadleveler.no_argument", name=statement.name))
    return tuple(_groups(statement.text, method))


def _groups(text: str, method: Method) -> Iterator[_Group]:
    position = 0
    while position < len(text) or not position:
        match = _GROUP.match(text, position)
        if match is None or not names(match[3]):
            raise RefusedError(say("loadleveler.bad_preemption", value=shown(text[position:])))
        extent = Extent(one_of("enough", "all")(match[1]))
        how = METHODS[one_of(*METHODS)(match[2])] if match[2] else method
        yield _Group(extent=extent, method=how, victims=names(match[3]))
        position = match.end()


def _add(
    rules: list[PreemptRule], statement: Statement, group: _Group, classes: Collection[str], report: Report
) -> None:
    """Add the rule of one group, without victims that would close a cycle or are another group's already."""
    queue = statement.argument
    taken = {name for rule in rules if rule.queue == queue for name in rule.victims}
    every = any(name.lower() == EVERY_CLASS for name in group.victims)
    wanted = sorted(set(classes) - {queue}) if every else group.victims
    victims: list[str] = []
    for name in dict.fromkeys(wanted):
        if name in taken:
            report.correct(statement, say("loadleveler.victim_twice", name=name))
        elif chain := _chain(rules, name, queue):
            shown_chain = " > ".join((queue, *chain))
            report.correct(statement, say("loadleveler.cycle", name=name, chain=shown_chain))
        else:
            victims.append(name)
    if victims:
        rule = PreemptRule(queue=queue, victims=tuple(victims), extent=group.extent, method=group.method)
        rules.append(rule)
    elif group.victims:
        report.refuse(statement, say("loadleveler.no_victims"))


def _chain(rules: Collection[PreemptRule], first: str, last: str) -> tuple[str, ...]:
    """Return a chain of classes from `first` to `last` in which each preempts the next; none where there is none."""
    chains: list[tuple[str, ...]] = [(first,)]
    seen = {first}
    while chains:
        chain = chains.pop()
        if chain[-1] == last:
            return chain
        for rule in rules:
            for victim in rule.victims if rule.queue == chain[-1] else ():
                if victim not in seen:
                    seen.add(victim)
                    chains.append((*chain, victim))
    return ()
