"""A submission to Slurm as jobs of the scheduler: what ``sbatch`` is told, measured by the site's own rules.

Source: sbatch(1) of Slurm 22.05.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo

from jobcast.errors import ConfigError
from jobcast.language import say
from jobcast.schedule.job import BatchJob
from jobcast.systems.slurm.policy.amounts import run_time
from jobcast.systems.slurm.policy.asked import Asked
from jobcast.systems.slurm.policy.begin import begin
from jobcast.systems.slurm.policy.demand import demand
from jobcast.systems.slurm.policy.dependency import dependency
from jobcast.systems.slurm.policy.elements import Elements, elements
from jobcast.systems.slurm.policy.options import options
from jobcast.systems.slurm.policy.partitions import Partition
from jobcast.systems.slurm.policy.queues import later
from jobcast.systems.slurm.policy.site import Site

_LONGEST = 10 * 365 * 86400
"""A run limit for jobs that want none where the partition has none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """What is known of a submission beside its options."""

    id: str
    """Of the job."""
    at: int
    """Second of its submission, since 1970 where ``--begin`` names a date."""
    user: str = ""
    """Who submits."""
    group: str = ""
    """The user's group."""
    zone: tzinfo = UTC
    """In which ``--begin`` is meant."""


def submission(words: Sequence[str], arrival: Arrival, site: Site) -> tuple[BatchJob, ...]:
    """Return the jobs that ``sbatch`` would submit, one for each element of an array.

    `words` follow ``sbatch``; the first that is no option is the script. Raises ConfigError where sbatch would
    refuse: an unknown option, a wrong value, a partition that isn't there, more memory than is allowed.
    """
    found = options(words)
    partition = _partition(found, site)
    asked = Asked(options=found, partition=partition, site=site)
    limit = asked.value("time", run_time)
    if "time" in found and not limit:
        limit = _LONGEST if partition.time_max is None else partition.time_max
    wanted = demand(asked)
    array = asked.value("array", lambda text: elements(text, site.array_size))
    return tuple(
        BatchJob(
            id=f"{arrival.id}_{index}" if array else arrival.id,
            demand=wanted,
            queue=partition.name,
            user=arrival.user,
            group=arrival.group,
            project=found.get("account", ""),
            run_limit=later(limit, partition.over_time),
            estimate=limit if partition.over_time != 0 else None,
            begin=asked.value("begin", lambda text: begin(text, arrival.at, arrival.zone)),
            after=asked.value("dependency", dependency),
            hold="user" if "hold" in found else "",
            array=arrival.id if array else "",
            array_limit=array.at_once if array else None,
            booking=found.get("reservation", ""),
            restartable="no-requeue" not in found,
        )
        for index in (array or Elements(indices=(0,))).indices
    )


def _partition(found: Mapping[str, str], site: Site) -> Partition:
    """Return the first partition that is named and there, else the default one."""
    default = site.configuration.policy.default_queue
    named = [name for name in found.get("partition", default).split(",") if name]
    for name in named:
        if name in site.partitions:
            return site.partitions[name]
    raise ConfigError(
        say("slurm_submission.no_partition", name=",".join(named)),
        hint=say("spelling.there_are", words=", ".join(site.partitions)),
    )
