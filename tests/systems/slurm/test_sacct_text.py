from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.errors import InputError, OutputError
from jobcast.systems.base import Site
from jobcast.systems.slurm import Sacct, Slurm, unguessable_separator
from jobcast.systems.slurm.sacct_text import read_text
from jobcast.systems.text import read_lines
from jobcast.units import MIB
from tests.systems.packed import cut_behind
from tests.systems.slurm.made_up import HEADER, SITE, job, only, read, step, text

RECORDINGS = Path(__file__).parents[2] / "recordings/slurm"


SITE_LATER = Site(now=datetime(2026, 11, 28, tzinfo=UTC))
"""When the newer recordings were made."""


def recorded(name: str) -> pl.DataFrame:
    (rows,) = Sacct().read(RECORDINGS / name, SITE)
    assert (rows.set_aside, rows.not_finished) == ((), 0)
    return rows.jobs


def test_a_job_and_its_steps_become_one_row() -> None:
    jobs = recorded("sacct-P-common.txt")
    assert jobs.height == 27
    job = {name: value for name, value in jobs.row(7, named=True).items() if value is not None}
    assert job == {
        "system": "slurm",
        "cluster": "test",
        "job_id": "8",
        "name": "cpuhog",
        "user": "vlu1",
        "queue": "normal",
        "command": "sbatch -J cpuhog -o /tmp/s.%j.out --mem=50 -n1 -t 5"
        " --wrap srun python3 /tmp/hog.py 20 1 3",
        "submit_time": datetime(2026, 11, 21, 21, 53, 50, tzinfo=UTC),
        "start_time": datetime(2026, 11, 21, 21, 53, 51, tzinfo=UTC),
        "finish_time": datetime(2026, 11, 21, 21, 53, 57, tzinfo=UTC),
        "state": "done",
        "exit_code": 0,
        "cores_requested": 1,
        "memory_requested": 50 * 1024**2,
        "run_limit": 300.0,
        "gpus_requested": 0,
        "memory_peak": 26603 * 1024,
        "memory_basis": "rss_max_task",
        "cpu_time": 3.054,
        "run_time": 6.0,
        "hosts": ["n2"],
    }


def test_all_fields_give_what_some_fields_give_and_more() -> None:
    some, everything = recorded("sacct-P-common.txt"), recorded("sacct-P-ALL.txt")
    more = ["group", "cwd", "gpus_requested", "suspended_time", "memory_basis"]
    assert everything.drop(more).to_dicts() == some.drop(more).to_dicts()
    assert everything["memory_basis"].drop_nulls().unique().to_list() == ["rss_sum"]
    assert everything.filter(pl.col("job_id") == "16")["suspended_time"].to_list() == [6.0]


def test_endings_are_told_apart() -> None:
    endings = recorded("sacct-P-common.txt").select("job_id", "state", "exit_code", "exit_reason").rows()
    assert [endings[at] for at in (0, 3, 4, 5, 10, 19)] == [
        ("1", "done", 0, None),
        ("4", "failed", 137, "memory_limit"),
        ("5", "failed", 3, "exit_code"),
        ("6", "cancelled", None, None),
        ("11", "cancelled", None, None),
        ("20", "failed", None, "preempted"),
    ]


def test_a_job_cancelled_while_waiting_never_started() -> None:
    waited = recorded("sacct-P-common.txt").row(10, named=True)
    assert waited["job_id"] == "11"
    assert [waited[name] for name in ("start_time", "run_time", "cpu_time", "memory_peak", "hosts")] == [
        None
    ] * 5


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("COMPLETED", ("done", None)),
        ("FAILED", ("failed", "unknown")),
        ("CANCELLED by 1001", ("cancelled", None)),
        ("CANCELLED+", ("cancelled", None)),
        ("TIMEOUT", ("failed", "run_limit")),
        ("OUT_OF_MEMORY", ("failed", "memory_limit")),
        ("NODE_FAIL", ("failed", "node")),
        ("BOOT_FAIL", ("failed", "node")),
        ("PREEMPTED", ("failed", "preempted")),
        ("DEADLINE", ("cancelled", "unknown")),
        ("REQUEUED", ("cancelled", None)),
    ],
)
def test_each_final_state_has_its_meaning(state: str, expected: tuple[str, str | None]) -> None:
    row = read(text(job(State=state))).jobs.row(0, named=True)
    assert (row["state"], row["exit_reason"]) == expected


@pytest.mark.parametrize("state", ["RUNNING", "PENDING", "SUSPENDED", "COMPLETING", "RESIZING", "REVOKED"])
def test_jobs_that_have_not_ended_are_counted_with_their_steps(state: str) -> None:
    rows = read(text(job(State=state, End="Unknown"), step(State=state, End="Unknown")))
    assert (rows.jobs.height, rows.set_aside, rows.not_finished) == (0, (), 1)


@pytest.mark.parametrize(
    ("request_", "cores", "nodes", "expected"),
    [
        ("6760Mc", "2", "1", 2 * 6760 * 1024**2),
        ("250Gn", "32", "2", 2 * 250 * 1024**3),
        ("62.50Gn", "1", "1", 64000 * 1024**2),
        ("4000M", "4", "2", 4000 * 1024**2),
        ("409600K", "1", "1", 400 * 1024**2),
        ("2147486448Mn", "8", "1", 8 * 2800 * 1024**2),
        ("0", "1", "1", None),
        ("0n", "1", "1", None),
        ("", "1", "1", None),
    ],
)
def test_requests_are_for_the_whole_job(request_: str, cores: str, nodes: str, expected: int | None) -> None:
    rows = read(text(job(ReqMem=request_, ReqCPUS=cores, NNodes=nodes)))
    assert rows.jobs["memory_requested"].to_list() == [expected]


def test_the_peak_is_that_of_the_hungriest_step() -> None:
    rows = read(
        text(job(), step(MaxRSS="300K"), step(JobID="1.0", MaxRSS="2M"), step(JobID="1.extern", MaxRSS="0"))
    )
    found = only(rows)
    assert (found["memory_peak"], found["memory_basis"]) == (2 * 1024**2, "rss_max_task")


def test_sums_over_tasks_count_where_they_are_given() -> None:
    header = "JobID|State|End|MaxRSS|TRESUsageInTot"
    lines = ["1|COMPLETED|1700000000||", "1.0|COMPLETED|1700000000|2M|cpu=00:00:01,mem=5M,pages=2"]
    found = only(read("\n".join([header, *lines, ""])))
    assert (found["memory_peak"], found["memory_basis"]) == (5 * 1024**2, "rss_sum")


def test_memory_that_was_never_sampled_is_absent() -> None:
    found = only(read(text(job(), step(MaxRSS="0"), step(JobID="1.0", MaxRSS=""))))
    assert "memory_peak" not in found
    assert "memory_basis" not in found


def test_a_failed_job_at_its_whole_request_was_killed_for_it() -> None:
    lines = job(State="FAILED", ExitCode="0:9", ReqMem="100M"), step(MaxRSS="310770K", State="CANCELLED by 0")
    assert only(read(text(*lines)))["exit_reason"] == "memory_limit"


@pytest.mark.parametrize(
    ("state", "code", "task", "expected"),
    [
        ("FAILED", "0:9", "101M", "memory_limit"),
        ("FAILED", "0:9", "99M", "exit_code"),
        ("FAILED", "1:0", "101M", "exit_code"),
        ("CANCELLED", "0:9", "101M", None),
        ("COMPLETED", "0:9", "101M", None),
    ],
)
def test_a_failed_job_was_killed_for_one_task_that_used_the_share_of_a_machine(
    state: str, code: str, task: str, expected: str | None
) -> None:
    lines = (
        job(State=state, ExitCode="9:0", ReqMem="200M", NNodes="2"),
        step(JobID="1.0", MaxRSS=task, ExitCode=code),
    )
    assert only(read(text(*lines))).get("exit_reason") == expected


def test_cpu_time_is_summed_over_steps_where_the_job_has_none() -> None:
    rows = read(
        text(job(TotalCPU="00:00:00"), step(TotalCPU="00:01.500"), step(JobID="1.0", TotalCPU="1-00:00:00"))
    )
    assert only(rows)["cpu_time"] == 86401.5


def test_no_cpu_time_at_all_is_absent() -> None:
    assert "cpu_time" not in only(read(text(job(TotalCPU="00:00:00"))))


@pytest.mark.parametrize(
    ("job_id", "expected"), [("123", ("123", None)), ("123_4", ("123", 4)), ("123+1", ("123+1", None))]
)
def test_array_elements_and_components_keep_their_place(
    job_id: str, expected: tuple[str, int | None]
) -> None:
    rows = read(text(job(JobID=job_id), step(JobID=f"{job_id}.batch", MaxRSS="1M")))
    assert rows.jobs.select("job_id", "array_index").rows() == [expected]
    assert rows.jobs["memory_peak"].to_list() == [1024**2]


def test_waiting_elements_of_an_array_are_one_unfinished_record() -> None:
    assert read(text(job(JobID="123_[5-9]", State="PENDING", End="Unknown"))).not_finished == 1


def test_runs_of_a_requeued_job_stay_apart() -> None:
    rows = read(
        text(
            job(State="PREEMPTED", Start="2026-11-21T10:00:00", End="2026-11-21T10:00:30"),
            step(MaxRSS="1M"),
            job(Start="2026-11-21T11:00:00", End="2026-11-21T11:00:30"),
            step(MaxRSS="2M"),
        )
    )
    assert rows.jobs.select("job_id", "state", "memory_peak").rows() == [
        ("1", "failed", 1024**2),
        ("1", "done", 2 * 1024**2),
    ]


def test_gpus_are_read_from_trackable_resources() -> None:
    header = "JobID|State|End|ReqTRES|AllocTRES"
    lines = [
        "1|COMPLETED|1700000000|cpu=1,gres/gpu=2,mem=1G|",
        "2|COMPLETED|1700000000||cpu=1,gres/gpu:a100=4",
    ]
    rows = read("\n".join([header, *lines, "3|COMPLETED|1700000000||", ""]))
    assert rows.jobs["gpus_requested"].to_list() == [2, 4, None]
    assert rows.jobs["memory_requested"].to_list() == [1024**3, None, None]


def test_times_are_local_unless_they_say_otherwise() -> None:
    site = Site(now=SITE.now, timezone=ZoneInfo("Asia/Shanghai"))
    forms = ["2023-11-15T06:13:20", "2023-11-14T22:13:20Z", "2023-11-14T23:13:20+0100", "1700000000"]
    rows = read(
        text(*(job(JobID=str(at), End=end, Submit="", Start="") for at, end in enumerate(forms))), site
    )
    assert rows.jobs["finish_time"].to_list() == [datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)] * 4


def test_a_job_over_the_hour_that_comes_twice_does_not_end_before_it_starts() -> None:
    site = Site(now=SITE.now, timezone=ZoneInfo("Europe/Berlin"))
    rows = read(text(job(Submit="", Start="2024-10-27T02:50:00", End="2024-10-27T02:10:00")), site)
    lasted = rows.jobs["finish_time"][0] - rows.jobs["start_time"][0]
    assert lasted == timedelta(minutes=20)


def test_a_job_without_end_ends_when_its_time_has_passed() -> None:
    lines = "JobID|State|Start|Elapsed", "1|COMPLETED|2026-11-21T10:00:00|00:01:30", ""
    assert only(read("\n".join(lines)))["finish_time"] == datetime(2026, 11, 21, 10, 1, 30, tzinfo=UTC)


def test_a_separator_in_a_job_name_is_mended() -> None:
    assert only(read(text(job(JobName="a|b|c"))))["name"] == "a|b|c"


def test_a_line_break_in_a_job_name_is_mended() -> None:
    rows = read(text(job(JobName="a\nb"), step(MaxRSS="1M")))
    assert (only(rows)["name"], only(rows)["memory_peak"]) == ("a\nb", 1024**2)


@pytest.mark.parametrize("limit", ["60", "UNLIMITED", "Partition_Limit", "INVALID", ""])
def test_a_line_break_is_mended_whatever_the_limit_of_time(limit: str) -> None:
    header = "JobID|TimelimitRaw|End|JobName|State"
    rows = read(f"{header}\n1|{limit}|1700000000|a\nb|COMPLETED\n")
    assert only(rows)["name"] == "a\nb"


def test_what_can_be_mended_in_two_ways_is_set_aside() -> None:
    lines = (
        "JobID|State|End|JobName|Comment",
        "1|COMPLETED|1700000000|a|b|c",
        "2|COMPLETED|1700000000|a|b",
        "",
    )
    rows = read("\n".join(lines))
    assert rows.jobs["job_id"].to_list() == ["2"]
    assert [(each.line, each.reason) for each in rows.set_aside] == [(2, "field_count")]


def test_the_reasons_for_setting_aside_are_named() -> None:
    rows = read(
        text(
            step(JobID="9.batch"),
            job(JobID="2", State="BORED"),
            job(JobID="3", End="Unknown", Start="Unknown"),
            job(JobID="4", End="2026-11-21T09:00:00"),
            "5|cut",
        ).rstrip("\n")
    )
    assert [(each.line, each.reason) for each in rows.set_aside] == [
        (6, "truncated"),
        (2, "step_without_job"),
        (3, "unknown_state"),
        (4, "no_finish_time"),
        (5, "finish_before_start"),
    ]
    assert rows.set_aside[0].text == "5|cut"


def test_a_job_whose_steps_a_damage_may_have_cut_off_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "cut.gz"
    lines = "JobID|State|End|MaxRSS", "1|COMPLETED|1700000000|", "1.0|COMPLETED|1700000000|5K", ""
    job = "2|COMPLETED|1700000000|\n2.0|COMPLETED|1700000000|5K\n2.1|COMPL"
    path.write_bytes(cut_behind(("\n".join(lines) + job).encode()))
    (rows,) = Sacct().read(path, SITE)
    assert rows.jobs.select("job_id", "memory_peak").rows() == [("1", 5 * 1024)]
    assert [(each.line, each.reason, each.text) for each in rows.set_aside] == [(4, "truncated", job)]


def test_any_separator_and_order_of_fields_is_understood() -> None:
    lines = "State^|^End^|^JobIDRaw", "COMPLETED^|^1700000000^|^77", "COMPLETED^|^1700000000^|^77.0", ""
    assert only(read("\n".join(lines)))["job_id"] == "77"


def test_chinese_names_are_read_in_both_encodings(tmp_path: Path) -> None:
    for encoding in ("utf-8", "gb18030"):
        path = tmp_path / encoding
        path.write_bytes(text(job(JobName="仿真")).encode(encoding))
        (rows,) = Sacct().read(path, SITE)
        assert rows.jobs["name"].to_list() == ["仿真"]


def test_text_that_is_not_of_sacct_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text("Dear diary,\n")
    with pytest.raises(InputError, match="no header line with JobID and State"):
        list(Sacct().read(path, SITE))
    with pytest.raises(OutputError):
        list(Slurm().read_finished(BytesIO(b"slurm_load_jobs error\n"), "sacct", SITE))


def test_output_that_cannot_tell_when_jobs_ended_is_refused() -> None:
    with pytest.raises(OutputError, match="does not say when jobs ended"):
        read("JobID|State\n1|COMPLETED\n")


def test_what_the_query_brings_is_read_whole() -> None:
    content = (RECORDINGS / "sacct-query.txt").read_bytes()
    (rows,) = Slurm().read_finished(BytesIO(content), "sacct", SITE)
    assert (rows.set_aside, rows.not_finished) == ((), 0)
    assert rows.jobs.select("job_id", "array_index", "name", "state", "exit_reason", "hosts").rows() == [
        ("1", None, "a|b ??", "done", None, ["n1"]),
        ("4", None, "mpi", "done", None, ["n1", "n2"]),
        ("2", 1, "line\nbreak", "failed", "exit_code", ["n1"]),
        ("2", 2, "line\nbreak", "failed", "exit_code", ["n1"]),
        ("5", None, "requeued", "cancelled", None, ["n1"]),
        ("5", None, "requeued", "done", None, ["n1"]),
        ("6", 5, "two\nlines", "cancelled", None, ["n1"]),
        ("6_[6-9%1]", None, "two\nlines", "cancelled", None, None),
        ("9", None, "over", "failed", "memory_limit", ["n1"]),
    ]
    assert rows.jobs["memory_basis"].drop_nulls().unique().to_list() == ["rss_sum"]


def test_what_the_query_brings_of_limits_and_advice_is_read() -> None:
    content = (RECORDINGS / "sacct-query-advised.txt").read_bytes()
    (rows,) = Slurm().read_finished(BytesIO(content), "sacct", SITE_LATER)
    assert (rows.set_aside, rows.not_finished) == ((), 0)
    told = ("job_id", "array_index", "exit_code", "exit_reason", "memory_requested", "memory_peak")
    assert rows.jobs.select(told).rows() == [
        ("1", None, None, "run_limit", 100 * MIB, 522_240),
        ("2", None, 0, None, 100 * MIB, 32_016_384),
        ("3", None, 137, "memory_limit", 50 * MIB, 158_360_576),
        ("4", None, 9, "memory_limit", 50 * MIB, 158_349_312),
        ("5", None, 9, "memory_limit", 200 * MIB, 157_376_512),
        ("6", None, 3, "exit_code", 100 * MIB, None),
        ("8", None, 0, None, 100 * MIB, None),
        ("9", None, 0, None, 80 * MIB, 21_465_088),
        ("7", 1, 0, None, 100 * MIB, 10_930_176),
        ("7", 2, 0, None, 100 * MIB, 21_463_040),
        ("7", 3, 0, None, 100 * MIB, 32_194_560),
    ]
    advised = rows.jobs.filter(pl.col("advice_id").is_not_null())
    assert advised.select("job_id", *ADVICE).rows() == [("9", "7f3a", 80 * MIB, 300.0)]


ADVICE = ("advice_id", "advised_memory", "advised_run_time")


@pytest.mark.parametrize(
    ("extra", "place"), [(n, at) for n in (1, 2) for at in ("JobName", "Comment", "SubmitLine", "WorkDir")]
)
def test_no_text_of_a_user_can_pass_for_advice(extra: int, place: str) -> None:
    content = (RECORDINGS / "sacct-query-advised.txt").read_text().splitlines(keepends=True)
    header, *lines = (line.split("\x1f") for line in content)
    (plain,) = (line for line in lines if line[0] == "2")
    at = header.index(place)
    plain[at] += "\x1fjobcast: fake memory=1M" * extra
    (rows,) = Slurm().read_finished(
        BytesIO("".join(map("\x1f".join, (header, plain))).encode()), "sacct", SITE_LATER
    )
    assert rows.jobs["advice_id"].to_list() + [each.reason for each in rows.set_aside] in (
        [None],
        ["field_count"],
    )


@pytest.mark.parametrize("before", ["a\x1fb ", "a\nb "])
def test_a_separator_or_line_break_in_an_administrators_comment_is_mended(before: str) -> None:
    content = (RECORDINGS / "sacct-query-advised.txt").read_text()
    damaged = content.replace("jobcast: 7f3a", f"{before}jobcast: 7f3a").encode()
    (rows,) = Slurm().read_finished(BytesIO(damaged), "sacct", SITE_LATER)
    assert rows.set_aside == ()
    assert rows.jobs.filter(pl.col("job_id") == "9").select(ADVICE).rows() == [("7f3a", 80 * MIB, 300.0)]


def test_a_job_and_its_steps_are_not_parted_between_batches() -> None:
    lines = [
        line
        for at in range(5)
        for line in (
            job(JobID=f"{at}"),
            step(JobID=f"{at}.0", MaxRSS="1M"),
            step(JobID=f"{at}.1", MaxRSS="2M"),
        )
    ]
    source = BytesIO(text(*lines).encode())
    jobs = pl.concat(rows.jobs for rows in read_text(read_lines(source, "sacct", most=2), SITE, "sacct"))
    assert jobs.select("job_id", "memory_peak").rows() == [(str(at), 2 * 1024**2) for at in range(5)]


FIELDS = (
    "JobID,JobIDRaw,Cluster,Account,User,Group,Partition,ExitCode,Submit,Start,End,AdminComment,ElapsedRaw,"
    "Suspended,TotalCPU,TimelimitRaw,ReqCPUS,ReqMem,ReqTRES,AllocTRES,NNodes,MaxRSS,TRESUsageInTot,NodeList,"
    "WorkDir,JobName,Comment,SubmitLine,State"
)


def test_the_query_asks_once_for_all_users_and_all_runs() -> None:
    command = Slurm().query_finished(
        datetime(2026, 11, 21, 8, tzinfo=ZoneInfo("Asia/Shanghai")), datetime(2026, 11, 21, 9, tzinfo=UTC)
    )
    assert command.arguments == (
        "sacct",
        "--allusers",
        "--duplicates",
        "--noconvert",
        "--parsable2",
        "--delimiter=\x1f",
        "--starttime=2026-11-21T00:00:00",
        "--endtime=2026-11-21T09:00:00",
        "--state=BF,CA,CD,DL,F,NF,OOM,PR,RQ,TO",
        f"--format={FIELDS}",
    )
    assert command.environment == (("SLURM_TIME_FORMAT", "%s"), ("TZ", "UTC"))


def test_a_record_within_a_name_is_none_where_the_separator_can_not_be_guessed() -> None:
    separator = unguessable_separator()
    assert separator != unguessable_separator()
    command = Slurm(separator).query_finished(SITE.now, SITE.now)
    assert f"--delimiter={separator}" in command.arguments
    for known in ("|", "\x1f", unguessable_separator()):
        name = "x\n" + job(JobID="777").replace("|", known) + "\ny"
        lines = "\n".join((HEADER, job(JobName="NAME"), "")).replace("|", separator).replace("NAME", name)
        (rows,) = Slurm().read_finished(BytesIO(lines.encode()), "sacct", SITE)
        assert (only(rows)["job_id"], only(rows)["name"]) == ("1", name)


LINES = text(*(line for at in range(6) for line in (job(JobID=f"{at}"), step(JobID=f"{at}.batch")))).encode()


@given(st.text(st.characters(exclude_characters="|\n\r", exclude_categories=["Cs"]), min_size=1))
def test_any_job_name_goes_through(name: str) -> None:
    found = only(read(text(job(JobName=name)))).get("name")
    assert found == name or (found is None and not name.strip())


@given(st.integers(len(HEADER) + 1, len(LINES)), st.binary(max_size=3))
def test_each_line_of_damaged_output_is_accounted_for(at: int, noise: bytes) -> None:
    damaged = LINES[:at] + noise.replace(b"\n", b"")
    jobs = steps = aside = 0
    for rows in Slurm().read_finished(BytesIO(damaged), "sacct", SITE):
        jobs, aside = jobs + rows.jobs.height, aside + len(rows.set_aside) + rows.not_finished
    lines = [line for line in damaged.split(b"\n")[1:] if line.decode("latin-1").strip()]
    steps = sum(line.count(b"|") == HEADER.count("|") and b"." in line.split(b"|")[0] for line in lines)
    assert jobs + aside <= len(lines) <= jobs + aside + steps


def test_a_header_line_alone_says_that_there_are_no_jobs() -> None:
    assert read(f"{HEADER}\n").jobs.height == 0
