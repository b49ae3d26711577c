import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from jobcast.errors import InputError, OutputError
from jobcast.history import Rows
from jobcast.systems.base import Site
from jobcast.systems.lsf.bjobs import Bjobs, read_bjobs
from jobcast.systems.lsf.system import Lsf
from tests.systems.lsf.writers import ROW, bjobs_uf
from tests.systems.packed import cut_behind

RECORDINGS = Path(__file__).parents[2] / "recordings/lsf"
SITE = Site(now=datetime(2024, 6, 15, tzinfo=UTC), cluster="lsf-a")
RECORDED = Site(now=datetime(2026, 11, 22, tzinfo=UTC))


def read(text: str | bytes, site: Site = SITE) -> Rows:
    stream = io.BytesIO(text.encode() if isinstance(text, str) else text)
    (rows,) = read_bjobs(stream, "bjobs", site)
    return rows


def job(site: Site = SITE, **parts: str) -> dict[str, Any]:
    rows = read(bjobs_uf(**parts), site)
    assert not rows.set_aside
    return rows.jobs.row(0, named=True)


def recorded(name: str) -> Rows:
    (rows,) = Bjobs().read(RECORDINGS / name, RECORDED)
    return rows


def reasons(rows: Rows) -> list[tuple[int, str]]:
    return [(record.line, record.reason) for record in rows.set_aside]


def test_every_part_of_a_job_finds_its_column() -> None:
    assert job() == ROW | {"description": None, "run_limit": None, "cpu_time": 843.4}


NOTE = "ALLOC_MEMORY_USER=memPrediction(reset=4410MB) jobcast=7f3a run_limit=3600s"
ADVICE = ("7f3a", 4410 * 1024**2, 3600.0)


def test_the_advice_in_a_description_is_read() -> None:
    row = job(trailer=f", Job Description <{NOTE}>")
    assert (row["advice_id"], row["advised_memory"], row["advised_run_time"]) == ADVICE
    assert row["description"] == NOTE


def test_a_description_without_the_id_of_advice_is_left_to_the_report() -> None:
    row = job(trailer=", Job Description <ALLOC_MEMORY_USER=memPrediction(reset=4410MB)>")
    assert (row["advice_id"], row["advised_memory"], row["advised_run_time"]) == (None, None, None)


def test_the_recording_of_done_jobs_is_read_whole() -> None:
    rows = recorded("bjobs-UF-done.txt")
    assert (rows.set_aside, rows.not_finished) == ((), 0)
    columns = ("job_id", "name", "description", "memory_requested", "run_limit", "memory_peak", "cpu_time")
    assert rows.jobs.select(columns).rows() == [
        ("11", "m300", "memory test", 400 * 1024**2, 120.0, 313 * 1024**2, 0.3),
        ("10", "m100", None, 200 * 1024**2, None, 112 * 1024**2, 1.1),
    ]


def test_the_recording_of_failed_jobs_is_read_whole() -> None:
    rows = recorded("bjobs-UF-exit.txt")
    columns = (
        "job_id",
        "state",
        "exit_code",
        "exit_reason",
        "memory_requested",
        "memory_peak",
        "finish_time",
    )
    assert rows.jobs.select(columns).rows() == [
        ("8", "failed", 3, "exit_code", None, 5 * 1024**2, datetime(2026, 11, 21, 21, 11, 39, tzinfo=UTC)),
        ("7", "failed", 130, "exit_code", 200 * 1024**2, 335 * 1024**2,
         datetime(2026, 11, 21, 21, 11, 43, tzinfo=UTC)),
    ]  # fmt: skip


def test_the_long_form_says_the_same_as_the_unwrapped_one() -> None:
    assert recorded("bjobs-l-done.txt").jobs.rows() == recorded("bjobs-UF-done.txt").jobs.head(1).rows()
    assert recorded("bjobs-l-memlimit-exit.txt").jobs.rows() == recorded("bjobs-UF-exit.txt").jobs[1:].rows()


def test_jobs_that_wait_or_run_are_counted() -> None:
    rows = recorded("bjobs-l-ususp.txt")
    assert (rows.jobs.height, rows.set_aside, rows.not_finished) == (0, (), 1)
    assert read(bjobs_uf(status="PEND", started="", ended="")).not_finished == 1


ENDED = "Fri Jun 14 10:06:58: "
COMPLETED = "Completed <exit>; TERM_"


@pytest.mark.parametrize(
    ("ended", "state", "exit_code", "exit_reason"),
    [
        ("Exited with exit code 3. The CPU time used is 1.0 seconds.", "failed", 3, "exit_code"),
        ("Exited by signal 9. The CPU time used is 1.0 seconds.", "failed", 137, "exit_code"),
        ("Exited by LSF signal 9. The CPU time used is 1.0 seconds.", "failed", 137, "exit_code"),
        ("Exited; The CPU time used is 1.0 seconds.", "failed", None, "unknown"),
        (f"Exited with exit code 137.\n{ENDED}{COMPLETED}MEMLIMIT: ...", "failed", 137, "memory_limit"),
        (f"Exited with exit code 140.\n{ENDED}{COMPLETED}RUNLIMIT: ...", "failed", 140, "run_limit"),
        (f"Termination request issued;\n{ENDED}{COMPLETED}OWNER: ...", "cancelled", None, None),
        ("Termination request issued;", "failed", None, "unknown"),
    ],
)
def test_the_lines_at_the_end_tell_how_a_job_ended(
    ended: str, state: str, exit_code: int | None, exit_reason: str | None
) -> None:
    row = job(status="EXIT", ended=f"{ENDED}{ended}\n")
    assert (row["state"], row["exit_code"], row["exit_reason"]) == (state, exit_code, exit_reason)
    assert row["finish_time"] == datetime(2024, 6, 14, 10, 6, 58, tzinfo=UTC)


def test_a_job_killed_while_it_waited_is_cancelled() -> None:
    row = job(status="EXIT", started="", ended=f"{ENDED}Exited; job has been killed.\n")
    assert (row["state"], row["start_time"], row["run_time"], row["hosts"]) == ("cancelled", None, None, None)


@pytest.mark.parametrize(
    ("parts", "column", "value"),
    [
        ({"id": "12[3]", "name": "sim[3]"}, "array_index", 3),
        ({"id": "12[3]", "name": "sim[3]"}, "job_id", "12"),
        ({"id": "12[3]", "name": "sim[3]"}, "name", "sim"),
        ({"name": ""}, "name", None),
        ({"mode": ", Interactive pseudo-terminal shell mode, ssh X11 forwarding mode"}, "interactive", True),
        ({"trailer": ", Job Description <a > b, c>"}, "description", "a > b, c"),
        ({"trailer": ", Share group charged </chip/fe/ada>, Job Description <x>, Esub <e>"}, "group", "fe"),
        ({"cwd": "/odd>dir, x"}, "cwd", "/odd>dir, x"),
        ({"memory": ""}, "memory_peak", None),
        ({"memory": " MAX MEM: 512 Kbytes;  AVG MEM: 100 Kbytes\n"}, "memory_peak", 512 * 1024),
        ({"memory": " MAX MEM: 1.5 Tbytes;  AVG MEM: 1 Gbytes\n"}, "memory_peak", 3 * 1024**4 // 2),
        ({"asked": ""}, "cores_requested", 1),
        ({"asked": ""}, "memory_requested", 4000 * 1024**2),
        ({"asked": ", 2-8 Processors Requested"}, "cores_requested", 2),
        ({"asked": ", Requested Resources <rusage[mem=12.5GB]>"}, "memory_requested", 25 * 1024**3 // 2),
        ({"asked": ", Requested GPU <num=2:mode=shared>"}, "gpus_requested", 2),
        ({"limits": "\n RUNLIMIT                \n 480.0 min of sim01\n"}, "run_limit", 28800.0),
        (
            {"asked": "", "effective": "-", "limits": "\n CORELIMIT MEMLIMIT\n      0 M     16 G \n"},
            "memory_requested",
            16 * 1024**3,
        ),
        (
            {"asked": "", "effective": "-", "limits": "\n MEMLIMIT\n 2048 K\n"},
            "memory_requested",
            2 * 1024**2,
        ),
    ],
)
def test_one_part_gives_this_value(parts: dict[str, str], column: str, value: object) -> None:
    assert job(**parts)[column] == value


@pytest.mark.parametrize(
    "text",
    [
        "Started on <sim01>, Execution Home </home/ada>;",
        "started on <sim01>, Execution Home </home/ada>;",
        "[3] started on <sim01>;",
        "Dispatched to <sim01>;",
        "Dispatched 4 Task(s) on Host(s) <4*sim01>, Allocated 4 Slot(s) on Host(s) <9*sim02>;",
        "Started on 4 Hosts/Processors <sim01> <sim01> <3*sim01> <sim01>;",
    ],
)
def test_versions_tell_the_start_in_their_own_words(text: str) -> None:
    row = job(started=f"Fri Jun 14 08:01:00: {text}\n")
    assert (row["start_time"], row["hosts"]) == (datetime(2024, 6, 14, 8, 1, 0, tzinfo=UTC), ["sim01"])


def test_memory_for_each_of_two_hosts_is_added_up() -> None:
    row = job(
        asked=", 4 Task(s), Requested Resources <rusage[mem=4000]>",
        started="Fri Jun 14 08:01:00: started on <2*sim01> <2*sim02>;\n",
    )
    assert (row["memory_requested"], row["hosts"]) == (8000 * 1024**2, ["sim01", "sim02"])


@pytest.mark.parametrize(
    "text",
    [
        "sim a 2>&1 | tee b.log",
        "sim <in >out, Queue <x>",
        "x>, Status <EXIT>, Queue <fake>, Command <y>",
        "x>, User <root>, Project <fake>",
        "x>, Share group charged </fake/root>, y",
        "x>\nFri Jun 14 07:00:00: Started on <fake>",
        "a \"b\" 'c' `d` \\ 仿真",
        ">",
    ],
)
def test_text_in_a_command_does_not_become_another_part(text: str) -> None:
    row = job(command=text)
    assert (row["command"], row["user"], row["queue"], row["state"]) == (text, "ada", "regress", "done")
    assert (row["group"], row["hosts"]) == ("frontend", ["sim01"])


def test_text_in_a_name_does_not_become_another_part() -> None:
    text = "a>, User <root>, Queue <fake>, Command <b>"
    row = job(name=text)
    assert (row["name"], row["user"], row["queue"]) == (text, "ada", "regress")


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=60)
PARTS = re.compile(r">, (?:User|Share group charged|Job Description|Job Group|Esub|Status) <")


@settings(max_examples=150)
@given(command=TEXT, name=TEXT)
@example(command=">", name="<")
@example(command="> ", name="a>, b")
def test_any_text_is_read_back_unchanged(command: str, name: str) -> None:
    assume(not PARTS.search(command) and not PARTS.search(name))
    row = job(command=command, name=name)
    assert (row["command"] or "", row["name"] or "") == (command, name)


@settings(max_examples=200)
@given(data=st.data())
def test_damage_never_raises_and_no_job_is_lost(data: st.DataObject) -> None:
    content = "".join(bjobs_uf(id=str(number)) for number in range(1, 4)).encode()
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(120, len(content) - 1))
        length = data.draw(st.integers(0, 30))
        content = content[:place] + data.draw(st.binary(max_size=4)) + content[place + length :]
    content = content[: data.draw(st.integers(120, len(content)))]
    rows = read(content)
    starts = len(re.findall(rb"^Job <\d+>, (?:Job Name|User) <", content, re.MULTILINE))
    assert rows.jobs.height + len(rows.set_aside) + rows.not_finished == starts


def test_output_that_stops_within_a_job_is_truncated() -> None:
    whole = bjobs_uf()
    rows = read(whole + whole[: whole.index("MAX MEM") + 9])
    assert (rows.jobs.height, reasons(rows)) == (1, [(21, "truncated")])


def test_a_job_without_an_end_is_set_aside() -> None:
    assert reasons(read(bjobs_uf(ended=""))) == [(3, "no_finish_time")]


def test_a_job_that_ran_into_the_new_year_gets_two_years() -> None:
    row = job(
        Site(now=datetime(2025, 1, 1, 12, tzinfo=UTC)),
        submitted="Tue Dec 31 23:00:00",
        started="Tue Dec 31 23:30:00: Started on <sim01>;\n",
        ended="Wed Jan  1 00:30:00: Done successfully. The CPU time used is 1.0 seconds.\n",
    )
    assert row["start_time"] == datetime(2024, 12, 31, 23, 30, tzinfo=UTC)
    assert row["finish_time"] == datetime(2025, 1, 1, 0, 30, tzinfo=UTC)


def test_times_are_those_of_the_zone_of_the_site() -> None:
    row = job(Site(now=SITE.now, timezone=ZoneInfo("Asia/Shanghai")))
    assert row["finish_time"] == datetime(2024, 6, 14, 2, 6, 58, tzinfo=UTC)


def test_an_hour_that_clocks_repeat_does_not_make_a_job_end_before_it_starts() -> None:
    row = job(
        Site(now=datetime(2024, 10, 28, tzinfo=UTC), timezone=ZoneInfo("Europe/Berlin")),
        submitted="Sun Oct 27 01:00:00",
        started="Sun Oct 27 02:50:00: Started on <sim01>;\n",
        ended="Sun Oct 27 02:10:00: Done successfully. The CPU time used is 1.0 seconds.\n",
    )
    assert row["run_time"] == 1200.0


def test_text_in_chinese_encoding_is_understood() -> None:
    assert read(bjobs_uf(command="仿真").encode("gb18030")).jobs["command"].to_list() == ["仿真"]


def test_no_job_is_no_error() -> None:
    assert read("No job found\n").jobs.height == 0


def test_the_short_table_is_refused() -> None:
    with pytest.raises(InputError, match="holds no job as bjobs prints it"):
        recorded("bjobs-a-w.txt")
    with pytest.raises(OutputError):
        read("<JOBID:8> in the format string is not a valid field name.\n")


def test_the_recorded_json_is_read_whole() -> None:
    rows = recorded("bjobs-o-json.txt")
    assert (rows.jobs.height, rows.set_aside, rows.not_finished) == (17, (), 0)
    over = rows.jobs.filter(rows.jobs["name"] == "over").row(0, named=True)
    assert {name: value for name, value in over.items() if value is not None} == {
        "system": "lsf",
        "cluster": "default",
        "job_id": "7",
        "name": "over",
        "user": "vlu1",
        "project": "default",
        "queue": "normal",
        "submit_time": datetime(2026, 11, 21, 21, 11, tzinfo=UTC),
        "start_time": datetime(2026, 11, 21, 21, 11, 39, tzinfo=UTC),
        "finish_time": datetime(2026, 11, 21, 21, 11, 43, tzinfo=UTC),
        "state": "failed",
        "exit_reason": "unknown",
        "cpu_time": 1.15,
        "run_time": 4.0,
        "hosts": ["h2"],
    }
    elements = rows.jobs.filter(rows.jobs["name"] == "arr")
    assert sorted(elements["array_index"]) == [1, 2, 3]


JSON_JOB = {
    "JOBID": "4711",
    "STAT": "EXIT",
    "USER": "ada",
    "JOB_NAME": "sim",
    "COMMAND": 'vcs {"a": "}, {"} \\ 2>&1',
    "START_TIME": "Jun 14 08:01",
    "FINISH_TIME": "Jun 14 10:06 L",
    "MAX_MEM": "5.2 Gbytes",
    "MEMLIMIT": "8 G",
    "RUNTIMELIMIT": "60.0 min",
    "CPU_USED": "42 second(s)",
    "EXIT_CODE": "140",
    "EXIT_REASON": "TERM_RUNLIMIT: job killed after reaching LSF run time limit",
    "EXEC_HOST": "4*sim01:sim02",
    "NREQ_SLOT": "5",
    "EFFECTIVE_RESREQ": "select[type == local] rusage[mem=2.00G/task] ",
}


def as_json(*jobs: dict[str, str]) -> str:
    return json.dumps({"COMMAND": "bjobs", "JOBS": len(jobs), "RECORDS": list(jobs)}, indent=2) + "\n"


def test_json_of_lsf_10_is_read() -> None:
    rows = read(as_json(JSON_JOB, {"JOBID": "5", "STAT": "PEND"}, {"JOBID": "6", "ERROR": "not found"}))
    assert (rows.not_finished, [record.reason for record in rows.set_aside]) == (1, ["malformed_fields"])
    columns = ("command", "exit_code", "exit_reason", "memory_requested", "memory_peak", "run_limit", "hosts")
    assert rows.jobs.select(columns).rows() == [
        ('vcs {"a": "}, {"} \\ 2>&1', 140, "run_limit", 10 * 1024**3, 5583457485, 3600.0, ["sim01", "sim02"])
    ]


def test_the_advice_in_a_description_is_read_from_json() -> None:
    rows = read(as_json(JSON_JOB | {"JOB_DESCRIPTION": NOTE}, JSON_JOB | {"JOBID": "2"}))
    told = rows.jobs.select("advice_id", "advised_memory", "advised_run_time").rows()
    assert told == [ADVICE, (None, None, None)]


def test_a_broken_job_in_json_does_not_hide_the_next_one() -> None:
    text = as_json(JSON_JOB, JSON_JOB | {"JOBID": "2"}).replace('"USER": "ada"', '"USER": "a"da"', 1)
    rows = read(text)
    assert rows.jobs["job_id"].to_list() == ["2"]
    assert [record.reason for record in rows.set_aside] == ["malformed_fields"]


@pytest.mark.parametrize("amount", ["1e308P", "1e30 Gbytes", "many"])
def test_a_peak_that_no_machine_can_have_is_kept_aside_and_stops_nothing(amount: str) -> None:
    rows = read(as_json(JSON_JOB | {"MAX_MEM": amount}, JSON_JOB | {"JOBID": "2"}))
    assert rows.jobs["job_id"].to_list() == ["2"]
    assert [record.reason for record in rows.set_aside] == ["malformed_fields"]


@pytest.mark.parametrize("lost", ["", "]\n}\n"])
def test_a_damage_behind_the_last_job_in_json_is_counted(tmp_path: Path, lost: str) -> None:
    text, path = as_json(JSON_JOB), tmp_path / "bjobs.gz"
    path.write_bytes(cut_behind((text[: text.rindex("]")] + lost).encode()))
    (rows,) = Bjobs().read(path, SITE)
    assert rows.jobs["job_id"].to_list() == [JSON_JOB["JOBID"]]
    assert [each.reason for each in rows.set_aside] == ["truncated"]


def test_half_a_character_in_json_is_replaced() -> None:
    text = as_json(JSON_JOB).replace('"ada"', '"a\\ud800"')
    assert read(text).jobs["user"].to_list() == ["a?"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gc3pie-01-bjobs-l.txt", ("131851", "done", 2.1, 28800.0, 1000 * 1024**2, 41 * 1024**2)),
        ("gc3pie-02-bjobs-l.txt", ("726659", "done", 1.7, 28800.0, 1000 * 1024**2, None)),
        ("gc3pie-03-bjobs-l.txt", ("2073", "failed", 0.1, 28800.0, 2000 * 1024**2, None)),
        ("gc3pie-04-bjobs-l.txt", ("132286", "failed", 0.0, None, 1024 * 1024**2, None)),
        ("ibmblog-bjobs-l-gpu.txt", ("54086", "done", 153.0, None, None, 219 * 1024**2)),
    ],
)
def test_wrapped_text_of_other_sites_is_read(shared: Path, name: str, expected: tuple[object, ...]) -> None:
    (rows,) = Bjobs().read(shared / "data/cli-text/lsf" / name, SITE)
    columns = ("job_id", "state", "cpu_time", "run_limit", "memory_requested", "memory_peak")
    assert (rows.jobs.select(columns).rows(), rows.set_aside) == ([expected], ())


@pytest.mark.parametrize(
    "output", [b"", b"\n\n", b"LSF is down. Please wait ...\n", b'{"COMMAND": "bjobs"}\n']
)
def test_an_answer_that_is_neither_jobs_nor_the_words_that_there_is_none_is_refused(output: bytes) -> None:
    with pytest.raises(OutputError):
        list(Lsf().read_finished(io.BytesIO(output), "bjobs", SITE))


def test_an_empty_file_holds_no_jobs(tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.write_bytes(b"")
    assert [rows.jobs.height for rows in Bjobs().read(path, SITE)] == [0]


def test_json_without_a_list_of_jobs_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "odd.json"
    path.write_text('{"jobs": [\n{"JOBID": "1"}]}\n')
    with pytest.raises(InputError, match="holds no RECORDS"):
        list(Bjobs().read(path, SITE))


def test_json_with_an_empty_list_of_jobs_holds_none(tmp_path: Path) -> None:
    path = tmp_path / "none.json"
    path.write_bytes(b'\xef\xbb\xbf{\n"COMMAND":"bjobs",\n"JOBS":0,\n"RECORDS":[\n]\n}\n')
    assert [rows.jobs.height for rows in Bjobs().read(path, SITE)] == [0]
