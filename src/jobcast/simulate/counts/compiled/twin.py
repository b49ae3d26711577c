"""Calls the compiled engine with what the pure one is called with."""

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from jobcast.simulate.counts.base import ALL, Column, Given, Jobs, Outcome, Progress, Rule
from jobcast.simulate.counts.compiled.memory import (
    BEGUN,
    CORRECTION,
    CORRECTIONS,
    DEPTH,
    EACH,
    FIRST,
    LEARNS,
    ONLY_IF_FITS,
    SHORTEST_FIRST,
    START,
    STATE,
    STOPPED,
    Table,
    lay_out,
)
from jobcast.simulate.estimates import correction
from jobcast.simulate.estimates.correction import CORRECTION_NAMES
from jobcast.simulate.sources import digest

_TOLD = 0.1
"""Seconds between two words of progress."""


def make_ready(rule: Rule) -> None:
    """Compile what `run` calls, or read it back where that has been done before. Needs numba, as `run` does."""
    from numba import typeof  # noqa: PLC0415 - an extra

    type_of = cast("Any", typeof)
    memory = np.empty((0, 0), np.int64)
    _engine(rule).run.compile((type_of(memory), type_of(_sources())))


def run(jobs: Jobs, processors: int, rule: Rule, progress: Progress) -> Outcome:
    """Run checked jobs by a rule of depth 1 or more whose estimates are no object.

    Raises ImportError where numba isn't there.
    """
    places = {
        DEPTH: min(rule.depth, len(jobs)),
        EACH: rule.events == "per-event",
        ONLY_IF_FITS: rule.estimates in ("requested", "actual", "doubled"),
        LEARNS: rule.estimates == "last-two",
        SHORTEST_FIRST: rule.order == "shortest-first" and rule.depth < ALL,
        CORRECTION: CORRECTION_NAMES.index(rule.correction),
    }
    memory = lay_out(jobs, processors, _estimates(jobs, rule), places)
    _go(_engine(rule), memory, progress)
    start, estimate, corrections = memory[[START, FIRST, CORRECTIONS], : len(jobs)]
    return Outcome(start=start, estimate=estimate, corrections=corrections)


def _engine(rule: Rule) -> Any:
    """Return the module that runs a rule."""
    form = "easy" if rule.depth == 1 else "planned"
    return import_module(f"jobcast.simulate.counts.compiled.{form}")


def _go(engine: Any, memory: Table, progress: Progress) -> None:
    """Run in another thread, so that this one can tell how far it is, and be interrupted."""
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(engine.run, memory, _sources())
        try:
            while not done.done():
                try:
                    done.result(_TOLD)
                except TimeoutError:
                    progress(int(memory[STATE, BEGUN]))
            done.result()
        finally:
            memory[STATE, STOPPED] = 1


@cache
def _sources() -> npt.NDArray[np.void]:
    """Return an empty array, of a type that is another one whenever the source of compiled functions is."""
    files = [*Path(__file__).parent.glob("*.py"), Path(correction.__file__)]
    return np.empty(0, np.dtype([(f"of_{digest(files)}", np.int8)]))


def _estimates(jobs: Jobs, rule: Rule) -> Column:
    if isinstance(rule.estimates, Given):
        return rule.estimates.seconds
    match rule.estimates:
        case "actual":
            return jobs.run
        case "doubled":
            return 2 * jobs.request
        case "requested":
            return jobs.request
    return np.zeros(len(jobs), np.int64)
