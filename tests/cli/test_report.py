"""jobcast report: of which period, whose jobs, and in what money."""

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from jobcast import clock
from jobcast.cli import person
from jobcast.systems.registry import FILE_FORMATS
from tests.cli.reported import JOBS, NOW, ran
from tests.made_up import NEW_YEAR, frame, job

RECORDED = Path(__file__).parents[1] / "recordings/memprediction/job_info_20240102.csv"


@pytest.fixture(autouse=True)
def history(store, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    store.append(JOBS)


@pytest.fixture
def found(jobcast):
    """Return a function that runs jobcast report, and returns what it found."""

    def run(*arguments):
        result = jobcast("report", *arguments, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return run


def period(answer) -> tuple[str, str]:
    return answer["since"], answer["until"]


def test_the_period_is_by_default_the_30_days_before_the_newest_job(found):
    answer = found()
    assert period(answer) == ("2025-12-06T00:00:00+00:00", "2026-01-05T00:00:00+00:00")
    assert (answer["schema"], answer["jobs"], answer["made"]) == (1, 7, "2026-02-01T12:00:00+00:00")


def test_days_are_those_of_the_site(found, monkeypatch):
    monkeypatch.setenv("JOBCAST_TIMEZONE", "Asia/Shanghai")
    answer = found("-st", "2026-01-02", "-et", "2026-01-04")
    assert period(answer) == ("2026-01-01T16:00:00+00:00", "2026-01-04T16:00:00+00:00")
    assert answer["timezone"] == "Asia/Shanghai"
    assert (answer["jobs"], found()["until"]) == (5, "2026-01-04T16:00:00+00:00")


@pytest.mark.parametrize(
    ("arguments", "since", "until", "jobs"),
    [
        (["-st", "2026-01-02", "-et", "2026-01-02"], "2026-01-02T00:00", "2026-01-03T00:00", 3),
        (
            ["--start_date", "2026-01-02", "--end_date", "2026-01-02"],
            "2026-01-02T00:00",
            "2026-01-03T00:00",
            3,
        ),
        (["--start-date", "2026-01-02"], "2026-01-02T00:00", "2026-02-01T12:00", 5),
        (["--end-date", "2026-01-01"], "2025-12-03T00:00", "2026-01-02T00:00", 2),
        (["--since", "2026-01-02T12:00"], "2026-01-02T12:00", "2026-02-01T12:00", 5),
        (["--since", "2026-01-02T12:00:01"], "2026-01-02T12:00:01", "2026-02-01T12:00", 3),
        (["--until", "2026-01-02T12:00"], "2025-12-03T12:00", "2026-01-02T12:00", 2),
        (
            ["--since", "2026-01-02T20:00+08:00", "--until", "2026-01-04"],
            "2026-01-02T12:00",
            "2026-01-04T00:00",
            3,
        ),
        (["--since", "31d", "--until", "now"], "2026-01-01T12:00", "2026-02-01T12:00", 7),
        (["--since", "1h", "--until", "now"], "2026-02-01T11:00", "2026-02-01T12:00", 0),
        (["--since", "1h"], "2026-02-01T11:00", "2026-02-01T12:00", 0),
    ],
)
def test_a_period_is_given_in_days_or_in_moments(found, arguments, since, until, jobs):
    answer = found(*arguments)
    seconds = [moment if moment.count(":") == 2 else f"{moment}:00" for moment in (since, until)]
    assert period(answer) == (f"{seconds[0]}+00:00", f"{seconds[1]}+00:00")
    assert answer["jobs"] == jobs


def test_a_period_that_is_left_open_ends_with_the_day_of_the_newest_job_where_that_is_later_than_now(
    found, store
):
    store.append(frame(ran(99, "chen", "late", finish_time=NOW + timedelta(hours=1))))
    assert found("--since", "1h")["until"] == "2026-02-02T00:00:00+00:00"


@pytest.mark.parametrize(
    ("arguments", "since", "until"),
    [
        (["-st", "2026-01-03", "-et", "2026-01-01"], "2026-01-03 00:00", "2026-01-02 00:00"),
        (["--since", "1h", "--until", "2h"], "2026-02-01 11:00", "2026-02-01 10:00"),
        (["--since", "7d", "--until", "7d"], "2026-01-25 12:00", "2026-01-25 12:00"),
        (["--since", "2026-02-01T12:01"], "2026-02-01 12:01", "2026-02-01 12:00"),
        (["-st", "2026-02-02"], "2026-02-02 00:00", "2026-02-01 12:00"),
    ],
)
def test_a_period_that_ends_before_it_begins_is_a_misuse(jobcast, arguments, since, until):
    result = jobcast("report", *arguments)
    assert result.stderr.splitlines()[-1] == (
        f"error: the period begins at {since} and ends at {until}: let it end later than it begins"
    )
    assert (result.stdout, result.exit_code) == ("", 2)


NO_MATCH = "No job of this period matches the filters."
LEAVE_OUT = "Leave one out, or choose another period with --since and --until."


@pytest.mark.parametrize(
    ("arguments", "cure"),
    [
        (["--queue", "pnrr"], "Did you mean pnr?"),
        (["--user", "FANG"], "Did you mean fang?"),
        (["--user", "chn", "--user", "lii", "--queue", "syn"], "Did you mean chen? Did you mean li?"),
        (["--project", "comett", "-min_rt", "999"], "Did you mean comet?"),
        (["--user", "li", "--project", "comet"], LEAVE_OUT),
        (["--user", "zzz"], LEAVE_OUT),
        (["-min_rt", "999"], LEAVE_OUT),
    ],
)
def test_filters_that_nothing_passes_are_told_with_the_likeliest_names(jobcast, arguments, cure):
    result = jobcast("report", *arguments)
    assert result.stdout.splitlines()[1:] == [NO_MATCH]
    assert (result.stderr, result.exit_code) == (f"{cure}\n", 0)
    for form in ("json", "markdown", "html"):
        assert jobcast("report", *arguments, "--format", form).stderr == f"{NO_MATCH} {cure}\n"


def test_a_period_without_jobs_is_told_as_such_also_with_filters(jobcast):
    result = jobcast("report", "--queue", "pnrr", "--since", "1h")
    assert result.stdout.splitlines()[1:] == ["No such job finished in this period."]
    assert result.stderr == (
        "Choose another with --since and --until; jobcast doctor tells which days the history holds.\n"
    )
    told = jobcast("--lang", "zh", "report", "--queue", "pnrr")
    assert told.stdout.splitlines()[1:] == ["此期间没有作业符合筛选条件。"]
    assert told.stderr == "是否想写 pnr？\n"


@pytest.mark.parametrize(
    ("arguments", "filters", "jobs"),
    [
        ([], {}, 7),
        (["--user", "fang"], {"user": ["fang"]}, 2),
        (["--user", "fang", "--user", "li"], {"user": ["fang", "li"]}, 4),
        (["--queue", "syn"], {"queue": ["syn"]}, 3),
        (["--project", "comet"], {"project": ["comet"]}, 1),
        (["--user", "li", "--queue", "syn"], {"user": ["li"], "queue": ["syn"]}, 1),
        (["--user", "nobody"], {"user": ["nobody"]}, 0),
        (["-min_rt", "120"], {}, 7),
        (["--min-run-time", "120.1"], {}, 0),
        (["--all-users"], {}, 7),
    ],
)
def test_filters_leave_the_others_out(found, arguments, filters, jobs):
    answer = found(*arguments)
    assert (answer["filters"], answer["jobs"]) == (filters, jobs)


@pytest.mark.parametrize(
    ("arguments", "sections"),
    [
        ([], ["overview", "memory", "cpu", "time", "failures", "forecasts"]),
        (["-m"], ["overview", "memory"]),
        (["--cpu", "-t"], ["overview", "cpu", "time"]),
        (["--failures"], ["overview", "failures"]),
        (["-f", "-c"], ["overview", "cpu", "forecasts"]),
        (["-m", "-c", "--time", "--forecasts"], ["overview", "memory", "cpu", "time", "forecasts"]),
    ],
)
def test_flags_choose_sections(found, arguments, sections):
    assert list(found(*arguments)["sections"]) == sections


FINDINGS = ["cores_over", "limit_over", "memory_over"]


@pytest.mark.parametrize(
    ("arguments", "findings"),
    [
        ([], FINDINGS),
        (["-m"], ["memory_over"]),
        (["-c"], ["cores_over"]),
        (["-t", "-f"], ["limit_over"]),
        (["-m", "-c"], ["cores_over", "memory_over"]),
        (["-f"], FINDINGS),
    ],
)
def test_notes_are_on_the_chosen_sections_and_on_all_where_none_of_these_has_notes(
    found, arguments, findings
):
    assert sorted(note["finding"] for note in found("--user", "chen", *arguments)["notes"]) == findings


def test_who_does_not_administer_gets_their_own_jobs_and_is_told_so(jobcast, monkeypatch):
    monkeypatch.setattr(person, "administers", lambda _store, _named: False)
    monkeypatch.setattr(person, "login_name", lambda: "fang")
    result = jobcast("report")
    assert result.stdout.splitlines()[0] == (
        "jobs that finished from 2025-12-06 00:00 to 2026-01-05 00:00 · user: fang · made 2026-02-01 12:00"
    )
    assert result.stderr.splitlines()[0] == "your own jobs; everybody's: --all-users"
    told = jobcast("--lang", "zh", "report", "--json")
    assert told.stderr == "只含您自己的作业；查看所有人的请加 --all-users\n"
    assert json.loads(told.stdout)["jobs"] == 2


@pytest.mark.parametrize(("arguments", "jobs"), [(["--all-users"], 7), (["--user", "chen"], 3)])
def test_who_does_not_administer_may_ask_for_others(jobcast, monkeypatch, arguments, jobs):
    monkeypatch.setattr(person, "administers", lambda _store, _named: False)
    result = jobcast("report", *arguments, "--json")
    assert (json.loads(result.stdout)["jobs"], result.stderr) == (jobs, "")


def test_administrators_are_named_in_the_settings(jobcast, store, monkeypatch):
    asked = []
    monkeypatch.setattr(person, "administers", lambda *given: asked.append(given) or True)
    Path("jobcast.toml").write_text('administrators = "chen, fang"\n')
    assert json.loads(jobcast("report", "--json").stdout)["jobs"] == 7
    assert asked == [(store.path, ("chen", "fang"))]


def test_prices_make_money(jobcast, found):
    Path("jobcast.toml").write_text('[price]\ncore_hour = 0.5\ngib_hour = 0.25\ncurrency = "CNY"\n')
    facts = found()["sections"]["overview"]["facts"]
    assert facts["cost_money"] == 44 * 0.5 + 144 * 0.25
    assert facts["unused_memory_money"] == 78 * 0.25
    assert jobcast("report").stdout.split("\n\n")[1].splitlines()[-2:] == [
        "  58 CNY  cost",
        "19.5 CNY  cost of unused memory",
    ]
    lines = jobcast("--lang", "zh", "report").stdout.split("\n\n")[1].splitlines()
    assert lines[-2:] == ["  58 CNY  费用", "19.5 CNY  未使用内存的费用"]


def test_without_prices_there_is_no_money(found):
    assert not [name for name in found()["sections"]["overview"]["facts"] if name.endswith("money")]


@pytest.mark.parametrize("line", ["core_hour = -1", 'core_hour = "much"', "gib_hour = inf"])
def test_what_is_no_price_is_refused(jobcast, line):
    Path("jobcast.toml").write_text(f"[price]\n{line}\n")
    result = jobcast("report")
    assert result.stderr.startswith("error: ")
    assert "price." in result.stderr
    assert (result.stdout, result.exit_code) == ("", 1)


def test_memory_per_task_is_written_into_the_flags(found, store, monkeypatch):
    store.append(frame(*(ran(100 + n, "gao", "drc", cpu_time=4 * 7200.0) for n in range(3))))
    flags = [note["flag"] for note in found("--user", "gao")["notes"]]
    assert flags == ['bsub -R "rusage[mem=4608MB]"']
    monkeypatch.setenv("JOBCAST_MEMORY_PER_TASK", "true")
    flags = [note["flag"] for note in found("--user", "gao")["notes"]]
    assert flags == ['bsub -R "rusage[mem=1152MB]"']


def test_the_accepted_risk_is_what_was_promised(found, monkeypatch):
    monkeypatch.setenv("JOBCAST_RISK", "0.1")
    assert found()["sections"]["forecasts"]["facts"]["promised_share"] == 0.9


@pytest.fixture
def daily_files(tmp_path):
    """Return a folder with one of memPrediction's daily files."""
    (tmp_path / "db").mkdir()
    shutil.copy(RECORDED, tmp_path / "db")
    return "db"


def test_memprediction_s_daily_files_are_reported_on_without_a_history(jobcast, daily_files, monkeypatch):
    monkeypatch.setattr(person, "administers", pytest.fail)
    answer = json.loads(jobcast("report", "-db", daily_files, "--json").stdout)
    assert period(answer) == ("2023-12-04T00:00:00+00:00", "2024-01-03T00:00:00+00:00")
    assert (answer["jobs"], answer["filters"]) == (2, {})
    assert answer["sections"]["memory"]["tables"]["memory_over_users"] == [
        {
            "user": "jun.zhang",
            "share": 1.0,
            "over_tib_h": 0.0357568359,
            "over_mean_gib": 1.5,
            "run_mean_h": 24.41,
            "peak_mean_gib": 14.5,
            "request_mean_gib": 16.0,
            "over_jobs": 1,
            "peak_p95_gib": 14.5,
        }
    ]
    one = json.loads(
        jobcast("report", "-db", daily_files, "--user", "anna", "-st", "2024-01-02", "--json").stdout
    )
    assert (one["jobs"], one["filters"]) == (1, {"user": ["anna"]})
    assert (
        json.loads(jobcast("report", "-db", daily_files, "-et", "2024-01-01", "--json").stdout)["jobs"] == 0
    )


@pytest.fixture
def read(monkeypatch):
    """Return the names of the daily files that are read, as they are read."""
    names = []
    reader = type(FILE_FORMATS["memprediction"])
    right = reader.read
    monkeypatch.setattr(
        reader, "read", lambda self, path, here: names.append(path.name) or right(self, path, here)
    )
    return names


@pytest.fixture
def years(daily_files):
    """Return a folder with two years of daily files, of which one has jobs, and with files whose names tell no day."""
    heading = RECORDED.read_text().splitlines()[0] + "\n"
    day = NEW_YEAR.replace(year=2023)
    while day.year < 2025:
        file = Path(f"{daily_files}/job_info_{day:%Y%m%d}.csv")
        if not file.exists():
            file.write_text(heading)
        day += timedelta(days=1)
    Path(f"{daily_files}/job_info_again.csv").write_text(heading)
    Path(f"{daily_files}/job_info_20241399.csv").write_text(heading)
    return daily_files


@pytest.fixture(params=["UTC", "Asia/Shanghai", "America/Los_Angeles"])
def zone(monkeypatch, request):
    monkeypatch.setenv("JOBCAST_TIMEZONE", request.param)


NO_DAY = ["job_info_20241399.csv", "job_info_again.csv"]


@pytest.mark.parametrize(
    ("arguments", "days"),
    [
        (["-st", "2024-01-02", "-et", "2024-01-02"], ["20240101", "20240102", "20240103"]),
        (
            ["--since", "2024-01-02T01:00", "--until", "2024-01-02T02:00"],
            ["20240101", "20240102", "20240103"],
        ),
        (["--since", "2024-12-31", "--until", "now"], ["20241230", "20241231"]),
        (["-st", "2022-01-01", "-et", "2023-01-01"], ["20230101", "20230102"]),
    ],
)
@pytest.mark.usefixtures("zone")
def test_only_the_daily_files_of_the_period_and_of_a_day_around_it_are_read(
    jobcast, years, read, arguments, days
):
    result = jobcast("report", "-db", years, *arguments, "--json")
    assert result.exit_code == 0, result.output
    assert sorted(read) == [*(f"job_info_{day}.csv" for day in days), *NO_DAY]


def test_without_a_period_the_newest_job_is_looked_for_from_the_last_file_on(jobcast, years, read):
    for file in Path(years).glob("job_info_2024*.csv"):
        if file.name > "job_info_20240131":
            file.unlink()
    (Path(years) / "job_info_20240111.csv").write_bytes(RECORDED.read_bytes())
    (Path(years) / "job_info_20240102.csv").write_text("")
    answer = json.loads(jobcast("report", "-db", years, "--json").stdout)
    assert (answer["until"], answer["jobs"]) == ("2024-01-03T00:00:00+00:00", 2)
    assert len(read) == len(set(read))
    assert min(name for name in read) >= "job_info_20231203.csv"


def test_months_are_read_by_their_names_too(jobcast, daily_files, read):
    for name in ("2023_11.db", "2023_12.db", "2024_01.db", "2024_02.db", "2024_13.db"):
        with closing(sqlite3.connect(f"{daily_files}/{name}")) as database:
            database.execute("CREATE TABLE other (x)")
    answer = jobcast("report", "-db", daily_files, "-st", "2024-01-01", "-et", "2024-01-15", "--json")
    assert json.loads(answer.stdout)["jobs"] == 2
    assert read == ["2023_12.db", "2024_01.db", "2024_13.db", "job_info_20240102.csv"]


def test_daily_files_of_other_days_leave_a_report_empty_with_a_cure(jobcast, daily_files, read):
    result = jobcast("report", "-db", daily_files, "-st", "2022-01-01", "-et", "2022-01-02")
    assert result.stdout.splitlines()[1:] == ["No such job finished in this period."]
    assert (read, result.exit_code) == ([], 0)


def test_a_folder_without_daily_files_is_an_expected_failure(jobcast):
    result = jobcast("report", "-db", "nowhere")
    assert result.stderr.startswith(
        "error: There is no job_info_YYYYMMDD.csv or YYYY_MM.db in nowhere.\ncure:  "
    )
    assert (result.stdout, result.exit_code) == ("", 1)


def test_an_empty_history_is_told_with_a_cure(jobcast, tmp_path):
    for form in ((), ("--json",), ("-o", "report.html")):
        result = jobcast("--store", str(tmp_path / "empty"), "report", "--all-users", *form)
        assert (result.stdout, result.exit_code) == ("", 1)
        assert result.stderr == (
            f"error: the history in {tmp_path / 'empty'} holds no jobs\n"
            "cure:  jobcast sample, or jobcast import --help\n"
        )
    assert not (tmp_path / "empty").exists()


def test_a_name_is_found_in_whichever_encoding_the_terminal_writes_it(jobcast, store):
    store.append(frame(job("9", user="张伟")))
    typed = "张伟".encode("gb18030").decode("utf-8", "surrogateescape")
    for command in ("report", "jobs"):
        assert json.loads(jobcast(command, "--user", typed, "--json").stdout)["jobs"]


def test_a_damaged_file_of_the_history_is_told_with_a_cure(jobcast, store):
    (store.path / "history/day=2026-01-02/part-1.parquet").write_bytes(b"PAR1 not at all PAR1")
    result = jobcast("report")
    assert "is damaged" in result.stderr.splitlines()[0]
    assert result.stderr.splitlines()[1].startswith("cure:  move the damaged file out")
    assert (result.stdout, result.exit_code) == ("", 1)


def test_the_period_may_end_with_a_leap_day(found, store):
    store.append(frame(ran(99, "chen", "late", finish_time=NEW_YEAR.replace(2028) + timedelta(days=59))))
    assert found()["until"] == "2028-03-01T00:00:00+00:00"
