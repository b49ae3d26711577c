"""What a shepherd tells by fixed words is told in a whole sentence."""

import pytest

from jobcast.act.executors.reasons import in_words


@pytest.mark.parametrize(
    ("what", "last", "told"),
    [
        ("exit_slow", "", "the site's prolog took too long and was killed"),
        ("exit_slow", "asking", "the site's prolog took too long and was killed: asking"),
        ("exit_failed", "", "the site's prolog ended with exit code 3"),
        ("exit_failed", "no", "the site's prolog ended with exit code 3: no"),
    ],
)
def test_a_prolog_that_says_nothing_leaves_no_colon(what: str, last: str, told: str) -> None:
    assert in_words({"what": what, "exit": "prolog", "which": "3", "error": last}) == told
