"""Compares jobcast with AccaSim on one log, whole process against whole process: ``python bench/peers.py LOG [JOBS]``.

AccaSim 1.1.3 needs Python 3.9 (``collections.Mapping`` is gone since 3.10): it is installed into an environment of
its own, build/peers, where such a Python is found, and else its published figure stands in. It divides by zero where
a job requests no memory, so that one unit is written into the copy that both read.
"""

import gzip
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from harness import machine

_ENVIRONMENT = Path(__file__).parents[1] / "build" / "peers"
_PUBLISHED = 625.0
"""Jobs a second of AccaSim's EASY on 10,000 jobs of KTH-SP2, CPU time of the whole process, measured on two cores."""
_BAR = 100
_TURNS = 36
"""How often the log is written one after the other for the third line: a million jobs of KTH-SP2."""
_SCRIPT = """
import sys
from accasim.base.allocator_class import FirstFit
from accasim.base.scheduler_class import EASYBackfilling
from accasim.base.simulator_class import Simulator
Simulator(sys.argv[1], sys.argv[2], EASYBackfilling(FirstFit())).start_simulation()
"""
_REQUESTED_MEMORY = 9


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One program on the log."""

    who: str
    jobs: int
    cpu_s: float
    """User and system, of the whole process; not a number's worth where it was not run."""
    slowdown: float | None
    """Mean bounded slowdown, where the program tells it."""

    @property
    def rate(self) -> float:
        """Return jobs a second."""
        return self.jobs / self.cpu_s


def main() -> None:
    log, jobs = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    with TemporaryDirectory(prefix="jobcast-peers-") as name:
        folder = Path(name)
        few, processors = _prepare(log, folder / "few.swf", jobs)
        everything, _ = _prepare(log, folder / "all.swf", None)
        many = _again(everything, folder / "many.swf")
        ours = [_jobcast(few), _jobcast(everything), _jobcast(many)]
        python = _accasim_python()
        peer = None if python is None else _accasim(python, few, processors, folder)
    _print(ours, peer)


def _prepare(log: Path, copy: Path, most: int | None) -> tuple[Path, int]:
    """Write the first jobs of a log, each requesting some memory; return the copy and how many processors there are."""
    processors, written = 0, 0
    with gzip.open(log, "rt") if log.suffix == ".gz" else log.open() as lines, copy.open("w") as out:
        for line in lines:
            if line.startswith(";"):
                out.write(line)
                if "MaxProcs:" in line:
                    processors = int(line.split(":")[1].split()[0])
            elif written != most:
                values = line.split()
                values[_REQUESTED_MEMORY] = "1"
                out.write(" ".join(values) + "\n")
                written += 1
    return copy, processors


def _again(log: Path, copy: Path) -> Path:
    """Write a log many times over, one after the other in time: a start-up counts for less in it."""
    jobs = [line.split() for line in log.open() if not line.startswith(";")]
    begin, end = int(jobs[0][1]), int(jobs[-1][1])
    with copy.open("w") as out:
        out.writelines(line for line in log.open() if line.startswith(";"))
        for turn in range(_TURNS):
            for number, values in enumerate(jobs, turn * len(jobs) + 1):
                submit = int(values[1]) + turn * (end - begin + 1)
                out.write(" ".join([str(number), str(submit), *values[2:]]) + "\n")
    return copy


def _timed(command: Sequence[str], folder: Path) -> tuple[float, str]:
    """Run a program and return its CPU seconds, and what it printed."""
    before = os.times()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    after = os.times()
    return (
        after.children_user + after.children_system - before.children_user - before.children_system,
        done.stdout,
    )


def _jobcast(log: Path) -> Run:
    command = [sys.executable, "-m", "jobcast", "simulate", str(log), "--events", "per-timestamp", "--json"]
    cpu_s, text = min(_timed(command, log.parent) for _ in range(3))
    told = json.loads(text)
    return Run(who="jobcast", jobs=told["jobs"], cpu_s=cpu_s, slowdown=told["mean_bounded_slowdown"])


def _accasim_python() -> Path | None:
    """Return the interpreter of an environment with AccaSim; None where it can't be had."""
    python = _ENVIRONMENT / "bin" / "python"
    if python.exists():
        return python
    for found in _pythons():
        try:
            subprocess.run([found, "-m", "venv", str(_ENVIRONMENT)], check=True, capture_output=True)
            install = [str(python), "-m", "pip", "install", "--quiet", "accasim==1.1.3"]
            subprocess.run(install, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"AccaSim can't be installed with {found}: {error}", file=sys.stderr)
            shutil.rmtree(_ENVIRONMENT, ignore_errors=True)
        else:
            return python
    return None


def _pythons() -> Iterator[str]:
    """Yield interpreters of Python 3.9."""
    yield from filter(None, [shutil.which("python3.9")])
    yield from map(str, sorted(Path.home().glob(".pyenv/versions/3.9.*/bin/python")))


def _accasim(python: Path, log: Path, processors: int, folder: Path) -> Run:
    system = folder / "system.json"
    group = {"core": 1, "mem": 1_000_000}
    system.write_text(
        json.dumps(
            {
                "system_prefix": "n",
                "start_time": 0,
                "equivalence": {"processor": {"core": 1}},
                "groups": {"g0": group},
                "resources": {"g0": processors},
            }
        )
    )
    script = folder / "run.py"
    script.write_text(_SCRIPT)
    cpu_s, _ = _timed([str(python), str(script), str(log), str(system)], folder)
    jobs = sum(not line.startswith(";") for line in log.open())
    return Run(who="AccaSim 1.1.3", jobs=jobs, cpu_s=cpu_s, slowdown=None)


def _print(ours: list[Run], peer: Run | None) -> None:
    rate = _PUBLISHED if peer is None else peer.rate
    table = Table(box=None, pad_edge=False)
    for title in ("EASY, whole process", "jobs", "CPU s", "jobs/s", "times AccaSim", "mean bounded slowdown"):
        table.add_column(title, justify="left" if title.startswith("EASY") else "right", no_wrap=True)
    for run in ours if peer is None else [*ours, peer]:
        slowdown = "" if run.slowdown is None else f"{run.slowdown:.6f}"
        times = f"{run.rate / rate:,.0f}"
        table.add_row(run.who, f"{run.jobs:,}", f"{run.cpu_s:.2f}", f"{run.rate:,.0f}", times, slowdown)
    if peer is None:
        table.add_row("AccaSim 1.1.3, published", "10,000", "16.0", f"{rate:,.0f}", "1", "")
    console = Console(width=120)
    console.print(table)
    console.print(f"bar: {_BAR} times AccaSim; {machine()['cores']} cores")


if __name__ == "__main__":
    main()
