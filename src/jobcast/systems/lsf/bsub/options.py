"""Options of bsub: which take a value, which bear on scheduling, which can't be done here.

Source: bsub(1) of IBM Spectrum LSF 10.1. Options end where the command of the job begins.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from jobcast.errors import ConfigError
from jobcast.language import say
from jobcast.spelling import did_you_mean

_SHAPING = "-q -n -R -W -We -J -w -m -P -G -U -b -sp -app -gpu"
"""Options with a value that shapes the job."""
_FLAGS = "-x -H -r -rn"
"""Options without a value that shape the job."""
_PASSED_OVER = """
    -a -C -c -cwd -D -data -datagrp -e -eo -E -Ep -env -ext -F -f -g -i -is -Jd -k -L -Lp -M -mig -o -oo -outdir -p
    -rcacct -S -stage -T -tty -u -v -wa -wt -network -notify -freq -core_isolation -smt -alloc_flags
"""
"""Options with a value that don't bear on when and where a job starts."""
_QUIET_FLAGS = "-B -N -Ne -K -I -Ip -Is -IS -ISp -ISs -IX -XF -ul -hl -ti -ar"
"""Likewise, without a value."""
_REFUSED = frozenset(
    {
        "-t",
        "-pack",
        "-json",
        "-yaml",
        "-jsdl",
        "-jsdl_strict",
        "-sla",
        "-hostfile",
        "-Q",
        "-eptl",
        "-ptl",
        "-nnodes",
    }
)
"""Options that would, and can't be done."""
_WITHOUT_VALUE = frozenset(f"{_FLAGS} {_QUIET_FLAGS}".split())
_WITH_VALUE = frozenset(f"{_SHAPING} {_PASSED_OVER}".split())


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """What somebody wrote after ``bsub``."""

    values: dict[str, str] = field(default_factory=dict)
    """Option to value; several ``-R`` are joined, of others the last counts."""
    flags: frozenset[str] = frozenset()
    """Options without value."""
    command: tuple[str, ...] = ()
    """The command of the job."""


def read_options(arguments: Sequence[str]) -> Options:
    """Read the words after ``bsub``. Raises ConfigError for an option that isn't known or can't be done."""
    values: dict[str, str] = {}
    flags: set[str] = set()
    at = 0
    while at < len(arguments) and arguments[at].startswith("-"):
        option = arguments[at]
        at += 1
        if option in _WITHOUT_VALUE:
            flags.add(option)
            continue
        _check(option)
        if at == len(arguments):
            raise ConfigError(say("lsf_bsub.no_value", option=option))
        value = arguments[at]
        at += 1
        # Several requirements are one: LSF joins selections by &&, and other sections of different names.
        values[option] = f"{values[option]} {value}" if option == "-R" and option in values else value
    return Options(values=values, flags=frozenset(flags), command=tuple(arguments[at:]))


def _check(option: str) -> None:
    if option in _REFUSED:
        raise ConfigError(say("lsf_bsub.refused_option", option=option), hint=say("lsf_bsub.leave_out"))
    if option not in _WITH_VALUE:
        guess = did_you_mean(option, sorted(_WITH_VALUE | _WITHOUT_VALUE))
        raise ConfigError(say("lsf_bsub.unknown_option", option=option), hint=guess)
