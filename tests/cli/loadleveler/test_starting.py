"""``llctl start`` starts the manager by the program that is installed, or by Python where there is none."""

import sys
from pathlib import Path

import pytest

from jobcast.cli.loadleveler import starting


@pytest.mark.parametrize("installed", [True, False])
def test_a_manager_is_started_by_what_there_is(ll, monkeypatch, tmp_path, installed):
    program, started, answers = tmp_path / "jobcast", list[tuple[str, ...]](), iter([False, True])
    if installed:
        program.touch()

    def start(arguments: tuple[str, ...], _log: Path) -> int:
        started.append(arguments)
        return 1

    monkeypatch.setattr(starting, "own_program", lambda: program)
    monkeypatch.setattr(starting, "start_apart", start)
    monkeypatch.setattr(starting, "is_over", lambda _process: False)
    monkeypatch.setattr(starting, "_answers", lambda _session: next(answers))
    monkeypatch.setenv("JOBCAST_BATCH_FOLDER", str(tmp_path / "batch"))
    assert ll("llctl start").stdout == "llctl: The central manager has been started.\n"
    (words,) = started
    runs = (str(program),) if installed else (sys.executable, "-m", "jobcast")
    assert (words[: len(runs)], words[-2:]) == (runs, ("batch", "start"))
