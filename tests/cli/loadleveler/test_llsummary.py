"""llsummary: which steps are asked for, and by what they are added up."""

from datetime import UTC, datetime

import pytest

from jobcast.batch.service import Past
from tests.batch.screens.loadleveler.test_listings import expected
from tests.batch.screens.loadleveler.test_llsummary import some_steps


def at(*day: int) -> int:
    return int(datetime(*day, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("words", "past"),
    [
        ("", Past()),
        ("-s 01/01/2026 to 01/31/2026", Past(submitted_from=at(2026, 1, 1), submitted_before=at(2026, 2, 1))),
        ("-e 1/1/99 to 02/28/68", Past(ended_from=at(1999, 1, 1), ended_before=at(2068, 2, 29))),
        ("-s 01/01/69 to 100", Past(submitted_from=at(1969, 1, 1), submitted_before=101)),
        ("-e 1000 to 2000", Past(ended_from=1000, ended_before=2001)),
        ("-e 12/31/2025", Past(ended_from=at(2025, 12, 31), ended_before=at(2026, 1, 1))),
        (
            "-u chen -c normal -g gfs -G staff -j 12",
            Past(user="chen", queue="normal", group="gfs", unix_group="staff", job="n01.12"),
        ),
    ],
)
def test_options_choose_steps(ll, manager, words, past):
    result = ll(f"llsummary {words}")
    assert result.exit_code == 0, result.output
    assert manager.pasts == [past]


def test_a_range_in_quotes_is_one_word(jobcast, manager):
    result = jobcast("batch", "llsummary", "-s", "01/01/2026 to 01/31/2026")
    assert result.exit_code == 0, result.output
    assert manager.pasts == [Past(submitted_from=at(2026, 1, 1), submitted_before=at(2026, 2, 1))]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("", "llsummary-default"),
        ("-d unixgroup day,week month jobid jobname allocated comment", "llsummary-sections"),
        ("-r throughput -d comment", "llsummary-throughput"),
    ],
)
def test_reports_are_drawn(ll, manager, words, name):
    manager.over = tuple(some_steps())
    assert ll(f"llsummary {words}").stdout == expected(name)


def test_only_steps_that_ran_on_a_host_are_told(ll, manager):
    manager.over = tuple(some_steps())
    assert ll("llsummary -a n02 -d user").stdout.splitlines()[-1].split()[:3] == ["TOTAL", "1", "1"]


def test_steps_are_told_at_length(ll, manager):
    manager.over = tuple(some_steps())
    assert "Earlier run 1\n" in ll("llsummary -l -x").stdout
    brief = ll("llsummary -l").stdout
    assert "===== Job Step n01.40.0 =====\n" in brief
    assert "Earlier run 1\n" not in brief


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("-x", "error: -x goes only with -l"),
        ("-s 13/01/2026", "error: -s: 13/01/2026 is no date such as 01/31/2026"),
        ("-e 02/01/2026 to 01/01/2026", "error: -e: 02/01/2026 to 01/01/2026 ends before it begins"),
        ("-s soon to later", "error: -s: soon is no date such as 01/31/2026"),
        (
            "-r much",
            "error: -r: choose one of resource, avgthroughput, maxthroughput, minthroughput, throughput",
        ),
    ],
)
def test_a_command_line_that_can_not_be_is_told(ll, manager, words, error):
    result = ll(f"llsummary {words}")
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (2, error)
