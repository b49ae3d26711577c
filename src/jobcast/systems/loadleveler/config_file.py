"""LoadL_config and LoadL_config.local: ``keyword = value`` and ``keyword : value``."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from jobcast.language import say
from jobcast.systems.dialect import Standing
from jobcast.systems.loadleveler.config_keywords import CONFIG
from jobcast.systems.loadleveler.lines import asked, filled, logical_lines
from jobcast.systems.loadleveler.said import Said
from jobcast.systems.loadleveler.statement import RefusedError, Report, Statement
from jobcast.systems.loadleveler.values import shown

_STATEMENT = re.compile(r"([A-Za-z_][\w. \t]*?)[ \t]*(\[[^\]]*\])?[ \t]*[=:](?!=)[ \t]*(.*)")
MERGED = frozenset({"preempt_class", "start_class"})
"""Keywords that are said for each class."""
OF_MACHINES = frozenset(
    {"arch", "class", "feature", "max_starters", "opsys", "start_daemons", "startd_runs_here"}
)
"""Keywords that a machine's own file says for it alone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Config:
    """What the configuration files say."""

    everywhere: Said
    """What holds for all machines."""
    machines: Mapping[str, Said]
    """Machine to what its own file says, over what holds for all."""
    by_class: tuple[Statement, ...]
    """Each ``PREEMPT_CLASS[...]`` and ``START_CLASS[...]``, in their order."""


def read_config(
    everywhere: Mapping[str, str], of_machines: Mapping[str, Mapping[str, str]], report: Report
) -> Config:
    """Read configuration files: name to text of those that hold for all, machine to name to text of its own."""
    split = [line for file, text in everywhere.items() for line in _split(file, text)]
    own = {
        machine: [line for file, text in files.items() for line in _split(file, text)]
        for machine, files in of_machines.items()
    }
    used = _used(split, own.values())
    shared = _entered(split, _variables(split), used, report)
    said = Said((each for each in shared if each.key not in MERGED), report)
    machines = {
        machine: Said(
            _of_machine(_entered(lines, _variables([*split, *lines]), used, report), report), report, said
        )
        for machine, lines in own.items()
    }
    return Config(
        everywhere=said,
        machines=machines,
        by_class=tuple(each for each in shared if each.key in MERGED),
    )


def _of_machine(statements: Iterable[Statement], report: Report) -> Iterator[Statement]:
    """Yield what one machine can say for itself; the rest is reported."""
    for each in statements:
        if each.key in OF_MACHINES:
            yield each
        elif report.standing(each) in {Standing.UNDERSTOOD, Standing.CORRECTED}:
            report.ignore(each, say("loadleveler.only_everywhere"))


def _split(file: str, text: str) -> list[Statement]:
    return [_statement(file, line, statement) for line, statement in logical_lines(text)]


def _statement(file: str, line: int, text: str) -> Statement:
    match = _STATEMENT.fullmatch(text)
    if match is None:
        return Statement(file=file, line=line, section="", name="", value=shown(text), text="")
    name, argument, value = match.groups()
    return Statement(
        file=file,
        line=line,
        section="",
        name=f"{name}{argument or ''}",
        argument=(argument or "").strip("[] \t"),
        value=value,
        text=value,
    )


def _used(shared: Iterable[Statement], own: Iterable[Iterable[Statement]]) -> frozenset[str]:
    """Return the variables that any statement asks for."""
    everything = [*shared, *(each for lines in own for each in lines)]
    return frozenset().union(*(asked(each.value) for each in everything))


def _variables(statements: Iterable[Statement]) -> dict[str, str]:
    return {each.key: each.value for each in statements if each.name and not each.argument}


def _entered(
    statements: Iterable[Statement], variables: Mapping[str, str], used: frozenset[str], report: Report
) -> list[Statement]:
    """Enter statements into the report; return those that are to be read."""
    entered = []
    for each in statements:
        if not each.name:
            report.unread(each, say("loadleveler.no_statement"))
            continue
        statement = _filled(each, variables)
        if report.enter(statement, CONFIG, used):
            entered.append(statement)
    return entered


def _filled(statement: Statement, variables: Mapping[str, str]) -> Statement:
    text, problem = statement.value, ""
    try:
        text = filled(statement.value, variables)
    except RefusedError as error:
        problem = error.message
    return Statement(
        file=statement.file,
        line=statement.line,
        section=statement.section,
        name=statement.name,
        argument=statement.argument,
        value=statement.value,
        text=text,
        problem=problem,
    )
