"""Rows of instances with more than one attempt."""

import gzip
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.errors import InputError
from jobcast.systems.alibaba2018.attempts import judged, rescheduled

PAPER = """\
ins_63835109,M1,j_9,1,Failed,373421,374030,m_1718,1,2,58,90,0.31,0.4
ins_1,M1,j_9,1,Terminated,100,160,m_1,1,1,50,80,0.2,0.3
ins_63835109,M1,j_9,1,Terminated,374031,375227,m_177,2,2,58,90,0.31,0.4
"""


def _in(folder: Path, text: str) -> list[tuple[object, ...]]:
    (folder / "batch_instance.csv").write_text(text)
    return rescheduled(folder).select("instance_name", "start_time", "end_time", "machine_id").rows()


def test_the_worked_example_of_the_paper_has_its_two_attempts_and_the_single_instance_is_left_out(
    tmp_path: Path,
) -> None:
    assert _in(tmp_path, PAPER) == [
        ("ins_63835109", 373421, 374030, "m_1718"),
        ("ins_63835109", 374031, 375227, "m_177"),
    ]


def test_an_attempt_written_twice_and_one_within_another_are_no_attempts(tmp_path: Path) -> None:
    twice = "ins_2,M1,j_1,1,Terminated,10,20,m_1,1,1,1,1,1,1\n" * 2
    within = "ins_3,M1,j_1,1,Terminated,10,20,m_1,1,1,,,,\nins_3,M1,j_1,1,Terminated,19,40,m_2,1,1,,,,\n"
    assert _in(tmp_path, twice + within) == []


def test_an_attempt_without_an_end_was_evicted_when_the_next_begins(tmp_path: Path) -> None:
    text = (
        "ins_2,M1,j_1,1,Running,10,0,m_1,1,2,,,,\nins_2,M1,j_1,1,Terminated,30,35,m_2,2,2,,,,\n"
        "ins_2,M1,j_2,1,Terminated,30,35,m_2,1,1,,,,\n"  # the same name in another job is another instance
    )
    assert _in(tmp_path, text) == [("ins_2", 10, None, "m_1"), ("ins_2", 30, 35, "m_2")]


def test_rows_that_cannot_be_true_do_not_keep_the_others_from_being_read(tmp_path: Path) -> None:
    spoilt = "ins_63835109,M1,j_9,1,Terminated,40000x,40001,m_177,2,2,58,90,0.31,0.4\n"
    assert _in(tmp_path, PAPER + spoilt) == _in(tmp_path, PAPER)


def test_a_trace_without_instances_has_none_rescheduled(tmp_path: Path) -> None:
    assert _in(tmp_path, "") == []


def test_a_folder_without_the_table_names_it(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no table batch_instance"):
        rescheduled(tmp_path)


def test_a_packed_table_that_was_cut_off_cannot_be_read(tmp_path: Path) -> None:

    (tmp_path / "batch_instance.csv.gz").write_bytes(gzip.compress(PAPER.encode())[:-12])
    with pytest.raises(InputError, match="unexpected end of file"):
        rescheduled(tmp_path)


ATTEMPTS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 9), st.integers(0, 9), st.integers(0, 1)))


@given(ATTEMPTS)
def test_which_attempts_are_doubted_is_told_by_comparing_each_with_all_earlier_ones(
    attempts: list[tuple[int, int, int, int]],
) -> None:
    rows = [(key, start, start + span, f"m_{machine}") for key, start, span, machine in attempts]
    schema = ["instance", "start_time", "end_time", "machine_id"]
    frame = pl.DataFrame(rows, schema=schema, orient="row").with_row_index("line")
    if frame.is_empty():
        return
    kept = judged(frame).filter(pl.col("reason").is_null()).select(schema).rows()
    best = {}
    for key, start, end, machine in rows:
        best[key, start, machine] = max(end, best.get((key, start, machine), 0))
    alone = sorted((key, start, machine, end) for (key, start, machine), end in best.items())
    expected = [
        (key, start, end, machine)
        for at, (key, start, machine, end) in enumerate(alone)
        if all(before[3] <= start for before in alone[:at] if before[0] == key)
    ]
    assert sorted(kept) == sorted(expected)
