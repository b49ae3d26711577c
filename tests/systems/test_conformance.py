"""What every driver promises, whatever it reads: one suite over all that the registry lists."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.errors import InputError, OutputError
from jobcast.history import SCHEMA, Rows
from jobcast.job import ExitReason, JobState
from jobcast.systems.base import Site
from jobcast.systems.registry import BATCH_SYSTEMS, FILE_FORMATS
from tests.systems.packed import cut_behind

RECORDINGS = Path(__file__).parents[1] / "recordings"
SITE = Site(
    now=datetime(2026, 11, 22, tzinfo=UTC), cluster="test", column_map=RECORDINGS / "table/small.toml"
)

FILES = {
    "bjobs": "lsf/bjobs-UF-exit.txt",
    "lsb.acct": "lsf/lsb.acct",
    "memprediction": "memprediction/job_info_20240102.csv",
    "sacct": "slurm/sacct-P-common.txt",
    "swf": "swf/small.swf",
    "table": "table/small.csv",
}
"""A small recording for each kind of file."""

OUTPUTS = {"lsf": "lsf/bjobs-UF-exit.txt", "slurm": "slurm/sacct-query.txt"}
"""A recording of what each batch system's command prints."""

AT = re.compile(r"[a-z_]+")


def read(kind: str, path: Path) -> list[Rows]:
    return list(FILE_FORMATS[kind].read(path, SITE))


def whole(batches: list[Rows]) -> pl.DataFrame:
    return pl.concat([rows.jobs for rows in batches])


def recording(name: str) -> Path:
    path = RECORDINGS / name
    if not path.exists():
        pytest.fail(f"there is no recording {name}")
    return path


def test_every_driver_has_a_recording() -> None:
    assert set(FILES) == set(FILE_FORMATS)
    assert set(OUTPUTS) == set(BATCH_SYSTEMS)


def test_drivers_stand_under_their_own_names() -> None:
    assert {kind: driver.kind for kind, driver in FILE_FORMATS.items()} == {kind: kind for kind in FILES}
    assert {name: driver.name for name, driver in BATCH_SYSTEMS.items()} == {name: name for name in OUTPUTS}


@pytest.fixture(params=sorted(FILES))
def batches(request: pytest.FixtureRequest) -> list[Rows]:
    """Return what each kind of file gives for its recording."""
    return read(request.param, recording(FILES[request.param]))


def test_jobs_have_the_columns_of_the_history(batches: list[Rows]) -> None:
    assert [rows.jobs.schema for rows in batches] == [SCHEMA] * len(batches)
    assert whole(batches).height > 0


def test_jobs_know_their_system_cluster_and_when_they_ended(batches: list[Rows]) -> None:
    jobs = whole(batches)
    assert jobs["system"].n_unique() == 1
    assert jobs.select("system", "cluster", "job_id", "finish_time", "state").null_count().row(0) == (0,) * 5


def test_states_and_reasons_are_those_of_the_history(batches: list[Rows]) -> None:
    jobs = whole(batches)
    assert set(jobs["state"]) <= set(JobState)
    assert set(jobs["exit_reason"].drop_nulls()) <= set(ExitReason)
    assert jobs.filter(pl.col("state") == JobState.DONE)["exit_reason"].null_count() == (
        jobs.filter(pl.col("state") == JobState.DONE).height
    )


def test_a_peak_says_what_it_is_a_peak_of(batches: list[Rows]) -> None:
    jobs = whole(batches)
    assert jobs["memory_basis"].is_not_null().to_list() == jobs["memory_peak"].is_not_null().to_list()


def test_absent_is_null_and_never_empty(batches: list[Rows]) -> None:
    jobs = whole(batches)
    for name, kind in SCHEMA.items():
        if kind == pl.String:
            assert "" not in jobs[name].to_list(), name
    assert 0 not in jobs["memory_peak"].to_list()
    assert 0 not in jobs["memory_requested"].to_list()


@pytest.mark.parametrize("kind", sorted(FILES))
def test_reading_twice_gives_the_same(kind: str) -> None:
    path = recording(FILES[kind])
    first, second = read(kind, path), read(kind, path)
    assert whole(first).equals(whole(second))
    assert [rows.set_aside for rows in first] == [rows.set_aside for rows in second]


@pytest.mark.parametrize("name", sorted(OUTPUTS))
def test_a_batch_system_reads_what_its_command_prints(name: str) -> None:
    driver = BATCH_SYSTEMS[name]
    batches = list(driver.read_finished(BytesIO(recording(OUTPUTS[name]).read_bytes()), "output", SITE))
    assert [rows.jobs.schema for rows in batches] == [SCHEMA] * len(batches)
    assert set(whole(batches)["system"]) == {name}


@pytest.mark.parametrize("name", sorted(OUTPUTS))
def test_a_query_is_one_command_without_a_shell(name: str) -> None:
    driver = BATCH_SYSTEMS[name]
    since, until = datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC)
    command = driver.query_finished(since, until)
    assert command.arguments[0] in driver.programs
    assert command == driver.query_finished(since, until)


def survive(batches: Iterator[Rows]) -> None:
    """Read on to the end: rows or a refusal, nothing else; each reason is one of the fixed words."""
    try:
        for rows in batches:
            assert rows.jobs.schema == SCHEMA
            assert all(AT.fullmatch(each.reason) for each in rows.set_aside)
    except (InputError, OutputError):
        return


@pytest.mark.parametrize("kind", sorted(FILES))
@given(content=st.binary() | st.text().map(str.encode))
def test_garbage_is_refused_or_set_aside(
    tmp_path_factory: pytest.TempPathFactory, kind: str, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / f"garbage-{kind}"
    path.write_bytes(content)
    survive(FILE_FORMATS[kind].read(path, SITE))


@pytest.mark.parametrize("kind", sorted(FILES))
@given(data=st.data())
def test_damage_is_set_aside(
    tmp_path_factory: pytest.TempPathFactory, kind: str, data: st.DataObject
) -> None:
    content = recording(FILES[kind]).read_bytes()
    at, noise = data.draw(st.integers(0, len(content))), data.draw(st.binary(max_size=8))
    rest = b"" if data.draw(st.booleans()) else content[at + data.draw(st.integers(0, 40)) :]
    path = tmp_path_factory.getbasetemp() / f"damaged-{kind}"
    path.write_bytes(content[:at] + noise + rest)
    survive(FILE_FORMATS[kind].read(path, SITE))


@pytest.mark.parametrize("name", sorted(OUTPUTS))
@given(content=st.binary())
def test_strange_output_is_refused_or_set_aside(name: str, content: bytes) -> None:
    survive(BATCH_SYSTEMS[name].read_finished(BytesIO(content), "output", SITE))


KNOWN_AFTER = {"bjobs": 4, "sacct": 2}
"""Lines of the recording after which the kind of the file is known; after the first where none are given."""


@pytest.mark.parametrize("kind", sorted(FILES))
def test_a_packed_file_that_is_cut_behind_a_line_end_is_counted_once(tmp_path: Path, kind: str) -> None:
    path, lines = tmp_path / "job_info_20240102.gz", recording(FILES[kind]).read_bytes().splitlines(True)
    all_jobs = whole(read(kind, recording(FILES[kind])))["job_id"].to_list()
    kept = []
    for count in range(KNOWN_AFTER.get(kind, 1), len(lines)):
        path.write_bytes(cut_behind(b"".join(lines[:count])))
        batches = read(kind, path)
        aside = [each for rows in batches for each in rows.set_aside]
        assert [each.reason for each in aside if each.reason == "truncated"] == ["truncated"], count
        assert next(each.line for each in aside if each.reason == "truncated") <= count + 1
        jobs = whole(batches)["job_id"].to_list()
        assert set(jobs) <= set(all_jobs)
        kept.append(len(jobs))
    assert kept == sorted(kept)
    assert kept[-1] >= len(all_jobs) - 2


# bjobs prints no year: the moment of asking gives it, so nothing it prints is in the future.
@pytest.mark.parametrize("kind", sorted(set(FILES) - {"bjobs"}))
def test_jobs_that_end_in_the_future_are_set_aside(kind: str) -> None:
    site = replace(SITE, now=datetime(1990, 1, 1, tzinfo=UTC))
    batches = list(FILE_FORMATS[kind].read(recording(FILES[kind]), site))
    assert whole(batches).height == 0


@pytest.mark.parametrize("name", sorted(OUTPUTS))
def test_a_site_that_tells_nothing_is_as_it_was(name: str) -> None:
    driver = BATCH_SYSTEMS[name]
    site = driver.read_site([""] * len(driver.query_site()), SITE)
    assert replace(site, remembers=None) == SITE
    assert (site.remembers is None) == (not driver.accounting)
    assert driver.accounting in {"", *FILE_FORMATS}


@pytest.mark.parametrize("name", sorted(OUTPUTS))
@given(text=st.text())
def test_whatever_a_site_tells_of_itself_is_survived(name: str, text: str) -> None:
    driver = BATCH_SYSTEMS[name]
    site = driver.read_site([text] * len(driver.query_site()), SITE)
    assert (site.now, site.timezone, site.memory_unit in "KMGTP") == (SITE.now, SITE.timezone, True)
