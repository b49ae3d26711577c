"""What later jobs would have been told of their failing at submission, by a model of what had ended by then."""

from datetime import datetime

import numpy as np
import polars as pl

from jobcast.features.submissions import seconds
from jobcast.history import submitted_at
from jobcast.train.failures import one_layer
from jobcast.train.failures.calibration import Rolling, rolled
from jobcast.train.failures.cases import Vantage
from jobcast.train.failures.learn import LearnSettings, parts
from jobcast.train.failures.of_history import cases_of_history, look_from
from jobcast.train.failures.splits import SplitBy
from jobcast.train.failures.two_layers import Progress
from jobcast.train.material import Material


def told_of_failing(
    stuff: Material, train_end: datetime, progress: Progress, settings: LearnSettings | None = None
) -> pl.DataFrame:
    """Return a row for each job submitted after `train_end` that failed or ended well (columns `READS`).

    Columns: job_id, array_index, step, submit_time (UTC), failing (chance). Trees of one layer learn from what had
    ended at `train_end`, less its latest part, which teaches how they are calibrated; that is renewed daily from then
    on, by what was known each day. Raises ModelError where there is too little to learn from.
    """
    learn = settings or LearnSettings(layers="one")
    progress("failure_cases")
    cases, end = cases_of_history(stuff, Vantage.SUBMISSION), seconds(train_end)
    earlier, later = np.flatnonzero(cases.finished <= end), np.flatnonzero(cases.asked > end)
    seed = learn.two_layers.boosting.seed
    part = parts(cases.take(earlier), SplitBy.TIME, share=learn.calibration_share, seed=seed)
    progress("failure_second_layer")
    layer = one_layer.fit(cases.take(earlier[part.train]), learn.two_layers.boosting)
    unseen = np.concatenate([earlier[part.test], later])
    some = cases.take(unseen)
    chances = rolled(layer.model().tell(some.matrix), some, end, Rolling())
    rows = look_from(stuff, Vantage.SUBMISSION).rows[later]
    return stuff.jobs[rows].select(
        "job_id",
        "array_index",
        "step",
        submitted_at().alias("submit_time"),
        pl.Series("failing", chances[len(part.test) :]),
    )
