"""Limits that ``bsub`` puts on the processes of a job.

Source: bsub(1). Amounts without a unit are counted in that of LSF_UNIT_FOR_LIMITS; ``-c`` in ``[hours:]minutes``.
"""

from collections.abc import Mapping

from jobcast.errors import ConfigError
from jobcast.language import say
from jobcast.program import Enforcement, Limits
from jobcast.systems.lsf.policy.values import minutes
from jobcast.units import parse_memory

_OF_EACH_PROCESS = {"-C": "core", "-D": "data", "-F": "fsize", "-S": "stack"}
"""Option to limit of setrlimit(2)."""


def process_limits(values: Mapping[str, str], unit: str) -> Limits:
    """Return the limits of each process, in bytes. Raises ConfigError for what is no amount."""
    return {
        name: (amount, amount)
        for option, name in _OF_EACH_PROCESS.items()
        if option in values
        for amount in [_amount(option, values[option], unit)]
    }


def job_cpu_limit(values: Mapping[str, str]) -> tuple[int | None, int | None]:
    """Return the seconds of CPU time that all processes of the job may take, soft and hard. Raises ConfigError."""
    if "-c" not in values:
        return None, None
    try:
        seconds = minutes(values["-c"]).seconds
    except ValueError as fault:
        raise ConfigError(say("lsf_bsub.bad_option", option="-c"), hint=str(fault)) from None
    return seconds, seconds


def enforcement(values: Mapping[str, str], unit: str) -> Enforcement:
    """Return what kills the job: more memory than ``-M``, more memory and swap than ``-v``. Raises ConfigError."""
    memory = _amount("-M", values["-M"].rstrip("!"), unit) if "-M" in values else None
    return Enforcement(
        memory=memory,
        virtual_memory=_amount("-v", values["-v"], unit) if "-v" in values else None,
        kill_over_memory=memory is not None,
    )


def _amount(option: str, text: str, unit: str) -> int:
    try:
        amount = parse_memory(text, unit=unit)
    except ValueError:
        amount = parse_memory("0")
    if amount == 0 and (option != "-C" or text.strip() != "0"):
        raise ConfigError(say("lsf_bsub.bad_option", option=option), hint=say("lsf_intake.wanted_memory"))
    return amount
