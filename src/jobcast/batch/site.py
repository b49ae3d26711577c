"""What a site's configuration files say, read for a live manager: rules, machines, and how submissions are read.

Files of one batch system give the rules. Submissions of both families are taken whatever they are: command files and
options of the other one are read as a plain site of that family would, with these machines and queues.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from jobcast.language import say
from jobcast.machine import Cluster, Machine
from jobcast.schedule.checks import check
from jobcast.schedule.failing import NOTHING, Failing
from jobcast.schedule.policies import easy
from jobcast.schedule.policy import Policy, Queue
from jobcast.systems.dialect import Configuration, Keyword, Standing
from jobcast.systems.dialects import dialect_of, read_configuration
from jobcast.systems.loadleveler.configuration import read_site as read_loadleveler
from jobcast.systems.loadleveler.site import Site as LoadLevelerSite
from jobcast.systems.lsf.policy.reader import Site as LsfSite
from jobcast.systems.lsf.policy.reader import read_site as read_lsf

_PLAIN_LOADLEVELER = {
    "LoadL_config": "SCHEDULE_BY_RESOURCES = ConsumableCpus ConsumableMemory ConsumableVirtualMemory\n"
}
_USUAL_QUEUE = "normal"
"""The only one where there are no files."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Files:
    """What a live manager is set up by; kept in its journal, so that what was decided can be decided again."""

    texts: Mapping[str, str]
    """The site's files, name to text; empty where it has none."""
    here: Machine
    """This host: the only machine where the files name none."""
    failing: Failing = NOTHING
    """What the settings say of jobs that will probably fail; they are decided by as the files are."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveSite:
    """All that holds until the files are read again."""

    files: Files
    """From which it was read."""
    dialect: str
    """Whose files they are; empty where there are none."""
    configuration: Configuration
    """Policy, machines, and what was made of each keyword."""
    loadleveler: LoadLevelerSite
    """How job command files are read."""
    lsf: LsfSite
    """How bsub's options are read."""

    @property
    def policy(self) -> Policy:
        """Return the rules."""
        return self.configuration.policy

    @property
    def cluster(self) -> Cluster:
        """Return the machines."""
        return self.configuration.cluster

    @property
    def keywords(self) -> tuple[Keyword, ...]:
        """Return what was made of each keyword."""
        return self.configuration.keywords


def read_live(files: Files) -> LiveSite:
    """Read the files of a site.

    Raises ConfigError and InputError as `jobcast.systems.dialects.read_configuration`.
    """
    texts = files.texts
    dialect = dialect_of(texts) if texts else ""
    loadleveler = read_loadleveler(texts if dialect == "loadleveler" else _PLAIN_LOADLEVELER)
    lsf = read_lsf(texts if dialect == "lsf" else {})
    found = {
        "loadleveler": loadleveler.configuration,
        "lsf": lsf.configuration,
        "": Configuration(policy=_one_queue(), cluster=Cluster(machines=()), keywords=()),
    }.get(dialect) or read_configuration(texts)
    if found.policy.external:
        found = replace(found, keywords=tuple(map(_as_it_is_here, found.keywords)))
    if not found.cluster.machines:
        found = replace(found, cluster=replace(found.cluster, machines=(files.here,)))
    found = replace(found, policy=replace(found.policy, failing=files.failing))
    check(found.policy)
    return LiveSite(
        files=files,
        dialect=dialect,
        configuration=found,
        loadleveler=replace(loadleveler, configuration=found),
        lsf=replace(lsf, configuration=found),
    )


def _as_it_is_here(keyword: Keyword) -> Keyword:
    """Return a keyword as it counts in a live manager, where another program does decide."""
    if keyword.standing is not Standing.CORRECTED or keyword.reason != say("loadleveler.api"):
        return keyword
    return replace(keyword, standing=Standing.UNDERSTOOD, reason="")


def _one_queue() -> Policy:
    return replace(easy(), queues={_USUAL_QUEUE: Queue(name=_USUAL_QUEUE)}, default_queue=_USUAL_QUEUE)
