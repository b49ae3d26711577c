"""Attempts of instances, written shortly."""

from typing import Any

import polars as pl

from jobcast.systems.alibaba2018.tables import BATCH_INSTANCE

Attempt = tuple[Any, ...]


def attempt(
    start: int,
    end: int | None,
    status: str = "Failed",
    *,
    instance: str = "ins_1",
    job: str = "j_1",
    machine: str = "m_1",
    cpu: float | None = 50.0,
    mem: float | None = 0.5,
) -> Attempt:
    """Return one row of batch_instance."""
    return (instance, "M1", job, "1", status, start, end, machine, 1, 1, cpu, cpu, mem, mem)


def rows(*attempts: Attempt) -> pl.DataFrame:
    """Return them as a table."""
    return pl.DataFrame(list(attempts), schema=dict(BATCH_INSTANCE.columns), orient="row")


PAPER = (
    attempt(373421, 374030, instance="ins_63835109", job="j_9", machine="m_1718", cpu=71.0, mem=0.2),
    attempt(
        374031, 375227, "Terminated", instance="ins_63835109", job="j_9", machine="m_177", cpu=58.0, mem=0.31
    ),
)
"""The worked example of the paper, section 2.2; what its first run used is made up."""
