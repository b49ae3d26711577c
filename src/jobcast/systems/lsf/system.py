"""LSF as a batch system to sample: which command to run, which settings to know."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import IO

from jobcast.history import Rows
from jobcast.systems.base import Command, Site
from jobcast.systems.lsf.bjobs import read_bjobs

_PLAIN = (("LC_ALL", "C"),)

CLEAN_PERIOD = timedelta(hours=1)
"""How long LSF remembers finished jobs where lsb.params does not say it."""


class Lsf:
    """Asks ``bjobs`` for all jobs that LSF still remembers."""

    name = "lsf"
    programs: tuple[str, ...] = ("bjobs", "lsid")
    accounting = "lsb.acct"

    def query_site(self) -> tuple[Command, ...]:
        """Return the commands that tell the cluster's name, lsb.params and lsf.conf as mbatchd has them.

        Each may be refused or missing; what it would have told is then left as it was.
        """
        return tuple(
            Command(arguments=arguments, timeout_seconds=60, environment=_PLAIN)
            for arguments in (("lsid",), ("bparams", "-l"), ("badmin", "showconf", "mbd", "all"))
        )

    def read_site(self, outputs: Sequence[str], site: Site) -> Site:
        """Complete `site` by what those commands printed."""
        settings = "\n".join(outputs)
        return replace(
            site,
            cluster=cluster_name(settings) or site.cluster,
            memory_unit=memory_unit(settings, site.memory_unit),
            memory_per_task=site.memory_per_task or any(map(memory_per_task, outputs)),
            remembers=clean_period(settings),
        )

    def query_finished(self, since: datetime, until: datetime) -> Command:  # noqa: ARG002 - see below
        """Return the command that lists jobs of all users at length, one line for each part.

        bjobs can't choose jobs by their time of finish, so it lists all that it knows: those that are
        not finished, and those that finished within CLEAN_PERIOD of lsb.params (an hour by default).
        Whoever samples less often than that misses jobs; lsb.acct has them all.
        """
        return Command(arguments=("bjobs", "-u", "all", "-a", "-UF"), environment=_PLAIN)

    def read_finished(self, output: IO[bytes], source: str, site: Site) -> Iterator[Rows]:
        """Read what bjobs printed. Raises OutputError when it is nothing that bjobs prints at length."""
        return read_bjobs(output, source, site)


_CLUSTER = re.compile(r"^[ \t]*My cluster name is[ \t]+(\S+)", re.MULTILINE)
_SETTING = re.compile(r'^[ \t]*([A-Z_]+)[ \t]*=[ \t]*"?([^"#\s]+)', re.MULTILINE)
_PER_TASK = ("RESOURCE_RESERVE_PER_TASK", "RESOURCE_RESERVE_PER_SLOT")
"""The setting, and its name before LSF 9."""


def cluster_name(text: str) -> str | None:
    """Return the name of the cluster, where `text` is what ``lsid`` prints."""
    found = _CLUSTER.search(text)
    return found and found[1]


def clean_period(settings: str) -> timedelta:
    """Return how long LSF remembers finished jobs: CLEAN_PERIOD, as lsb.params and bparams have it."""
    seconds = _settings(settings).get("CLEAN_PERIOD", "")
    return timedelta(seconds=int(seconds)) if re.fullmatch(r"[0-9]{1,9}", seconds) else CLEAN_PERIOD


def memory_unit(settings: str, otherwise: str = "M") -> str:
    """Return the unit of memory that users write without one, as `Site.memory_unit` wants it.

    `settings` is lsf.conf, or what ``badmin showconf mbd all`` prints; LSF_UNIT_FOR_LIMITS decides.
    Where it is not set, LSF counts the mem of rusage and select in MB, and only limits (bsub -M) in KB;
    bjobs prints limits with their unit, so that MB is what remains to be told.
    """
    unit = _settings(settings).get("LSF_UNIT_FOR_LIMITS", "")[:1].upper()
    return unit if unit and unit in "KMGTP" else otherwise


def memory_per_task(settings: str) -> bool:
    """Tell whether memory is asked for per task rather than per host: RESOURCE_RESERVE_PER_TASK.

    `settings` is lsf.conf, or what ``bparams -l`` or ``badmin showconf mbd all`` prints.
    """
    known = _settings(settings)
    return any(known.get(name, "N")[:1].upper() == "Y" for name in _PER_TASK)


def _settings(text: str) -> dict[str, str]:
    """Return all settings; of one that is made twice the last counts, a comment makes none."""
    return dict(_SETTING.findall(text))
