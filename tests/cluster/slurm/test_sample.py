"""What jobcast makes of the jobs of a real Slurm."""

import json
from typing import Any

import polars as pl
import pytest

from jobcast.job import JobState
from jobcast.store import Store
from jobcast.units import MIB
from tests.cluster.slurm.conftest import Run
from tests.cluster.slurm.jobs import CHEN, FORGED, LI, WAVES, hold, submit_alike
from tests.cluster.slurm.running import Cluster
from tests.cluster.waiting import until

DONE, FAILED = JobState.DONE, JobState.FAILED
NEVER_SAME = (
    "job_id",
    "submit_time",
    "start_time",
    "finish_time",
    "run_time",
    "cpu_time",
    "memory_peak",
    "hosts",
)


def rows(sampled: Store, job_id: str) -> list[dict[str, Any]]:
    """Return the rows of a job, or of the elements of an array in order, without what is null."""
    jobs = sampled.scan().filter(pl.col("job_id") == job_id).collect().sort("array_index")
    return [{name: value for name, value in row.items() if value is not None} for row in jobs.to_dicts()]


def test_all_that_sacct_tells_of_a_job_is_in_the_history(
    cluster: Cluster, ids: dict[str, str], sampled: Store
) -> None:
    (row,) = rows(sampled, ids["plain"])
    peak, took = row["memory_peak"], row["finish_time"] - row["start_time"]
    assert {name: value for name, value in row.items() if name not in NEVER_SAME} == {
        "system": "slurm",
        "cluster": "loom",
        "name": "synth",
        "user": LI,
        "group": LI,
        "queue": "night",
        "command": "sbatch --parsable -J synth -p night -t 5 --mem=100 --comment=tool=synth --wrap "
        + hold("30"),
        "cwd": str(cluster.work),
        "description": "tool=synth",
        "state": DONE,
        "exit_code": 0,
        "cores_requested": 1,
        "memory_requested": 100 * MIB,
        "run_limit": 300.0,
        "gpus_requested": 0,
        "memory_basis": "rss_sum",
        "suspended_time": 0.0,
    }
    assert 30 * MIB <= peak < 40 * MIB
    assert row["run_time"] == took.total_seconds() >= 1
    assert row["submit_time"] <= row["start_time"]
    assert row["hosts"] in (["n1"], ["n2"])


def test_each_ending_has_its_reason(ids: dict[str, str], sampled: Store) -> None:
    told = {kind: rows(sampled, job)[0] for kind, job in ids.items()}
    endings = {
        kind: (row["state"], row.get("exit_code"), row.get("exit_reason")) for kind, row in told.items()
    }
    assert endings == {
        "late": (FAILED, None, "run_limit"),
        "plain": (DONE, 0, None),
        "over": (FAILED, 137, "memory_limit"),
        "over in a step": (FAILED, 9, "memory_limit"),
        "over on one node": (FAILED, 9, "memory_limit"),
        "failing": (FAILED, 3, "exit_code"),
        "array": (DONE, 0, None),
        "odd": (DONE, 0, None),
        "forging": (DONE, 0, None),
        "advised": (DONE, 0, None),
    }
    assert told["late"]["run_limit"] == 60.0


def test_a_job_that_was_killed_for_its_memory_is_measured_above_its_request(
    ids: dict[str, str], sampled: Store
) -> None:
    for kind in ("over", "over in a step"):
        (row,) = rows(sampled, ids[kind])
        assert row["memory_peak"] > row["memory_requested"] == 50 * MIB
    (row,) = rows(sampled, ids["over on one node"])
    assert 100 * MIB < row["memory_peak"] < row["memory_requested"] == 200 * MIB


def test_elements_of_an_array_are_jobs_of_their_own(ids: dict[str, str], sampled: Store) -> None:
    elements = rows(sampled, ids["array"])
    assert [(row["array_index"], row["name"], row["user"]) for row in elements] == [
        (1, "sweep", CHEN),
        (2, "sweep", CHEN),
        (3, "sweep", CHEN),
    ]
    assert [round(row["memory_peak"] / MIB / 10) for row in elements] == [1, 2, 3]


def test_what_a_script_of_the_controller_noted_is_advice_and_what_users_write_is_not(
    ids: dict[str, str], sampled: Store
) -> None:
    advice = ("memory_requested", "advice_id", "advised_memory", "advised_run_time")
    (advised,), (odd,) = rows(sampled, ids["advised"]), rows(sampled, ids["odd"])
    assert [advised[name] for name in advice] == [80 * MIB, "7f3a", 80 * MIB, 300.0]
    assert [odd.get(name) for name in advice] == [100 * MIB, None, None, None]
    assert (odd["name"], odd["description"]) == ("a|b\nc", "jobcast: fake memory=1M")


def test_a_name_that_holds_a_record_adds_no_job_of_somebody_else(ids: dict[str, str], sampled: Store) -> None:
    (forging,) = rows(sampled, ids["forging"])
    assert (forging["name"], forging["user"], forging.get("advice_id")) == (FORGED, CHEN, None)
    assert rows(sampled, "777") == []


def test_a_second_sample_adds_nothing(sampled: Store, jobcast: Run) -> None:
    def known() -> int:
        """Return how many are known, once accounting has all that other tests have run meanwhile."""
        (answer,) = json.loads(jobcast("sample", "--json"))["systems"]
        count: int = answer["known"]
        return 0 if answer["new"] or answer["set_aside"] else count

    found = until(known, 30)
    jobs = sampled.scan().collect()
    assert found == jobs.height
    assert jobs.filter(pl.col("array_index").is_not_null(), name="wrap").height == 2 * sum(WAVES)


def test_sacct_tells_the_same_as_json(
    cluster: Cluster, ids: dict[str, str], sampled: Store, jobcast: Run
) -> None:
    # As JSON 22.05 gives no exit code that is no signal, no user, no submit line, and microseconds of CPU time.
    unlike = ["exit_code", "user", "command", "cpu_time"]
    jobs = [job for kind, job in ids.items() if kind != "failing"]
    answer = sampled.path.parent / "sacct.json"
    answer.write_text(cluster.run("sacct", "--allusers", "--json", "-j", ",".join(jobs)))
    again = Store(sampled.path.parent / "json")
    jobcast("import", "sacct", str(answer), JOBCAST_STORE=str(again.path))
    text, from_json = (
        each.scan().filter(pl.col("job_id").is_in(jobs)).drop(unlike).collect().sort("job_id", "array_index")
        for each in (sampled, again)
    )
    assert from_json.to_dicts() == text.to_dicts()


@pytest.mark.parametrize(("user", "peaks"), [(CHEN, range(8, 14)), (LI, range(24, 33))])
def test_a_model_that_learnt_from_slurm_answers_for_a_submission_to_slurm(
    cluster: Cluster, trained: str, jobcast: Run, user: str, peaks: range
) -> None:
    job = submit_alike(cluster, user, f"--array=1-{WAVES[0]}")
    cluster.end(job)
    shown = cluster.run("sacct", "-nPXo", "User,Partition,WorkDir,SubmitLine", "-j", f"{job}_1").strip()
    flags = zip(("--user", "--queue", "--cwd", "--command"), shown.split("|", 3), strict=True)
    limits = ("--cores", "1", "--rusage_mem", "100", "--run_limit", "5:00")
    answer = json.loads(jobcast("predict", *(word for flag in flags for word in flag), *limits, "--json"))
    assert answer["model"] == trained
    assert answer["forecast"]["basis"]["rung"] == "user+command+cwd"
    assert answer["forecast"]["quantiles_mb"]["0.5"] in peaks
    assert answer["forecast"]["request_mb"] in peaks
