"""A small made-up chip-design cluster: the peak follows the tool, the block and the user."""

import polars as pl

from jobcast.train.memprediction.settings import TrainingSettings
from jobcast.train.memprediction.training_yaml import parse_settings
from jobcast.units import GIB
from tests.made_up import NEW_YEAR, frame, job

TOOLS = {"vcs -full64": 4.0, "pt_shell -f sta.tcl": 12.0, "innovus -init place.tcl": 40.0, "make lint": 0.5}
BLOCKS = {"cpu_core": 1.0, "ddr_phy": 2.0, "pll": 0.3, "noc_router": 1.4}
USERS = ("chen", "fang", "ivan")

QUICK = """
bins: [-.inf, 1, 4, 16, .inf]
cross_validation: {test_size: 0.1, train_size: 0.9}
base_model:
  cwd: {word2vec: {emb_size: 4}}
  command: {glove: {emb_size: 4}}
model:
  model_name: xgboost
  training_parameter: {n_estimators: 8, max_depth: 4, seed: 7}
"""


def quick(more: str = "", *, instead: str = QUICK) -> TrainingSettings:
    """Return settings that train in a moment, with some more YAML at the end."""
    return parse_settings(instead + more)


def made_up_jobs(count: int = 120, **known: object) -> pl.DataFrame:
    """Return so many jobs, one an hour; `known` overrides columns of all of them."""
    return frame(*(made_up_job(number, **known) for number in range(count)))


def made_up_job(number: int, **known: object) -> dict[str, object]:
    tool, base = list(TOOLS.items())[number % 4]
    block, size = list(BLOCKS.items())[number // 4 % 4]
    user = USERS[number % 3]
    row = {
        "user": user,
        "project": "atlas",
        "queue": "bigmem" if base > 20 else "normal",
        "name": f"{block}_{number}" if number % 2 else None,
        "command": f"{tool} -top {block} -seed {number}",
        "cwd": f"/proj/atlas/{user}/{block}/run_{number}",
        "cores_requested": 4,
        "memory_peak": round(base * size * (1 + number % 5 / 20) * GIB),
        "finish_time": NEW_YEAR.replace(day=1 + number // 24 % 28, hour=number % 24),
    }
    return job(**({"job_id": str(number)} | row | known))
