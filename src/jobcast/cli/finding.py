"""What `jobcast doctor` tells: one finding a line, and below it the cure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import click

from jobcast.cli.screen import painted, talk
from jobcast.language import say
from jobcast.printable import cell_width, printable

OK, WARN, FAIL = "ok", "warn", "fail"
_COLOURS = {OK: "green", WARN: "yellow", FAIL: "red"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the answer."""

    name: str
    """What was looked at; the same word in every language and release."""
    status: str
    """``ok``, ``warn`` or ``fail``."""
    detail: str
    """What was found, in the chosen language."""
    cure: str = ""
    """What to do about it; empty where all is well."""
    facts: Mapping[str, object] = field(default_factory=dict)
    """The figures behind `detail`, for programs."""


def show_findings(findings: Sequence[Finding]) -> None:
    """Print a line for each finding, and below it the cure."""
    width = max(cell_width(finding.name) for finding in findings)
    for finding in findings:
        status = painted(f"{finding.status:4}", _COLOURS[finding.status])
        click.echo(f"{status}  {finding.name:{width}}  {printable(finding.detail)}")
        if finding.cure:
            click.echo(f"{'':{width + 6}}  → {printable(finding.cure)}")
    well = all(finding.status == OK for finding in findings)
    talk(say("doctor.next_well") if well else say("doctor.next_cure"))
