"""The store keeps every run of a job once, whatever is offered to it and however often."""

import errno
import json
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from jobcast.errors import StoreError
from jobcast.history import SCHEMA, SetAside
from jobcast.store import Appended, Mark, Store, Summary, durable
from jobcast.store.marks import CLOCK_SLACK
from tests.made_up import HOSTILE, NEW_YEAR, frame, job, month


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store", lock_seconds=0.2)


def files(store: Store) -> list[str]:
    return sorted(str(file.relative_to(store.path)) for file in store.path.rglob("*") if file.is_file())


def test_a_store_that_does_not_exist_is_empty_and_is_not_made_by_reading(store):
    assert store.collect(store.scan()).schema == SCHEMA
    assert store.summary() == Summary(jobs=0, first_day=None, last_day=None, days=0, files=0, bytes=0)
    assert store.mark("lsf", "loom") == Mark()
    assert store.collect(store.set_aside_records()).is_empty()
    assert not store.path.exists()


def test_jobs_are_kept_by_the_day_on_which_they_finished(store):
    jobs = frame(
        job("1"),
        job("2", finish_time=NEW_YEAR + timedelta(hours=23, minutes=59)),
        job("3", finish_time=NEW_YEAR + timedelta(days=1)),
    )
    assert store.append(jobs) == Appended(new=3, known=0)
    assert files(store) == [
        "history/day=2026-01-01/part-1.parquet",
        "history/day=2026-01-02/part-1.parquet",
        "version.json",
        "write.lock",
    ]
    assert_frame_equal(store.collect(store.scan()), jobs, check_row_order=False)


def test_the_same_jobs_again_add_nothing(store):
    jobs = month(100)
    store.append(jobs)
    before = files(store)
    assert store.append(jobs) == Appended(new=0, known=100)
    assert files(store) == before


def test_a_job_that_a_batch_holds_twice_is_kept_once(store):
    assert store.append(frame(job("1", name="first"), job("1", name="second"))) == Appended(new=1, known=1)
    assert store.collect(store.scan())["name"].to_list() == ["first"]


@pytest.mark.parametrize(
    "other",
    [
        {"job_id": "2"},
        {"cluster": "weft"},
        {"system": "slurm"},
        {"array_index": 0},
        {"step": "batch"},
        {"start_time": NEW_YEAR},
        {"start_time": None, "submit_time": NEW_YEAR},
    ],
    ids=str,
)
def test_what_differs_in_any_part_of_the_key_is_another_run(store, other):
    assert store.append(frame(job(), {**job(), **other})) == Appended(new=2, known=0)
    assert store.append(frame(job(), {**job(), **other})) == Appended(new=0, known=2)


def test_a_start_that_differs_by_less_than_a_second_is_the_same_run(store):
    start = NEW_YEAR + timedelta(hours=11)
    store.append(frame(job(start_time=start)))
    assert store.append(frame(job(start_time=start + timedelta(microseconds=999_999)))).new == 0


@pytest.mark.parametrize("seconds", [0.5, 1, 3600, 86_399, 86_399.9])
@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize("hour", [0, 12, 23.9999])
def test_the_same_run_with_a_finish_moved_by_less_than_a_day_is_known(store, hour, sign, seconds):
    start, finish = NEW_YEAR - timedelta(days=2), NEW_YEAR + timedelta(hours=hour)
    store.append(frame(job(start_time=start, finish_time=finish)))
    moved = job(start_time=start, finish_time=finish + sign * timedelta(seconds=seconds))
    assert store.append(frame(moved)) == Appended(new=0, known=1)


def test_hostile_text_comes_back_byte_for_byte(store):
    row = job(HOSTILE, name=HOSTILE, command="x" * 100_000, cluster=HOSTILE, hosts=[HOSTILE, ""])
    store.append(frame(row))
    assert store.append(frame(row)).known == 1
    back = store.collect(store.scan()).to_dicts()[0]
    assert {name: back[name] for name in row} == row


def test_scanning_a_span_reads_what_finished_from_its_begin_until_just_before_its_end(store):
    store.append(frame(*(job(str(n), finish_time=NEW_YEAR + timedelta(hours=6 * n)) for n in range(12))))

    def found(since: datetime | None, until: datetime | None) -> list[int]:
        return sorted(map(int, store.collect(store.scan(since, until))["job_id"]))

    assert found(NEW_YEAR + timedelta(hours=6), NEW_YEAR + timedelta(days=1)) == [1, 2, 3]
    assert found(None, NEW_YEAR) == []
    assert found(NEW_YEAR + timedelta(days=2), None) == [8, 9, 10, 11]
    assert store.days(NEW_YEAR + timedelta(days=1), NEW_YEAR + timedelta(days=2)) == [date(2026, 1, 2)]


def test_a_column_that_an_older_file_lacks_is_null_and_one_too_many_is_passed_over(store):
    store.append(frame(job("1")))
    file = store.path / "history/day=2026-01-01/part-1.parquet"
    pl.read_parquet(file).drop("attempt").with_columns(later=1).write_parquet(file)
    store.append(frame(job("2", attempt=3)))
    jobs = store.collect(store.scan().sort("job_id"))
    assert jobs.schema == SCHEMA
    assert jobs["attempt"].to_list() == [None, 3]


def test_a_job_without_finish_time_is_refused(store):
    with pytest.raises(ValueError, match="finish time"):
        store.append(frame({**job(), "finish_time": None}))


def test_records_set_aside_are_kept_once_with_their_reason(store):
    record = SetAside(source="lsb.acct", line=7, reason="no_job_id", text=HOSTILE)
    same_later = SetAside(source="lsb.acct", line=9, reason="no_job_id", text=HOSTILE)
    other = SetAside(source="lsb.acct", line=7, reason="no_finish_time", text=HOSTILE)
    assert store.set_aside([record, same_later]) == 1
    assert store.set_aside([record, other]) == 1
    assert store.set_aside([]) == 0
    assert [SetAside(**row) for row in store.collect(store.set_aside_records()).to_dicts()] == [record, other]


def test_merging_leaves_one_file_a_day_and_the_same_jobs(store):
    for n in range(5):
        store.append(frame(job(str(n)), job(str(n), finish_time=NEW_YEAR + timedelta(days=1))))
    before = store.collect(store.scan().sort("job_id", "finish_time"))
    assert store.compact(at_least=6) == 0
    assert store.compact(at_least=5) == 2
    assert store.summary().files == 2
    assert_frame_equal(store.collect(store.scan().sort("job_id", "finish_time")), before)
    store.append(frame(job("9")))
    assert "history/day=2026-01-01/part-6.parquet" in files(store)
    assert store.summary().jobs == 11


def test_a_reader_that_looked_before_a_merge_can_still_read_after_it(store):
    store.append(frame(job("1")))
    store.append(frame(job("2")))
    jobs = store.scan()
    store.compact(at_least=2)
    store.append(frame(job("3")))
    assert sorted(store.collect(jobs)["job_id"]) == ["1", "2"]


def test_files_that_were_merged_long_ago_are_swept_by_the_next_writer(store):
    store.append(frame(job("1")))
    store.append(frame(job("2")))
    store.compact(at_least=2)
    merged = store.path / "history/day=2026-01-01/part-1-2.parquet"
    Store(store.path).append(frame(job("3")))
    assert "history/day=2026-01-01/part-1.parquet" in files(store)
    os.utime(merged, (0, 0))
    Store(store.path).append(frame(job("4")))
    assert [file for file in files(store) if file.startswith("history")] == [
        "history/day=2026-01-01/part-1-2.parquet",
        "history/day=2026-01-01/part-3.parquet",
        "history/day=2026-01-01/part-4.parquet",
    ]
    assert store.summary().jobs == 4


def test_what_a_killed_writer_left_is_swept_and_never_read(store):
    store.append(frame(job("1")))
    (store.path / "incoming" / "part-2.parquet.4711").write_bytes(b"PAR1 half a fi")
    (store.path / "history/day=2026-01-01/.part-2.parquet.swp").write_bytes(b"")
    assert store.summary().jobs == 1
    Store(store.path).append(frame(job("2")))
    assert not list((store.path / "incoming").iterdir())
    assert store.summary().jobs == 2


def test_marks_are_remembered_and_do_not_go_back_where_clocks_are_a_little_apart(store):
    store.note_asked("lsf", "loom", NEW_YEAR)
    assert store.mark("lsf", "loom") == Mark(asked_at=NEW_YEAR)
    store.note_reached("lsf", "loom", NEW_YEAR)
    store.note_reached("lsf", "loom", NEW_YEAR - CLOCK_SLACK)
    store.note_asked("slurm", HOSTILE, NEW_YEAR)
    assert Store(store.path).marks() == {
        ("lsf", "loom"): Mark(asked_at=NEW_YEAR, reached=NEW_YEAR),
        ("slurm", HOSTILE): Mark(asked_at=NEW_YEAR),
    }


@pytest.mark.parametrize("late", [CLOCK_SLACK, CLOCK_SLACK + timedelta(seconds=1)])
def test_a_mark_is_believed_up_to_what_clocks_may_be_apart(late):
    mark = Mark(asked_at=NEW_YEAR, reached=NEW_YEAR + late)
    assert mark.believed(NEW_YEAR) == (mark if late == CLOCK_SLACK else Mark(asked_at=NEW_YEAR))
    assert Mark(asked_at=NEW_YEAR + late).believed(NEW_YEAR + late) == Mark(asked_at=NEW_YEAR + late)
    assert Mark().believed(NEW_YEAR) == Mark()


def test_a_mark_that_a_wrong_clock_made_goes_back(store):
    store.note_asked("lsf", "loom", NEW_YEAR + timedelta(days=400))
    store.note_reached("lsf", "loom", NEW_YEAR + timedelta(days=400))
    store.note_asked("lsf", "loom", NEW_YEAR)
    store.note_reached("lsf", "loom", NEW_YEAR)
    assert store.mark("lsf", "loom") == Mark(asked_at=NEW_YEAR, reached=NEW_YEAR)


def test_a_writer_waits_for_another_and_then_gives_up_with_a_cure(store):
    store.append(frame(job("1")))
    other = Store(store.path, lock_seconds=0.2)
    with store._writing(), pytest.raises(StoreError, match="another jobcast") as caught:
        other.append(frame(job("2")))
    assert caught.value.transient
    assert caught.value.hint == "try again when it has finished"
    assert other.append(frame(job("2"))).new == 1


def test_a_store_of_a_newer_program_is_refused(store):
    store.append(frame(job("1")))
    (store.path / "version.json").write_text(json.dumps({"format": 2}))
    with pytest.raises(StoreError, match="has format 2, and this jobcast knows formats up to 1") as caught:
        Store(store.path)
    assert caught.value.hint == "use the newer jobcast that wrote it"


def test_a_store_whose_version_is_garbled_is_refused(store):
    store.append(frame(job("1")))
    (store.path / "version.json").write_text("{")
    with pytest.raises(StoreError, match=r"version\.json is damaged") as caught:
        Store(store.path)
    assert caught.value.hint == 'write {"format": 1} into it'


def test_a_file_in_the_place_of_the_store_is_refused(tmp_path):
    (tmp_path / "store").write_text("")
    with pytest.raises(StoreError, match="is not a directory"):
        Store(tmp_path / "store")


def test_a_damaged_part_is_told_with_a_cure(store):
    store.append(frame(job("1")))
    (store.path / "history/day=2026-01-01/part-1.parquet").write_bytes(b"PAR1 not at all PAR1")
    for act in (
        lambda: store.collect(store.scan()),
        lambda: store.collect_all([store.scan().select(pl.len()), store.scan()]),
        lambda: store.append(frame(job("2"))),
        store.summary,
    ):
        with pytest.raises(StoreError, match="is damaged") as caught:
            act()
        assert caught.value.hint.startswith("move the damaged file out")


def test_damaged_marks_are_told_with_a_cure(store):
    store.note_asked("lsf", "loom", NEW_YEAR)
    (store.path / "marks.json").write_text("[{}]")
    with pytest.raises(StoreError, match=r"marks\.json is damaged"):
        store.marks()


@pytest.mark.parametrize(
    ("number", "message", "hint"),
    [
        (errno.ENOSPC, "no room to write", "free some space"),
        (errno.EDQUOT, "no room to write", "free some space"),
        (errno.EROFS, "cannot write", "choose a directory that you may write"),
        (errno.EIO, "cannot use", "see what stands at that path"),
    ],
)
def test_a_disk_that_refuses_leaves_the_store_as_it_was(store, monkeypatch, number, message, hint):
    store.append(frame(job("1")))
    before = files(store)

    def refuse(_descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(durable.os, "fsync", refuse)
    with pytest.raises(StoreError, match=message) as caught:
        store.append(frame(job("2")))
    assert caught.value.hint.startswith(hint)
    monkeypatch.undo()
    assert files(store) == before
    assert store.append(frame(job("2"))).new == 1


def test_several_frames_are_read_in_their_order(store):
    store.append(frame(job("1"), job("2", user="fang")))
    jobs = store.scan()
    users = [jobs.filter(pl.col("user") == user) for user in ("fang", "chen", "nobody")]
    found = store.collect_all([jobs.select(pl.len()), *users])
    assert [one["job_id"].to_list() for one in found[1:]] == [["2"], ["1"], []]
    assert found[0].item() == 2
    assert store.collect_all([]) == []


def test_days_before_and_after_leap_days_and_years_are_days(store):
    moments = [
        datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC),
        datetime(2024, 3, 1, tzinfo=UTC),
        datetime(1999, 12, 31, tzinfo=UTC),
    ]
    store.append(frame(*(job(str(n), finish_time=moment) for n, moment in enumerate(moments))))
    assert store.days() == [date(1999, 12, 31), date(2024, 2, 29), date(2024, 3, 1)]


def test_days_are_scanned_one_by_one_within_the_span(store):
    store.append(
        frame(
            job("late", finish_time=NEW_YEAR + timedelta(days=2, hours=5)),
            job("early", finish_time=NEW_YEAR + timedelta(hours=1)),
            job("middle", finish_time=NEW_YEAR + timedelta(hours=23)),
            job("after", finish_time=NEW_YEAR + timedelta(days=2, hours=6)),
        )
    )
    days = store.scan_days(NEW_YEAR + timedelta(hours=2), NEW_YEAR + timedelta(days=2, hours=6))

    assert [store.collect(day)["job_id"].to_list() for day in days] == [["middle"], ["late"]]
