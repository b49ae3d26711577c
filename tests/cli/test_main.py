"""The program as a whole: its help, its languages, its five endings."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest

from jobcast.cli.main import COMMANDS, program
from jobcast.store import Store
from tests.made_up import frame, job, month


def run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "jobcast", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, **environment},
        check=False,
    )


def test_help_is_shown_without_importing_what_commands_need():
    code = (
        "import sys; from jobcast.cli.main import main; sys.argv = ['jobcast', '--help']\n"
        "try: main()\n"
        "except SystemExit: print(sorted({'polars', 'rich', 'numpy', 'filelock'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_help_speaks_the_language_of_the_flag_then_the_setting_then_the_locale(tmp_path):
    zh, en = "用法： jobcast [OPTIONS] COMMAND [ARGS]...", "Usage: jobcast [OPTIONS] COMMAND [ARGS]..."
    assert run("--help").stdout.splitlines()[0] == en
    assert run("--lang", "zh", "--help").stdout.splitlines()[0] == zh
    assert run("--lang=zh", "--help").stdout.splitlines()[0] == zh
    assert run("--help", LANG="zh_CN.UTF-8").stdout.splitlines()[0] == zh
    assert run("--help", LANG="zh_CN.UTF-8", JOBCAST_LANG="en").stdout.splitlines()[0] == en
    assert run("--lang", "en", "--help", JOBCAST_LANG="zh").stdout.splitlines()[0] == en
    (tmp_path / "settings.toml").write_text('lang = "zh"')
    assert run("--help", JOBCAST_CONFIG=str(tmp_path / "settings.toml")).stdout.splitlines()[0] == zh


def test_without_arguments_the_help_is_shown():
    done = run()
    assert done.stderr.startswith("Usage: jobcast [OPTIONS] COMMAND [ARGS]...\n")
    assert (done.stdout, done.returncode) == ("", 2)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_explains_itself_with_examples_in_both_languages(name):
    for language, heading in (("en", "Examples:"), ("zh", "示例:")):
        done = run("--lang", language, name, "--help")
        assert done.returncode == 0, done.stderr
        examples = done.stdout.partition(f"\n{heading}\n")[2].splitlines()
        assert examples
        assert all(line.startswith(f"  jobcast {name}") for line in examples)


def test_every_command_is_a_command():
    whole = program()
    with click.Context(whole) as context:
        for name in COMMANDS:
            assert isinstance(whole.get_command(context, name), click.Command)


def test_a_misspelt_command_is_answered_with_the_likeliest(jobcast):
    result = jobcast("imprt")
    assert result.stderr == (
        "Usage: jobcast [OPTIONS] COMMAND [ARGS]...\nTry 'jobcast --help'.\n"
        "error: No such command: imprt. Did you mean import?\n"
    )
    assert result.exit_code == 2


def test_an_unknown_setting_is_an_expected_failure_with_a_cure(jobcast, tmp_path):
    (tmp_path / "jobcast.toml").write_text("clusters = 'loom'")
    result = jobcast("jobs")
    assert result.stderr == (
        "error: unknown setting clusters in jobcast.toml\ncure:  Did you mean cluster?\n"
    )
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("evaluate --risk 2", "write a number above 0, at most 0.5"),
        ("train --risk 0", "write a number above 0, at most 0.5"),
        ("import --timezone Moon/Base", "no such time zone"),
        ("import --memory-unit X", "choose one of K, M, G, T, P"),
    ],
)
def test_a_setting_is_a_wrong_use_in_a_flag_and_an_expected_failure_elsewhere(
    jobcast, monkeypatch, words, why
):
    command, flag, value = words.split()
    files = ["swf", "none.swf"] if command == "import" else []
    result = jobcast(command, flag, value, *files)
    usage, _, error, cure = result.stderr.splitlines()
    assert usage.startswith(f"Usage: jobcast {command} ")
    assert error == f"error: {flag}: it can't be {value}: {why}"
    assert cure.startswith("cure:  ")
    assert result.exit_code == 2
    monkeypatch.setenv(f"JOBCAST_{flag[2:].replace('-', '_').upper()}", value)
    result = jobcast(command, *files)
    assert result.stderr.splitlines()[0].endswith(f": {why}")
    assert result.exit_code == 1


def test_a_wrong_setting_in_a_flag_is_told_in_chinese(jobcast):
    result = jobcast("--lang", "zh", "train", "--risk", "2")
    assert result.stderr.splitlines()[-2] == "错误：--risk：不能是 2：请写大于 0 且不超过 0.5 的数"


def test_a_store_without_room_is_an_expected_failure_with_a_cure(jobcast, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("JOBCAST_STORE", str(tmp_path / "file"))
    result = jobcast("--lang", "zh", "jobs")
    assert result.stderr == (f"错误：{tmp_path}/file 不是目录\n解决：请用 --store 指定目录；可以尚不存在\n")
    assert result.exit_code == 1


def test_a_fault_writes_a_log_and_shows_no_traceback(jobcast, monkeypatch):
    def fail(*_arguments, **_named):
        raise ZeroDivisionError("a fault \x1b[31m")

    monkeypatch.setattr(Store, "days", fail)
    result = jobcast("jobs")
    assert result.exit_code == 3
    lines = result.stderr.splitlines()
    assert lines[0] == "This is a fault of jobcast: ZeroDivisionError"
    log = Path(lines[1].removeprefix("Please report it with the file "))
    assert log.parent == Path.home() / ".local/state/jobcast"
    assert log.read_text().startswith("jobcast 0.1.0, Python 3.")
    assert "ZeroDivisionError: a fault" in log.read_text()


def test_interruption_ends_quietly(jobcast, monkeypatch):
    def interrupt(*_arguments, **_named):
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Store, "days", interrupt)
    before = signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # ignored where a shell runs us behind it
    try:
        result = jobcast("jobs")
    finally:
        signal.signal(signal.SIGINT, before)
    assert result.stderr.strip() == "interrupted; what was done so far is kept"
    assert result.exit_code == 130


def test_a_pipe_that_closes_early_is_no_failure(store):
    store.append(month(20_000, days=2))
    pipe = f"{sys.executable} -m jobcast jobs --csv | head -n 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["/bin/bash", "-c", pipe],
        capture_output=True,
        text=True,
        env={**os.environ, "JOBCAST_STORE": str(store.path)},
        check=True,
    )
    assert done.stdout.splitlines()[1:] == ["0"]
    assert done.stderr == ""


def test_a_locale_without_chinese_gets_escapes_instead_of_a_crash(store):
    store.append(frame(job("1", name="布局")))
    done = run("jobs", "--columns", "name", JOBCAST_STORE=str(store.path), PYTHONIOENCODING="latin-1")
    assert done.stdout == "\\u5e03\\u5c40\n"


@pytest.mark.parametrize(
    ("words", "english", "chinese"),
    [
        (
            ["jobs", "--state", "odd"],
            "--state: choose one of done, failed, ",
            "--state：请从 done, failed, ",
        ),
        (["jobs", "--limit", "-1"], "--limit: write a whole number from 0", "--limit：请写不小于 0 的整数"),
        (
            ["demo", "--days", "x"],
            "--days: write a whole number from 10 to 366",
            "--days：请写 10 至 366 的整数",
        ),
        (
            ["evaluate", "--train-end", "31.1."],
            "--train-end: write a day as YYYY-MM-DD, e.g. 2026-01-31",
            "--train-end：请按 YYYY-MM-DD 写日期，如 2026-01-31",
        ),
        (["jobs", "--limit"], "--limit needs a value.", "--limit 需要一个值。"),
        ([], "The command is missing.", "缺少命令。"),
    ],
)
def test_misuse_is_told_in_both_languages(jobcast, words, english, chinese):
    for language, error, told in (("en", "error: ", english), ("zh", "错误：", chinese)):
        result = jobcast("--lang", language, *words)
        assert result.stderr.splitlines()[-1].startswith(error + told)
        assert result.exit_code == 2
