"""What becomes of attempts in a real Slurm whose machine goes down, or whom others order about behind our back."""

from dataclasses import replace

import pytest

from jobcast.act.executors.base import Began, End, Ended, MachineNews, Measured
from jobcast.machine import Share
from tests.act.executors.bench import Bench, Watched, with_
from tests.cluster.slurm.conftest import PARTITION
from tests.cluster.slurm.running import Cluster, down
from tests.cluster.waiting import until


@pytest.mark.parametrize("machines", [("n2",), ("n1", "n2")])
def test_what_runs_on_a_machine_that_goes_down_is_lost_once_that_is_told(
    bench: Bench, cluster: Cluster, machines: tuple[str, ...]
) -> None:
    async def scene(seen: Watched) -> None:
        attempt = replace(
            bench.sh("a@1", "sleep 60"),
            allocation=tuple(Share(machine=name, tasks=1) for name in machines),
            cpus=dict.fromkeys(machines, 1),
        )
        await seen.executor.start(attempt)
        began = await seen.first(Began, "a@1")
        await seen.first(Measured, "a@1")
        with down(cluster, "n2"):
            ended = await seen.first(Ended, "a@1")
        told = [each for each in seen.heard if isinstance(each, Ended | MachineNews) and each != ended]
        assert [news.up for news in told if isinstance(news, MachineNews) and news.machine == "n2"][
            -1
        ] is False
        assert seen.heard.index(told[-1]) < seen.heard.index(ended)
        assert (ended.how, ended.detail) == (End.LOST, "Slurm lost its machine (NODE_FAIL)")
        assert ended.began == began.at <= ended.at
        assert ended.consumed.memory_peak

    with_(bench, scene)


def test_what_is_told_to_start_on_a_machine_that_is_down_is_soon_given_back(
    bench: Bench, cluster: Cluster
) -> None:
    async def scene(seen: Watched) -> None:
        attempt = replace(bench.sh("a@1", "touch ran"), allocation=(Share(machine="n2", tasks=1),))
        with down(cluster, "n2"):
            await seen.executor.start(attempt)
            ended = await seen.first(Ended, "a@1")
        assert (ended.how, ended.began) == (End.LOST, None)
        assert "where the scheduler had found room: ReqNodeNotAvail" in ended.detail

    with_(bench, scene)
    assert list(bench.folder.iterdir()) == []


@pytest.mark.parametrize("order", ["requeue", "requeuehold"])
def test_what_others_have_run_again_is_lost_and_its_program_runs_once(
    bench: Bench, cluster: Cluster, order: str
) -> None:
    async def scene(seen: Watched) -> None:
        before = set(cluster.jobs(PARTITION))
        await seen.executor.start(bench.sh("a@1", "echo x >> ran; sleep 60"))
        await seen.first(Began, "a@1")
        (job,) = set(cluster.jobs(PARTITION)) - before
        cluster.run("scontrol", "update", f"jobid={job}", "requeue=1")
        cluster.run("scontrol", order, job)
        ended = await seen.first(Ended, "a@1")
        assert (ended.how, ended.detail) == (End.LOST, "others had Slurm run it again")
        assert _state(cluster, job) == "CANCELLED"

    with_(bench, scene)
    assert (bench.folder / "ran").read_text() == "x\n"


def test_a_job_that_slurm_runs_again_while_the_manager_is_away_does_nothing(
    bench: Bench, cluster: Cluster
) -> None:
    before = set(cluster.jobs(PARTITION))

    async def scene(seen: Watched) -> None:
        await seen.executor.start(bench.sh("a@1", "echo x >> ran; sleep 60"))
        await seen.first(Began, "a@1")

    async def later(seen: Watched) -> None:
        ended = await seen.first(Ended, "a@1")
        assert (ended.how, ended.detail) == (End.LOST, "others had Slurm run it again")

    with_(bench, scene)
    (job,) = set(cluster.jobs(PARTITION)) - before
    cluster.run("scontrol", "update", f"jobid={job}", "requeue=1")
    cluster.run("scontrol", "requeue", job)
    until(lambda: _state(cluster, job) == "PENDING", 30)
    cluster.run("scontrol", "update", f"jobid={job}", "starttime=now")
    until(lambda: _state(cluster, job) == "FAILED", 30)
    with_(bench, later)
    assert (bench.folder / "ran").read_text() == "x\n"


def _state(cluster: Cluster, job: str) -> str:
    return cluster.run("squeue", "-h", "-j", job, "-t", "all", "-o", "%T").strip()
