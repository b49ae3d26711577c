"""jobcast import."""

import json
import subprocess
import sys

import pytest

from tests.systems.lsf.writers import acct_line

HEAD = "; UnixStartTime: 1767225600\n; MaxNodes: 4\n; UnixTimeZone: UTC\n"


def swf(job_id: int, submit: int, *, run: int = 3600) -> str:
    return f"{job_id} {submit} 60 {run} 4 3000 1024 4 7200 2048 1 7 1 2 1 1 -1 -1\n"


@pytest.fixture(autouse=True)
def trace(tmp_path):
    (tmp_path / "a.swf").write_text(HEAD + swf(1, 0) + swf(2, 86400))
    (tmp_path / "b.swf").write_text(HEAD + swf(2, 86400) + swf(3, 90000) + "4 not a job\n")


def test_the_summary_counts_and_names_the_next_command(jobcast):
    result = jobcast("import", "swf", "a.swf")
    assert result.stdout == (
        "read                     2\n"
        "new                      2\n"
        "known                    0\n"
        "set aside                0\n"
        "not finished             0\n"
    )
    assert result.stderr == "next: jobcast jobs\n"
    assert result.exit_code == 0


def test_several_files_are_counted_together_in_chinese(jobcast):
    result = jobcast("--lang", "zh", "import", "swf", "a.swf", "b.swf")
    lines = result.stdout.splitlines()
    assert lines[:3] == [
        "读取               5",
        "新增               3",
        "已有               1",
    ]
    assert lines[3].startswith("搁置               1  ")
    assert lines[4] == "未结束             0"
    assert result.stderr == "下一步：jobcast doctor --rows    查看被搁置的记录\n"


def test_json_accounts_for_every_record(jobcast):
    answer = json.loads(jobcast("import", "swf", "a.swf", "b.swf", "--json").stdout)
    assert answer["schema"] == 1
    assert answer["read"] == answer["new"] + answer["known"] + sum(answer["set_aside"].values()) == 5
    assert (answer["new"], answer["known"], answer["failed"]) == (3, 1, [])


def test_the_second_run_adds_nothing(jobcast, store):
    jobcast("import", "swf", "a.swf")
    assert json.loads(jobcast("import", "swf", "a.swf", "--json").stdout) == {
        "schema": 1,
        "read": 2,
        "new": 0,
        "known": 2,
        "set_aside": {},
        "not_finished": 0,
        "dry_run": False,
        "failed": [],
    }
    assert store.summary().jobs == 2


def test_a_file_that_cannot_be_read_does_not_stop_the_others(jobcast, store):
    result = jobcast("import", "swf", "missing.swf", "a.swf", "--json")
    assert result.exit_code == 1
    assert store.summary().jobs == 2
    assert result.stderr == (
        "error: cannot open missing.swf: No such file or directory\ncure:  check the name and your rights\n"
    )
    assert [failure["file"] for failure in json.loads(result.stdout)["failed"]] == ["missing.swf"]


@pytest.mark.parametrize("flag", [[], ["--dry-run"]])
def test_when_no_file_can_be_read_there_is_nothing_to_count_and_no_next_command(jobcast, flag):
    result = jobcast("import", "swf", "missing.swf", "lost.swf", *flag)
    assert (result.stdout, result.exit_code) == ("", 1)
    assert [line.split(":")[0] for line in result.stderr.splitlines()] == ["error", "cure"] * 2
    answer = json.loads(jobcast("import", "swf", "missing.swf", "--json", *flag).stdout)
    assert (answer["read"], len(answer["failed"])) == (0, 1)


@pytest.mark.parametrize(
    ("arguments", "content", "said"),
    [
        (["import", "lsb.acct"], "", "e.txt holds no records\nnext: jobcast jobs\n"),
        (
            ["--lang", "zh", "import", "sacct"],
            "JobID|State|End\n",
            "e.txt 中没有记录\n下一步：jobcast jobs\n",
        ),
    ],
)
def test_a_file_without_records_is_told_of(jobcast, tmp_path, arguments, content, said):
    (tmp_path / "e.txt").write_text(content)
    result = jobcast(*arguments, "e.txt")
    assert (result.exit_code, result.stderr) == (0, said)


def test_a_file_whose_jobs_all_wait_holds_records(jobcast, tmp_path):
    (tmp_path / "e.txt").write_text("JobID|State|End\n1|PENDING|Unknown\n")
    assert jobcast("import", "sacct", "e.txt").stderr == "next: jobcast jobs\n"


def test_a_dry_run_writes_nothing(jobcast, store):
    result = jobcast("import", "swf", "a.swf", "--dry-run")
    assert "new                      2\n" in result.stdout
    assert result.stderr == "dry run: nothing was written\nnext: jobcast jobs\n"
    assert not store.path.exists()


def test_flags_say_what_the_file_does_not(jobcast, store):
    jobcast("import", "swf", "a.swf", "--cluster", "weft")
    assert store.collect(store.scan())["cluster"].unique().to_list() == ["weft"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["swf"], "FILE... is missing."),
        (["swf", "a.swf", "--map", "m.toml"], "--map belongs to the kind table"),
        (
            ["swf", "a.swf", "--as-of", "soon"],
            "--as-of: soon is not a time; write 7d, 24h, 2026-01-31 or 2026-01-31T08:00.",
        ),
        (["swf", "a.swf", "--dryrun"], "No such option: --dryrun. Did you mean --dry-run?"),
    ],
)
def test_a_misused_command_says_how_it_is_used(jobcast, arguments, message):
    result = jobcast("import", *arguments)
    assert result.stderr == (
        f"Usage: jobcast import [OPTIONS] KIND FILE...\nTry 'jobcast import --help'.\nerror: {message}\n"
    )
    assert result.exit_code == 2


def test_a_wrong_zone_is_told_with_a_cure(jobcast):
    result = jobcast("import", "swf", "a.swf", "--timezone", "Mars")
    assert result.stderr == (
        "Usage: jobcast import [OPTIONS] KIND FILE...\nTry 'jobcast import --help'.\n"
        "error: --timezone: it can't be Mars: no such time zone\n"
        "cure:  Zone of times printed without one, e.g. Asia/Shanghai; "
        "local is that of this host.\n"
    )
    assert result.exit_code == 2


@pytest.mark.parametrize(
    ("language", "kinds"),
    [
        (
            "en",
            [
                "KIND:",
                "  bjobs          LSF: what bjobs -UF, -l or -o ... -json printed",
                "  lsb.acct       LSF and openlava: accounting files",
                "  memprediction  memPrediction: its CSV and SQLite files",
                "  sacct          Slurm: what sacct --parsable2 or --json printed",
                "  swf            logs in the Standard Workload Format",
                "  table          any CSV or Parquet file; --map says which column is what",
                "",
            ],
        ),
        (
            "zh",
            [
                "KIND:",
                "  bjobs          LSF：bjobs -UF、-l 或 -o ... -json 的输出",
                "  lsb.acct       LSF 与 openlava：记账文件",
                "  memprediction  memPrediction：其 CSV 与 SQLite 文件",
                "  sacct          Slurm：sacct --parsable2 或 --json 的输出",
                "  swf            Standard Workload Format 日志",
                "  table          任意 CSV 或 Parquet 文件；--map 说明各列的含义",
                "",
            ],
        ),
    ],
)
def test_help_says_a_word_on_each_kind(language, kinds):
    # Commands fix their texts when they are imported, so that each language wants a process of its own.
    command = [sys.executable, "-m", "jobcast", "--lang", language, "import", "--help"]
    page = subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout.splitlines()
    start = page.index("KIND:")
    assert page[start : start + len(kinds)] == kinds


@pytest.mark.parametrize(
    ("flags", "written", "tasks"),
    [((), "", 1), (("--memory-per-task",), "", 4), ((), "memory_per_task = true\n", 4)],
)
def test_memory_is_meant_per_task_where_that_is_said(jobcast, tmp_path, flags, written, tasks):
    (tmp_path / "jobcast.toml").write_text(written)
    (tmp_path / "lsb.acct").write_text(acct_line(res_req="rusage[mem=2]"))
    assert jobcast("import", "lsb.acct", "--memory-unit", "G", *flags, "lsb.acct").exit_code == 0
    (job,) = json.loads(jobcast("jobs", "--json").stdout)["jobs"]
    assert job["memory_requested"] == tasks * 2 * 1024**3
