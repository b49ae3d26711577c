"""LoadL_admin: stanzas ``label: type = machine`` with their keywords, over the ``default:`` of their type."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from jobcast.language import say
from jobcast.spelling import did_you_mean
from jobcast.systems.loadleveler.admin_keywords import BY_TYPE
from jobcast.systems.loadleveler.lines import logical_lines
from jobcast.systems.loadleveler.said import Said, Stanzas
from jobcast.systems.loadleveler.statement import Report, Statement
from jobcast.systems.loadleveler.values import shown

DEFAULT = "default"
_LABEL = re.compile(r"([^\s:=#\"]+)[ \t]*:(?!=)[ \t]*(.*)")
_KEYWORD = re.compile(r"([A-Za-z_][\w. \t]*?)[ \t]*=(?!=)[ \t]*(.*)")
_COMMENT = re.compile(r"(?:^|\s)#.*")
_QUOTED = re.compile(r'"[^"]*"')


@dataclass(frozen=True, kw_only=True, slots=True)
class Admin:
    """What the administration file says."""

    by_type: Mapping[str, Stanzas]
    """Type of stanza to its labels, in their order, without the default."""
    defaults: Mapping[str, Said]
    """Type of stanza to what holds where one is silent."""

    def stanzas(self, kind: str) -> Stanzas:
        """Return the stanzas of a type; none where there are none."""
        return self.by_type.get(kind, {})

    def default(self, kind: str, report: Report) -> Said:
        """Return what holds for those of a type that have no stanza."""
        return self.defaults.get(kind) or Said((), report)


@dataclass(kw_only=True, slots=True)
class _Stanza:
    label: str
    statements: list[Statement] = field(default_factory=list)


def read_admin(texts: Mapping[str, str], report: Report) -> Admin:
    """Read administration files: name to text."""
    kept: dict[str, dict[str, list[Statement]]] = {kind: {} for kind in BY_TYPE}
    for file, text in texts.items():
        for stanza in _stanzas(file, text):
            kind = _entered(stanza, report)
            if kind is not None:
                label, own = stanza.label, kept[kind]
                own.setdefault(label, []).extend(each for each in stanza.statements if _counts(each, report))
    defaults = {kind: Said(own.pop(DEFAULT, []), report) for kind, own in kept.items()}
    return Admin(
        by_type={
            kind: {label: Said(statements, report, defaults[kind]) for label, statements in own.items()}
            for kind, own in kept.items()
        },
        defaults=defaults,
    )


def _stanzas(file: str, text: str) -> Iterator[_Stanza]:
    stanza = _Stanza(label="")
    for line, written in logical_lines(text):
        statement = _uncommented(written)
        if label := _LABEL.fullmatch(statement):
            if stanza.statements:
                yield stanza
            stanza, statement = _Stanza(label=label[1]), label[2]
        stanza.statements.extend(_statements(file, line, stanza.label, statement))
    if stanza.statements:
        yield stanza


def _uncommented(line: str) -> str:
    """Return a line without the comment behind it; signs between quotes begin none."""
    bare = _QUOTED.sub(lambda match: "q" * len(match[0]), line)
    comment = _COMMENT.search(bare)
    return line[: comment.start()].rstrip() if comment else line


def _statements(file: str, line: int, label: str, text: str) -> Iterator[Statement]:
    """Yield the statement of a line; behind a type, another may stand."""
    while text:
        match = _KEYWORD.fullmatch(text)
        name, value = match.groups() if match else ("", shown(text))
        text = ""
        if name.lower() == "type":
            value, _, text = value.partition(" ")
            text = text.strip()
        yield Statement(file=file, line=line, section=label, name=name, value=value, text=value)


def _entered(stanza: _Stanza, report: Report) -> str | None:
    """Enter the statements of a stanza into the report; return its type, None where that is none."""
    types = [each for each in stanza.statements if each.key == "type"]
    kind = types[0].value.lower() if types else ""
    for each in stanza.statements:
        if not each.name:
            report.unread(each, say("loadleveler.no_statement"))
        elif each.key == "type" and kind not in BY_TYPE:
            question = did_you_mean(kind, BY_TYPE)
            report.unread(each, say("loadleveler.no_type", question=question).rstrip())
        elif kind not in BY_TYPE:
            report.unread(each, say("loadleveler.no_stanza"))
        else:
            report.enter(each, BY_TYPE[kind])
    return kind if kind in BY_TYPE else None


def _counts(statement: Statement, report: Report) -> bool:
    """Tell whether a statement of a known stanza is to be read."""
    return bool(statement.name) and statement.key != "type" and report.is_known(statement)
