"""What estimates are worth on real logs, as docs/decisions/0020-run-time-estimates.md tells it."""

from dataclasses import replace
from pathlib import Path

import pytest

from jobcast.simulate.counts.base import EASY, EASY_SJBF, Rule
from jobcast.simulate.counts.engine import run
from tests.simulate.counts.logs import bounded_slowdown, read_log

FORECAST = replace(EASY_SJBF, estimates="forecast")
LAST_TWO = replace(EASY_SJBF, estimates="last-two")

WORTH = [
    ("KTH-SP2-filtered", 100, {"easy": 92.577, "last two": 62.857, "forecast": 48.598}),
    ("UniLu-Gaia-2014-2", 2004, {"easy": 1.612, "last two": 1.305, "forecast": 1.145}),
    ("lublin_256", 256, {"easy": 590.054, "last two": 219.558, "forecast": 219.558}),
]


@pytest.mark.shared_data
@pytest.mark.parametrize(("name", "processors", "slowdown"), WORTH)
def test_the_decision_page_tells_what_estimates_are_worth(
    shared: Path, name: str, processors: int, slowdown: dict[str, float]
) -> None:
    jobs = read_log(shared / "data" / "swf" / f"{name}.swf.gz", processors)

    def mean(rule: Rule) -> float:
        return round(float(bounded_slowdown(jobs, run(jobs, processors, rule).start).mean()), 3)

    assert {"easy": mean(EASY), "last two": mean(LAST_TWO), "forecast": mean(FORECAST)} == slowdown
