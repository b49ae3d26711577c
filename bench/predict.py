"""One forecast from a cold start, against starting Python and importing what it computes with."""

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from command import fill_store, jobcast
from harness import Operation

_JOBS = 100_000
_QUESTION = ("--user", "yuki", "--command", "python3 /proj/comet/flow/parse.py --block isp --run 1")


def operations(shrink: int) -> list[Operation]:
    """Return the command that a submission waits for."""
    return [
        Operation(
            name="predict",
            size=1,
            prepare=partial(_prepare, _JOBS // shrink),
            work=_predict,
            limit=_import,
            limit_name="python -c 'import numpy'",
        )
    ]


def _prepare(jobs: int, folder: Path, _size: int) -> None:
    fill_store(folder, jobs)
    jobcast(folder, "train", "--no-judge")


def _predict(folder: Path) -> Callable[[], object]:
    return partial(jobcast, folder, "predict", *_QUESTION)


def _import(_folder: Path) -> Callable[[], object]:
    return partial(subprocess.run, [sys.executable, "-c", "import numpy"], check=True)
