"""jobcast doctor."""

import json
import re
from datetime import datetime, timedelta

import pytest

from jobcast import clock
from jobcast.history import SetAside
from jobcast.systems.base import Command
from jobcast.units import GIB
from tests.made_up import HOSTILE, frame, job

NOW = datetime.fromisoformat("2026-02-01T12:00:00+00:00")


@pytest.fixture(autouse=True)
def _today(monkeypatch, made_up_systems):
    monkeypatch.setattr(clock, "now", lambda: NOW)


def told(output: str) -> str:
    """Return the answer without what differs from host to host."""
    return re.sub(r"[\d.]+ [KMGT]iB", "SIZE", re.sub(r"/\S*/store", "STORE", output))


def test_a_fresh_host_is_told_what_to_do(jobcast, store):
    result = jobcast("doctor")
    assert told(result.stdout) == (
        "ok    settings    defaults, no configuration file; time zone UTC\n"
        "warn  store       STORE holds no jobs yet\n"
        "                  → jobcast sample, or jobcast import --help\n"
        "ok    disk        SIZE free\n"
        "warn  lsf         found; cluster default was never sampled\n"
        "                  → jobcast sample\n"
        "warn  slurm       found; cluster default was never sampled\n"
        "                  → jobcast sample\n"
        "ok    kubernetes  not on this host: no-such-program\n"
        "ok    set-aside   no records set aside\n"
        "ok    amounts     memory above 10 times the request: 0 of 0 jobs (-); "
        "CPU time above 10 times cores × run time: 0 of 0 jobs (-)\n"
    )
    assert result.stderr == "next: follow the arrows, then run jobcast doctor again\n"
    assert result.exit_code == 0
    assert not store.path.exists()


def test_a_sampled_host_is_told_in_chinese_how_far(jobcast, store, made_up_systems):
    store.append(frame(job("1"), job("2")))
    store.note_reached("lsf", "default", NOW - timedelta(hours=1))
    store.note_reached("slurm", "default", NOW - timedelta(days=3))
    store.set_aside([SetAside(source="f", line=n, reason="no_job_id", text=str(n)) for n in range(3)])
    assert told(jobcast("--lang", "zh", "doctor").stdout) == (
        "ok    settings    默认值，没有配置文件；时区 UTC\n"
        "ok    store       STORE：2 个作业，2026-01-01 至 2026-01-01 共 1 天，SIZE\n"
        "ok    disk        剩余 SIZE\n"
        "ok    lsf         集群 default 已采样至 2026-02-01 11:00:00\n"
        "warn  slurm       集群 default 已采样至 2026-01-29 12:00:00\n"
        "                  → jobcast sample\n"
        "ok    kubernetes  本机没有：no-such-program\n"
        "warn  set-aside   no_job_id 3\n"
        "                  → jobcast doctor --rows\n"
        "ok    amounts     内存超过申请量 10 倍：0 个作业中有 0 个（-）；"
        "CPU 时间超过核数 × 运行时间 10 倍：0 个作业中有 0 个（-）\n"
    )


def test_a_zone_that_is_not_understood_is_told(jobcast, monkeypatch):
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    assert jobcast("doctor").stdout.startswith(
        "warn  settings    defaults, no configuration file; time zone UTC, "
        "for no zone can be made of CET-1CEST,M3.5.0,M10.5.0/3\n"
        "                  → set timezone in jobcast.toml or JOBCAST_TIMEZONE, e.g. Asia/Shanghai\n"
    )
    monkeypatch.setenv("JOBCAST_TIMEZONE", "UTC")
    assert jobcast("doctor").stdout.startswith(
        "ok    settings    defaults, no configuration file; time zone UTC\n"
    )


def test_a_zone_as_posix_writes_it_is_that_of_the_times(jobcast, store, monkeypatch):
    monkeypatch.setenv("TZ", "CST-8")
    store.note_reached("lsf", "default", NOW)
    lines = jobcast("doctor").stdout.splitlines()
    assert lines[0] == "ok    settings    defaults, no configuration file; time zone UTC+08:00"
    assert "ok    lsf         cluster default sampled until 2026-02-01 20:00:00" in lines


def test_json_gives_the_figures(jobcast, store):
    store.append(frame(job("1")))
    store.set_aside([SetAside(source="f", line=1, reason="no_job_id", text="x")])
    answer = json.loads(jobcast("doctor", "--json").stdout)
    assert answer["schema"] == 1
    checks = {check["name"]: check for check in answer["checks"]}
    assert checks["store"]["status"] == "ok"
    assert checks["store"]["facts"]["jobs"] == 1
    assert checks["store"]["facts"]["path"] == str(store.path)
    assert checks["set-aside"]["facts"] == {"reasons": {"no_job_id": 1}}
    assert checks["disk"]["facts"]["free"] > 0


def used(job_id: str, *, memory: float = 1, cpu: float = 1) -> dict[str, object]:
    """Return a job that used so many times what it asked for."""
    return job(
        job_id,
        memory_requested=GIB,
        memory_peak=round(memory * GIB),
        cores_requested=4,
        cpu_time=cpu * 4 * 3600,
    )


def test_amounts_that_many_jobs_can_hardly_have_used_are_warned_of(jobcast, store):
    store.append(frame(*(used(str(n)) for n in range(1198)), used("big", memory=1024), used("long", cpu=60)))
    few = (
        "amounts     memory above 10 times the request: 1 of 1,200 jobs (0.1%); "
        "CPU time above 10 times cores × run time: 1 of 1,200 jobs (0.1%)"
    )
    assert jobcast("doctor").stdout.splitlines()[-1] == f"ok    {few}"
    store.append(frame(*(used(f"big-{n}", memory=1024) for n in range(12)), job("unmeasured")))
    assert jobcast("doctor").stdout.endswith(
        "warn  amounts     memory above 10 times the request: 13 of 1,212 jobs (1.1%); "
        "CPU time above 10 times cores × run time: 1 of 1,212 jobs (0.1%)\n"
        "                  → check the units: setting memory_unit, or unit in the column map; "
        "then import into another --store, for this one keeps what it has\n"
    )
    assert jobcast("--lang", "zh", "doctor").stdout.endswith(
        "warn  amounts     内存超过申请量 10 倍：1,212 个作业中有 13 个（1.1%）；"
        "CPU 时间超过核数 × 运行时间 10 倍：1,212 个作业中有 1 个（0.1%）\n"
        "                  → 请核对单位：设置 memory_unit，或列映射中的 unit；"
        "然后用 --store 导入到另一目录，已存入的作业不会改变\n"
    )
    check = json.loads(jobcast("doctor", "--json").stdout)["checks"][-1]
    assert (check["name"], check["status"]) == ("amounts", "warn")
    assert check["facts"] == {"memory": {"over": 13, "of": 1212}, "cpu": {"over": 1, "of": 1212}}


def test_cpu_time_in_a_wrong_unit_is_warned_of_where_no_memory_is_known(jobcast, store):
    store.append(frame(job("ms", cores_requested=1, cpu_time=3.6e6), job("none")))
    assert jobcast("doctor").stdout.splitlines()[-2] == (
        "warn  amounts     memory above 10 times the request: 0 of 0 jobs (-); "
        "CPU time above 10 times cores × run time: 1 of 1 jobs (100.0%)"
    )


def test_rows_lists_what_was_set_aside_harmlessly(jobcast, store):
    store.set_aside(
        [
            SetAside(source="lsb.acct", line=12, reason="no_job_id", text="JOB_FINISH\x1b[2J\n" + "x" * 5000),
            SetAside(source="lsb.acct", line=7, reason="no_finish_time", text=HOSTILE),
        ]
    )
    result = jobcast("doctor", "--rows")
    lines = result.stdout.splitlines()
    assert lines[0] == "Source    Line  Reason          Text"
    assert lines[1].startswith("lsb.acct  7     no_finish_time  a\"b'c\\n\\t\\x1b[31m\\x00\\u202e<b>")
    assert lines[2].startswith(r"lsb.acct  12    no_job_id       JOB_FINISH\x1b[2J\nxxx")
    assert len(lines) == 3
    rows = json.loads(jobcast("doctor", "--rows", "--json").stdout)["set_aside"]
    assert [row["line"] for row in rows] == [7, 12]
    assert rows[0]["text"] == HOSTILE


def test_a_broken_configuration_is_a_finding(jobcast, tmp_path):
    (tmp_path / "jobcast.toml").write_text("[sample]\noverlapp = 3\n")
    result = jobcast("doctor")
    assert result.stdout == (
        "fail  settings  unknown setting sample.overlapp in jobcast.toml\n"
        "                → Did you mean sample.overlap?\n"
    )
    assert result.exit_code == 1


def test_a_store_of_a_newer_program_is_a_finding(jobcast, store):
    store.append(frame(job("1")))
    (store.path / "version.json").write_text('{"format": 9}')
    result = jobcast("doctor", "--json")
    assert result.exit_code == 1
    assert [check["status"] for check in json.loads(result.stdout)["checks"]] == ["ok", "fail"]


def test_a_sample_older_than_what_the_system_remembers_is_warned_of(jobcast, store, made_up_systems):
    system = made_up_systems["lsf"]
    system.about = (Command(arguments=("echo", "loom")), Command(arguments=("no-badmin",)))
    system.remembers = timedelta(hours=1)
    store.note_reached("lsf", "loom", NOW - timedelta(hours=2))
    assert told(jobcast("doctor").stdout) == (
        "ok    settings    defaults, no configuration file; time zone UTC\n"
        "warn  store       STORE holds no jobs yet\n"
        "                  → jobcast sample, or jobcast import --help\n"
        "ok    disk        SIZE free\n"
        "warn  lsf         cluster loom sampled until 2026-02-01 10:00:00; lsf remembers finished jobs for "
        "01:00:00 only\n"
        "                  → jobcast sample more often (cron); for what is missing: jobcast import lines "
        "--cluster loom .../lines*\n"
        "warn  lsf         no-badmin is not on the PATH; what it tells of cluster, memory_unit and "
        "memory_per_task is taken from the settings\n"
        "                  → set cluster, memory_unit and memory_per_task in jobcast.toml as LSF has them\n"
        "warn  slurm       found; cluster default was never sampled\n"
        "                  → jobcast sample\n"
        "ok    kubernetes  not on this host: no-such-program\n"
        "ok    set-aside   no records set aside\n"
        "ok    amounts     memory above 10 times the request: 0 of 0 jobs (-); "
        "CPU time above 10 times cores × run time: 0 of 0 jobs (-)\n"
    )
    assert told(jobcast("--lang", "zh", "doctor").stdout) == (
        "ok    settings    默认值，没有配置文件；时区 UTC\n"
        "warn  store       STORE 中还没有作业\n"
        "                  → jobcast sample，或 jobcast import --help\n"
        "ok    disk        剩余 SIZE\n"
        "warn  lsf         集群 loom 已采样至 2026-02-01 10:00:00；lsf 只记住 01:00:00 内结束的作业\n"
        "                  → 更频繁地运行 jobcast sample（cron）；补上缺失的作业：jobcast import lines "
        "--cluster loom .../lines*\n"
        "warn  lsf         PATH 中没有 no-badmin；其中的 cluster、memory_unit 和 memory_per_task 改用设置\n"
        "                  → 在 jobcast.toml 中按 LSF 的配置设置 cluster、memory_unit 和 memory_per_task\n"
        "warn  slurm       已找到；集群 default 尚未采样\n"
        "                  → jobcast sample\n"
        "ok    kubernetes  本机没有：no-such-program\n"
        "ok    set-aside   没有被搁置的记录\n"
        "ok    amounts     内存超过申请量 10 倍：0 个作业中有 0 个（-）；"
        "CPU 时间超过核数 × 运行时间 10 倍：0 个作业中有 0 个（-）\n"
    )


def test_a_sample_of_the_future_is_warned_of(jobcast, store):
    store.note_reached("lsf", "default", NOW + timedelta(days=400))
    lines = jobcast("doctor").stdout.splitlines()
    at = lines.index(
        "warn  lsf         cluster default sampled until 2027-03-08 12:00:00, which is yet to come: a clock was wrong"
    )
    assert lines[at + 1] == (
        "                  → see that the clock is right; the next jobcast sample looks back seven days"
    )
    lines = jobcast("--lang", "zh", "doctor").stdout.splitlines()
    at = lines.index(
        "warn  lsf         集群 default 已采样至 2027-03-08 12:00:00，该时刻尚未到来：曾有时钟不准"
    )
    assert lines[at + 1] == "                  → 请确认时钟正确；下一次 jobcast sample 会回看七天"


def test_a_fresh_sample_of_a_forgetful_system_is_well(jobcast, store, made_up_systems):
    made_up_systems["lsf"].remembers = timedelta(hours=1)
    store.note_reached("lsf", "default", NOW - timedelta(minutes=20))
    checks = {check["name"]: check for check in json.loads(jobcast("doctor", "--json").stdout)["checks"]}
    assert checks["lsf"]["status"] == "ok"
    assert checks["lsf"]["facts"] == {
        "found": True,
        "cluster": "default",
        "remembers": 3600.0,
        "asked_at": None,
        "reached": "2026-02-01T11:40:00+00:00",
    }
