"""Slurm's commands, run beside the event loop: an answer, a refusal, or nobody there."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from jobcast.act.executors.base import ExecutorError
from jobcast.errors import CommandError
from jobcast.language import say
from jobcast.systems.base import Command
from jobcast.systems.run import run

logger = logging.getLogger("jobcast.batch")

_RETRY_S = 1.0
_NOBODY = (
    "Unable to contact slurm",
    "Unexpected message received",
    "Socket timed out",
    "Zero Bytes were transmitted",
    "Connection refused",
    "Connection timed out",
    "communication failure",
    "Slurm backup controller in standby mode",
    "Slurm temporarily unable to accept job",
    "Unable to process configuration file",
    "Unable to establish",
    "Munge",
)
"""What commands of Slurm write where it isn't the question that is wrong."""


class RefusedError(Exception):
    """Slurm answered, and what it said was no."""


async def ask(command: Command, told: bytes = b"") -> str:
    """Return what a command printed. Raises RefusedError, and ExecutorError where Slurm can't be reached."""
    try:
        return await asyncio.to_thread(_run, command, told)
    except CommandError as error:
        if error.code is None or any(sign in error.message for sign in _NOBODY):
            raise ExecutorError(say("slurm_executor.unreachable", why=error.message)) from error
        raise RefusedError(error.message) from error


async def surely(action: Callable[[], Awaitable[None]]) -> None:
    """Do something again and again until it raises no ExecutorError."""
    while True:
        try:
            return await action()
        except ExecutorError as error:
            logger.warning("%s", error)
            await asyncio.sleep(_RETRY_S)


def _run(command: Command, told: bytes) -> str:
    with run(command, told=told) as printed:
        return printed.read().decode("utf-8", "replace")
