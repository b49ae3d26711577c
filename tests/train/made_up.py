"""A small history on which the default recipe can be trained within seconds."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl

from jobcast.train.boosting import BoostingSettings
from jobcast.train.families import FamilySettings
from tests.made_up import NEW_YEAR, frame, job

FEW_TREES = BoostingSettings(num_iterations=10, num_leaves=7, min_data_in_leaf=20, num_threads=1)
SETTINGS = replace(FamilySettings(), boosting=FEW_TREES)


def blocks(*, days: int = 20, seed: int = 5) -> pl.DataFrame:
    """Return jobs every quarter of an hour on so many days: blocks of different size, one job in ten fails."""
    chance = np.random.default_rng(seed)
    size = {"alu": 2, "fpu": 16, "l2": 5}
    rows = []
    for number in range(days * 96):
        block = list(size)[chance.integers(3)]
        begin = NEW_YEAR + timedelta(minutes=15 * number)
        rows.append(
            job(
                str(number),
                user=("chen", "li")[chance.integers(2)],
                command=f"pnr -block {block}",
                cwd=f"/proj/loom/{block}",
                submit_time=begin,
                finish_time=begin + timedelta(minutes=int(chance.integers(5, 90))),
                state="failed" if chance.random() < 0.1 else "done",
                memory_peak=int(size[block] * 2**30 * 2 ** chance.normal(0, 0.3)),
            )
        )
    return frame(*rows)
