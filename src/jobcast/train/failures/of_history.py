"""Cases from a history in the store: what was known of each job, as of its submission or later."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from jobcast.features.asof import as_of_submission
from jobcast.features.columns import Known
from jobcast.features.failures import FAILURE_FEATURES, Needs, failure_matrix
from jobcast.features.family import LADDER, NOTHING
from jobcast.features.summary import LAST, STATISTICS
from jobcast.job import ExitReason
from jobcast.train import run_time
from jobcast.train.failures.cases import Cases, Floats, Matrix, Rows, Times, Vantage
from jobcast.train.material import JUDGED_COLUMNS, Material

READS = JUDGED_COLUMNS
"""Columns of the history that cases are made from."""
LANDMARKS = (0, 60, 300, 900, 3600)
"""Seconds of a run after which it is looked at, for the vantage point `Vantage.RUNNING`: 0 is its start."""

_MEAN = STATISTICS.index("mean")


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """Jobs, and the moments at which they are looked at."""

    rows: Rows
    """Row numbers in the material; a job may be looked at more than once."""
    moments: Times
    """Seconds since 1970: what ended later is not known."""


def cases_of_history(stuff: Material, vantage: Vantage) -> Cases:
    """Return the jobs of `stuff` (columns `READS`) that failed or ended well, as seen from `vantage`.

    In order of their finish. Jobs that never started are left out where a run is looked at.
    """
    return cases_at(stuff, vantage, look_from(stuff, vantage))


def cases_at(stuff: Material, vantage: Vantage, look: Look) -> Cases:
    """Return these jobs of `stuff` at these moments, in this order."""
    shares, needs = known_at(stuff, look)
    matrix = failure_matrix(shares, needs, base_at(stuff, look.moments))
    further = _FURTHER[vantage](stuff, look, needs)
    features = (*FAILURE_FEATURES, *further)
    return Cases(
        vantage=vantage,
        features=features,
        matrix=np.column_stack([matrix, *further.values()]).astype(np.float32) if further else matrix,
        failed=stuff.failed[look.rows],
        asked=look.moments,
        finished=stuff.finish[look.rows],
        measured=_measured(stuff.jobs)[look.rows],
        cost=_core_seconds(stuff.jobs)[look.rows],
        reason=_reasons(stuff)[look.rows],
        jobs=look.rows if vantage is Vantage.RUNNING else None,
        rivals=_rivals(shares),
    )


def look_from(stuff: Material, vantage: Vantage) -> Look:
    """Return which jobs are looked at from that point, and when; one that ends at once does not see itself."""
    ended = np.flatnonzero(stuff.ended)
    ended = ended[np.argsort(stuff.finish[ended], kind="stable")]
    if vantage is not Vantage.RUNNING:
        return Look(rows=ended, moments=stuff.submissions.at[ended] - 1)
    start = _epoch(stuff.jobs["start_time"])[ended]
    ended, start = ended[~np.isnan(start)], start[~np.isnan(start)].astype(np.int64)
    parts = []
    for mark in LANDMARKS:
        runs = (stuff.finish[ended] > start + mark) | (mark == 0)
        parts.append((ended[runs], start[runs] + mark - 1))
    rows, moments = (np.concatenate(part) for part in zip(*parts, strict=True))
    order = np.argsort(stuff.finish[rows], kind="stable")
    return Look(rows=rows[order], moments=moments[order])


def known_at(stuff: Material, look: Look) -> tuple[Known, Needs]:
    """Return what was known of these jobs then: how their families ended, and what these need."""
    latest, submissions = stuff.latest, stuff.submissions
    shares = as_of_submission(submissions, stuff.ended_by(latest), look.rows, moments=look.moments)
    memory = as_of_submission(submissions, stuff.finished_by(latest), look.rows, moments=look.moments)
    times = run_time.as_of_submission(submissions, stuff.timed_by(latest), look.rows, moments=look.moments)
    needs = Needs(
        run_time_median=times.median,
        run_time_p95=times.p95,
        memory_anchor=memory.anchor,
        memory_p95=memory.p95,
    )
    return shares, needs


def base_at(stuff: Material, moments: Times) -> Floats:
    """Return for each moment the share of the jobs ended by then that failed, beginning with one of two."""
    done = stuff.ended_by(stuff.latest)
    failed = np.concatenate([[0.0], np.cumsum(done.values >= 1)])
    known = np.searchsorted(done.times, moments, side="right")
    share: Floats = (failed[known] + 1) / (known + 2)
    return share


def _while_running(stuff: Material, look: Look, needs: Needs) -> dict[str, Floats]:
    start, limit = (
        _epoch(stuff.jobs["start_time"])[look.rows],
        stuff.submissions.numbers["run_limit"][look.rows],
    )
    elapsed = look.moments + 1 - start
    seen = np.log2(np.maximum(elapsed, 1))
    return {
        "elapsed": elapsed,
        "waited": start - stuff.submissions.at[look.rows],
        "elapsed_above_median": seen - needs.run_time_median,
        "elapsed_above_p95": seen - needs.run_time_p95,
        "elapsed_of_limit": _part(elapsed, limit),
    }


def _afterwards(stuff: Material, look: Look, needs: Needs) -> dict[str, Floats]:
    jobs, rows = stuff.jobs, look.rows
    run_time = _amount(jobs, "run_time")[rows]
    return {
        "run_time": run_time,
        "waited": _epoch(jobs["start_time"])[rows] - stuff.submissions.at[rows],
        "cpu_time": _amount(jobs, "cpu_time")[rows],
        "memory": _memory(jobs)[rows],
        "run_time_above_median": np.log2(np.maximum(run_time, 1)) - needs.run_time_median,
        "run_time_of_limit": _part(run_time, stuff.submissions.numbers["run_limit"][rows]),
    }


def _nothing_more(_stuff: Material, _look: Look, _needs: Needs) -> dict[str, Floats]:
    return {}


_FURTHER: Mapping[Vantage, Callable[[Material, Look, Needs], dict[str, Floats]]] = {
    Vantage.SUBMISSION: _nothing_more,
    Vantage.RUNNING: _while_running,
    Vantage.AFTERWARDS: _afterwards,
}
"""Features that a vantage point has beyond those of a submission."""


def _measured(jobs: pl.DataFrame) -> Matrix:
    """Return what classes are made by (`CLASS_FEATURES`); what nobody measured counts as nothing used."""
    columns = (
        _amount(jobs, "run_time"),
        _part(_amount(jobs, "cpu_time"), _amount(jobs, "run_time")),
        _memory(jobs),
        _amount(jobs, "cores_requested"),
    )
    return np.nan_to_num(np.column_stack(columns), nan=0.0, posinf=0.0).astype(np.float32)


def _core_seconds(jobs: pl.DataFrame) -> Floats:
    return np.nan_to_num(_amount(jobs, "run_time")) * np.nan_to_num(_amount(jobs, "cores_requested"), nan=1.0)


def _reasons(stuff: Material) -> npt.NDArray[np.str_]:
    """Return why jobs failed; one of which nobody told why did so for an unknown reason."""
    told = stuff.jobs["exit_reason"].fill_null(str(ExitReason.UNKNOWN)).to_numpy().astype(np.str_)
    return np.where(stuff.failed, told, "")


def _rivals(shares: Known) -> dict[str, Floats]:
    """Return simple answers: the last end of the user, the share of the narrowest family, and that of the user."""
    rungs = shares.matrix[:, : len(LADDER) * len(STATISTICS)].reshape(-1, len(LADDER), len(STATISTICS))
    told = np.minimum(rungs + shares.anchor[:, None, None], 1)
    user = next(number for number, rung in enumerate(LADDER) if rung.name == "user")
    narrowest = np.minimum(shares.rung, NOTHING - 1)
    return {
        "last_failed": told[:, user, LAST].astype(np.float64),
        "family_rate": told[np.arange(len(told)), narrowest, _MEAN].astype(np.float64),
        "user_rate": told[:, user, _MEAN].astype(np.float64),
    }


def _memory(jobs: pl.DataFrame) -> Floats:
    return jobs.select(pl.coalesce("memory_mean", "memory_peak").cast(pl.Float64)).to_series().to_numpy()


def _amount(jobs: pl.DataFrame, name: str) -> Floats:
    return jobs[name].cast(pl.Float64).to_numpy()


def _epoch(times: pl.Series) -> Floats:
    """Return seconds since 1970; NaN where there is no time."""
    return times.dt.epoch("s").cast(pl.Float64).to_numpy()


def _part(amounts: Floats, of: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(of > 0, amounts / of, np.nan)
