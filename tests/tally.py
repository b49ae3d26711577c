"""Ends a test run with what passed and where the time went, part by part; the last line counts everything.

A plug-in for pytest, asked for by ``make test``: ``pytest -p tests.tally``.
"""

from collections import Counter, defaultdict

import pytest

_OUTCOMES = ("passed", "failed", "skipped")


class Tally:
    """Counts outcomes and seconds by part: the folder or module directly under ``tests``."""

    def __init__(self) -> None:
        self.outcomes: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.seconds: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        part = report.nodeid.partition("::")[0].removeprefix("tests/").partition("/")[0].removesuffix(".py")
        self.seconds[part] += report.duration
        if report.when == "call" or report.outcome != "passed":  # a skip or an error may come before the call
            self.outcomes[part][report.outcome] += 1

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.outcome != "passed":
            self.outcomes["collection"][report.outcome] += 1

    def lines(self) -> list[str]:
        parts = sorted(self.outcomes)
        width = max(map(len, parts), default=0)
        rows = [
            f"{part:{width}}  {_counted(self.outcomes[part])}  {self.seconds[part]:6.1f} s" for part in parts
        ]
        total = sum(self.outcomes.values(), Counter())
        return [*rows, ", ".join(f"{total[outcome]} {outcome}" for outcome in _OUTCOMES)]


def _counted(outcomes: Counter[str]) -> str:
    return "  ".join(f"{outcomes[outcome]:5} {outcome}" for outcome in _OUTCOMES)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Tally(), "tally-of-parts")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Print after everything else, pytest's own last line included."""
    tally = config.pluginmanager.get_plugin("tally-of-parts")
    if tally is not None:
        print("\n".join(["", *tally.lines()]))
