"""The words after ``sbatch``, and those of ``#SBATCH`` lines, as options and their values.

Source: sbatch(1) of Slurm 22.05.
"""

import re
import shlex
from collections.abc import Mapping, Sequence

from jobcast.errors import ConfigError
from jobcast.language import say
from jobcast.spelling import did_you_mean

SHORT = {
    "A": "account",
    "a": "array",
    "b": "begin",
    "C": "constraint",
    "c": "cpus-per-task",
    "d": "dependency",
    "D": "chdir",
    "e": "error",
    "G": "gpus",
    "H": "hold",
    "i": "input",
    "J": "job-name",
    "k": "no-kill",
    "L": "licenses",
    "M": "clusters",
    "m": "distribution",
    "N": "nodes",
    "n": "ntasks",
    "O": "overcommit",
    "o": "output",
    "p": "partition",
    "Q": "quiet",
    "q": "qos",
    "S": "core-spec",
    "s": "oversubscribe",
    "t": "time",
    "v": "verbose",
    "W": "wait",
    "w": "nodelist",
    "x": "exclude",
}
"""Short option to the long one."""
READ = frozenset(
    [
        *("account", "array", "begin", "constraint", "cpus-per-task", "dependency", "exclusive", "gpus"),
        *("gpus-per-node", "gpus-per-task", "gres", "hold", "licenses", "mem", "mem-per-cpu", "no-requeue"),
        *("nodelist", "nodes", "ntasks", "ntasks-per-node", "partition", "requeue", "reservation", "time"),
    ]
)
"""Long options that shape a job."""
IGNORED = frozenset(
    [
        *("acctg-freq", "chdir", "clusters", "comment", "container", "cpu-freq", "deadline", "delay-boot"),
        *("distribution", "error", "export", "export-file", "extra-node-info", "get-user-env", "gid"),
        *(
            "gpu-bind",
            "gpu-freq",
            "gres-flags",
            "hint",
            "ignore-pbs",
            "input",
            "job-name",
            "kill-on-invalid-dep",
        ),
        *("mail-type", "mail-user", "mcs-label", "mem-bind", "network", "nice", "no-kill", "ntasks-per-core"),
        *(
            "ntasks-per-socket",
            "open-mode",
            "output",
            "oversubscribe",
            "parsable",
            "power",
            "prefer",
            "priority",
        ),
        *("profile", "propagate", "qos", "quiet", "signal", "spread-job", "switches", "test-only"),
        *("thread-spec", "threads-per-core", "time-min", "tmp", "uid", "use-min-nodes", "verbose", "wait"),
        *(
            "wait-all-nodes",
            "wckey",
            "wrap",
            "core-spec",
            "overcommit",
            "sockets-per-node",
            "cores-per-socket",
        ),
    ]
)
"""Long options that have no bearing on when a job runs, or on less than can be told here."""
REFUSED = frozenset({"exclude", "batch", "bb", "bbf", "cluster-constraint", "contiguous", "reboot"})
"""Long options that shape a job, and can't be done."""
_FLAGS = frozenset(
    [
        *(
            "contiguous",
            "hold",
            "ignore-pbs",
            "no-kill",
            "no-requeue",
            "overcommit",
            "oversubscribe",
            "parsable",
        ),
        *("quiet", "reboot", "requeue", "spread-job", "test-only", "use-min-nodes", "verbose", "wait"),
    ]
)
_FLAGS_PERHAPS = frozenset({"exclusive", "get-user-env", "nice", "propagate", "no-kill", "parsable"})
"""Their value only follows a sign of equality."""
_DIRECTIVE = re.compile(r"#SBATCH\s+(.*)")


def directives(script: str) -> list[str]:
    """Return the words of the ``#SBATCH`` lines before the first command of a script.

    Raises ConfigError where a quotation mark is never closed.
    """
    words: list[str] = []
    for line in script.splitlines():
        directive = _DIRECTIVE.match(line)
        if directive is not None:
            try:
                words += shlex.split(directive[1], comments=True)
            except ValueError:
                raise ConfigError(say("slurm_submission.unclosed", line=line)) from None
        elif line.strip() and not line.lstrip().startswith("#"):
            break
    return words


def options(words: Sequence[str]) -> Mapping[str, str]:
    """Return long options to their values, flags to nothing; what comes last counts, and a script ends them.

    Raises ConfigError for an option that sbatch doesn't know, or whose value is missing.
    """
    found: dict[str, str] = {}
    rest = list(words)
    while rest and rest[0].startswith("-") and rest[0] != "--":
        name, value = _option(rest.pop(0))
        if name not in READ | IGNORED | REFUSED:
            known = [*READ, *IGNORED, *REFUSED]
            raise ConfigError(say("slurm_submission.unknown", option=name), hint=did_you_mean(name, known))
        if name in REFUSED:
            raise ConfigError(say("slurm_submission.refused", option=name))
        if value is None and name not in _FLAGS | _FLAGS_PERHAPS:
            if not rest:
                raise ConfigError(say("slurm_submission.no_value", option=name))
            value = rest.pop(0)
        found[name] = value or ""
    return found


def _option(word: str) -> tuple[str, str | None]:
    """Return the long name of an option, and its value where it stands in the same word."""
    if word.startswith("--"):
        name, sign, value = word.removeprefix("--").partition("=")
        return name, value if sign else None
    name = SHORT.get(word[1:2], word[1:2])
    value = word[2:].removeprefix("=")
    return name, None if name in _FLAGS or not value else value
