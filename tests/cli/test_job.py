"""jobcast job."""

import json
from datetime import timedelta

import pytest

from jobcast.units import GIB
from tests.made_up import NEW_YEAR, frame, job


@pytest.fixture(autouse=True)
def history(store):
    store.append(
        frame(
            job(
                "30412",
                name="pnr_block",
                project="comet",
                cores_requested=4,
                run_limit=7200.0,
                cpu_time=10800.0,
                memory_requested=64 * GIB,
                memory_peak=16 * GIB,
                memory_basis="rss_sum",
                exit_code=0,
                hosts=["h1", "h2"],
            ),
            job(
                "7",
                array_index=1,
                state="failed",
                exit_code=137,
                exit_reason="memory_limit",
                memory_requested=GIB,
                memory_peak=3 * GIB,
            ),
            job("7", array_index=2, memory_requested=GIB),
            job("7", array_index=2, attempt=1, start_time=NEW_YEAR),
            job("7", cluster="weft", system="slurm", step="batch"),
        )
    )


def runs(*days: float, first_id: int = 50, **known) -> list[dict]:
    """Return jobs of one kind that ended so many days after the new year."""
    told = {"name": "route_7", "memory_requested": 64 * GIB, "memory_peak": 16 * GIB, **known}
    return [
        job(str(first_id + n), finish_time=NEW_YEAR + timedelta(days=day), **told)
        for n, day in enumerate(days)
    ]


def notes(result) -> list[str]:
    return [line for line in result.stdout.splitlines() if line.startswith("note")]


def shown(result) -> list[str]:
    return [line for line in result.stdout.splitlines() if line.startswith(("Job ID", "Cluster"))]


def test_a_job_is_told_in_the_words_of_seff(jobcast):
    result = jobcast("job", "30412")
    assert result.stdout == (
        "Job ID: 30412\n"
        "Cluster: loom (lsf)\n"
        "User/Project: chen/comet\n"
        "Queue: pnr\n"
        "Name: pnr_block\n"
        "State: DONE (exit code 0)\n"
        "Submitted: 2026-01-01 10:00:00\n"
        "Started: 2026-01-01 11:00:00\n"
        "Finished: 2026-01-01 12:00:00\n"
        "Cores: 4\n"
        "CPU Utilized: 03:00:00\n"
        "CPU Efficiency: 75.00% of 04:00:00 core-walltime\n"
        "Job Wall-clock time: 01:00:00 of 02:00:00 requested\n"
        "Memory Utilized: 16 GiB (peak, rss_sum)\n"
        "Memory Efficiency: 25.00% of 64 GiB, 48 GiB never used\n"
        "Hosts: h1 h2\n"
    )  # and no note, for there is no other run of its kind
    assert result.stderr == "next: jobcast jobs --help\n"


def test_a_job_is_told_in_chinese(jobcast):
    assert jobcast("--lang", "zh", "job", "7[1]").stdout == (
        "作业号：7[1]\n"
        "集群：loom（lsf）\n"
        "用户/项目：chen/-\n"
        "队列：pnr\n"
        "状态：FAILED（退出码 137）\n"
        "原因：memory_limit\n"
        "提交：2026-01-01 10:00:00\n"
        "开始：2026-01-01 11:00:00\n"
        "结束：2026-01-01 12:00:00\n"
        "运行时间：01:00:00\n"
        "内存使用量：3 GiB\n"
        "内存效率：1 GiB 的 300.00%，超出申请量 2 GiB\n"
        "提示：超出申请量：0 个；因内存被终止：1 个，损失 1 GiB·h（作业数：3）；下次："
        'bsub -M 4608MB -R "rusage[mem=4608MB]"\n'
    )


def test_all_runs_and_elements_of_an_id_are_shown(jobcast):
    assert shown(jobcast("job", "7")) == [
        *("Job ID: 7[1]", "Cluster: loom (lsf)"),
        *("Job ID: 7[2]", "Cluster: loom (lsf)"),
        *("Job ID: 7[2]", "Cluster: loom (lsf)"),
        *("Job ID: 7.batch", "Cluster: weft (slurm)"),
    ]


@pytest.mark.parametrize("identity", ["7[1]", "7_1"])
def test_an_element_is_named_as_lsf_or_slurm_name_it(jobcast, identity):
    assert shown(jobcast("job", identity)) == ["Job ID: 7[1]", "Cluster: loom (lsf)"]


def test_a_step_and_a_cluster_can_be_named(jobcast):
    assert shown(jobcast("job", "7.batch")) == ["Job ID: 7.batch", "Cluster: weft (slurm)"]
    assert shown(jobcast("job", "7", "--cluster", "weft")) == ["Job ID: 7.batch", "Cluster: weft (slurm)"]


def test_what_was_not_measured_is_said_to_be_so(jobcast):
    assert "Memory Utilized: not measured\nMemory Requested: 1 GiB\n" in jobcast("job", "7_2").stdout
    assert "Memory Utilized: not measured\nMemory Requested: none\n" in jobcast("job", "7.batch").stdout


def test_a_name_with_line_breaks_forges_no_line(jobcast, store):
    forged = "x\nState: FAILED (exit code 9)"
    hosts = ["h1\nMemory Advised: 1 GiB"]
    store.append(frame(job("8", name=forged, user=forged, project=forged, queue=forged, hosts=hosts)))
    lines = jobcast("job", "8").stdout.splitlines()
    assert [line for line in lines if line.startswith(("State", "Memory Adv"))] == [
        "State: DONE (exit code -)"
    ]
    assert r"Name: x\nState: FAILED (exit code 9)" in lines


def test_json_gives_the_row_and_the_shares(jobcast):
    answer = json.loads(jobcast("job", "30412", "--json").stdout)
    assert answer["schema"] == 1
    assert len(answer["jobs"]) == 1
    told = answer["jobs"][0]
    assert (told["cpu_efficiency"], told["memory_efficiency"], told["core_seconds"]) == (0.75, 0.25, 14400)
    assert told["memory_peak"] == 16 * GIB


def test_notes_rest_on_the_runs_of_the_kind_within_ninety_days(jobcast, store):
    store.append(frame(*runs(100, 10, 189.9), *runs(9.9, 190.1, first_id=60, memory_peak=60 * GIB)))
    store.append(frame(*runs(100, first_id=70, user="fang"), *runs(100, first_id=80, queue="syn")))
    note = (
        "note: asked for up to 64 GiB, used at most 16 GiB: 138 GiB·h could have been free (runs: 3); next time: "
        'bsub -R "rusage[mem=18GB]"'
    )
    assert notes(jobcast("job", "50")) == [note]
    assert json.loads(jobcast("job", "50", "--json").stdout)["notes"] == [
        {
            "user": "chen",
            "kind": "route_#",
            "queue": "pnr",
            "system": "lsf",
            "finding": "memory_over",
            "runs": 3,
            "text": note.removeprefix("note: ").partition("; next time: ")[0],
            "flag": 'bsub -R "rusage[mem=18GB]"',
            "gib_h": 138,
            "core_h": 0,
            "money": 0,
        }
    ]


def test_a_lone_job_gets_no_notes(jobcast, store):
    store.append(frame(*runs(100, 9, 191)))
    for number in ("50", "51", "52"):
        assert notes(jobcast("job", number)) == []
        assert json.loads(jobcast("job", number, "--json").stdout)["notes"] == []


def test_what_one_of_its_kind_was_killed_with_is_advised_to_those_that_ended_well(jobcast, store):
    killed = {"state": "failed", "exit_reason": "memory_limit", "memory_peak": 64 * GIB}
    store.append(frame(*runs(1, 2, 3, 4, 5), *runs(6, first_id=60, **killed)))
    note = (
        "note: used more than asked for: 0; killed over memory: 1, at a cost of 64 GiB·h (runs: 6); next time: "
        'bsub -M 96GB -R "rusage[mem=96GB]"'
    )
    assert notes(jobcast("job", "50")) == notes(jobcast("job", "60")) == [note]


def test_memory_is_advised_per_task_where_the_site_counts_so(jobcast, store, monkeypatch):
    store.append(frame(*runs(1, 2, 3, cores_requested=4)))
    assert notes(jobcast("job", "50"))[0].endswith('bsub -R "rusage[mem=18GB]"')
    monkeypatch.setenv("JOBCAST_MEMORY_PER_TASK", "true")
    assert notes(jobcast("job", "50"))[0].endswith('bsub -R "rusage[mem=4608MB]"')


def test_a_job_of_nobody_gets_notes_too(jobcast, store):
    store.append(frame(*runs(1, 2, 3, user=None, name=None, queue=None)))
    assert len(notes(jobcast("job", "50"))) == 1


def test_an_unknown_job_is_an_expected_failure(jobcast):
    result = jobcast("job", "99")
    assert result.stderr == (
        "error: no job 99 in the history\n"
        "cure:  see what there is with: jobcast jobs; unfinished jobs appear after the next: jobcast sample\n"
    )
    assert (result.stdout, result.exit_code) == ("", 1)
