"""The clock is read in one place, but for the starter, which imports nothing of ours."""

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jobcast
from jobcast import clock

SOURCE = Path(jobcast.__file__).parent
STARTER = SOURCE / "act" / "starter"
_READS = {"now", "utcnow", "today", "time", "monotonic", "perf_counter"}
_CLOCKS = {"datetime", "date", "time"}


def test_the_present_is_told_in_utc():
    assert clock.now().tzinfo is UTC
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_seconds_do_not_run_backwards():
    assert clock.seconds() <= clock.seconds()


def _reads_of_the_clock(file: Path) -> list[str]:
    return [
        f"{file.relative_to(SOURCE)}:{node.lineno}"
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in _CLOCKS
        and node.func.attr in _READS
    ]


def test_nothing_else_reads_it():
    files = [file for file in SOURCE.rglob("*.py") if file.name != "clock.py" and STARTER not in file.parents]
    assert [read for file in files for read in _reads_of_the_clock(file)] == []
