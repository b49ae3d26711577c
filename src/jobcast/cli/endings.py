"""How the program ends: well (0), with a cure (1), misused (2), by its own fault (3), interrupted (130)."""

import errno
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import click

from jobcast.cli.frame import BadValueError, LazyGroup
from jobcast.cli.screen import talk
from jobcast.errors import JobcastError, StoreError
from jobcast.language import say

EXPECTED, MISUSED, FAULT, INTERRUPTED = 1, 2, 3, 130


class Program(LazyGroup):
    """The whole command line, which ends in one of five ways."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: ARG002 - click's signature
        **extra: Any,
    ) -> NoReturn:
        """Run the command line and leave the process."""
        run = super().main
        sys.exit(_end(lambda: run(args, prog_name, complete_var, standalone_mode=False, **extra)))

    def invoke(self, ctx: click.Context) -> object:
        """Run the command. A closed pipe is kept from click, which would call it a failure."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError as error:
            raise _NobodyReadsError from error
        except OSError as error:
            if error.errno not in _FULL or error.filename is not None:
                raise
            _discard_output()
            raise StoreError(
                say("frame.output_refused", why=error.strerror), hint=say("frame.output_refused_cure")
            ) from error
        return result


_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EIO}
"""What a full disk behind ``> FILE`` answers."""


class _NobodyReadsError(Exception):
    """The reader of our pipe, such as ``head``, has seen enough."""


def _end(run: Callable[[], object]) -> int:
    """Run the program, say what went wrong, and return the exit code."""
    try:
        code = run()
    except click.ClickException as error:
        return _misused(error)
    except JobcastError as error:
        complain(error)
        return EXPECTED
    except _NobodyReadsError:
        return _nobody_reads()
    except (KeyboardInterrupt, click.Abort):
        talk(say("frame.interrupted"))
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last resort, which writes it all down
        from jobcast.cli.fault import write_log  # noqa: PLC0415 - costs 20 ms that a good ending does without

        talk(say("frame.fault", error=type(error).__name__, log=write_log(error)))
        return FAULT
    return code if isinstance(code, int) else 0


def complain(error: JobcastError) -> None:
    """Say what happened, and on a second line what cures it."""
    talk(say("frame.error", message=_line(error.message)))
    if error.hint:
        talk(say("frame.cure", hint=_line(error.hint)))


def _line(text: str) -> str:
    """Put on one line what a batch system may have complained of on several."""
    return " · ".join(text.strip().splitlines())


def _misused(error: click.ClickException) -> int:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        talk(error.format_message())
        return MISUSED
    if isinstance(error, click.UsageError) and error.ctx is not None:
        talk(error.ctx.get_usage())
        talk(say("frame.try_help", command=error.ctx.command_path))
    talk(say("frame.error", message=_misuse(error)))
    if isinstance(error, BadValueError) and error.hint:
        talk(say("frame.cure", hint=error.hint))
    return MISUSED


def _misuse(error: click.ClickException) -> str:
    """Say in the chosen language what is wrong with the command line."""
    match error:
        case click.NoSuchOption():
            like = (
                f" {say('spelling.did_you_mean', word=error.possibilities[0])}" if error.possibilities else ""
            )
            return say("frame.no_option", option=error.option_name) + like
        case click.MissingParameter(param=click.Parameter() as parameter):
            return say("frame.missing", what=parameter.get_error_hint(error.ctx).strip("'"))
        case click.BadParameter(param=click.Parameter() as parameter):
            what = parameter.get_error_hint(error.ctx).replace("'", "")
            why = error.message if isinstance(error, BadValueError) else _wanted(parameter.type)
            return say("frame.bad_value", what=what, why=why or error.message)
        case click.BadOptionUsage() if "does not take a value" not in error.message:
            return say("frame.no_value", option=error.option_name)
        case click.UsageError(message="Missing command."):
            return say("frame.missing_command")
    return error.format_message()


def _wanted(kind: "click.ParamType[Any]") -> str:
    """Say what an option of this kind may be; empty where the kind says itself what is wrong."""
    match kind:
        case click.Choice():
            return say("config.not_one_of", choices=", ".join(map(str, kind.choices)))
        case click.IntRange(max=None):
            return say("frame.whole_from", least=kind.min)
        case click.IntRange():
            return say("frame.whole_between", least=kind.min, most=kind.max)
        case click.DateTime():
            return say("frame.day")
    return ""


def _nobody_reads() -> int:
    """End quietly."""
    _discard_output()
    return 0


def _discard_output() -> None:
    """Let what is left in the buffer go nowhere, so that Python does not complain when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
