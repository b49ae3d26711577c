import gzip
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.errors import ConfigError, InputError
from jobcast.history import Rows
from jobcast.systems.base import Site
from jobcast.systems.table import Table, find_map

RECORDINGS = Path(__file__).parents[2] / "recordings/table"
SITE = Site(now=datetime(2030, 1, 1, tzinfo=UTC), cluster="test", column_map=RECORDINGS / "small.toml")
LEAST = '[columns]\njob_id = "{row}"\nstate = { constant = "done" }\n'
MADE_UP = 'finish_time = { start = "2024-01-01T00:00:00Z", every = "1min" }\n'


def read(path: Path, site: Site = SITE) -> Rows:
    batches = list(Table().read(path, site))
    return Rows(
        jobs=pl.concat(rows.jobs for rows in batches),
        set_aside=tuple(each for rows in batches for each in rows.set_aside),
        not_finished=sum(rows.not_finished for rows in batches),
    )


def mapped(folder: Path, columns: str, table: str, site: Site = SITE) -> Rows:
    """Read a table by the least map and some columns more."""
    (folder / "map.toml").write_text(LEAST + columns)
    (folder / "table.csv").write_text(table)
    return read(folder / "table.csv", replace(site, column_map=folder / "map.toml"))


def test_a_row_becomes_a_job() -> None:
    job = {
        name: value
        for name, value in read(RECORDINGS / "small.csv").jobs.row(0, named=True).items()
        if value is not None
    }
    assert job == {
        "system": "home-made",
        "cluster": "test",
        "job_id": "1",
        "user": "ann",
        "queue": "normal",
        "command": "vcs size=300",
        "start_time": datetime(2024, 6, 14, 10, 0, tzinfo=UTC),
        "finish_time": datetime(2024, 6, 14, 10, 1, tzinfo=UTC),
        "state": "done",
        "memory_peak": 1536 * 1024,
        "memory_basis": "unknown",
        "run_time": 60.0,
        "hosts": ["h1", "h2"],
    }


def test_nothing_said_is_null_and_nonsense_is_set_aside() -> None:
    rows = read(RECORDINGS / "small.csv")
    assert rows.jobs.select("job_id", "command", "memory_peak", "run_time", "state").rows() == [
        ("1", "vcs size=300", 1536 * 1024, 60.0, "done"),
        ("2", "vcs size=", None, 120.0, "failed"),
    ]
    assert [(each.line, each.reason) for each in rows.set_aside] == [(4, "bad_memory_peak")]
    assert rows.not_finished == 1


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
def test_the_separator_is_found_out(tmp_path: Path, separator: str) -> None:
    lines = ["who,a b", "ann,x"]
    table = "\n".join(lines).replace(",", separator)
    assert mapped(tmp_path, MADE_UP + 'user = "who"\n', table + "\n").jobs["user"].to_list() == ["ann"]


def test_packed_tables_and_parquet_are_read_alike(tmp_path: Path) -> None:
    packed = tmp_path / "small.csv.gz"
    packed.write_bytes(gzip.compress((RECORDINGS / "small.csv").read_bytes()))
    parquet = tmp_path / "small.parquet"
    pl.read_csv(RECORDINGS / "small.csv", infer_schema=False).write_parquet(parquet)
    wanted = read(RECORDINGS / "small.csv")
    assert read(packed).jobs.equals(wanted.jobs)
    assert read(parquet).jobs.equals(wanted.jobs)
    assert [(each.line, each.reason) for each in read(parquet).set_aside] == [(0, "bad_memory_peak")]


def test_types_of_parquet_are_understood(tmp_path: Path) -> None:
    moment = datetime(2024, 6, 14, 10, 0, 0, 250_000, tzinfo=UTC)
    table = pl.DataFrame({"end": [moment], "peak": [3 * 1024.0], "on": [["h1", "h2"]], "tty": [True]})
    table.write_parquet(tmp_path / "table.parquet")
    (tmp_path / "map.toml").write_text(
        LEAST + 'finish_time = "end"\nmemory_peak = "peak"\nhosts = "on"\ninteractive = "tty"\n'
    )
    site = replace(SITE, column_map=tmp_path / "map.toml", timezone=ZoneInfo("Asia/Shanghai"))
    jobs = read(tmp_path / "table.parquet", site).jobs
    assert jobs.select("finish_time", "memory_peak", "hosts", "interactive").rows() == [
        (moment, 3072, ["h1", "h2"], True)
    ]


def test_times_that_a_table_lacks_are_made_up_in_its_order(tmp_path: Path) -> None:
    rows = mapped(tmp_path, MADE_UP, "x\na\nb\n")
    assert rows.jobs.select("job_id", "finish_time").rows() == [
        ("1", datetime(2024, 1, 1, 0, 0, tzinfo=UTC)),
        ("2", datetime(2024, 1, 1, 0, 1, tzinfo=UTC)),
    ]


@pytest.mark.parametrize(
    ("form", "value"),
    [
        ("iso", "2024-06-14T18:00:00"),
        ("iso", "2024-06-14T10:00:00Z"),
        ("epoch", "1718359200"),
        ("epoch_ms", "1718359200000"),
        ("epoch_us", "1718359200000000"),
        ("%d.%m.%Y %H:%M", "14.06.2024 18:00"),
        ("%d.%m.%Y %H:%M %z", "14.06.2024 12:00 +0200"),
    ],
)
def test_times_are_read_in_many_forms(tmp_path: Path, form: str, value: str) -> None:
    site = replace(SITE, timezone=ZoneInfo("Asia/Shanghai"))
    rows = mapped(tmp_path, f'finish_time = {{ from = "t", time = "{form}" }}\n', f"t,x\n{value},\n", site)
    assert rows.jobs["finish_time"].to_list() == [datetime(2024, 6, 14, 10, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("unit", "value", "seconds"),
    [
        ("s", "90", 90.0),
        ("ms", "1500", 1.5),
        ("min", "2", 120.0),
        ("ms", "1-00:00:01", 86401.0),
        ("ms", "1h 2m 3.5s", 3723.5),
        ("s", "250ms", 0.25),
        ("h", "0", 0.0),
    ],
)
def test_durations_are_read_in_many_forms(tmp_path: Path, unit: str, value: str, seconds: float) -> None:
    rows = mapped(tmp_path, MADE_UP + f'run_time = {{ from = "r", unit = "{unit}" }}\n', f"r,x\n{value},\n")
    assert rows.jobs["run_time"].to_list() == [seconds]


@pytest.mark.parametrize(
    ("unit", "value", "amount"),
    [("KB", "2", 2048), ("GiB", "1.5", 1610612736), ("B", "4 GB", 4 * 1024**3), ("MB", "0", None)],
)
def test_memory_is_read_in_many_forms(tmp_path: Path, unit: str, value: str, amount: int | None) -> None:
    rows = mapped(
        tmp_path, MADE_UP + f'memory_peak = {{ from = "m", unit = "{unit}" }}\n', f"m,x\n{value},\n"
    )
    assert rows.jobs["memory_peak"].to_list() == [amount]


def test_a_column_that_the_table_lacks_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        mapped(tmp_path, MADE_UP + 'user = "user"\n', "users,x\nann,\n")
    assert "has no column 'user', which user is to come from" in caught.value.message
    assert caught.value.hint == "Did you mean users?"


def test_a_table_without_a_map_is_refused() -> None:
    with pytest.raises(ConfigError, match="needs a column map"):
        read(RECORDINGS / "small.csv", replace(SITE, column_map=None))


def test_a_trace_of_nextflow_is_read_raw_or_not(tmp_path: Path) -> None:
    path = tmp_path / "trace.txt"
    columns = (
        "task_id process tag name status exit attempt cpus memory submit start complete realtime peak_rss"
    )
    task = ["FASTQC", "s1", "FASTQC (s1)"]
    raw = ["5", *task, "COMPLETED", "0", "2", "2", "1073741824"]
    raw += ["1718359200000", "1718359210000", "1718359270000", "55500", "1048576"]
    people = ["6", *task, "FAILED", "1", "1", "2", "1 GB"]
    people += [f"2024-06-14 10:{clock}.000" for clock in ("00:00", "00:10", "01:10")] + ["55.5s", "1 MB"]
    path.write_text("".join("\t".join(line) + "\n" for line in (columns.split(), raw, people)))
    rows = read(path, replace(SITE, column_map=find_map("nextflow-trace")))
    assert rows.set_aside == ()
    same = rows.jobs.drop("job_id", "state", "exit_code", "attempt")
    assert same.row(0) == same.row(1)
    assert rows.jobs.select("job_id", "state", "exit_code", "attempt", "memory_peak", "run_time").rows() == [
        ("5", "done", 0, 1, 1048576, 55.5),
        ("6", "failed", 1, 0, 1048576, 55.5),
    ]


@given(st.integers(0, 500), st.binary(max_size=4))
def test_no_damage_makes_reading_fail(
    tmp_path_factory: pytest.TempPathFactory, at: int, noise: bytes
) -> None:
    content = (RECORDINGS / "small.csv").read_bytes()
    at += content.index(b"\n") + 1
    path = tmp_path_factory.getbasetemp() / "damaged.csv"
    path.write_bytes(content[:at] + noise + content[at + len(noise) :])
    rows = read(path)
    assert rows.jobs.height + len(rows.set_aside) + rows.not_finished >= 3


@pytest.mark.shared_data
@pytest.mark.parametrize(("name", "tasks"), [("eager", 1576), ("mag", 6242), ("rnaseq", 1308)])
def test_real_traces_of_nextflow_are_read(shared: Path, name: str, tasks: int) -> None:
    path = shared / f"data/memory/sizey-trace_{name}.csv.gz"
    rows = read(path, replace(SITE, column_map=find_map("nextflow-trace")))
    assert (rows.jobs.height, rows.set_aside, rows.not_finished) == (tasks, (), 0)


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "columns", "jobs"),
    [
        (
            "slurmise-nupack-jobs",
            'command = "{job} sequences={sequences}"\nmemory_peak = { from = "memory", unit = "MB" }\n',
            874,
        ),
        ("tovar-bioblast", 'command = "category"\ncores_requested = "cores"\nrun_time = "wall_time"\n', 7754),
        ("galaxy-main-memory-bowtie2", 'memory_peak = "memory.max_usage_in_bytes"\n', 3963),
        ("galaxy-main-memory-hisat2", 'command = "hisat2 {input_format|paired|forward}"\n', 2797),
    ],
)
def test_tables_without_times_are_read(
    shared: Path, tmp_path: Path, name: str, columns: str, jobs: int
) -> None:
    (tmp_path / "map.toml").write_text(LEAST + MADE_UP + columns)
    rows = read(shared / f"data/memory/{name}.csv.gz", replace(SITE, column_map=tmp_path / "map.toml"))
    assert (rows.jobs.height, rows.set_aside) == (jobs, ())
