"""Forecasts: one from a cold start, against starting Python; many in a running process, against their trees."""

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import cast

import made_up
from command import fill_store, jobcast
from harness import Operation
from jobcast.features.submissions import of_many
from jobcast.job import Request, Submission
from jobcast.predict.families import FamilyModel
from jobcast.predict.models import load
from jobcast.predict.shelf import Shelf

_JOBS = 100_000
_QUESTION = ("--user", "yuki", "--command", "python3 /proj/comet/flow/parse.py --block isp --run 1")
_ASKED = 4000


def operations(shrink: int) -> list[Operation]:
    """Return the command that a submission waits for, and what a service does for one or eight at a time."""
    prepare = partial(_prepare, _JOBS // shrink)
    warm = partial(
        Operation, size=_ASKED, prepare=prepare, limit=_trees, limit_name="the trees, all rows at once"
    )
    return [
        Operation(
            name="predict",
            size=1,
            prepare=prepare,
            work=_predict,
            limit=_import,
            limit_name="python -c 'import numpy'",
        ),
        warm(name="predict warm", work=partial(_answer, 1)),
        warm(name="predict warm by eight", work=partial(_answer, 8)),
    ]


def _prepare(jobs: int, folder: Path, _size: int) -> None:
    fill_store(folder, jobs)
    jobcast(folder, "train", "--no-judge")


def _predict(folder: Path) -> Callable[[], object]:
    return partial(jobcast, folder, "predict", *_QUESTION)


def _import(_folder: Path) -> Callable[[], object]:
    return partial(subprocess.run, [sys.executable, "-c", "import numpy"], check=True)


def _answer(at_once: int, folder: Path) -> Callable[[], object]:
    model, asked = _model(folder), _submissions()
    model.forecast(asked[:100])
    parts = [asked[start : start + at_once] for start in range(0, len(asked), at_once)]
    return lambda: [model.forecast(part) for part in parts]


def _trees(folder: Path) -> Callable[[], object]:
    model = _model(folder)
    matrix = model.memory.recall(of_many(_submissions())).matrix
    return lambda: [trees.predict(matrix) for trees in model.trees.values()]


def _model(folder: Path) -> FamilyModel:
    return cast("FamilyModel", load(Shelf(folder / "store" / "models").folder()))


def _submissions() -> list[Submission]:
    """Return jobs of the history as they would be submitted again when it ends."""
    jobs = made_up.history(_ASKED)
    at = max(jobs["finish_time"].to_list())
    texts = ("user", "project", "queue", "name", "command", "cwd", "description")
    return [
        Submission(
            at=at,
            request=Request(cores=row["cores_requested"], memory=row["memory_requested"]),
            **{name: row[name] for name in texts},
        )
        for row in jobs.to_dicts()
    ]
