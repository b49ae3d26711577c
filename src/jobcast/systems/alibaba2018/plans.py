"""What is planned of jobs when they are submitted: their tasks, what these ask for, and their graph."""

from hashlib import blake2b

import polars as pl

from jobcast.systems.alibaba2018.graph import masked, shape

PLAN = (
    *("tasks", "task_kinds", "depth", "width", "planned_instances"),
    *("plan_cpu_sum", "plan_cpu_max", "plan_mem_sum", "plan_mem_max"),
)
"""Numbers that are known at submission. Sums are over all planned instances."""


def plan(tasks: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return one row per job with `PLAN`, ``task_types`` and ``signature``; and what can't be true beside others.

    `tasks` are as `scatter` writes them, all of each job. A task that is written twice counts once.
    """
    order = tasks.sort(pl.all().exclude("line"), "line", nulls_last=True)
    repeated = ~order.select(pl.struct("job", "task").is_first_distinct()).to_series()
    aside = order.filter(repeated).select("line", pl.lit("duplicate_task").alias("reason"))
    names = order["task"].unique()
    masks = pl.DataFrame(
        {"task": names, "masked": [masked(name) for name in names]}, {"task": pl.String, "masked": pl.String}
    )
    once = order.filter(~repeated).join(masks, on="task")
    jobs = once.group_by("job").agg(*_amounts(), *_names()).sort("job")
    return _with_shapes(jobs), aside


def _amounts() -> list[pl.Expr]:
    instances = pl.col("instance_num").cast(pl.Float64)
    return [
        pl.len().alias("tasks"),
        pl.col("task_type").n_unique().alias("task_kinds"),
        instances.sum().alias("planned_instances"),
        *((instances * pl.col(name)).sum().alias(f"{name}_sum") for name in ("plan_cpu", "plan_mem")),
        *(pl.col(name).max().alias(f"{name}_max") for name in ("plan_cpu", "plan_mem")),
    ]


def _names() -> list[pl.Expr]:
    asked = pl.format(
        "{}:{}:{}", "masked", pl.col("plan_cpu").fill_null(-1), pl.col("plan_mem").fill_null(-1)
    )
    return [
        pl.col("task_type").drop_nulls().unique().sort().str.join(",").alias("task_types"),
        pl.col("masked").sort().str.join(" ").alias("names"),
        asked.sort().str.join(" ").alias("asked"),
    ]


def _with_shapes(jobs: pl.DataFrame) -> pl.DataFrame:
    """Work out graph and signature once for each different set of names: jobs come again and again."""
    names, asked = jobs["names"].unique().to_list(), jobs["asked"].unique().to_list()
    shapes = [shape(told.split(" ")) for told in names]
    shaped = pl.DataFrame(
        {"names": names, "depth": [one.depth for one in shapes], "width": [one.width for one in shapes]},
        schema={"names": pl.String, "depth": pl.Int32, "width": pl.Int32},
    )
    signed = pl.DataFrame(
        {"asked": asked, "signature": [_digest(text) for text in asked]},
        schema={"asked": pl.String, "signature": pl.String},
    )
    whole = jobs.join(shaped, on="names").join(signed, on="asked")
    return whole.select("job", *PLAN, "task_types", "signature")


def _digest(text: str) -> str:
    """Return a short name for a plan, the same on every machine and in every version."""
    return blake2b(text.encode(), digest_size=8).hexdigest()
