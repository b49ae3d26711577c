"""jobcast policy."""

import json
import os
import shutil
from pathlib import Path

import pytest

RECORDINGS = Path(__file__).parents[1] / "recordings"

FOUNDING = """\
queue  priority  run limit  longest  reserves                 backfills  preempts
highQ        50                      holds cpus for 01:00:00  yes
lowQ         20                      holds cpus for 01:00:00  no

jobs that name no queue go to lowQ
2 machines, 32 CPUs

keywords: 15 understood, 0 corrected, 11 ignored, 0 refused, 0 unknown
"""

FOUNDING_ZH = """\
队列   优先级  运行时限  最长  预留                      回填  抢占
highQ      50                  保留 cpus，最长 01:00:00  是
lowQ       20                  保留 cpus，最长 01:00:00  否

未写队列的作业进入 lowQ
2 台主机，32 个 CPU

关键字：已理解 15，已修正 0，已忽略 11，已拒绝 0，未知 0
"""

ALL = """\
where          keyword              made of it  why
lsb.hosts:2    HOST_NAME            understood
lsb.hosts:2    MXJ                  understood
lsb.hosts:2    r1m                  ignored     measured load is not simulated; machines are full when \
what is asked for fills them
"""

CENTRE = """\
queue    priority   run limit     longest  reserves       backfills  preempts
normal        100    06:00:00    06:00:00  planned start  yes        normal1, normal2
normal2        50  1-00:00:00  1-00:00:00  planned start  yes        normal1
normal1         0  1-00:00:00  1-00:00:00  planned start  yes

jobs that name no queue go to normal1
1 job may have a planned start at once
26 machines, 832 CPUs
"""


@pytest.fixture
def conf(tmp_path: Path) -> Path:
    """Return a folder with the founding files of LSF, and others beside them."""
    shutil.copytree(RECORDINGS / "lsf/policy/founding", tmp_path / "conf")
    return tmp_path / "conf"


def trimmed(text: str) -> str:
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def test_the_founding_files_show_queues_machines_and_how_many_keywords(jobcast, conf):
    result = jobcast("policy", "conf")
    assert result.exit_code == 0, result.output
    assert trimmed(result.stdout) == FOUNDING
    assert result.stderr == "next   jobcast simulate TRACE --system conf\n"


def test_it_speaks_chinese(jobcast, conf):
    result = jobcast("--lang", "zh", "policy", "conf")
    assert trimmed(result.stdout) == FOUNDING_ZH
    assert result.stderr == "下一步   jobcast simulate TRACE --system conf\n"


def test_every_keyword_is_listed_where_all_are_wanted(jobcast, conf):
    shown = trimmed(jobcast("policy", "conf", "--all").stdout)
    assert shown.startswith(FOUNDING + ALL)
    assert len(shown.splitlines()) == len(FOUNDING.splitlines()) + 1 + 15 + 11


def test_classes_of_loadleveler_have_planned_starts_and_preempt(jobcast):
    shown = trimmed(jobcast("policy", str(RECORDINGS / "loadleveler/weather-centre")).stdout)
    assert shown.startswith(CENTRE)
    assert "PREEMPT_CLASS[normal] stands there more than once" in shown


@pytest.mark.parametrize(("language", "shown"), [("en", "night (closed)"), ("zh", "night（已关闭）")])
def test_a_closed_queue_is_marked_as_such(jobcast, tmp_path, language, shown):
    (tmp_path / "lsb.queues").write_text(
        "Begin Queue\nQUEUE_NAME = night\nINTERRUPTIBLE_BACKFILL = 60\nEnd Queue\n"
        "Begin Queue\nQUEUE_NAME = day\nEnd Queue\n"
    )
    lines = jobcast("--lang", language, "policy", "lsb.queues").stdout.splitlines()
    assert lines[1].startswith(f"{shown}  ")
    assert lines[2].startswith("day  ")
    queues = json.loads(jobcast("policy", "lsb.queues", "--json").stdout)["queues"]
    assert [(queue["name"], queue["open"]) for queue in queues] == [
        ("night", False),
        ("day", True),
        ("default", True),
    ]


USERS = """\
Begin User
USER_NAME MAX_JOBS
default 5
ann 1
End User
"""
LIMITS = """\
Begin Limit
USERS PER_HOST MEM JOBS
- all 2000 -
(u1 u2 u3 u4 u5 u6 u7 u8) - - 3
End Limit
"""
SHOWN_LIMITS = """\
limit                 at most  for each  whose
MAX_JOBS of default    5 cpus  user      all but user ann
MAX_JOBS of ann        1 cpus            user ann
MEM limit 1          1.95 GiB  machine
JOBS limit 2           3 jobs            user u1, u2, u3, u4, u5, u6 and 2 more
"""


def test_limits_are_shown_with_those_for_whom_they_hold(jobcast, tmp_path):
    (tmp_path / "lsb.users").write_text(USERS)
    (tmp_path / "lsb.resources").write_text(LIMITS)
    files = ("policy", "lsb.users", "lsb.resources")
    assert SHOWN_LIMITS in trimmed(jobcast(*files).stdout)
    assert "user u1, u2, u3, u4, u5, u6, u7, u8\n" in trimmed(jobcast(*files, "--all").stdout)
    assert json.loads(jobcast(*files, "--json").stdout)["limits"][0] == {
        "name": "MAX_JOBS of default",
        "amount": 5,
        "counts": "cpus",
        "per": ["user"],
        "only": {},
        "but": {"user": ["ann"]},
        "lent_are_free": False,
    }
    assert "除用户 ann 外\n" in jobcast("--lang", "zh", *files).stdout


def test_of_many_limits_the_first_are_shown(jobcast, tmp_path):
    rows = "\n".join(f"u{number} 1" for number in range(25))
    (tmp_path / "lsb.users").write_text(f"Begin User\nUSER_NAME MAX_JOBS\n{rows}\nEnd User\n")
    assert "\nand 5 more; --all and --json have them\n" in jobcast("policy", "lsb.users").stdout
    assert "more; --all" not in jobcast("policy", "lsb.users", "--all").stdout


def test_a_line_that_is_no_statement_is_shown_itself(jobcast, tmp_path):
    (tmp_path / "LoadL_config").write_text("SCHEDULER_TYPE = BACKFILL\nkeep off the grass\n")
    assert trimmed(jobcast("policy", "LoadL_config").stdout).splitlines()[-1] == (
        "LoadL_config:2  keep off the grass  unknown     this is no statement: write keyword = value"
    )


@pytest.mark.parametrize(
    "files",
    [
        ["site"],
        ["site/LoadL_config", "site/LoadL_admin", "site/n1/LoadL_config.local", "site/n2/LoadL_config.local"],
    ],
)
def test_local_files_hold_for_the_machines_that_their_folders_are_called_after(jobcast, tmp_path, files):
    for name, text in {
        "LoadL_config": "CLASS = a(8)\n",
        "LoadL_admin": "n1: type = machine\nn2: type = machine\nn3: type = machine\n",
        "n1/LoadL_config.local": "CLASS = a(2)\n",
        "n2/LoadL_config.local": "CLASS = b(3)\nMAX_TOP_DOGS = 4\n",
    }.items():
        (tmp_path / "site" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / name).write_text(text)
    answer = json.loads(jobcast("policy", *files, "--json").stdout)
    assert [machine["resources"] for machine in answer["machines"]] == [{"cpus": 2}, {"cpus": 3}, {"cpus": 8}]
    assert [
        (each["file"], each["reason"]) for each in answer["keywords"] if each["name"] == "MAX_TOP_DOGS"
    ] == [("n2/LoadL_config.local", "it counts only in a file that holds for all machines")]


def test_one_machine_is_one_machine(jobcast, tmp_path):
    (tmp_path / "slurm.conf").write_text("NodeName=n1\nPartitionName=p Nodes=n1\n")
    assert "\n1 machine, 1 CPU\n" in jobcast("policy", "slurm.conf").stdout


def test_programs_get_everything(jobcast, conf):
    answer = json.loads(
        jobcast("policy", *(str(file) for file in sorted(conf.iterdir())[:3]), "--json").stdout
    )
    keywords = answer.pop("keywords")
    assert answer == {
        "schema": 1,
        "policy": "lsb.queues",
        "default_queue": "lowQ",
        "blocked": "skip",
        "depth": 1,
        "queues": [
            {
                "name": name,
                "open": True,
                "priority": priority,
                "run_limit_s": None,
                "run_limit_max_s": None,
                "backfill": backfill,
                "reserves": True,
                "holds": ["cpus"],
                "hold_s": 3600,
            }
            for name, priority, backfill in (("highQ", 50, True), ("lowQ", 20, False))
        ],
        "preemption": [],
        "limits": [],
        "machines": [{"name": name, "resources": {"cpus": 16}} for name in ("hostA", "hostB")],
        "failures": {
            "lower_at": None,
            "lowered_for_s": 86_400,
            "hold_at": None,
            "retries": 0,
            "retry_below": 0.5,
        },
    }
    assert len(keywords) == 15 + 11
    assert keywords[11] == {
        "file": "lsb.queues",
        "line": 3,
        "section": "highQ",
        "name": "QUEUE_NAME",
        "value": "highQ",
        "standing": "understood",
        "reason": "",
    }


def test_a_path_with_blanks_is_quoted_in_the_next_step(jobcast, conf):
    conf.rename("our conf")
    assert jobcast("policy", "our conf").stderr == "next   jobcast simulate TRACE --system 'our conf'\n"


def test_files_without_machines_say_where_these_are_told(jobcast, conf):
    shown = jobcast("policy", "conf/lsb.queues").stdout
    assert "the files name no machines: jobcast simulate --machines tells them" in shown


def test_what_can_not_be_read_is_refused_with_a_cure(jobcast, conf, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "vast").mkdir()
    with (tmp_path / "vast/lsb.queues").open("wb") as file:
        file.truncate(17 << 20)
    shutil.copy(RECORDINGS / "loadleveler/weather-centre/LoadL_config", tmp_path)
    for arguments, complaint in (
        (["conf", "conf/lsb.queues"], "lsb.queues is given twice"),
        (["conf", "LoadL_config"], "not the configuration files of one batch system"),
        (["none/lsb.queues"], "none/lsb.queues can't be read: No such file or directory"),
        (["empty"], "empty holds no configuration file of a batch system"),
        (["vast"], "vast/lsb.queues is too large for a configuration file"),
    ):
        result = jobcast("policy", *arguments)
        assert (result.exit_code, result.stdout) == (1, ""), result.output
        assert complaint in result.stderr
        assert "cure: " in result.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_that_may_not_be_read_is_refused(jobcast, conf):
    conf.chmod(0)
    assert "conf can't be read: Permission denied" in jobcast("policy", "conf").stderr


def test_a_preemption_cycle_is_refused_where_it_stands_with_its_path(jobcast, tmp_path):
    (tmp_path / "LoadL_config").write_text(
        "SCHEDULER_TYPE = BACKFILL\nPREEMPTION_SUPPORT = FULL\n"
        "PREEMPT_CLASS[a] = ENOUGH:su{b}\nPREEMPT_CLASS[b] = ENOUGH:su{a}\n"
    )
    (tmp_path / "LoadL_admin").write_text("a: type = class\nb: type = class\nm: type = machine\n")
    shown = trimmed(jobcast("policy", "LoadL_config", "LoadL_admin").stdout).splitlines()
    assert [line.split() for line in shown[1:3]] == [
        ["a", "0", "planned", "start", "yes", "b"],
        ["b", "0", "planned", "start", "yes"],
    ]
    assert shown[-1].startswith(
        "LoadL_config:4  PREEMPT_CLASS[b]  refused     a is left out: classes would preempt themselves, b > a > b"
    )


def test_what_is_done_with_jobs_that_will_probably_fail_is_told(jobcast, conf, monkeypatch):
    monkeypatch.setenv("JOBCAST_FAILURES_LOWER_AT", "0.5")
    monkeypatch.setenv("JOBCAST_FAILURES_HOLD_AT", "0.9")
    monkeypatch.setenv("JOBCAST_FAILURES_RETRIES", "1")
    monkeypatch.setenv("COLUMNS", "200")
    shown = jobcast("policy", *(str(file) for file in sorted(conf.iterdir())[:3])).stdout
    assert (
        "Jobs that fail with a chance of 50 % or more stand behind the others of their queue, "
        "for 1-00:00:00 from their submission.\n"
        "Jobs that fail with a chance of 90 % or more are held until somebody confirms them.\n"
        "Jobs that have failed run again on other machines, up to 1 time; "
        "those that fail by themselves only where their chance was below 50 %.\n"
    ) in shown


@pytest.mark.parametrize("chance", ["0", "1.1", "nan", "often"])
def test_a_chance_that_is_none_is_refused(jobcast, conf, monkeypatch, chance):
    monkeypatch.setenv("JOBCAST_FAILURES_HOLD_AT", chance)
    refused = jobcast("policy", str(conf / "lsb.queues"))
    assert refused.exit_code != 0
    assert "not above 0 and at most 1" in refused.output
