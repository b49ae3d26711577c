import gzip
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jobcast.errors import InputError
from jobcast.history import Rows
from jobcast.systems.base import BATCH, Site
from jobcast.systems.lsf.acct import LsbAcct
from tests.systems.lsf.writers import ROW, acct_line
from tests.systems.packed import cut_behind

RECORDING = Path(__file__).parents[2] / "recordings/lsf/lsb.acct"
SITE = Site(now=datetime(2026, 11, 22, tzinfo=UTC), cluster="lsf-a")


def read(path: Path, content: str | bytes, site: Site = SITE) -> Rows:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (rows,) = LsbAcct().read(path, site)
    return rows


@pytest.fixture
def acct(tmp_path: Path) -> Path:
    return tmp_path / "lsb.acct"


def job(acct: Path, **fields: object) -> dict[str, Any]:
    rows = read(acct, acct_line(**fields))  # type: ignore[arg-type]
    assert not rows.set_aside
    return rows.jobs.row(0, named=True)


def reasons(rows: Rows) -> list[tuple[int, str]]:
    return [(record.line, record.reason) for record in rows.set_aside]


def test_every_field_of_a_record_of_lsf_10_finds_its_column(acct: Path) -> None:
    assert job(acct) == ROW


def test_the_recording_of_volclava_is_read_whole() -> None:
    (rows,) = LsbAcct().read(RECORDING, SITE)
    assert (rows.jobs.height, rows.set_aside, rows.not_finished) == (43, (), 0)
    assert Counter(rows.jobs["state"]) == {"done": 13, "failed": 23, "cancelled": 7}
    over = rows.jobs.row(3, named=True)
    assert {name: over[name] for name in ("name", "state", "exit_code", "exit_reason", "memory_peak")} == {
        "name": "over",
        "state": "failed",
        "exit_code": 130,
        "exit_reason": "exit_code",
        "memory_peak": 343_268 * 1024,
    }
    never = rows.jobs.filter(rows.jobs["name"] == "BIG").row(0, named=True)
    assert (never["start_time"], never["run_time"], never["cpu_time"], never["hosts"]) == (None,) * 4
    assert never["cores_requested"] == 12


@pytest.mark.parametrize(
    ("fields", "state", "exit_code", "exit_reason"),
    [
        ({"status": 192}, "done", 0, None),
        ({"status": 32, "exit_status": 768}, "failed", 3, "exit_code"),
        ({"status": 32, "exit_status": 9}, "failed", 137, "exit_code"),
        ({"status": 32, "exit_status": 0}, "failed", 0, "unknown"),
        ({"status": 32, "exit_status": 35072, "exit_info": 16}, "failed", 137, "memory_limit"),
        ({"status": 32, "exit_status": 35840, "exit_info": 5}, "failed", 140, "run_limit"),
        ({"status": 32, "exit_status": 33280, "exit_info": 1}, "failed", 130, "preempted"),
        ({"status": 32, "exit_status": 33280, "exit_info": 26}, "failed", 130, "node"),
        ({"status": 32, "exit_status": 33280, "exit_info": 14}, "cancelled", 130, None),
        ({"status": 32, "exit_status": 33280, "exit_info": 9}, "cancelled", 130, None),
        ({"status": 32, "exit_status": 256, "exit_info": 99}, "failed", 1, "exit_code"),
        ({"status": 32, "start_time": 0, "hosts": []}, "cancelled", None, None),
    ],
)
def test_status_and_reason_together_tell_how_a_job_ended(
    acct: Path, fields: dict[str, object], state: str, exit_code: int | None, exit_reason: str | None
) -> None:
    row = job(acct, **fields)
    assert (row["state"], row["exit_code"], row["exit_reason"]) == (state, exit_code, exit_reason)


@pytest.mark.parametrize(
    ("fields", "column", "value"),
    [
        ({"max_rmem": -1, "avg_mem": -1}, "memory_peak", None),
        ({"max_rmem": 0, "avg_mem": 0}, "memory_basis", None),
        ({"utime": "-1.000000", "stime": "-1.000000"}, "cpu_time", None),
        ({"run_limit": -1}, "run_limit", None),
        ({"run_limit": 0}, "run_limit", None),
        ({"name": "sim[1-90]%5", "idx": 23}, "name", "sim"),
        ({"name": "sim[1-90]%5", "idx": 23}, "array_index", 23),
        ({"name": "sim[1-90]", "idx": 0}, "name", "sim[1-90]"),
        ({"name": ""}, "name", None),
        ({"options": 33882115 + 0x4000000}, "interactive", True),
        ({"hosts": ["a", "a", "b", "16*c"]}, "hosts", ["a", "b", "c"]),
        ({"hosts": ["2*a", "2*b"], "res_req": "rusage[mem=10G]"}, "memory_requested", 20 * 1024**3),
        ({"res_req": "rusage[mem=10G/task]"}, "memory_requested", 40 * 1024**3),
        ({"res_req": ""}, "memory_requested", 4000 * 1024**2),
        ({"res_req": "", "effective": "rusage[ngpus_physical=2.00]"}, "gpus_requested", 2),
        ({"share": "/ada"}, "group", None),
        ({"share": ""}, "group", None),
    ],
)
def test_one_field_gives_this_value(
    acct: Path, fields: dict[str, object], column: str, value: object
) -> None:
    assert job(acct, **fields)[column] == value


def test_the_unit_of_the_site_counts_where_the_user_wrote_none(acct: Path) -> None:
    site = Site(now=SITE.now, memory_unit="G", memory_per_task=True)
    rows = read(acct, acct_line(res_req="rusage[mem=2]"), site)
    assert rows.jobs["memory_requested"].to_list() == [4 * 2 * 1024**3]


def test_the_usage_of_each_host_does_not_shift_what_follows(acct: Path) -> None:
    four = ["node1 1306 0 1287 242", "node2 1291 0 643 66"]
    five = ["node1 1306 0 1287 242 0", "node2 1291 0 643 66 0"]
    for usage in ([], four[:1], four, five[:1], five):
        row = job(acct, host_usage=usage)
        assert (row["run_limit"], row["memory_mean"]) == (43200.0, 1024**3)


def test_the_advice_in_a_description_is_read(acct: Path) -> None:
    row = job(acct, description="ALLOC_MEMORY_USER=memPrediction(reset=4410MB) jobcast=7f3a run_limit=3600s")
    told = (row["advice_id"], row["advised_memory"], row["advised_run_time"])
    assert told == ("7f3a", 4410 * 1024**2, 3600.0)


def test_older_versions_end_early(acct: Path) -> None:
    line = (
        '"JOB_FINISH" "5.1" 1089407406 699195 283 33554482 1 1089290023 0 0 1089406862 "ada" "8nm" "" ""'
        ' "" "lx15" "prog" "" "/log/b.txt" "" "1089290023.699195" 0 1 "bed79" 64 3.3 "" "start.pl 7 8"'
        " 277.210000 17.280000 0 0 -1 0 0 927804 87722 0 0 0 -1 0 0 0 0 0 -1"
        ' "" "default" 0 1 "" "" 0 310424 339112 "" "" ""\n'
    )
    rows = read(acct, line)
    assert rows.jobs.select("job_id", "memory_peak", "run_limit", "description", "group").rows() == [
        ("699195", 310424 * 1024, None, None, None)
    ]


def test_a_tail_that_is_laid_out_otherwise_counts_as_absent(acct: Path) -> None:
    line = acct_line().replace('"" "" "" "" 0 ""', '"" "" "" "" 0""')
    rows = read(acct, line)
    assert rows.jobs.select("memory_peak", "run_limit").rows() == [(2 * 1024**3, None)]


def test_a_broken_quote_does_not_swallow_the_next_record(acct: Path) -> None:
    broken = acct_line(command="first").replace('"first"', '"first')
    rows = read(acct, broken + acct_line(job_id=2))
    assert rows.jobs["job_id"].to_list() == ["2"]
    assert reasons(rows) == [(1, "malformed_fields")]


def test_a_line_break_within_quotes_belongs_to_the_record(acct: Path) -> None:
    rows = read(acct, acct_line(command="one\ntwo") + acct_line(job_id=2))
    assert rows.jobs["command"].to_list() == ["one\ntwo", "vcs -full64 -f run.f"]


def test_a_record_that_quotes_another_record_is_one_record(acct: Path) -> None:
    text = "echo \\\n" + acct_line(job_id=13)
    assert job(acct, command=text)["command"] == text


def test_other_events_are_counted_and_passed_over(acct: Path) -> None:
    rows = read(acct, '"JOB_RESIZE" "10.1" 1718359618 7 0 1718352060 1001 "ada" 1 ""\n' + acct_line())
    assert (rows.jobs.height, rows.not_finished, rows.set_aside) == (1, 1, ())


def test_a_record_without_its_line_end_is_set_aside_as_truncated(acct: Path) -> None:
    rows = read(acct, acct_line() + acct_line()[:-40])
    assert (rows.jobs.height, reasons(rows)) == (1, [(2, "truncated")])


def test_a_packed_file_that_is_cut_off_gives_what_can_be_read(acct: Path) -> None:
    packed = gzip.compress("".join(acct_line(job_id=number) for number in range(2000)).encode())
    rows = read(acct, packed[: len(packed) // 2])
    assert 0 < rows.jobs.height < 2000
    assert {record.reason for record in rows.set_aside} <= {"truncated"}


def test_a_damage_behind_another_event_is_counted(acct: Path) -> None:
    event = '"JOB_RESIZE" "10.1" 1718359618 7 0 1718352060 1001 "ada" 1 ""\n'
    rows = read(acct, cut_behind((acct_line() + event).encode()))
    assert (rows.jobs.height, rows.not_finished) == (1, 1)
    assert [(each.line, each.reason, each.text) for each in rows.set_aside] == [(3, "truncated", "")]


def test_a_job_that_can_not_be_true_is_set_aside_with_its_line(acct: Path) -> None:
    rows = read(acct, acct_line() + acct_line(start_time=1718400000) + acct_line(event_time=4718359618))
    assert rows.jobs.height == 1
    assert reasons(rows) == [(2, "finish_before_start"), (3, "in_the_future")]
    assert rows.set_aside[0].text == acct_line(start_time=1718400000).rstrip("\n")


def test_a_job_neither_done_nor_exited_is_set_aside(acct: Path) -> None:
    assert reasons(read(acct, acct_line(status=4))) == [(1, "unknown_state")]


def test_numbers_beyond_all_measure_are_set_aside(acct: Path) -> None:
    huge = ("event_time", "submit_time", "num_processors", "job_id", "max_rmem", "exit_status")
    content = "".join(acct_line(**{name: 10**30}) for name in huge)  # type: ignore[arg-type]
    rows = read(acct, content)
    assert (rows.jobs.height, len(rows.set_aside)) == (0, len(huge))


def test_chinese_text_is_read_in_either_encoding(acct: Path) -> None:
    content = acct_line(command="仿真 一").encode() + acct_line(command="仿真 二").encode("gb18030")
    assert read(acct, content).jobs["command"].to_list() == ["仿真 一", "仿真 二"]


def test_a_file_of_another_kind_is_refused(acct: Path) -> None:
    with pytest.raises(InputError, match="no line begins with an event"):
        read(acct, "Job <1>, User <ada>\n")


def test_an_empty_file_holds_no_jobs(acct: Path) -> None:
    assert read(acct, "\n").jobs.height == 0


def test_a_long_file_comes_in_batches(acct: Path) -> None:
    acct.write_text(acct_line() * (BATCH + 10))
    heights = [rows.jobs.height for rows in LsbAcct().read(acct, SITE)]
    assert len(heights) == 2
    assert sum(heights) == BATCH + 10
    assert max(heights) <= BATCH


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=80)


@settings(max_examples=150)
@given(command=TEXT, name=TEXT, description=TEXT)
@example(command='"', name='""', description='" "')
@example(command='a" "b', name="\\", description='"JOB_FINISH" "10.1" 1')
@example(command='\n"JOB_FINISH" "10.1" 1 ', name="x", description="")
def test_any_text_is_read_back_unchanged(
    tmp_path_factory: pytest.TempPathFactory, command: str, name: str, description: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.acct"
    row = job(path, command=command, name=name, description=description)
    assert (row["command"] or "", row["name"] or "", row["description"] or "") == (command, name, description)


@settings(max_examples=200)
@given(data=st.data())
def test_damage_never_raises_and_no_record_is_lost(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = "".join(acct_line(job_id=number) for number in range(1, 5)).encode()
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(20, len(content) - 1))
        length = data.draw(st.integers(0, 30))
        content = content[:place] + data.draw(st.binary(max_size=4)) + content[place + length :]
    content = content[: data.draw(st.integers(20, len(content)))]
    rows = read(tmp_path_factory.getbasetemp() / "damaged.acct", content)
    records = sum(line.startswith(b'"JOB_FINISH" "10.1" ') for line in content.split(b"\n"))
    found = rows.jobs.height + len(rows.set_aside) + rows.not_finished
    assert records <= found <= records + 4


def test_the_records_of_other_projects_are_read(shared: Path) -> None:
    def read_shared(name: str) -> Rows:
        (rows,) = LsbAcct().read(shared / "data/cli-text/lsf" / name, SITE)
        return rows

    apel = read_shared("apel-lsb.acct.log")
    assert apel.jobs.select("job_id", "array_index", "exit_code", "cores_requested").rows() == [
        ("699195", None, 0, 1),
        ("436491", 23, 255, 16),
        ("31255091", None, 0, 1),
    ]
    assert reasons(read_shared("apel-lsb.acct-malformed.log")) == [
        (1, "malformed_fields"),
        (2, "finish_before_start"),
    ]
    xdmod = read_shared("xdmod-lsb.acct-accounting-logs.log")
    assert (
        xdmod.jobs.select("run_limit", "memory_mean", "cores_requested").rows()
        == [(43200.0, 8688640 * 1024, 128)] * 2
    )
    assert read_shared("xdmod-lsb.acct-utf8-multibyte-chars.log").jobs["command"].to_list() == ["aàb"]


def test_a_byte_order_mark_before_the_first_record_is_passed_over(tmp_path: Path) -> None:
    whole, marked = tmp_path / "lsb.acct", tmp_path / "marked"
    whole.write_bytes(RECORDING.read_bytes())
    marked.write_bytes(b"\xef\xbb\xbf" + RECORDING.read_bytes())
    (one,), (other,) = (LsbAcct().read(path, SITE) for path in (whole, marked))
    assert other.jobs.equals(one.jobs)
    assert [each.reason for each in other.set_aside] == [each.reason for each in one.set_aside]
