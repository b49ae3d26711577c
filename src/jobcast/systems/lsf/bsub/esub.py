"""What an esub is told of a submission, and what it changes.

Source: "External job submission and execution controls" in Administering IBM Spectrum LSF, and
`jobcast.systems.hooks.lsf`, which sits at the other end. The files are read as text: nothing in them is ever run.
Not compared with a real LSF.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil

from jobcast.errors import ConfigError
from jobcast.language import say
from jobcast.systems.hooks.lsf.parameters import read_parameters
from jobcast.systems.lsf.bsub.options import Options
from jobcast.systems.lsf.bsub.script import without_options
from jobcast.systems.lsf.policy.values import minutes
from jobcast.units import parse_memory

RESET = "SUB_RESET"
"""Value by which an esub takes an option away."""
_TEXTS = {
    "LSB_SUB_JOB_NAME": "-J",
    "LSB_SUB_QUEUE": "-q",
    "LSB_SUB_IN_FILE": "-i",
    "LSB_SUB_OUT_FILE": "-o",
    "LSB_SUB_ERR_FILE": "-e",
    "LSB_SUB_RES_REQ": "-R",
    "LSB_SUB_PROJECT_NAME": "-P",
    "LSB_SUB_USER_GROUP": "-G",
    "LSB_SUB_DEPEND_COND": "-w",
    "LSB_SUB_HOSTS": "-m",
    "LSB_SUB_MAIL_USER": "-u",
    "LSB_SUB_PRE_EXEC": "-E",
    "LSB_SUB3_POST_EXEC": "-Ep",
    "LSB_SUB3_CWD": "-cwd",
    "LSB_SUB3_APP": "-app",
    "LSB_SUB_LOGIN_SHELL": "-L",
    "LSB_SUB_JOB_DESCRIPTION": "-Jd",
}
_FLAGS = {
    "LSB_SUB_EXCLUSIVE": "-x",
    "LSB_SUB_HOLD": "-H",
    "LSB_SUB_RERUNNABLE": "-r",
    "LSB_SUB_NOTIFY_BEGIN": "-B",
    "LSB_SUB_NOTIFY_END": "-N",
}
_MEMORY = {
    "LSB_SUB_RLIMIT_RSS": "-M",
    "LSB_SUB_RLIMIT_SWAP": "-v",
    "LSB_SUB_RLIMIT_CORE": "-C",
    "LSB_SUB_RLIMIT_DATA": "-D",
    "LSB_SUB_RLIMIT_FSIZE": "-F",
    "LSB_SUB_RLIMIT_STACK": "-S",
}
_TIMES = {"LSB_SUB_RLIMIT_RUN": "-W", "LSB_SUB_RLIMIT_CPU": "-c"}
_TASKS = ("LSB_SUB_NUM_PROCESSORS", "LSB_SUB_MAX_NUM_PROCESSORS")
_COMMAND = "LSB_SUB_COMMAND_LINE"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """A submission before it reaches LSF."""

    options: Options
    """Those of the command line, completed by those of the script."""
    script: str = ""
    """What is run where the options name no command."""

    @property
    def command(self) -> str:
        """Return what is run."""
        return " ".join(self.options.command) or self.script

    @property
    def arguments(self) -> tuple[str, ...]:
        """Return the words that bsub would be given for it."""
        values = [word for option, value in self.options.values.items() for word in (option, value)]
        return (*sorted(self.options.flags), *values, *self.options.command)


def parameters(sent: Sent, unit: str) -> str:
    """Return the file LSB_SUB_PARM_FILE: lines ``NAME="value"`` that a shell may source.

    Amounts of memory are counted in `unit`, times in seconds; a value that can't be read isn't told.
    """
    values, flags = sent.options.values, sent.options.flags
    found = {name: _quoted(values[option]) for name, option in _TEXTS.items() if option in values}
    found |= {name: "Y" for name, option in _FLAGS.items() if option in flags}
    found |= _numbers(
        values, _MEMORY, lambda text: ceil(parse_memory(text, unit=unit) / parse_memory("1", unit=unit))
    )
    found |= _numbers(values, _TIMES, lambda text: minutes(text).seconds)
    if "-n" in values:
        words = values["-n"].split(",")
        found |= {name: word.strip() for name, word in zip(_TASKS, (words[0], words[-1]), strict=True)}
    found["LSB_SUB_COMMANDNAME"] = _quoted(sent.options.command[0] if sent.options.command else "")
    found[_COMMAND] = _quoted(sent.command)
    return "".join(f"{name}={value}\n" for name, value in found.items())


def _numbers(
    values: Mapping[str, str], options: Mapping[str, str], read: Callable[[str], int]
) -> dict[str, str]:
    found = {}
    for name, option in options.items():
        try:
            found[name] = str(read(values[option].rstrip("!"))) if option in values else ""
        except ValueError:
            continue  # whoever takes the submission will say what is wrong
    return {name: value for name, value in found.items() if value}


def _quoted(value: str) -> str:
    return '"' + re.sub(r'(["$`\\])', r"\\\1", value) + '"'


def read_changes(body: bytes) -> dict[str, str]:
    """Read LSB_SUB_MODIFY_FILE or LSB_SUB_MODIFY_ENVFILE. Raises ConfigError where it isn't lines ``NAME="value"``."""
    found = read_parameters(body)
    if found is None:
        raise ConfigError(say("lsf_esub.unreadable"))
    return found


def changed(sent: Sent, changes: Mapping[str, str], unit: str) -> Sent:
    """Return a submission as an esub wants it. Raises ConfigError for a change that can't be made here."""
    values, flags, script = dict(sent.options.values), set(sent.options.flags), sent.script
    command = sent.options.command
    for name, value in changes.items():
        if name == _COMMAND and value != RESET:
            command, script = ((value,), script) if command else ((), value)
        elif name in _FLAGS:
            (flags.add if value.upper() == "Y" else flags.discard)(_FLAGS[name])
        elif name != _TASKS[1]:
            option, text = _option(name, value, changes, unit)
            values.pop(option, None)
            if value != RESET:
                values[option] = text
    gone = (sent.options.values.keys() - values.keys()) | (sent.options.flags - flags)
    return Sent(
        options=Options(values=values, flags=frozenset(flags), command=command),
        # The script would bring back what was taken away; all of its options stand among the others already.
        script=without_options(script) if gone else script,
    )


def _option(name: str, value: str, changes: Mapping[str, str], unit: str) -> tuple[str, str]:
    """Return the option that a parameter stands for, with its value as bsub takes it."""
    if name in _TEXTS:
        return _TEXTS[name], value
    whole = re.fullmatch(r"[0-9]{1,15}", value) is not None
    if name in _MEMORY and (whole or value == RESET):
        return _MEMORY[name], f"{value}{unit}"
    if name in _TIMES and (whole or value == RESET):
        return _TIMES[name], str(ceil(int(value) / 60)) if whole else value
    if name == _TASKS[0] and (whole or value == RESET):
        most = changes.get(_TASKS[1], "")
        return "-n", f"{value},{most}" if most.isdecimal() and most != value else value
    raise ConfigError(say("lsf_esub.no_change", name=name, value=value))
