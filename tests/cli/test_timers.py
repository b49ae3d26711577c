"""jobcast timers."""

import json
import os
import pwd
import stat
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jobcast import clock
from jobcast.act.timers import cron, systemd
from jobcast.cli import timers

AT = datetime(2026, 11, 27, 10, 15, tzinfo=UTC)
ME = pwd.getpwuid(os.geteuid()).pw_name


@pytest.fixture(autouse=True)
def host(store, tmp_path, monkeypatch) -> Path:
    """Have an environment of few variables, a store, and a crontab command that keeps its table in a file."""
    store.path.mkdir()
    monkeypatch.setattr(clock, "now", lambda: AT)
    for name in timers.CARRIED:
        monkeypatch.delenv(name, raising=False)
    tools = tmp_path / "bin"
    tools.mkdir()
    table = tmp_path / "table"
    (tools / "crontab").write_text(
        "#!/bin/sh\n"
        f'case $1 in -l) [ -e "{table}" ] || {{ echo "no crontab for {ME}" >&2; exit 1; }}; cat "{table}" ;;\n'
        f'-) cat > "{table}" ;; *) exit 2 ;; esac\n'
    )
    (tools / "crontab").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    return tmp_path


def units(host: Path) -> list[str]:
    return sorted(file.name for file in (host / "units").iterdir())


FOLDER = ("--folder", "units")


def test_units_are_installed_once_and_taken_away_again(jobcast, host):
    first = jobcast("timers", "install", "systemd", *FOLDER, "--yes")
    assert first.exit_code == 0, first.output
    assert units(host) == sorted(systemd.NAMES)
    assert f"written: {host}/units/jobcast-serve.service" in first.stdout
    assert first.stderr == (
        "next, as root: systemctl daemon-reload && systemctl enable --now jobcast-serve.service "
        "jobcast-sample.timer jobcast-refresh.timer jobcast-train.timer jobcast-report.timer\n"
    )
    again = jobcast("timers", "install", "systemd", *FOLDER)
    assert (again.stdout, again.stderr.splitlines()[0]) == (
        "",
        "everything is there already; nothing was changed",
    )
    gone = jobcast("timers", "uninstall", "systemd", *FOLDER, "--yes")
    assert units(host) == []
    assert gone.stderr.startswith("stop them first, as root: systemctl disable --now jobcast-serve.service")


def test_the_units_run_this_program_on_this_store_as_its_owner(jobcast, store, host):
    told = json.loads(jobcast("timers", "print", "systemd", "--json").stdout)
    files = {file["path"]: file["content"] for file in told["files"]}
    serve = files["/etc/systemd/system/jobcast-serve.service"]
    program = Path(sys.executable).with_name("jobcast")
    assert f"ExecStart={program} --store {store.path} serve\n" in serve
    assert f"User={ME}\n" in serve
    assert f'Environment="PATH={os.environ["PATH"]}"\n' in serve
    assert list(files) == [f"/etc/systemd/system/{name}" for name in systemd.NAMES]


def test_units_of_others_stay(jobcast, host):
    (host / "units").mkdir()
    (host / "units/jobcast-train.timer").write_text("[Timer]\nOnCalendar=weekly\n")
    result = jobcast("timers", "uninstall", "systemd", *FOLDER, "--yes")
    assert result.stderr == "everything is there already; nothing was changed\n"
    jobcast("timers", "install", "systemd", *FOLDER, "--yes")
    assert (host / "units/jobcast-train.timer.bak-20261127-101500").read_text().endswith("weekly\n")


def test_a_unit_that_was_edited_leaves_a_copy_when_it_goes(jobcast, host):
    jobcast("timers", "install", "systemd", *FOLDER, "--yes")
    edited = host / "units/jobcast-train.service"
    edited.write_text(edited.read_text().replace("#MemoryMax", "MemoryMax"))
    jobcast("timers", "uninstall", "systemd", *FOLDER, "--yes")
    assert units(host) == ["jobcast-train.service.bak-20261127-101500"]


def test_a_no_changes_nothing(jobcast, host):
    result = jobcast("timers", "install", "systemd", *FOLDER)
    assert result.exit_code == 1
    assert not (host / "units").exists()
    assert jobcast("timers", "install", "systemd", *FOLDER, "--dry-run").exit_code == 0
    assert not (host / "units").exists()


FOREIGN = "MAILTO=chen\n1 2 3 4 5 backup # caf\xe9\n".encode("latin-1")


def test_lines_are_put_into_the_crontab_behind_those_of_others(jobcast, host, store):
    (host / "table").write_bytes(FOREIGN)
    result = jobcast("timers", "install", "cron", "--yes")
    assert result.exit_code == 0, result.output
    table = (host / "table").read_bytes()
    assert table.startswith(FOREIGN + cron.BEGIN.encode())
    copy = store.path / "crontab.bak-20261127-101500"
    assert copy.read_bytes() == FOREIGN
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert result.stderr == f"what stood there before is in {copy}\n"
    assert jobcast("timers", "install", "cron").stderr == "everything is there already; nothing was changed\n"
    assert jobcast("timers", "uninstall", "cron", "--yes").exit_code == 0
    assert (host / "table").read_bytes() == FOREIGN


def test_the_first_crontab_needs_no_copy(jobcast, host, store):
    assert jobcast("timers", "install", "cron", "--yes").exit_code == 0
    assert (host / "table").read_text().startswith(cron.BEGIN)
    assert list(store.path.glob("crontab*")) == []


def test_a_crontab_that_can_t_be_read_is_not_replaced(jobcast, host):
    (host / "bin/crontab").write_text("#!/bin/sh\necho 'you are not allowed' >&2\nexit 1\n")
    result = jobcast("timers", "install", "cron", "--yes")
    assert result.exit_code == 1
    assert "you are not allowed" in result.stderr


@pytest.mark.parametrize("booted", [True, False])
def test_by_default_what_runs_the_host_is_asked(jobcast, host, monkeypatch, booted):
    monkeypatch.setattr(timers, "_BOOTED", host if booted else host / "nowhere")
    paths = [file["path"] for file in json.loads(jobcast("timers", "print", "--json").stdout)["files"]]
    assert (len(paths) > 1) == booted
    assert paths[0] == ("/etc/systemd/system/jobcast-serve.service" if booted else f"crontab of {ME}")


def test_a_store_that_is_not_there_yet_is_told_of(jobcast, store, host):
    store.path.rmdir()
    result = jobcast("timers", "install", "systemd", *FOLDER, "--dry-run")
    assert result.stderr.startswith(f"there is no store at {store.path} yet")


def test_units_are_printed_one_after_the_other(jobcast):
    result = jobcast("timers", "print", "systemd")
    assert result.stdout.count("[Unit]\n") == len(systemd.NAMES)
    assert result.stderr.splitlines() == [f"==> /etc/systemd/system/{name}" for name in systemd.NAMES]
