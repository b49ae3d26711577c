"""jobcast sample."""

import json
import os
import subprocess
from datetime import datetime, timedelta

import pytest

from jobcast import clock
from jobcast.store import Mark
from jobcast.systems.base import Command
from tests.made_up import HOSTILE, Printer

NOW = datetime.fromisoformat("2026-02-01T12:00:00+00:00")


@pytest.fixture(autouse=True)
def _today(monkeypatch, made_up_systems):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    made_up_systems["slurm"].programs = ("no-such-program",)


def test_what_was_asked_and_found_is_told(jobcast, store):
    result = jobcast("sample")
    assert result.stdout == (
        "lsf, cluster default: jobs that finished from 2026-01-25 12:00:00 to 2026-02-01 12:00:00\n"
        "read                     3\n"
        "new                      2\n"
        "known                    0\n"
        "set aside                1  no_finish_time 1\n"
        "not finished             1\n"
    )
    assert result.stderr == "next: jobcast jobs --since 24h\n"
    assert result.exit_code == 0
    assert store.mark("lsf", "default").reached == NOW


def test_it_speaks_chinese_and_json(jobcast):
    assert jobcast("--lang", "zh", "sample").stdout.startswith(
        "lsf，集群 default：2026-01-25 12:00:00 至 2026-02-01 12:00:00 结束的作业\n"
    )
    assert json.loads(jobcast("sample", "--json", "--cluster", "loom").stdout) == {
        "schema": 1,
        "systems": [
            {
                "system": "lsf",
                "cluster": "loom",
                "since": "2026-01-25T12:00:00+00:00",
                "until": "2026-02-01T12:00:00+00:00",
                "gap": None,
                "state": "sampled",
                "read": 3,
                "new": 2,
                "known": 0,
                "set_aside": {"no_finish_time": 1},
                "not_finished": 1,
            }
        ],
    }


def test_a_system_that_was_just_asked_is_left_alone(jobcast, monkeypatch):
    jobcast("sample")
    result = jobcast("sample")
    assert result.stdout == ""
    assert result.stderr == (
        "lsf was asked a moment ago; it may be asked again from 2026-02-01 12:01:00 "
        "(setting sample.min_interval)\nnext: jobcast jobs --since 24h\n"
    )
    assert result.exit_code == 0
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(minutes=2))
    answer = json.loads(jobcast("sample", "--json").stdout)["systems"][0]
    assert (answer["since"], answer["new"], answer["known"]) == ("2026-02-01T11:00:00+00:00", 0, 2)


def test_a_sample_of_the_future_keeps_none_from_being_taken(jobcast, store):
    store.note_asked("lsf", "default", NOW + timedelta(days=400))
    store.note_reached("lsf", "default", NOW + timedelta(days=400))
    result = jobcast("sample")
    assert result.stdout.splitlines()[0] == (
        "lsf, cluster default: jobs that finished from 2026-01-25 12:00:00 to 2026-02-01 12:00:00"
    )
    assert result.exit_code == 0
    assert store.mark("lsf", "default") == Mark(asked_at=NOW, reached=NOW)


def test_a_system_that_fails_does_not_stop_the_others(jobcast, store, made_up_systems):
    made_up_systems["slurm"].programs = ("false",)
    result = jobcast("sample", "--json")
    assert result.exit_code == 1
    assert result.stderr.startswith("error: false ended with 1")
    states = {answer["system"]: answer["state"] for answer in json.loads(result.stdout)["systems"]}
    assert states == {"lsf": "sampled", "slurm": "failed"}
    assert store.summary().jobs == 2


def test_a_dry_run_shows_the_commands_and_does_nothing(jobcast, store, made_up_systems):
    made_up_systems["lsf"] = Printer("lsf", "cat", "an answer", "--delimiter=\x1f")
    result = jobcast("sample", "--dry-run")
    assert result.stdout == (
        "SINCE=2026-01-25T12:00:00+00:00 UNTIL=2026-02-01T12:00:00+00:00 "
        r"cat 'an answer' $'--delimiter=\x1f'" + "\n"
    )
    assert result.stderr == "dry run: nothing was asked or written\n"
    assert not store.path.exists()
    commands = json.loads(jobcast("sample", "--dry-run", "--json").stdout)["commands"]
    assert commands[0]["arguments"] == ["cat", "an answer", "--delimiter=\x1f"]


def test_what_a_dry_run_shows_can_be_pasted_into_a_shell(jobcast, made_up_systems):
    word = HOSTILE.replace("\0", "").replace("\x9b", "")  # no argument holds NUL; bash spells bytes
    made_up_systems["lsf"] = Printer("lsf", "printf", "%s", word)
    shown = jobcast("sample", "--dry-run").stdout
    done = subprocess.run(
        ["/bin/bash", "-c", shown], capture_output=True, check=True, env={**os.environ, "LC_ALL": "C.UTF-8"}
    )
    assert done.stdout.decode() == word


def test_the_first_sample_may_look_further_back(jobcast):
    assert "SINCE=2026-01-02T12:00:00+00:00" in jobcast("sample", "--dry-run", "--since", "30d").stdout


def test_a_host_without_batch_system_is_told(jobcast, made_up_systems):
    del made_up_systems["lsf"]
    result = jobcast("sample")
    assert result.stderr == (
        "error: no batch system on this host: none of no-such-program is on the PATH\n"
        "cure:  run it on a submission host, or import files: jobcast import --help\n"
    )
    assert result.exit_code == 1


def test_a_named_system_that_is_not_here_fails(jobcast):
    result = jobcast("sample", "--system", "slurm")
    assert result.stderr.startswith("error: no-such-program is not on the PATH\ncure:  jobcast doctor\n")
    assert result.exit_code == 1


def test_memprediction_files_are_written_beside_the_store(jobcast, tmp_path):
    assert jobcast("sample", "-c", "-d", "--db", "db").exit_code == 0
    assert sorted(file.name for file in (tmp_path / "db").iterdir()) == [
        ".jobcast.lock",
        "2026_01.db",
        "job_info_20260101.csv",
    ]


def test_memprediction_files_without_a_directory_are_written_into_the_store(jobcast, store):
    assert jobcast("sample", "-c").exit_code == 0
    assert sorted(file.name for file in (store.path / "memprediction").iterdir()) == [
        ".jobcast.lock",
        "job_info_20260101.csv",
    ]
    assert store.summary().jobs == 2


def test_a_directory_without_a_form_is_a_misuse(jobcast, store):
    result = jobcast("sample", "--db", "db")
    assert result.stderr.splitlines()[-1] == "error: --db is the directory for -c or -d"
    assert result.exit_code == 2
    chinese = jobcast("--lang", "zh", "sample", "--db", "db")
    assert chinese.stderr.splitlines()[-1] == "错误：--db 是 -c 或 -d 的目录"
    assert not store.path.exists()


@pytest.fixture
def forgetful(made_up_systems):
    """Return a batch system that names its cluster, and remembers finished jobs for an hour."""
    system = made_up_systems["lsf"]
    system.about = (Command(arguments=("echo", "loom")),)
    system.remembers = timedelta(hours=1)
    return system


def test_the_system_names_its_cluster(jobcast, store, forgetful):
    store.note_reached("lsf", "loom", NOW - timedelta(minutes=20))
    result = jobcast("sample")
    assert result.stdout.splitlines()[0] == (
        "lsf, cluster loom: jobs that finished from 2026-02-01 11:00:00 to 2026-02-01 12:00:00"
    )
    assert result.stderr == "next: jobcast jobs --since 24h\n"
    assert jobcast("jobs", "--columns", "cluster").stdout == "loom\nloom\n"


def test_a_line_break_in_the_name_of_a_cluster_is_spelt_out(jobcast, forgetful):
    first = jobcast("sample", "--cluster", "loom\nlsf").stdout.splitlines()[0]
    assert first.startswith(r"lsf, cluster loom\nlsf: jobs that finished from ")


@pytest.mark.parametrize("way", ["flag", "variable", "file"])
def test_a_cluster_that_is_configured_keeps_its_name(jobcast, forgetful, tmp_path, monkeypatch, way):
    if way == "variable":
        monkeypatch.setenv("JOBCAST_CLUSTER", "silk")
    elif way == "file":
        (tmp_path / "jobcast.toml").write_text('cluster = "silk"\n')
    flags = ("--cluster", "silk") if way == "flag" else ()
    assert json.loads(jobcast("sample", "--json", *flags).stdout)["systems"][0]["cluster"] == "silk"


def test_what_the_system_forgot_since_the_last_sample_is_told(jobcast, store, forgetful):
    store.note_reached("lsf", "loom", NOW - timedelta(hours=5))
    result = jobcast("sample")
    assert result.stdout == (
        "lsf, cluster loom: jobs that finished from 2026-02-01 11:00:00 to 2026-02-01 12:00:00\n"
        "read                     3\n"
        "new                      2\n"
        "known                    0\n"
        "set aside                1  no_finish_time 1\n"
        "not finished             1\n"
    )
    assert result.stderr == (
        "warning: lsf no longer knows the jobs that finished from 2026-02-01 07:00:00 to "
        "2026-02-01 11:00:00; those not stored before are missing\n"
        "cure:  jobcast import lines --cluster loom .../lines*, and sample more often\n"
        "next: jobcast jobs --since 24h\n"
    )
    assert result.exit_code == 0
    assert store.mark("lsf", "loom").reached == NOW


def test_more_than_the_system_remembers_is_told_in_chinese_and_json(jobcast, store, forgetful):
    store.note_reached("lsf", "loom", NOW - timedelta(minutes=20))
    result = jobcast("--lang", "zh", "sample", "--since", "1d", "--json")
    assert result.stderr == (
        "警告：lsf 已不再记得 2026-01-31 12:00:00 至 2026-02-01 11:00:00 结束的作业；此前未存入的作业缺失\n"
        "解决：jobcast import lines --cluster loom .../lines*，并缩短采样间隔\n"
    )
    assert json.loads(result.stdout)["systems"][0] == {
        "system": "lsf",
        "cluster": "loom",
        "since": "2026-02-01T11:00:00+00:00",
        "until": "2026-02-01T12:00:00+00:00",
        "gap": {"from": "2026-01-31T12:00:00+00:00", "to": "2026-02-01T11:00:00+00:00"},
        "state": "sampled",
        "read": 3,
        "new": 2,
        "known": 0,
        "set_aside": {"no_finish_time": 1},
        "not_finished": 1,
    }


def test_a_system_that_says_nothing_of_itself_is_sampled_by_the_settings(jobcast, store, made_up_systems):
    made_up_systems["lsf"].about = (Command(arguments=("badmin-is-not-here",)),)
    store.note_reached("lsf", "default", NOW)
    result = jobcast("sample")
    assert result.stdout.startswith("lsf, cluster default: ")
    assert result.stderr == (
        "lsf: badmin-is-not-here is not on the PATH; what it tells of cluster, memory_unit and "
        "memory_per_task is taken from the settings\nnext: jobcast jobs --since 24h\n"
    )
    assert result.exit_code == 0
    chinese = jobcast("--lang", "zh", "sample")
    assert chinese.stderr.splitlines()[0] == (
        "lsf：PATH 中没有 badmin-is-not-here；其中的 cluster、memory_unit 和 memory_per_task 改用设置"
    )


def test_a_dry_run_shows_also_what_is_asked_about_the_site(jobcast, forgetful):
    lines = jobcast("sample", "--dry-run").stdout.splitlines()
    assert (lines[0], lines[1].split()[-2:], len(lines)) == ("echo loom", ["cat", "answer"], 2)
