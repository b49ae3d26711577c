"""Rows of bad input, as real traces have them: what a reader must set aside, and must not take for an eviction.

Each is made of a true row that stays where it is. Whoever sets aside the faults, and nothing else, finds the
jobs that failed to be those of the truth.
"""

from collections.abc import Mapping

import numpy as np
import polars as pl

from jobcast.demo.colocation.plan import Plan, Stream

_START, _END = pl.col("start_time"), pl.col("end_time")
_NOT_A_NUMBER = pl.lit("12:30")
_NOBODY = pl.lit("m_0")
"""No machine is called so."""

Faults = Mapping[str, list[pl.Expr]]

OF_INSTANCES: Faults = {
    "no_machine": [pl.lit(None, pl.String).alias("machine_id")],
    "unknown_machine": [
        _NOBODY.alias("machine_id"),
        ("ins_0" + pl.col("instance_name").str.strip_prefix("ins_")).alias("instance_name"),
    ],
    "duplicate_attempt": [],
    "overlapping_attempt": [
        (_START + (_END - _START) // 2).alias("start_time"),
        (_END + 60).alias("end_time"),
    ],
    "negative_duration": [(_START + 600).alias("start_time"), (_START + 599).alias("end_time")],
    "unknown_status": [
        pl.lit("Zombie").alias("status"),
        (_END + 60).alias("start_time"),
        (_END + 120).alias("end_time"),
    ],
    "unreadable_number": [_NOT_A_NUMBER.alias("start_time")],
}
"""Kind to what is changed. A row on an unknown machine is of an instance of its own: it may be true."""

OF_TASKS: Faults = {
    "unknown_status": [pl.lit("Zombie").alias("status")],
    "unreadable_number": [_NOT_A_NUMBER.alias("plan_cpu")],
}

OF_MACHINES: Faults = {
    "unknown_machine": [_NOBODY.alias("machine_id")],
    "unreadable_number": [_NOT_A_NUMBER.alias("cpu_util_percent")],
}

BY_TABLE: Mapping[str, Faults] = {
    "batch_instance": OF_INSTANCES,
    "batch_task": OF_TASKS,
    "machine_usage": OF_MACHINES,
}


def faulty(plan: Plan, table: str, rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Return for each kind of fault some rows of `table` that have it, all columns as text.

    `rows` are true ones of that table; there are none of a kind where they are too few.
    """
    rng = np.random.default_rng([plan.seed, Stream.FAULTS, len(table)])
    fit = rows.filter(_UNDISTURBED) if table == "batch_instance" else rows
    each = min(max(3, plan.jobs // 1000), len(fit) // len(BY_TABLE[table]))
    drawn = iter(
        np.array_split(rng.permutation(len(fit))[: each * len(BY_TABLE[table])], len(BY_TABLE[table]))
    )
    return {
        kind: fit[np.sort(next(drawn))].with_columns(*changed).select(pl.all().cast(pl.String))
        for kind, changed in BY_TABLE[table].items()
    }


_UNDISTURBED = (pl.col("total_seq_no") == 1) & (_END - _START >= 4)
"""A row whose middle is within it."""
