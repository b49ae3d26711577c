"""What hooks add to a submission: LSF's esub as a process, Slurm's script within a real slurmctld."""

import os
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from command import fill_store, jobcast
from jobcast.act.hooks.base import Address
from jobcast.act.hooks.lsf import LsfStub
from jobcast.act.hooks.slurm import SlurmStub
from service import running
from trial import Figure, Trial

sys.path.insert(0, str(Path(__file__).parents[1]))  # the tests know how to start a Slurm
from tests.cluster.slurm.daemons import what_is_missing
from tests.cluster.slurm.running import Cluster, started

_JOBS = 20_000
_RULES = 'mode = "apply"\nrun_limit = true\n'
_DEADLINE_S = 0.2

_PARAMETERS = """LSB_SUB_QUEUE="normal"
LSB_SUB_PROJECT_NAME="comet"
LSB_SUB_JOB_NAME="parse"
LSB_SUB_COMMAND_LINE="python3 /proj/comet/flow/parse.py --block isp --run 1"
LSB_SUB_RES_REQ="select[type==any] span[hosts=1]"
LSB_SUB_NUM_PROCESSORS=4
"""


def trials(shrink: int) -> list[Trial]:
    """Return what is tried of the hooks."""
    return [
        Trial(name="hook esub", run=partial(_esub, 200 // shrink)),
        Trial(name="hook slurm", run=partial(_slurm, 400 // shrink), missing=what_is_missing),
    ]


@contextmanager
def _served(folder: Path) -> Iterator[Path]:
    """Have a service that applies what it forecasts; give its socket, which everybody can reach."""
    fill_store(folder, _JOBS)
    jobcast(folder, "train", "--no-judge")
    (folder / "rules.toml").write_text(_RULES)
    folder.chmod(0o755)
    with running(folder, flags=("--rules", str(folder / "rules.toml"))):
        yield folder / "s.sock"


@contextmanager
def _hanging(path: Path) -> Iterator[Path]:
    """Have somebody at the other end who takes every call and never says a word."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(path))
        path.chmod(0o666)
        listener.listen(4096)
        yield path


def _esub(runs: int, folder: Path) -> list[Figure]:
    with _served(folder) as path:
        answered, advised = _submissions(folder, path, runs)
    down, _ = _submissions(folder, folder / "nobody", runs)
    with _hanging(folder / "h.sock") as path:
        held, left = _submissions(folder, path, runs // 10)
    limit = f"≤ {1000 * _DEADLINE_S + 20:.0f} ms"
    return [
        Figure(what="esub, added to a submission, median", value=_median(answered), unit="ms", bar="≤ 25 ms"),
        Figure(what="  99 %", value=_percentile(answered, 0.99), unit="ms", bar=""),
        Figure(
            what="  jobs that got advice", value=100 * advised, unit="%", bar="100 %", memprediction="28-45 %"
        ),
        Figure(what="  service stopped, longest", value=max(down), unit="ms", bar=limit),
        Figure(
            what="  service hanging, longest", value=max(held), unit="ms", bar=limit, memprediction="3,000 ms"
        ),
        Figure(what="  jobs changed then", value=100 * left, unit="%", bar="0 %"),
    ]


def _submissions(folder: Path, service: Path, runs: int) -> tuple[list[float], float]:
    """Run the esub so often; return how long each took, in ms, and the share of jobs that it changed."""
    plan = LsfStub().plan(Address(socket=service, deadline_s=_DEADLINE_S), folder)
    stub, modify = folder / "esub", folder / "modify"
    stub.write_text(plan.files[0].content)
    (folder / "parameters").write_text(_PARAMETERS)
    environment = {
        "PATH": os.defpath,
        "USER": "yuki",
        "LSB_SUB_PARM_FILE": str(folder / "parameters"),
        "LSB_SUB_MODIFY_FILE": str(modify),
        "LSF_INVOKE_CMD": "bsub",
    }
    took, changed = [], 0
    for _ in range(runs):
        modify.write_text("")
        begin = time.perf_counter()
        done = subprocess.run(["/bin/sh", str(stub)], env=environment, check=True, stderr=subprocess.DEVNULL)
        took.append(1000 * (time.perf_counter() - begin))
        changed += done.returncode == 0 and modify.stat().st_size > 0
    return took, changed / runs


_TIMED = """
local socket = require("socket")
local jobcast = dofile("{module}")
function slurm_job_submit(job, partitions, uid)
   local begin = socket.gettime()
   local code = jobcast.job_submit(job, partitions, uid)
   local file = io.open("{times}", "a")
   file:write(string.format("%.6f\\n", socket.gettime() - begin))
   file:close()
   return code
end
function slurm_job_modify(job, record, partitions, uid)
   return slurm.SUCCESS
end
return slurm.SUCCESS
"""
"""job_submit.lua as it is installed, but with a watch."""


def _slurm(runs: int, folder: Path) -> list[Figure]:
    with ExitStack() as stack:
        cluster = stack.enter_context(started())
        bare = _server_ms(cluster, runs)
        with _served(folder) as path:
            asked, asked_ms = _timed(cluster, path, runs)
        with _hanging(folder / "h.sock") as path:
            held, held_ms = _timed(cluster, path, runs // 4)
    return [
        Figure(
            what="job_submit.lua within slurmctld, mean",
            value=statistics.mean(asked),
            unit="ms",
            bar="≤ 6 ms",
        ),
        Figure(what="  99 %", value=_percentile(asked, 0.99), unit="ms", bar="≤ 10 ms"),
        Figure(what="  a submission in all, mean", value=asked_ms, unit="ms", bar=""),
        Figure(what="  without a hook", value=bare, unit="ms", bar=""),
        Figure(what="  service hanging, mean", value=held_ms, unit="ms", bar=""),
        Figure(what="  longest wait then", value=max(held), unit="ms", bar=f"≤ {1000 * _DEADLINE_S:.0f} ms"),
    ]


def _timed(cluster: Cluster, service: Path, runs: int) -> tuple[list[float], float]:
    """Submit so many jobs with the hook; return the ms that it took each, and slurmctld's own mean in all."""
    module, times = cluster.work / "jobcast.lua", cluster.work / "times"
    plan = SlurmStub().plan(Address(socket=service, deadline_s=_DEADLINE_S), cluster.work)
    module.write_text(next(file.content for file in plan.files if file.path.name == "jobcast.lua"))
    times.write_text("")
    times.chmod(0o666)
    with cluster.lua(job_submit=_TIMED.format(module=module, times=times)):
        mean = _server_ms(cluster, runs)
    return [1000 * float(line) for line in times.read_text().split()], mean


def _server_ms(cluster: Cluster, runs: int) -> float:
    """Submit so many held jobs, and return how long slurmctld took over each on average, as sdiag tells."""
    cluster.run("sdiag", "--reset")
    for number in range(runs):
        cluster.submit(
            "-H", "-J", f"parse{number % 7}", "--wrap", f"python3 parse.py --block isp --run {number}"
        )
    cluster.run("scancel", "--state=PENDING", "--user=games")
    found = re.search(r"REQUEST_SUBMIT_BATCH_JOB .*?ave_time:(\d+)", cluster.run("sdiag"))
    if found is None:
        raise RuntimeError("sdiag tells nothing of submissions")
    return int(found[1]) / 1000


def _median(took: list[float]) -> float:
    return statistics.median(took)


def _percentile(took: list[float], share: float) -> float:
    return sorted(took)[min(int(share * len(took)), len(took) - 1)]
