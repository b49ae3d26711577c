"""States as of moments, against a naive loop."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from jobcast.systems.alibaba2018.states import container_states, key, machine_states

TOLERANCE = 5
Value = int | None

VALUES = st.one_of(st.none(), st.integers(0, 9))
SECONDS = st.integers(0, 25)
MACHINES = st.integers(0, 2)
READINGS = st.lists(st.tuples(MACHINES, SECONDS, VALUES), unique_by=lambda reading: reading[:2])
CONTAINER_READINGS = st.lists(
    st.tuples(MACHINES, st.integers(0, 3), SECONDS, VALUES), unique_by=lambda reading: reading[:3]
)
ASKED = st.lists(st.tuples(MACHINES, SECONDS))


def _keys(asked: Sequence[tuple[int, int]]) -> np.ndarray:
    schema = {"code": pl.Int64, "time": pl.Int64}
    return pl.DataFrame(asked, schema=schema, orient="row").select(key()).to_series().to_numpy()


def _frame(rows: Sequence[tuple[Value, ...]], names: Sequence[str]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.Int64), orient="row").with_columns(key())


def _told(values: np.ndarray) -> list[float | None]:
    return [None if np.isnan(value) else round(float(value), 4) for value in values]


@given(READINGS, ASKED)
def test_a_machine_is_as_its_newest_reading_up_to_then_tells(
    readings: list[tuple[int, int, Value]], asked: list[tuple[int, int]]
) -> None:
    expected = []
    for machine, now in asked:
        before = [row for row in readings if row[0] == machine and now - TOLERANCE <= row[1] <= now]
        expected.append(max(before, key=lambda row: row[1])[2] if before else None)
    frame = _frame(readings, ["code", "time", "cpu"]).select("key", "cpu")
    assert _told(machine_states(frame, _keys(asked), TOLERANCE)["cpu"]) == expected


def _containers_at(rows: list[tuple[int, int, int, Value]], machine: int, now: int) -> list[Value]:
    """Return the newest value of each container that has one."""
    newest: dict[int, tuple[int, Value]] = {}
    for at, container, second, value in sorted(rows, key=lambda row: row[2]):
        if at == machine and now - TOLERANCE <= second <= now:
            newest[container] = (second, value)
    return [value for _, value in newest.values()]


@given(CONTAINER_READINGS, ASKED)
def test_containers_are_counted_and_summed_by_the_newest_reading_of_each(
    readings: list[tuple[int, int, int, Value]], asked: list[tuple[int, int]]
) -> None:
    expected: dict[str, list[float | None]] = {"num": [], "cpu": [], "cpu_sum": []}
    for machine, now in asked:
        present = _containers_at(readings, machine, now)
        told = [value for value in present if value is not None]
        expected["num"].append(len(present))
        expected["cpu"].append(round(sum(told) / len(told), 4) if told else None)
        expected["cpu_sum"].append(sum(told) if told else None)
    frame = _frame(readings, ["code", "container", "time", "cpu"]).select(
        "key", pl.col("container").cast(pl.UInt64), "cpu"
    )
    states = container_states(frame, _keys(asked), TOLERANCE)
    assert {name: _told(values) for name, values in states.items()} == expected


@given(st.permutations([(0, 1, 5, 7), (0, 1, 5, 9), (0, 1, 5, None), (0, 2, 5, 1)]))
def test_which_of_several_readings_of_one_second_counts_does_not_depend_on_their_order(
    readings: list[tuple[int, int, int, Value]],
) -> None:
    frame = _frame(readings, ["code", "container", "time", "cpu"]).select(
        "key", pl.col("container").cast(pl.UInt64), "cpu"
    )
    states = container_states(frame, _keys([(0, 5)]), TOLERANCE)
    assert {name: _told(values) for name, values in states.items()} == {
        "num": [2.0],
        "cpu": [4.0],
        "cpu_sum": [8.0],
    }
