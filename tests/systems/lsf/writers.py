"""Writes records the way LSF 10.1 does, from made-up jobs, and says what is to be read from them."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest

ACCT = {
    "type": "JOB_FINISH",
    "version": "10.1",
    "event_time": 1718359618,
    "job_id": 4711,
    "user_id": 1001,
    "options": 33882115,
    "num_processors": 4,
    "submit_time": 1718352000,
    "begin_time": 0,
    "term_time": 0,
    "start_time": 1718352060,
    "user": "ada",
    "queue": "regress",
    "res_req": "rusage[mem=4000] span[hosts=1]",
    "hosts": ["4*sim01"],
    "status": 64,
    "name": "cpu_smoke",
    "command": "vcs -full64 -f run.f",
    "cwd": "/proj/chip/work",
    "utime": 812.12,
    "stime": 31.3,
    "project": "chip",
    "exit_status": 0,
    "idx": 0,
    "max_rmem": 2_097_152,
    "exit_info": 0,
    "share": "/chip/frontend/ada",
    "description": "nightly",
    "run_limit": 43200,
    "avg_mem": 1_048_576,
    "effective": "select[type == any] rusage[mem=4000.00] span[hosts=1] ",
}
"""A job that ran for two hours on 14 June 2024."""


def quoted(text: object) -> str:
    """Return `text` as a field of lsb.acct."""
    return '"' + str(text).replace('"', '""') + '"'


def acct_line(*, host_usage: Iterable[str] = (), **fields: object) -> str:
    """Return a JOB_FINISH record of LSF 10.1 with its line end."""
    job = ACCT | fields
    hosts = [quoted(host) for host in job["hosts"]]  # type: ignore[attr-defined]
    texts = {name: quoted(job[name]) for name, value in ACCT.items() if isinstance(value, str)}
    usages = list(host_usage)
    parts = [
        texts["type"], texts["version"], job["event_time"], job["job_id"], job["user_id"], job["options"],
        job["num_processors"], job["submit_time"], job["begin_time"], job["term_time"], job["start_time"],
        texts["user"], texts["queue"], texts["res_req"], '"" "" "login1"', texts["cwd"],
        '"" "%J.out" "" "1718352000.4711" 0', len(hosts), *hosts, job["status"], 60.0,
        texts["name"], texts["command"], job["utime"], job["stime"],
        "966960 0 -1 0 0 3026323 0 0 0 0 -1 0 0 0 12529 6498 -1", '""', texts["project"],
        job["exit_status"], job["num_processors"], '"" ""', job["idx"], job["max_rmem"], 0,
        '"" "" "" "" 0 ""', job["exit_info"], '"" -1', texts["share"],
        '"" "" "" -1 "" "" 5136 "" 1718352060 ""',
        texts["description"], '2 1110 "default" 1086 "-1 -1 "', len(usages), *usages,
        job["run_limit"], 4194304, job["avg_mem"], texts["effective"],
        '"" -1 "" -1 0 "" 0 0 "" 7558 "/proj" 0 "" 0.000000 0.00 0.00 0.00 0.00 1 "sim01" -1 0 0 0',
    ]  # fmt: skip
    return " ".join(map(str, parts)) + "\n"


UF = {
    "id": "4711",
    "name": "cpu_smoke",
    "status": "DONE",
    "command": "vcs -full64 -f run.f",
    "trailer": ", Share group charged </chip/frontend/ada>",
    "mode": "",
    "submitted": "Fri Jun 14 08:00:00",
    "cwd": "/proj/chip/work",
    "asked": ", 4 Task(s), Requested Resources <rusage[mem=4000] span[hosts=1]>",
    "started": "Fri Jun 14 08:01:00: Started 4 Task(s) on Host(s) <4*sim01>,"
    " Allocated 4 Slot(s) on Host(s) <4*sim01>, Execution Home </home/ada>, Execution CWD </proj/chip>;\n",
    "ended": "Fri Jun 14 10:06:58: Done successfully. The CPU time used is 843.4 seconds.\n",
    "limits": "",
    "memory": " MAX MEM: 2 Gbytes;  AVG MEM: 1 Gbytes\n",
    "effective": "select[type == any] rusage[mem=4000.00] span[hosts=1]",
}
"""The same job as bjobs shows it."""


ROW: dict[str, Any] = {
    "system": "lsf",
    "cluster": "lsf-a",
    "job_id": "4711",
    "array_index": None,
    "step": None,
    "name": "cpu_smoke",
    "user": "ada",
    "group": "frontend",
    "project": "chip",
    "queue": "regress",
    "command": "vcs -full64 -f run.f",
    "cwd": "/proj/chip/work",
    "description": "nightly",
    "submit_time": datetime(2024, 6, 14, 8, 0, 0, tzinfo=UTC),
    "start_time": datetime(2024, 6, 14, 8, 1, 0, tzinfo=UTC),
    "finish_time": datetime(2024, 6, 14, 10, 6, 58, tzinfo=UTC),
    "state": "done",
    "exit_code": 0,
    "exit_reason": None,
    "cores_requested": 4,
    "memory_requested": 4000 * 1024**2,
    "run_limit": 43200.0,
    "gpus_requested": None,
    "interactive": False,
    "span_hosts": 1,
    "memory_peak": 2 * 1024**3,
    "memory_mean": 1024**3,
    "memory_basis": "rss_sum",
    "cpu_time": pytest.approx(843.42),
    "run_time": 7558.0,
    "suspended_time": None,
    "hosts": ["sim01"],
    "advised_memory": None,
    "advised_run_time": None,
    "advice_id": None,
    "attempt": None,
}
"""The row of the history that it becomes; bjobs says a little less of it."""


def bjobs_uf(**parts: str) -> str:
    """Return one job of ``bjobs -UF`` of LSF 10.1, with the rule in front."""
    job = UF | parts
    name = f", Job Name <{job['name']}>" if job["name"] else ""
    return (
        f"{'-' * 78}\n\nJob <{job['id']}>{name}, User <ada>, Project <chip>, Status <{job['status']}>,"
        f" Queue <regress>{job['mode']}, Job Priority <50>, Command <{job['command']}>{job['trailer']}\n"
        f"{job['submitted']}: Submitted from host <login1>, CWD <{job['cwd']}>, Output File <%J.out>"
        f"{job['asked']};\n{job['started']}{job['ended']}{job['limits']}\n MEMORY USAGE:\n{job['memory']}\n"
        " SCHEDULING PARAMETERS:\n"
        "           r15s   r1m  r15m   ut      pg    io   ls    it    tmp    swp    mem\n"
        " loadSched   -     -     -     -       -     -    -     -     -      -      -  \n"
        " loadStop    -     -     -     -       -     -    -     -     -      -      -  \n\n"
        " RESOURCE REQUIREMENT DETAILS:\n"
        f" Combined: {job['effective']}\n Effective: {job['effective']}\n"
    )
