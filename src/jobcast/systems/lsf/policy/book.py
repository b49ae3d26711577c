"""All files of one cluster, taken apart: forms to read from, and the report of every keyword at the end."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from jobcast.errors import ConfigError
from jobcast.language import say
from jobcast.spelling import likeliest
from jobcast.systems.dialect import Keyword, Standing
from jobcast.systems.lsf.policy.form import Form, judged, keyword
from jobcast.systems.lsf.policy.keywords import KNOWN, sections_of
from jobcast.systems.lsf.policy.layout import (
    Section,
    Setting,
    Stray,
    read_sections,
    read_settings,
    read_table,
)

FILES = tuple(dict.fromkeys(file for file, _ in KNOWN))
"""Kinds of files, e.g. ``lsb.queues``."""

_OTHERS = (
    "lsb.modules",
    "lsb.threshold",
    "lsb.nqsmaps",
    "lsb.globalpolicies",
    "lsb.reasons",
    "lsb.acct",
    "lsb.events",
    "lsb.stream",
    "lsf.task",
    "lsf.sudoers",
    "lsf.licensescheduler",
    "lsf.datamanager",
    "lsf.usermapping",
)
"""Files that lie beside them and are not read: other programs', records, secrets."""

_CORRECTED = frozenset({"unclosed", "unopened"})
"""Faults of lines that are understood all the same."""


class Book:
    """The files of a cluster. Raises ConfigError for a file that is none of LSF's."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._order = {name: at for at, name in enumerate(texts)}
        kinds = {name: _kind(name) for name in texts}
        self._aside = [name for name, kind in kinds.items() if kind in _OTHERS]
        self._pages = [
            (kinds[name], section)
            for name, text in texts.items()
            if name not in self._aside
            for section in _read(kinds[name], name, text)
        ]
        self._forms = [
            (kind, section.kind, Form(kind, section, entry))
            for kind, section in self._pages
            for entry in section.entries
        ]

    def has(self, file: str) -> bool:
        """Tell whether there is such a file."""
        return any(kind == file for kind, _ in self._pages)

    def forms(self, file: str, section: str) -> tuple[Form, ...]:
        """Return what is to be read of such sections, each row of a table by itself."""
        return tuple(form for kind, name, form in self._forms if (kind, name) == (file, section))

    def report(self) -> tuple[Keyword, ...]:
        """Return what was made of every keyword, in the order of the files."""
        lines = [*self._heads(), *(line for _, _, form in self._forms for line in form.keywords())]
        return tuple(sorted(lines, key=lambda line: (self._order[line.file], line.line)))

    def _heads(self) -> Iterator[Keyword]:
        """Give what stands around settings and rows, and files that are not read."""
        for name in self._aside:
            whole = Setting(line=1, name=name, value="")
            yield keyword(name, "", whole, Standing.IGNORED, say("lsf_policy.not_read"))
        for kind, section in self._pages:
            if section.kind.lower() not in sections_of(kind) and (section.kind or section.entries):
                names = ", ".join(sections_of(kind).values())
                head = Setting(line=section.line, name=f"Begin {section.kind}".strip(), value="")
                reason = say("lsf_policy.no_such_section", file=kind, sections=names)
                yield keyword(section.file, section.kind, head, Standing.UNKNOWN, reason)
            for column in section.columns:
                standing, reason = judged(kind, section.kind, column.name)
                if column.conditional:
                    standing, reason = Standing.REFUSED, say("lsf_policy.conditional")
                yield keyword(section.file, section.kind, column, standing, reason)
            for stray in section.strays:
                yield _astray(section, stray)


def _astray(section: Section, stray: Stray) -> Keyword:
    name, _, value = stray.text.partition("=")
    setting = Setting(line=stray.line, name=name.strip(), value=value.strip())
    standing = Standing.CORRECTED if stray.fault in _CORRECTED else Standing.REFUSED
    return keyword(section.file, section.kind, setting, standing, say(f"lsf_policy.stray_{stray.fault}"))


def _kind(name: str) -> str:
    """Return the kind of a file by its name, which may go on after a point: ``lsf.cluster.eda``."""
    last = name.rpartition("/")[2]
    for file in (*FILES, *_OTHERS):
        if last == file or last.startswith(f"{file}."):
            return file
    raise ConfigError(say("lsf_policy.no_such_file", file=name), hint=likeliest(last, FILES))


def _read(kind: str, name: str, text: str) -> tuple[Section, ...]:
    if kind == "lsf.conf":
        return (read_settings(name, text),)
    if kind == "lshosts":
        return (read_table(name, text),)
    written = sections_of(kind)
    return tuple(
        replace(section, kind=written.get(section.kind.lower(), section.kind))
        for section in read_sections(name, text)
    )
