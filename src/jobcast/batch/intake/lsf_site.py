"""What ``bsub`` is told of a site whose rules aren't LSF's files."""

from jobcast.machine import Cluster
from jobcast.schedule.policy import Policy
from jobcast.systems.dialect import Configuration
from jobcast.systems.lsf.bsub.requirement import Rules
from jobcast.systems.lsf.policy.params import Params
from jobcast.systems.lsf.policy.reader import Site


def site_of(policy: Policy, cluster: Cluster) -> Site:
    """Return a site with these rules and machines, and otherwise as LSF is without any file of its own."""
    return Site(
        configuration=Configuration(policy=policy, cluster=cluster, keywords=()),
        params=Params(),
        queues={},
        applications={},
        rules=Rules(floating=frozenset(cluster.floating)),
    )
