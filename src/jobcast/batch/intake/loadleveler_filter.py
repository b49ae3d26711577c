"""The submit filter of a site: a job command file on its standard input, what is submitted on its standard output.

"Filtering a job script" in Using and Administering LoadLeveler. Whoever runs it runs it as the one who submits.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice

import jobcast
from jobcast.batch.intake.base import Submitter
from jobcast.batch.intake.loadleveler_text import faults
from jobcast.batch.order import SubmitCommandFile
from jobcast.language import say
from jobcast.printable import printable
from jobcast.systems.loadleveler.job_environment import NOTHING, Login, environment_of
from jobcast.systems.loadleveler.site import Site

_TOLD_LINES, _TOLD_WIDTH = 5, 200
"""How much of what a filter complains of is told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """What is to be run."""

    program: tuple[str, ...]
    """Absolute path, with its arguments."""
    environment: Mapping[str, str]
    """All of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FilterEnd:
    """What became of it."""

    exit_code: int
    """As a shell counts: 128 + signal where one ended it."""
    output: bytes = b""
    """What is to be submitted."""
    errors: bytes = b""
    """What it complained of."""
    timed_out: bool = False
    """Whether it was killed because it took too long."""


def filter_of(order: SubmitCommandFile, site: Site, who: Submitter) -> Filter | None:
    """Return the filter that a job command file goes through; None where the site has none, or the file is none."""
    if not site.live.submit_filter or faults(order):
        return None
    login = Login(user=who.user, home=who.home, shell=who.shell)
    return Filter(
        program=site.live.submit_filter,
        environment={
            **environment_of(NOTHING, order.environment, login),
            "LOADL_ACTIVE": jobcast.__version__,
            "LOADL_STEP_COMMAND": order.file,
            "LOADL_STEP_ID": who.job,
            "LOADL_STEP_OWNER": who.user,
        },
    )


def filtered(order: SubmitCommandFile, program: Filter, end: FilterEnd) -> SubmitCommandFile | str:
    """Return what is submitted in place of an order; or why nothing is, in the language spoken now."""
    name = printable(program.program[0])
    complaint = _complaint(end.errors)
    if end.timed_out:
        return say("intake.filter_slow", name=name)
    if end.exit_code:
        return say("intake.filter_refused", name=name, code=end.exit_code, said=complaint).rstrip()
    if not end.output.strip():
        return say("intake.filter_empty", name=name, said=complaint).rstrip()
    try:
        return replace(order, text=end.output.decode("utf-8"))
    except UnicodeDecodeError:
        return say("intake.filter_no_text", name=name)


def _complaint(errors: bytes) -> str:
    """Return the first lines of what a filter wrote, one line each, harmless on a terminal."""
    lines = (line for line in errors.decode("utf-8", "replace").splitlines() if line.strip())
    return "\n".join(printable(line[:_TOLD_WIDTH]) for line in islice(lines, _TOLD_LINES))
