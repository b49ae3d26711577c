"""Every keyword of LSF's files that we know, and what is made of it.

Source: the configuration reference of IBM Spectrum LSF 10.1, with older names where files still have them. The text
``lsf_keyword.WHAT`` says what is made of a keyword; the tables are also what the documentation is made from.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from jobcast.language import say, speaking
from jobcast.systems.dialect import Standing
from jobcast.systems.lsf.policy.keywords_conf import CONF
from jobcast.systems.lsf.policy.keywords_params import PARAMS
from jobcast.systems.lsf.policy.keywords_queue import APPLICATION, QUEUE
from jobcast.systems.lsf.policy.keywords_tables import TABLES, Table

_SECTIONS: Mapping[tuple[str, str], Table] = {
    ("lsb.queues", "Queue"): QUEUE,
    ("lsb.params", "Parameters"): PARAMS,
    **TABLES,
    ("lsb.applications", "Application"): APPLICATION,
    ("lsf.conf", ""): CONF,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What is made of a keyword."""

    name: str
    """In capitals or as LSF's own templates write it."""
    standing: Standing
    """Understood, ignored or refused."""
    what: str
    """Of the text ``lsf_keyword.WHAT``."""

    def say(self) -> str:
        """Return what is made of it, in the language spoken now."""
        return say(f"lsf_keyword.{self.what}")


def _known(table: Table) -> dict[str, Known]:
    """Return a table by name; keywords of LSF are the same in any case, except in lsf.conf."""
    return {
        name if table is CONF else name.upper(): Known(name=name, standing=Standing(standing), what=what)
        for standing, groups in table.items()
        for what, names in groups.items()
        for name in names.split()
    }


KNOWN: Mapping[tuple[str, str], Mapping[str, Known]] = {
    place: _known(table) for place, table in _SECTIONS.items()
}
"""File and section to name (in capitals where case doesn't matter) to what is made of it."""


def sections_of(file: str) -> dict[str, str]:
    """Return the sections that a file may have: in small letters to as LSF writes them."""
    return {section.lower(): section for place, section in KNOWN if place == file}


def documented(language: str) -> str:
    """Return tables of all keywords, in Markdown, for the page about LSF as a dialect."""
    with speaking(language):
        return "\n".join(line for place, table in _SECTIONS.items() for line in _page(place, table)) + "\n"


def _page(place: tuple[str, str], table: Table) -> Iterator[str]:
    """Give the lines about one section."""
    heads = [say(f"lsf_keyword.head_{head}") for head in ("keyword", "standing", "what")]
    yield from (f"### {', '.join(filter(None, place))}", "", f"| {' | '.join(heads)} |", "|---|---|---|")
    for standing, groups in table.items():
        for what, names in groups.items():
            words = " ".join(f"`{name}`" for name in names.split())
            yield f"| {words} | {say(f'standing.{standing}')} | {say(f'lsf_keyword.{what}')} |"
    yield ""
