"""A made-up cluster's history, and a small model that was trained on it, made once for all tests."""

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import polars as pl

from jobcast.demo.cluster import START, make_history
from jobcast.job import Submission
from jobcast.predict.card import Card
from jobcast.predict.shelf import Shelf, grown_name
from jobcast.train.boosting import BoostingSettings
from jobcast.train.families import FamilySettings
from jobcast.train.material import material
from jobcast.train.publish import Order, publish_families

JOBS, DAYS = 1_500, 14
END = START + timedelta(days=DAYS)
QUICK = FamilySettings(
    boosting=BoostingSettings(num_iterations=12, num_leaves=15, min_data_in_leaf=20, num_threads=1)
)
ORDER = Order(made=datetime(2026, 3, 1, 2, 0, 7, tzinfo=UTC), scores={"jobs": 300, "median_error": 0.125})


@cache
def made_up_history() -> pl.DataFrame:
    """Return 1,500 jobs of two weeks."""
    return make_history(JOBS, DAYS, seed=3).history


def silent(_step: str) -> None:
    """Take note of a step."""


def publish(folder: Path) -> Card:
    """Train on the made-up history, with few trees, into the existing `folder`."""
    return publish_families(material(made_up_history()), folder, ORDER, QUICK, silent)


def publish_on(shelf: Shelf) -> str:
    """Put such a model on the shelf, and return its name."""
    with shelf.growing(ORDER.made) as folder:
        publish(folder)
    return grown_name(folder)


def a_job(number: int = -1) -> dict[str, str]:
    """Return the texts of one of the jobs of the history."""
    row = made_up_history()[number].to_dicts()[0]
    return {name: row[name] for name in ("user", "project", "queue", "name", "command", "cwd")}


def submission(**known: object) -> Submission:
    """Return a submission after the whole history."""
    return Submission(**{"at": END + timedelta(hours=10), **known})
