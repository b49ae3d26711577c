"""A real batch manager, with a real starter, as processes of their own below one temporary folder."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from jobcast.batch.client import Client
from jobcast.batch.order import Answer, Done, SubmitCommandFile
from jobcast.batch.record import Step
from jobcast.batch.service import Past, Wanted
from jobcast.errors import JobcastError
from tests.cluster.waiting import until


@dataclass(kw_only=True)
class Batch:
    """One manager, which may be killed and started again; its starter goes on."""

    folder: Path
    """Of everything."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Configuration files, name to text."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Further environment."""
    process: subprocess.Popen[bytes] | None = None

    @property
    def client(self) -> Client:
        return Client(self.folder / "batch.sock")

    @property
    def spool(self) -> Path:
        return self.folder / "store" / "batch" / "spool"

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "JOBCAST_STORE": str(self.folder / "store"),
            "JOBCAST_BATCH_SOCKET": str(self.folder / "batch.sock"),
            "JOBCAST_LANG": "en",
            "TZ": "UTC",
            **self.settings,
        }

    def start(self) -> None:
        """Start the manager, and wait until it answers."""
        for name, text in self.texts.items():
            (self.folder / name).write_text(text, "utf-8")
        system = [word for name in self.texts for word in ("--system", str(self.folder / name))]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "jobcast", "batch", "start", *system],
                env=self.environment,
                stdout=log,
                stderr=log,
                cwd=self.folder,
            )
        until(self.answers, 30, "a manager that answers")

    def answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, (self.folder / "log").read_text()
        try:
            self.client.snapshot(Wanted())
        except JobcastError:
            return False
        return True

    def kill(self) -> None:
        """End the manager as a power cut of its own would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def run(self, *arguments: str, ok: bool = True, told: str | None = None) -> str:
        """Run ``jobcast batch ARGUMENTS``, and return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "jobcast", "batch", *arguments],
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
            input=told,
        )
        assert (done.returncode == 0) is ok, (done.returncode, done.stdout, done.stderr)
        return done.stdout if ok else done.stdout + done.stderr

    def submit(self, text: str) -> Answer:
        """Submit a job command file."""
        order = SubmitCommandFile(
            text=text, file="job.cmd", directory=str(self.folder), environment=dict(os.environ)
        )
        answer = self.client.do(order)
        assert [outcome.done for outcome in answer.outcomes] == [Done.YES] * len(answer.outcomes), answer
        return answer

    def steps(self) -> dict[str, Step]:
        """Return what is alive, or was over lately."""
        return {step.id: step for step in self.client.snapshot(Wanted()).steps}

    def state(self, step: str) -> str:
        return str(self.steps()[step].state)

    def wait(self, step: str, state: str, seconds: float = 20) -> Step:
        """Wait until a step has come into a state."""
        until(lambda: self.state(step) == state, seconds, f"{step} {state}: {self.state(step)}")
        return self.steps()[step]

    def all_over(self, seconds: float = 60) -> list[Step]:
        """Wait until nothing is alive; return what was."""
        until(lambda: all(step.ended for step in self.steps().values()), seconds, "the end of all steps")
        return list(self.client.past(Past()))

    def end(self) -> None:
        """End the manager, the starter and all that runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(100)
        for number in _below(self.folder):
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)


def _below(folder: Path) -> Iterator[int]:
    """Yield the processes that name a folder in their command line, or are in it."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal() or int(entry.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            words = (entry / "cmdline").read_bytes()
            if os.fsencode(folder) in words or (entry / "cwd").readlink().is_relative_to(folder):
                yield int(entry.name)
