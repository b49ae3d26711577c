"""The site's esub programs, which bsub runs as whoever submits, before anything is sent to the manager.

Order and protocol are LSF's: ``esub``, those that LSB_ESUB_METHOD names, those of ``-a``; each in LSF_SERVERDIR. Exit
code 97 refuses the submission. One that crashes or hangs changes nothing, and the submission goes on, as in LSF.
"""

import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from jobcast.cli.person import login_name
from jobcast.cli.screen import talk
from jobcast.errors import ConfigError
from jobcast.language import say
from jobcast.systems.lsf.bsub.esub import Sent, changed, parameters, read_changes
from jobcast.systems.run import Behalf, Endings, run_for

ABORT = 97
"""Exit code by which an esub refuses a submission."""
_SECONDS = 30
"""That one esub may take."""
_CALL = re.compile(r"([A-Za-z0-9_][A-Za-z0-9_.-]*)(?:\(([^()]*)\))?\s*")


class AbortedError(Exception):
    """An esub refused the submission; it has said why itself."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Passed:
    """A submission after the esubs."""

    sent: Sent
    """As it is now."""
    environment: Mapping[str, str]
    """Of the job, as it is now."""


def pass_esubs(sent: Sent, environment: Mapping[str, str], unit: str) -> Passed:
    """Run the site's esubs one after the other, each on what the one before it left.

    `unit` is that of limits of memory. Raises AbortedError where one refuses, ConfigError where one is missing or
    wants what can't be.
    """
    passed = Passed(sent=sent, environment=environment)
    for program in programs(environment, sent.options.values.get("-a", "")):
        passed = _run(program, passed, unit)
    return passed


def programs(environment: Mapping[str, str], named: str) -> Iterator[tuple[str, ...]]:
    """Yield the esubs with their arguments. Raises ConfigError where one that is named isn't there."""
    folder = environment.get("LSF_SERVERDIR")
    if not folder:
        if named:
            raise ConfigError(say("lsf_esub.no_folder", names=named))
        return
    if os.access(Path(folder) / "esub", os.X_OK):
        yield (str(Path(folder) / "esub"),)
    for text in (environment.get("LSB_ESUB_METHOD", ""), named):
        for name, arguments in _calls(text):
            program = Path(folder) / f"esub.{name}"
            if not os.access(program, os.X_OK):
                raise ConfigError(say("lsf_esub.missing", program=program))
            yield (str(program), *arguments)


def _calls(text: str) -> Iterator[tuple[str, list[str]]]:
    """Read ``name other(argument, argument)``."""
    at, text = 0, text.strip()
    while at < len(text):
        match = _CALL.match(text, at)
        if match is None:
            raise ConfigError(say("lsf_esub.bad_names", names=text))
        at = match.end()
        yield match[1], [word.strip() for word in (match[2] or "").split(",") if word.strip()]


def _run(program: tuple[str, ...], passed: Passed, unit: str) -> Passed:
    with tempfile.TemporaryDirectory(prefix="jobcast-esub-") as folder:
        told, changes, variables = (Path(folder) / name for name in ("parameters", "changes", "environment"))
        told.write_bytes(parameters(passed.sent, unit).encode("utf-8", "surrogateescape"))
        behalf = Behalf(
            user=login_name(),
            environment={
                **os.environ,
                "LSB_SUB_PARM_FILE": str(told),
                "LSB_SUB_MODIFY_FILE": str(changes),
                "LSB_SUB_MODIFY_ENVFILE": str(variables),
                "LSB_SUB_ABORT_VALUE": str(ABORT),
                "LSF_INVOKE_CMD": "bsub",
            },
            directory=os.getcwd(),  # noqa: PTH109 - the path that the shell shows, as text
        )
        end = run_for(behalf, program, seconds=_SECONDS)
        if not _went_well(program[0], end):
            return passed
        sent = changed(passed.sent, _read(changes), unit)
        return replace(passed, sent=sent, environment={**passed.environment, **_read(variables)})


def _read(file: Path) -> dict[str, str]:
    return read_changes(file.read_bytes()) if file.exists() else {}


def _went_well(program: str, end: Endings) -> bool:
    """Say what an esub said, and tell whether its changes count. Raises AbortedError where it refuses."""
    said = end.errors.decode("utf-8", "replace").rstrip("\n")
    if said:
        talk(said)
    if end.exit_code == ABORT and not end.timed_out:
        raise AbortedError
    if end.timed_out:
        talk(say("lsf_esub.too_slow", program=program, seconds=_SECONDS))
    elif end.exit_code:
        talk(say("lsf_esub.crashed", program=program, code=end.exit_code))
    return end.exit_code == 0 and not end.timed_out
