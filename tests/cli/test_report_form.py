"""jobcast report: in which form, and into which files."""

import errno
import json
import os
import re
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from click import testing

from jobcast import clock, drawing
from jobcast.report.formats.markdown import PICTURES, TABLES, TOTALS
from jobcast.store import durable
from tests.cli.reported import JOBS, NOW
from tests.report.formats.page import read_page

needs_matplotlib = pytest.mark.skipif(find_spec("matplotlib") is None, reason="matplotlib is an extra")
WROTE = re.compile(r"wrote (\S+) \([\d.]+ [KM]?i?B\)\n")


@pytest.fixture(autouse=True)
def history(store, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    store.append(JOBS)


@pytest.fixture
def without_matplotlib(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)


def entries() -> list[str]:
    """Return what there is beside the store."""
    return sorted(str(path) for path in Path().rglob("*") if path.is_file() and path.parts[0] != "store")


def test_the_form_is_told_by_the_name_of_the_file(jobcast, without_matplotlib):
    for name, begins in {
        "page.html": "<!DOCTYPE html>",
        "page.HTM": "<!DOCTYPE html>",
        "text.md": "# What jobs asked for and what they used\n",
        "text.markdown": "# What jobs asked for and what they used\n",
        "data.json": '{"schema": 1, "made": "2026-02-01T12:00:00+00:00", ',
    }.items():
        result = jobcast("report", "-o", name)
        assert (result.stdout, result.exit_code) == ("", 0)
        assert WROTE.findall(result.stderr) == [name]
        assert Path(name).read_text("utf-8").startswith(begins)
    assert len(entries()) == 5


def test_a_form_that_is_named_is_written_under_any_name(jobcast):
    jobcast("report", "--format", "json", "-o", "page.html")
    assert json.loads(Path("page.html").read_text())["jobs"] == 7


def test_a_file_is_written_anew(jobcast):
    Path("data.json").write_text("old")
    assert jobcast("--lang", "zh", "report", "-o", "data.json").stderr.startswith("已写入 data.json（")
    assert json.loads(Path("data.json").read_text())["jobs"] == 7


def test_json_is_the_same_by_each_way(jobcast):
    told = jobcast("report", "--json").stdout
    assert jobcast("report", "--format", "json").stdout == told
    jobcast("report", "-o", "data.json")
    assert Path("data.json").read_text("utf-8") == told
    answer = json.loads(told, parse_constant=pytest.fail)
    assert list(answer) == [
        "schema", "made", "since", "until", "timezone", "filters", "currency", "jobs", "notes", "sections",
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_page_goes_into_a_pipe_or_a_file(jobcast, language):
    told = jobcast("--lang", language, "report", "--format", "html")
    assert (told.stderr, told.exit_code) == ("", 0)
    jobcast("--lang", language, "report", "-o", "page.html")
    assert Path("page.html").read_text("utf-8") == told.stdout
    assert read_page(told.stdout).one("html").attributes["lang"] == {"en": "en", "zh": "zh-CN"}[language]


def test_markdown_goes_into_a_pipe_without_pictures(jobcast):
    result = jobcast("report", "--format", "markdown", "-m")
    assert "![" not in result.stdout
    assert result.stdout.endswith("\n_Memory is binary: 1 GiB = 1024 MiB._\n")
    assert result.stderr == ""
    assert entries() == []


@needs_matplotlib
def test_pictures_stand_beside_markdown_and_are_named_from_there(jobcast, tmp_path):
    Path("out").mkdir()
    result = jobcast("report", "-m", "-o", "out/june (1) 六月.md")
    assert result.stderr.splitlines()[0] == "wrote 15 pictures into out/june (1) 六月-pictures"
    text = Path("out/june (1) 六月.md").read_text("utf-8")
    named = re.findall(r"^!\[[^]]+\]\((\S+)\)$", text, re.MULTILINE)
    folder = "june%20%281%29%20%E5%85%AD%E6%9C%88-pictures"
    assert {name.partition("/")[0] for name in named} == {folder}
    there = {path.name for path in Path("out/june (1) 六月-pictures").iterdir()}
    assert {name.partition("/")[2] for name in named} == there
    assert {Path(name).suffix for name in there} == {".svg"}
    assert str(tmp_path) not in text


@needs_matplotlib
@pytest.mark.parametrize("form", ["html", "json", "csv"])
def test_pictures_are_also_written_beside_other_forms(jobcast, form):
    result = jobcast("report", "-t", "--failures", "--format", form, "-o", "june", "--pictures", "png")
    assert result.exit_code == 0, result.output
    found = sorted(path.name for path in Path("june-pictures").iterdir())
    assert found == [
        "cores_by_day.png",
        "failed_core_hours_user.png",
        "failed_share_by_day.png",
        "failures_by_day.png",
        "failures_by_hour.png",
        "failures_in_core_hours.png",
        "failures_in_gib_hours.png",
        "limit_histogram.png",
        "limit_scatter.png",
        "memory_by_day.png",
        "wait_by_queue.png",
        "wait_by_size.png",
    ]


def test_of_an_empty_period_there_are_no_pictures(jobcast):
    result = jobcast("report", "--user", "nobody", "-o", "june.md")
    assert WROTE.findall(result.stderr) == ["june.md"]
    assert "0 pictures" not in result.stderr
    assert entries() == ["june.md"]


def test_without_matplotlib_markdown_is_written_without_pictures_and_says_so(jobcast, without_matplotlib):
    result = jobcast("report", "-o", "june.md")
    assert result.stderr.splitlines()[0] == (
        "no pictures: matplotlib is not installed (pip install 'jobcast[plots]')"
    )
    assert "![" not in Path("june.md").read_text("utf-8")
    result = jobcast("report", "-o", "page.html", "--pictures", "svg")
    assert result.stderr.splitlines()[1] == "cure:  pip install 'jobcast[plots]'"
    assert (result.exit_code, entries()) == (1, ["june.md"])


def test_each_table_is_a_csv_file(jobcast):
    result = jobcast("report", "-t", "--failures", "--format", "csv", "-o", "tables")
    assert (result.stdout, result.stderr) == ("", "wrote 16 tables into tables\n")
    assert entries() == [
        f"tables/{name}.csv"
        for name in (
            "facts", "failure_codes", "failure_days", "failure_hours", "failure_kinds", "failure_projects",
            "failure_queues", "failure_reasons", "failure_repeats", "failure_users", "limit_cells", "limit_shares",
            "notes", "trend", "wait_queues", "wait_sizes",
        )
    ]  # fmt: skip
    assert Path("tables/failure_reasons.csv").read_text("utf-8") == (
        "reason,ended_badly_jobs,core_h,gib_h\nmemory_limit,1,2.0,4.0\ncancelled,1,8.0,32.0\n"
    )
    assert (
        jobcast("--lang", "zh", "report", "--format", "csv", "-o", "tables").stderr
        == "已将 36 张表写入 tables\n"
    )
    assert Path("tables/failure_reasons.csv").read_text("utf-8").splitlines()[1] == "memory_limit,1,2.0,4.0"


def test_one_table_is_printed_or_written(jobcast):
    text = "queue,jobs,wait_median_h,wait_p90_h,wait_max_h\npnr,4,2.5,5.8,7.0\nsyn,3,5.0,5.8,6.0\n"
    for arguments in (("--format", "csv", "--table", "wait_queues"), ("--table", "wait_queues")):
        result = jobcast("report", *arguments)
        assert (result.stdout, result.stderr) == (text, "")
    assert WROTE.findall(jobcast("report", "--table", "wait_queues", "-o", "waits.csv").stderr) == [
        "waits.csv"
    ]
    assert Path("waits.csv").read_text() == text


@pytest.mark.parametrize(
    ("name", "cure"),
    [
        ("wait_queue", "Did you mean wait_queues?"),
        ("MEMORY_OVER_USERS", "Did you mean memory_over_users?"),
        ("x", "tables: notes, facts, trend, limit_shares, limit_cells, wait_queues, "),
    ],
)
def test_a_table_that_is_not_there_is_told_with_the_likeliest(jobcast, name, cure):
    sections = ["-t"] if name == "x" else []
    result = jobcast("report", *sections, "--table", name)
    assert result.stderr.startswith(f"error: there is no table {name}\ncure:  {cure}")
    assert (result.stdout, result.exit_code) == ("", 1)


def test_a_template_is_filled(jobcast, tmp_path):
    names = [*PICTURES, *TABLES, *TOTALS, "START_DATE", "END_DATE", "NOTES"]
    Path("site.md").write_text(
        "# 月报 $START_DATE\n" + "".join(f"${{{name}}}\n\n" for name in names), "utf-8"
    )
    result = jobcast("report", "--template", "site.md", "-o", "june.md")
    assert result.exit_code == 0, result.output
    text = Path("june.md").read_text("utf-8")
    assert text.startswith("# 月报 2025-12-06\n")
    assert "$" not in text
    assert str(tmp_path) not in text
    if drawing.can_draw():
        assert "\njune-pictures/overall_histogram.svg\n" in text
    assert "\n| user | share | over-requested, TiB·h |" in text
    assert jobcast("report", "--template", "site.md").stdout.startswith("# 月报 2025-12-06\n")


def test_what_a_template_names_and_no_report_has_is_told_and_stays(jobcast):
    Path("site.md").write_text("$NOPE ${START_DATE} $ALSO_NOT 5 $\n")
    result = jobcast("report", "--template", "site.md")
    assert result.stdout == "$NOPE 2025-12-06 $ALSO_NOT 5 $\n"
    assert result.stderr == "the template names what no report has: ALSO_NOT, NOPE\n"
    assert jobcast("--lang", "zh", "report", "--template", "site.md").stderr == (
        "模板中有报告没有的变量：ALSO_NOT, NOPE\n"
    )


@pytest.mark.parametrize("content", [None, b"\xff\xfe# latin \xe9"])
def test_a_template_that_cannot_be_read_is_told_before_anything_is_counted(
    jobcast, store, monkeypatch, content
):
    monkeypatch.setattr(type(store), "collect_all", pytest.fail)
    if content:
        Path("site.md").write_bytes(content)
    result = jobcast("report", "--template", "site.md", "-o", "june.md")
    first, second = result.stderr.splitlines()
    assert first.startswith("error: can't read the template site.md: ")
    assert second == "cure:  check the name and your rights; a template is UTF-8 text"
    assert (result.stdout, result.exit_code, Path("june.md").exists()) == ("", 1, False)


TWO_PERIODS = "-st and -et are days, --since and --until moments: use one pair"
NO_FORMAT = "tells no format (.html, .htm, .md, .markdown, .json): add --format"
NO_FILE = "--format terminal is for the screen: leave out -o, or name another format"
NO_TIME = "is not a time; write 7d, 24h, 2026-01-31 or 2026-01-31T08:00."
NO_DAY = "write a day as YYYY-MM-DD, e.g. 2026-01-31"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["-st", "2026-01-01", "--until", "2026-01-02"], TWO_PERIODS),
        (["-et", "2026-01-01", "--since", "7d"], TWO_PERIODS),
        (["--user", "chen", "--all-users"], "--user and --all-users exclude each other"),
        (["-o", "june.txt"], f"the name june.txt {NO_FORMAT}"),
        (["-o", "june"], f"the name june {NO_FORMAT}"),
        (["--format", "csv"], "CSV has a file for each table: name a directory with -o, or one table with --table"),
        (["--template", "site.md", "--format", "html"], "--template is for --format markdown"),
        (["--template", "site.md", "--table", "notes"], "--template is for --format markdown"),
        (["--template", "site.md", "--json"], "--template is for --format markdown"),
        (["--table", "notes", "--json"], "--table is for --format csv"),
        (["--json", "--format", "csv"], "--json and --format name two formats: use one of them"),
        (["--json", "--format", "html", "-o", "june.html"], "--json and --format name two formats: use one of them"),
        (["-min_rt", "nan"], "-min_rt / --min-run-time: nan is not a number of minutes"),
        (["--min-run-time", "inf"], "-min_rt / --min-run-time: inf is not a number of minutes"),
        (["--user", ""], "--user: a name is not empty"),
        (["--queue", "pnr", "--queue", ""], "--queue: a name is not empty"),
        (["--project", ""], "--project: a name is not empty"),
        (["--table", "notes", "--format", "html"], "--table is for --format csv"),
        (["--pictures", "svg"], "pictures are files: name the report with -o"),
        (["--format", "terminal", "-o", "june.txt"], NO_FILE),
        (["--since", "soon"], f"--since: soon {NO_TIME}"),
        (["--until", "0001-01-02"], f"--until: 0001-01-02 {NO_TIME}"),
        (["-st", "0001-01-01"], f"-st / --start_date / --start-date: {NO_DAY}"),
        (["-et", "9999-12-31"], f"-et / --end_date / --end-date: {NO_DAY}"),
    ],
)  # fmt: skip
def test_a_misuse_is_told_and_nothing_is_written(jobcast, store, monkeypatch, arguments, error):
    monkeypatch.setattr(type(store), "collect_all", pytest.fail)
    result = jobcast("report", *arguments)
    assert result.stderr.splitlines()[-1] == f"error: {error}"
    assert (result.stdout, result.exit_code, entries()) == ("", 2, [])


@pytest.mark.parametrize(
    "arguments", [["-min_rt", "-1"], ["--format", "xls"], ["--pictures", "bmp"], ["june"]]
)
def test_what_is_not_known_is_a_misuse(jobcast, arguments):
    assert jobcast("report", *arguments).exit_code == 2


def test_misuses_are_told_in_chinese(jobcast):
    result = jobcast("--lang", "zh", "report", "--user", "chen", "--all-users")
    assert result.stderr.splitlines()[-1].endswith("--user 与 --all-users 不能并用")


def test_a_page_is_not_poured_onto_a_terminal(jobcast, monkeypatch):
    monkeypatch.setattr(testing._NamedTextIOWrapper, "isatty", lambda _stream: True, raising=False)
    result = jobcast("report", "--format", "html")
    assert result.stderr.splitlines()[-1] == "error: a page is for the browser: name a file with -o"
    assert result.exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "before"),
    [
        (["-o", "page.html"], "page.html"),
        (["-o", "text.md"], "text.md"),
        (["-o", "data.json"], "data.json"),
        (["--format", "csv", "-o", "tables"], "tables/notes.csv"),
        (["--table", "notes", "-o", "one.csv"], "one.csv"),
    ],
)
@pytest.mark.parametrize(
    "refusal",
    [(errno.ENOSPC, "no room to write"), (errno.EACCES, "cannot write"), (errno.EIO, "cannot use")],
)
def test_a_disk_that_refuses_leaves_the_old_file_and_no_half_one(
    jobcast, monkeypatch, arguments, before, refusal
):
    number, error = refusal

    def refuse(_descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    Path(before).parent.mkdir(exist_ok=True)
    Path(before).write_text("old")
    monkeypatch.setattr(durable.os, "fsync", refuse)
    result = jobcast("report", *arguments)
    told, cure = result.stderr.splitlines()[-2:]
    assert told.startswith(f"error: {error} ")
    assert cure.startswith("cure:  ")
    assert (result.stdout, result.exit_code, entries()) == ("", 1, [before])
    assert Path(before).read_text() == "old"


@pytest.mark.parametrize(
    "arguments",
    [
        ["-o", "file/page.html"],
        ["--format", "csv", "-o", "file"],
        ["-o", "folder.md"],
        ["-o", "/proc/page.html"],
    ],
)
def test_a_place_that_cannot_be_written_is_told_with_a_cure(jobcast, arguments, without_matplotlib):
    Path("file").write_text("")
    Path("folder.md").mkdir()
    result = jobcast("report", *arguments)
    told, cure = result.stderr.splitlines()[-2:]
    assert (told[:14], cure[:7]) == ("error: cannot ", "cure:  ")
    assert (result.stdout, result.exit_code, entries()) == ("", 1, ["file"])


def test_folders_on_the_way_are_made(jobcast):
    assert jobcast("report", "-o", "a/b/page.html").exit_code == 0
    assert entries() == ["a/b/page.html"]


NO_FILE_ERROR = """\
error: cannot write {path}: it is a directory, a device or a pipe, and no file
cure:  name a file with -o; for the screen or a pipe: -o - with --format
"""


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("arguments", [["-o", "link.json"], ["--table", "notes", "-o", "link.json"]])
def test_a_link_stays_a_link_and_the_file_behind_it_is_written(jobcast, there, arguments):
    Path("elsewhere").mkdir()
    if there:
        Path("elsewhere/june.json").write_text("old")
    Path("link.json").symlink_to("elsewhere/june.json")
    result = jobcast("report", *arguments)
    assert WROTE.findall(result.stderr) == ["link.json"]
    assert str(Path("link.json").readlink()) == "elsewhere/june.json"
    assert Path("elsewhere/june.json").read_text()[:6] in {'{"sche', "user,q"}
    assert entries() == ["elsewhere/june.json", "link.json"]


def test_links_among_the_tables_stay_links(jobcast):
    Path("tables").mkdir()
    Path("tables/notes.csv").symlink_to("../june.csv")
    assert jobcast("report", "--format", "csv", "-o", "tables").exit_code == 0
    assert (Path("tables/notes.csv").is_symlink(), Path("june.csv").read_text()[:6]) == (True, "user,q")


@pytest.mark.parametrize("name", ["pipe.html", "link.html", "folder.html"])
def test_what_is_no_file_is_refused_before_anything_is_counted(jobcast, store, monkeypatch, name):
    monkeypatch.setattr(type(store), "collect_all", pytest.fail)
    os.mkfifo("pipe.html")
    Path("link.html").symlink_to("pipe.html")
    Path("folder.html").mkdir()
    result = jobcast("report", "-o", name)
    assert result.stderr == NO_FILE_ERROR.format(path=name)
    assert (result.stdout, result.exit_code, entries()) == ("", 1, [])
    assert Path("pipe.html").is_fifo()


def test_a_link_to_itself_is_told_with_a_cure(jobcast):
    Path("june.json").symlink_to("june.json")
    result = jobcast("report", "-o", "june.json")
    assert result.stderr.startswith("error: cannot use june.json: Too many levels of symbolic links\ncure:  ")
    assert (result.stdout, result.exit_code) == ("", 1)


@pytest.mark.parametrize("form", ["html", "markdown", "json", "terminal"])
def test_a_dash_is_the_screen(jobcast, form):
    told = jobcast("report", "--format", form)
    dashed = jobcast("report", "--format", form, "-o", "-")
    assert (dashed.stdout, dashed.stderr, dashed.exit_code) == (told.stdout, told.stderr, 0)
    assert entries() == []
