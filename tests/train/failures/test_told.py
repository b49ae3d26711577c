"""What later jobs would have been told of their failing."""

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from jobcast.errors import ModelError
from jobcast.train.failures.told import told_of_failing
from jobcast.train.material import material
from tests.made_up import NEW_YEAR, frame, job

HOURS = 400


def history(hours: int = HOURS) -> pl.DataFrame:
    """Return jobs of two users, of which one's fail two times in three, and the other's seldom."""
    chance = np.random.default_rng(4)
    rows = []
    for hour in range(hours):
        for user, share in (("bad", 2 / 3), ("good", 1 / 20)):
            failed = chance.random() < share
            begun = NEW_YEAR + timedelta(hours=hour)
            rows.append(
                job(
                    job_id=f"{user}{hour}",
                    user=user,
                    command=f"run {user}",
                    submit_time=begun,
                    start_time=begun,
                    finish_time=begun + timedelta(minutes=30),
                    state="failed" if failed else "done",
                    exit_code=int(failed),
                    exit_reason="exit_code" if failed else None,
                )
            )
    return frame(*rows)


def nothing(_step: str) -> None:
    """Tell nobody."""


def test_chances_are_those_of_users_and_of_later_jobs_alone() -> None:
    end = NEW_YEAR + timedelta(hours=300)
    told = told_of_failing(material(history()), end, nothing)
    assert told.columns == ["job_id", "array_index", "step", "submit_time", "failing"]
    assert told["submit_time"].min() > end
    assert len(told) == 2 * (HOURS - 301)
    by_user = told.group_by(pl.col("job_id").str.head(3)).agg(pl.col("failing").mean()).sort("job_id")
    assert by_user["job_id"].to_list() == ["bad", "goo"]
    bad, good = by_user["failing"]
    assert bad == pytest.approx(2 / 3, abs=0.12)
    assert good == pytest.approx(1 / 20, abs=0.06)


def test_what_happened_afterwards_is_not_known() -> None:
    end = NEW_YEAR + timedelta(hours=300)
    whole = history()
    turned = whole.with_columns(
        state=pl.when(pl.col("submit_time") > NEW_YEAR + timedelta(hours=350))
        .then(pl.lit("failed"))
        .otherwise("state")
    )
    until = NEW_YEAR + timedelta(hours=350)
    one, other = (
        told_of_failing(material(jobs), end, nothing).filter(pl.col("submit_time") <= until).sort("job_id")
        for jobs in (whole, turned)
    )
    assert one.equals(other)


def test_too_few_jobs_teach_nothing() -> None:
    with pytest.raises(ModelError, match="too few to learn from"):
        told_of_failing(material(history(1)), NEW_YEAR, nothing)
