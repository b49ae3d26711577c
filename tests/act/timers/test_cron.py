"""Lines for a crontab."""

import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.act.timers import cron
from jobcast.act.timers.base import Work
from jobcast.errors import ConfigError

WORK = Work(
    program=("/opt/jobcast/bin/jobcast",),
    store=Path("/var/lib/jobcast"),
    user="jobcast",
    environment={"PATH": "/usr/bin:/lsf/bin"},
)
START = "env PATH=/usr/bin:/lsf/bin"
JOBCAST = "/opt/jobcast/bin/jobcast --store /var/lib/jobcast"
LINES = [
    f"7-59/20 * * * * {START} nice flock -n /var/lib/jobcast/sample.lock {JOBCAST} sample --json > /dev/null",
    f"15 * * * * {START} nice flock -n /var/lib/jobcast/learn.lock {JOBCAST} models refresh --json > /dev/null",
    f"30 2 * * * {START} nice flock /var/lib/jobcast/learn.lock {JOBCAST} train --json > /dev/null",
    (
        f"30 5 * * 1 {START} nice flock -n /var/lib/jobcast/report.lock {JOBCAST} "
        "report --since 7d --all-users -o /var/lib/jobcast/reports/week.html"
    ),
    f"* * * * * {START} flock -n /var/lib/jobcast/serve.lock {JOBCAST} serve 2>&1 | logger -t jobcast",
]


def jobs(block: str) -> list[str]:
    return [line for line in block.splitlines() if not line.startswith("#")]


def test_each_line_holds_a_lock_while_it_works():
    block = cron.lines(WORK)
    assert jobs(block) == LINES
    assert block.startswith(cron.BEGIN + "\n")
    assert block.endswith(cron.END + "\n")


def test_names_reach_the_shell_as_single_words():
    odd = "/srv/100% of 'it' $(rm -rf /) `x`;&"
    work = Work(program=WORK.program, store=Path(odd), user="jobcast", environment={"PATH": odd})
    for line in jobs(cron.lines(work)):
        assert "%" not in line.replace("\\%", "")
        words = shlex.split(line.split(maxsplit=5)[5].replace("\\%", "%").replace(" > ", " ' > ' "))
        assert words[:2] == ["env", f"PATH={odd}"]
        assert words[words.index("--store") + 1] == odd
        assert f"{odd}/" in [word.rpartition("/")[0] + "/" for word in words if word.endswith(".lock")]


def test_a_line_that_cron_would_cut_off_is_refused():
    with pytest.raises(ConfigError) as refused:
        cron.lines(Work(program=WORK.program, store=WORK.store, user="x", environment={"PATH": "/a" * 500}))
    assert "PATH" in refused.value.hint


BLOCK = cron.lines(WORK)
OTHERS = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), max_size=20), max_size=5
).map(lambda lines: "".join(f"{line}\n" for line in lines))


@given(OTHERS, OTHERS)
def test_all_lines_of_others_stay(before, after):
    other = cron.lines(Work(program=("/old/jobcast",), store=WORK.store, user="x"))
    assert cron.installed(before + other + after, BLOCK) == before + BLOCK + after
    assert cron.installed(before + BLOCK + after, BLOCK) == before + BLOCK + after
    assert cron.installed(before + BLOCK + after, None) == before + after
    assert cron.installed(before, BLOCK) == before + BLOCK
    assert cron.installed(before, None) == before


def test_a_last_line_without_an_end_gets_one():
    assert cron.installed("1 2 3 4 5 x", BLOCK) == "1 2 3 4 5 x\n" + BLOCK


@pytest.mark.parametrize(
    "damaged",
    [
        cron.BEGIN + "\n1 2 3 4 5 x\n",
        cron.END + "\n",
        cron.END + "\n" + cron.BEGIN + "\n",
        BLOCK + BLOCK,
        BLOCK.replace(cron.END, cron.BEGIN),
    ],
)
@pytest.mark.parametrize("block", [BLOCK, None])
def test_damaged_marks_are_not_guessed_at(damaged, block):
    with pytest.raises(ConfigError):
        cron.installed(damaged, block)
