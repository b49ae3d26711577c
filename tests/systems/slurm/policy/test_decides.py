"""Policies read from slurm.conf, as the core decides by them."""

import shlex

from jobcast.decision import Decision, Requeue, Reserve, Start, Suspend
from jobcast.schedule import step as core
from jobcast.schedule.event import Finished, Submitted
from jobcast.systems.slurm.policy import Arrival, Site, read_site, submission

TWO = "NodeName=n[1-2] CPUs=4 RealMemory=8000\n"
BY_CPU = "SelectTypeParameters=CR_CPU\n"


class _Cluster:
    """Jobs come and end as the test says."""

    def __init__(self, text: str) -> None:
        self._site: Site = read_site({"slurm.conf": text})
        self._policy = self._site.configuration.policy
        self._state = core.begin(self._site.configuration.cluster, self._policy)
        self._count = 0

    def sbatch(self, words: str, at: int = 0) -> tuple[Decision, ...]:
        self._count += 1
        arrival = Arrival(id=str(self._count), at=at, user="ann")
        jobs = submission(shlex.split(words), arrival, self._site)
        return self._happen(*(Submitted(at=at, job=job) for job in jobs))

    def end(self, job: str, at: int) -> tuple[Decision, ...]:
        return self._happen(Finished(at=at, job=job))

    def _happen(self, *events) -> tuple[Decision, ...]:
        self._state, decisions = core.step(self._state, events, self._policy)
        return decisions


def _told(decisions: tuple[Decision, ...]) -> list[tuple[str, str, object]]:
    """Return what was decided: starts with their nodes, reservations with their seconds."""
    found: list[tuple[str, str, object]] = []
    for one in decisions:
        match one:
            case Start(job=job, allocation=allocation):
                found.append(("start", job, {share.machine: share.tasks for share in allocation}))
            case Reserve(job=job, start=start):
                found.append(("reserve", job, start))
            case Suspend(job=job):
                found.append(("suspend", job, None))
            case Requeue(job=job):
                found.append(("requeue", job, None))
    return found


def test_jobs_fill_nodes_and_a_short_one_is_backfilled():
    cluster = _Cluster(f"{BY_CPU}{TWO}PartitionName=all Nodes=ALL Default=YES\n")
    assert _told(cluster.sbatch("-n 6 -t 10")) == [("start", "1", {"n1": 4, "n2": 2})]
    assert _told(cluster.sbatch("-n 8 -t 10", at=60)) == [("reserve", "2", 600)]
    assert ("start", "3", {"n2": 2}) in _told(cluster.sbatch("-n 2 -t 5", at=60))
    assert [one for one in _told(cluster.sbatch("-n 1 -t 20", at=60)) if one[0] == "start"] == []


def test_the_builtin_scheduler_lets_nobody_pass():
    text = f"SchedulerType=sched/builtin\n{BY_CPU}{TWO}PartitionName=all Nodes=ALL Default=YES\n"
    cluster = _Cluster(text)
    cluster.sbatch("-n 6 -t 10")
    assert _told(cluster.sbatch("-n 8 -t 10", at=60)) == []
    assert _told(cluster.sbatch("-n 1 -t 1", at=60)) == []


def test_whole_nodes_are_given_to_one_job_with_all_its_tasks():
    cluster = _Cluster(f"SelectType=select/linear\n{TWO}PartitionName=all Nodes=ALL Default=YES\n")
    assert _told(cluster.sbatch("-n 3 -t 10")) == [("start", "1", {"n1": 3})]
    assert _told(cluster.sbatch("-n 1 -t 10")) == [("start", "2", {"n2": 1})]
    assert _told(cluster.sbatch("-n 1 -t 10")) == [("reserve", "3", 600)]


def test_an_exclusive_partition_has_its_nodes_alone():
    alone = "PartitionName=alone Nodes=ALL OverSubscribe=EXCLUSIVE\n"
    text = f"{BY_CPU}{TWO}PartitionName=all Nodes=ALL Default=YES\n{alone}"
    cluster = _Cluster(text)
    assert _told(cluster.sbatch("-n 1 -t 10")) == [("start", "1", {"n1": 1})]
    assert _told(cluster.sbatch("-p alone -n 2 -t 10")) == [("start", "2", {"n2": 2})]
    assert _told(cluster.sbatch("-n 2 -t 10")) == [("start", "3", {"n1": 2})]
    assert _told(cluster.sbatch("-n 2 -t 10")) == [("reserve", "4", 600)]


TIERS = (
    f"{BY_CPU}PreemptType=preempt/partition_prio\nPreemptMode=%s\n{TWO}"
    "PartitionName=low Nodes=ALL Default=YES PriorityTier=1\nPartitionName=high Nodes=n1 PriorityTier=2\n"
)


def test_a_higher_tier_suspends_a_lower_one():
    cluster = _Cluster(TIERS % "SUSPEND,GANG")
    assert _told(cluster.sbatch("-n 4 -t 10")) == [("start", "1", {"n1": 4})]
    assert _told(cluster.sbatch("-p high -n 2 -t 10", at=60)) == [
        ("suspend", "1", None),
        ("start", "2", {"n1": 2}),
    ]


def test_a_higher_tier_requeues_a_lower_one():
    cluster = _Cluster(TIERS % "REQUEUE")
    cluster.sbatch("-n 4 -t 10")
    told = _told(cluster.sbatch("-p high -n 2 -t 10", at=60))
    assert ("requeue", "1", None) in told
    assert ("start", "2", {"n1": 2}) in told


def test_a_job_waits_for_another_to_end_well():
    cluster = _Cluster(f"{BY_CPU}{TWO}PartitionName=all Nodes=ALL Default=YES\n")
    cluster.sbatch("-t 10")
    assert _told(cluster.sbatch("-t 10 -d afterok:1")) == []
    assert _told(cluster.end("1", at=30)) == [("start", "2", {"n1": 1})]


def test_the_lightest_node_with_the_feature_is_taken():
    nodes = "NodeName=n1 CPUs=4 Weight=9 Feature=big\nNodeName=n2 CPUs=4 Weight=2 Feature=big\n"
    nodes += "NodeName=n3 CPUs=4 Weight=1\n"
    cluster = _Cluster(f"{BY_CPU}{nodes}PartitionName=all Nodes=ALL Default=YES\n")
    assert _told(cluster.sbatch("-t 10 -C big")) == [("start", "1", {"n2": 1})]
    assert _told(cluster.sbatch("-t 10")) == [("start", "2", {"n3": 1})]


def test_more_of_an_array_wait_than_may_run_at_once():
    cluster = _Cluster(f"{BY_CPU}{TWO}PartitionName=all Nodes=ALL Default=YES\n")
    told = _told(cluster.sbatch("-t 10 --array=1-5%2"))
    assert [job for kind, job, _ in told if kind == "start"] == ["1_1", "1_2"]
