"""Slurm's configuration files as a policy: slurm.conf, gres.conf, and what ``sbatch`` is told.

`read` is the dialect (`jobcast.systems.dialect`); `read_site` returns what `submission` needs beside it.
Source: slurm.conf(5), gres.conf(5) and sbatch(1) of Slurm 22.05; later keywords are known too.
"""

from collections.abc import Mapping

from jobcast.systems.dialect import Configuration
from jobcast.systems.slurm.policy.options import directives
from jobcast.systems.slurm.policy.site import Site, read_site
from jobcast.systems.slurm.policy.submission import Arrival, submission

__all__ = ["Arrival", "Site", "directives", "read", "read_site", "submission"]


def read(texts: Mapping[str, str]) -> Configuration:
    """Read slurm.conf, and gres.conf where it is given, by name or path.

    Raises ConfigError when there is no slurm.conf.
    """
    return read_site(texts).configuration
