"""Whole files of Slurm, as the policy, the machines and the report that they make."""

from pathlib import Path

import pytest

from jobcast.language import speaking
from jobcast.machine import Cluster, Machine
from jobcast.schedule.expression import parse
from jobcast.schedule.policy import Blocked, FairShare, Limit, Method, Policy, PreemptRule, Queue
from jobcast.systems.slurm.policy import read
from jobcast.systems.slurm.policy.priority import TIER
from jobcast.units import GIB, MIB
from tests.systems.slurm.policy.made_up import FOLDER, site, texts, told

AGE = "(wait < 172800) * wait / 172800 + (wait >= 172800)"


def _queue(name: str, tier: int, factor: int, **more: object) -> Queue:
    usual: dict[str, object] = {
        "run_limit": 3600 + 300,
        "run_limit_max": 86400 + 300,
    }
    return Queue(
        name=name,
        priority=tier * TIER + factor,
        estimate=3600,
        default_resources={"memory": 2000 * MIB},
        machines=frozenset({name}),
        max_planned=50,
        **{**usual, **more},  # type: ignore[arg-type]
    )


def test_tiers_weights_and_backfill_become_one_policy():
    assert site("tiers").configuration.policy == Policy(
        name="slurm.conf",
        queues={
            "batch": _queue("batch", 10, 5, max_machines=2),
            "spare": _queue("spare", 1, 1, run_limit_max=None),
            "urgent": _queue("urgent", 100, 10, run_limit_max=5700, users=frozenset({"ops", "chiefs"})),
            "gpu": _queue("gpu", 10, 1, exclusive=True),
        },
        default_queue="batch",
        order=(
            parse("queue_priority - queue_priority % 65536"),
            parse(
                f"1000 * ({AGE}) + 10000 * fair_share + 100 * (cores / 156)"
                " + 2000 * (queue_priority % 65536 / 10) + 10 * (cores / 156) + 500 * (gpus / 8)"
            ),
        ),
        recalculate=300,
        depth=200,
        depth_per_user=20,
        window=2 * 86400,
        machine_order=parse("-weight"),
        busy_first=True,
        preemption=(
            PreemptRule(queue="urgent", victims=("spare",), method=Method.REQUEUE),
            PreemptRule(queue="urgent", victims=("batch", "gpu"), method=Method.SUSPEND),
            PreemptRule(queue="batch", victims=("spare",), method=Method.REQUEUE),
            PreemptRule(queue="gpu", victims=("spare",), method=Method.REQUEUE),
        ),
        limits=(
            Limit(
                name="MaxCPUsPerNode of partition gpu",
                amount=24,
                counts="cpus",
                per=("machine",),
                only={"queue": frozenset({"gpu"})},
            ),
        ),
        fair_share=FairShare(half_life=14 * 86400),
    )


def test_nodes_become_machines_of_their_partitions():
    thin = {"feature.avx2": True, "feature.ib": True, "weight": 10}
    of_all = frozenset({"batch", "spare", "urgent"})
    gpus = frozenset({"gpu", "spare", "urgent"})
    usual = {"cpus": 32, "memory": 64000 * MIB}
    assert site("tiers").configuration.cluster == Cluster(
        machines=(
            Machine(name="n01", resources=usual, groups=of_all, facts=thin),
            Machine(name="n02", resources=usual, groups=of_all, facts=thin),
            Machine(
                name="n04",
                resources={"cpus": 28, "memory": 255000 * MIB},
                groups=of_all,
                facts={"feature.avx2": True, "feature.large": True, "weight": 20},
            ),
            Machine(
                name="g1", resources={**usual, "gpus": 4, "gpus:a100": 4}, groups=gpus, facts={"weight": 50}
            ),
            Machine(name="g2", resources={**usual, "gpus": 4}, groups=gpus, facts={"weight": 50}),
        ),
        floating={"matlab": 10, "fluent@server": 4},
    )


def test_whole_nodes_in_turn_become_one_policy():
    configuration = read(texts("serial"))
    assert configuration.policy == Policy(
        name="slurm.conf",
        queues={
            "all": Queue(name="all", priority=1, machines=frozenset({"all"}), exclusive=True),
            "short": Queue(
                name="short",
                priority=1,
                run_limit=1800,
                run_limit_max=1800,
                machines=frozenset({"short"}),
                exclusive=True,
            ),
        },
        default_queue="all",
        blocked=Blocked.STOP,
        depth=500,
        window=86400,
        busy_first=False,
    )
    facts = {"memory": 32000 * GIB // 1024}
    assert configuration.cluster.machines == (
        Machine(name="c1", resources={"cpus": 16}, groups=frozenset({"all"}), facts=facts),
        Machine(name="c2", resources={"cpus": 16}, groups=frozenset({"all", "short"}), facts=facts),
    )


@pytest.mark.parametrize("name", ["tiers", "serial"])
def test_every_keyword_is_reported(name: str):
    assert told(site(name).configuration.keywords) == (FOLDER / name / "report.txt").read_text("utf-8")


def test_the_report_speaks_chinese():
    with speaking("zh"):
        report = told(site("serial").configuration.keywords)
    assert (
        "slurm.conf:6 | PreemptMode=REQUEUE | ignored: 不发生抢占：PreemptType 不是 preempt/partition_prio"
        in report
    )


def test_the_files_of_our_own_test_cluster_hold_nothing_unknown():
    conf = Path(__file__).parents[3] / "cluster" / "slurm" / "etc" / "slurm.conf"
    configuration = read({"slurm.conf": conf.read_text("utf-8")})
    standings = {keyword.standing for keyword in configuration.keywords}
    assert standings == {"understood", "ignored"}
    assert [machine.resources["cpus"] for machine in configuration.cluster.machines] == [12, 12]
