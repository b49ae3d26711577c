"""LSF as a batch system to sample: which command to run, which settings to know."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import IO

from jobcast.history import Rows
from jobcast.systems.base import Command, Site
from jobcast.systems.lsf.bjobs import read_bjobs


class Lsf:
    """Asks ``bjobs`` for all jobs that LSF still remembers."""

    name = "lsf"
    programs: tuple[str, ...] = ("bjobs", "lsid")

    def query_finished(self, since: datetime, until: datetime) -> Command:  # noqa: ARG002 - see below
        """Return the command that lists jobs of all users at length, one line for each part.

        bjobs can't choose jobs by their time of finish, so it lists all that it knows: those that are
        not finished, and those that finished within CLEAN_PERIOD of lsb.params (an hour by default).
        Whoever samples less often than that loses jobs; lsb.acct has them all.
        """
        return Command(arguments=("bjobs", "-u", "all", "-a", "-UF"), environment=(("LC_ALL", "C"),))

    def read_finished(self, output: IO[bytes], source: str, site: Site) -> Iterator[Rows]:
        """Read what bjobs printed. Raises OutputError when it is nothing that bjobs prints at length."""
        return read_bjobs(output, source, site)


_SETTING = re.compile(r'^[ \t]*([A-Z_]+)[ \t]*=[ \t]*"?([^"#\s]+)', re.MULTILINE)


def memory_unit(settings: str) -> str:
    """Return the unit of memory that users write without one, as `Site.memory_unit` wants it.

    `settings` is lsf.conf, or what ``badmin showconf mbd all`` prints; LSF_UNIT_FOR_LIMITS decides.
    Where it is not set, LSF counts the mem of rusage and select in MB, and only limits (bsub -M) in KB;
    bjobs prints limits with their unit, so that MB is what remains to be told.
    """
    unit = _settings(settings).get("LSF_UNIT_FOR_LIMITS", "M")[:1].upper()
    return unit if unit in "KMGTP" else "M"


def memory_per_task(settings: str) -> bool:
    """Tell whether memory is asked for per task rather than per host: RESOURCE_RESERVE_PER_TASK.

    `settings` is lsf.conf, lsb.resources, or what ``badmin showconf mbd all`` prints.
    """
    return _settings(settings).get("RESOURCE_RESERVE_PER_TASK", "N")[:1].upper() == "Y"


def _settings(text: str) -> dict[str, str]:
    """Return all settings; of one that is made twice the last counts, a comment makes none."""
    return dict(_SETTING.findall(text))
