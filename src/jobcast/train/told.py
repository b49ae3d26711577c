"""What later jobs would have been told at their submission: the forecasts of then, for every job."""

import numpy as np
import polars as pl

from jobcast.features.submissions import seconds
from jobcast.history import submitted_at
from jobcast.predict.run_time import Past
from jobcast.train.backtest import Floats, Rows, known_of, replies_of_families, test_rows
from jobcast.train.families import FamilySettings, KnownJobs, Progress, fit
from jobcast.train.judge import Trial
from jobcast.train.material import Material
from jobcast.train.run_time import as_of_submission


def told(stuff: Material, trial: Trial, progress: Progress) -> pl.DataFrame:
    """Return a row for each job that finished after `trial.train_end`, with what the default recipe would have said.

    Columns: job_id, array_index, step, submit_time (UTC), memory (bytes to ask for; null where nothing is forecast or
    no peak was measured), run_time (median, seconds; null where nothing is forecast). Families go on learning from each
    job as it finishes, as they do when serving. Raises ModelError where there is too little to learn from.
    """
    end = seconds(trial.train_end)
    rows = np.flatnonzero(stuff.finish > end)
    memory = np.full(len(stuff.finish), np.nan)
    measured = test_rows(stuff, end)
    if len(measured):
        memory[measured] = np.exp2(_memory(stuff, measured, end, trial.settings, progress))
    progress("run_times")
    past = as_of_submission(stuff.submissions, stuff.timed_by(stuff.latest), rows)
    return stuff.jobs[rows].select(
        "job_id",
        "array_index",
        "step",
        submitted_at().alias("submit_time"),
        pl.Series("memory", memory[rows]).fill_nan(None).ceil().cast(pl.Int64),
        pl.Series("run_time", _run_time(past)).fill_nan(None),
    )


def _memory(stuff: Material, rows: Rows, end: int, settings: FamilySettings, progress: Progress) -> Floats:
    progress("families")
    known = known_of(stuff, rows, end, live=True)
    fitted = fit(stuff, end, settings, progress)
    replies = replies_of_families(stuff, KnownJobs(rows=rows, known=known), fitted, settings, live=True)
    return replies.request


def _run_time(past: Past) -> Floats:
    return np.exp2(past.median.astype(np.float64))
