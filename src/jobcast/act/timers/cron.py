"""Lines for a crontab, between two marks: everything beyond them belongs to others and stays."""

import re
import shlex

from jobcast.act.timers.base import Work
from jobcast.errors import ConfigError
from jobcast.language import say

BEGIN = "# >>> jobcast timers >>>"
END = "# <<< jobcast timers <<<"
_BLOCK = re.compile(rf"^{re.escape(BEGIN)}\n.*?^{re.escape(END)}(?:\n|\Z)", re.MULTILINE | re.DOTALL)

_NOTES = """\
# Written by jobcast timers install cron. What stands between these two lines is replaced by the next install.
# cron mails what these lines print to the owner of this crontab, or to MAILTO=... above; only trouble is printed,
# and what became of a training. LSF forgets finished jobs after an hour, so that it is asked every 20 minutes."""


_LONGEST = 998
"""Characters that cron reads of a line."""


def lines(work: Work) -> str:
    """Return the block with its marks. Raises ConfigError where cron could not read a line of it."""
    report = shlex.quote(str(work.report))
    told = (
        _line(work, "7-59/20 * * * *", "flock -n", "sample", "sample --json > /dev/null"),
        _line(work, "15 * * * *", "flock -n", "learn", "models refresh --json > /dev/null"),
        _line(work, "30 2 * * *", "flock", "learn", "train --json > /dev/null"),
        _line(
            work,
            "30 5 * * 1",
            "flock -n",
            "report",
            f"report --since 7d --all-users -o {report}",
        ),
        # Started again within a minute after it ended, and no second time while it runs.
        _line(work, "* * * * *", "flock -n", "serve", "serve 2>&1 | logger -t jobcast"),
    )
    if max(map(len, told)) > _LONGEST:
        raise ConfigError(say("timers.long", most=_LONGEST), hint=say("timers.long_cure"))
    return "\n".join((BEGIN, _NOTES, *told, END)) + "\n"


def _line(work: Work, when: str, lock: str, name: str, command: str) -> str:
    """Return a line that does nothing, or waits, while another with a lock of the same name runs."""
    environment = [f"{variable}={value}" for variable, value in work.environment.items()]
    words = [*(["env", *environment] if environment else []), *([] if name == "serve" else ["nice"])]
    words += [*lock.split(), str(work.store / f"{name}.lock"), *work.command]
    return f"{when} " + f"{shlex.join(words)} {command}".replace("%", "\\%")


def installed(crontab: str, block: str | None) -> str:
    """Return the crontab with `block` instead of ours, or behind all others' lines; with None without ours.

    Raises ConfigError where only one of the marks is left, or they stand more than once.
    """
    marks = [line for line in crontab.splitlines() if line in {BEGIN, END}]
    if marks not in ([], [BEGIN, END]):
        raise ConfigError(say("timers.marks"), hint=say("timers.marks_cure", begin=BEGIN, end=END))
    if _BLOCK.search(crontab):
        return _BLOCK.sub(lambda _: block or "", crontab)
    if block is None:
        return crontab
    ended = crontab if crontab.endswith("\n") or not crontab else crontab + "\n"
    return ended + block
