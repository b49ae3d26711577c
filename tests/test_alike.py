"""Pages are compared with the program's output as strictly as processors allow."""

import pytest

from tests.alike import differences


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ("train  4,784 jobs   2.9 s", "train  4,784 jobs  11.0 s"),
        ("requests   147.7", "requests   147.8"),
        ("short   3.2 %", "short  3.3 %"),
        ("mem=9GB", "mem=10GB"),
    ],
)
def test_times_and_last_digits_may_differ(expected, found):
    assert differences(expected, found) == []


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ("train", "evaluate"),
        ("147.7 65.8", "147.7"),
        ("short   3.2 %", "short  3.9 %"),
        ("one\ntwo", "one"),
        ("1,169 jobs", "1,269 jobs"),
    ],
)
def test_words_figures_and_lines_may_not(expected, found):
    assert differences(expected, found)
