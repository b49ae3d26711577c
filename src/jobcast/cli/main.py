"""The program ``jobcast``: its commands, and the language that it speaks."""

import io
import sys
from collections.abc import Sequence
from pathlib import Path

import click

import jobcast
from jobcast import config, language
from jobcast.cli.batch_commands import LINKED
from jobcast.cli.endings import Program
from jobcast.cli.session import Session
from jobcast.errors import ConfigError
from jobcast.language import say

COMMANDS = {
    "import": "jobcast.cli.import_:command",
    "sample": "jobcast.cli.sample:command",
    "jobs": "jobcast.cli.jobs:command",
    "job": "jobcast.cli.job:command",
    "report": "jobcast.cli.report:command",
    "train": "jobcast.cli.train:command",
    "evaluate": "jobcast.cli.evaluate:command",
    "predict": "jobcast.cli.predict:command",
    "models": "jobcast.cli.models:command",
    "failures": "jobcast.cli.failures:command",
    "serve": "jobcast.cli.serve:command",
    "token": "jobcast.cli.token:command",
    "hook": "jobcast.cli.hook:command",
    "audit": "jobcast.cli.audit:command",
    "shadow": "jobcast.cli.shadow:command",
    "simulate": "jobcast.cli.simulate:command",
    "compare": "jobcast.cli.compare:command",
    "policy": "jobcast.cli.policy:command",
    "whatif": "jobcast.cli.whatif:command",
    "batch": "jobcast.cli.batch:command",
    "timers": "jobcast.cli.timers:command",
    "doctor": "jobcast.cli.doctor:command",
    "demo": "jobcast.cli.demo:command",
}
"""Command to the module that holds it, imported only when it is called.

The order is that of ``jobcast --help``, whose line for each is the text ``commands.NAME``.
"""


def main() -> None:
    """Run the program on the arguments of this process."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that lacks Chinese gets escapes, not a crash
            stream.reconfigure(errors="backslashreplace")
    arguments = sys.argv[1:]
    called = Path(sys.argv[0]).name
    if any(called in names for names in LINKED.values()):  # by a link that `jobcast batch links` made
        settle_language([])
        arguments = ["batch", called, *arguments]
    else:
        settle_language(arguments)
    program().main(arguments, prog_name="jobcast")


def settle_language(arguments: Sequence[str]) -> None:
    """Choose the language before any module that speaks is imported: flag, setting, locale."""
    flags = [
        argument.partition("=")[2] or following
        for argument, following in zip(arguments, [*arguments, ""][1:], strict=True)
        if argument.partition("=")[0] == "--lang"
    ]
    language.choose()
    try:
        wanted = config.load()[config.LANG]
    except ConfigError:
        wanted = ""  # the command that needs the settings will say what is wrong with them
    language.choose((flags or [wanted])[0])


def program() -> click.Group:
    """Return the command line, speaking the chosen language."""
    return Program(
        "jobcast",
        commands_by_name=COMMANDS,
        help=say("main.help"),
        epilog=say("main.epilog"),
        callback=_begin,
        params=[
            click.Option(["--store"], metavar="DIR", help=say("main.store")),
            click.Option(["--lang"], type=click.Choice(language.LANGUAGES), help=say("main.lang")),
            click.Option(
                ["--version"],
                is_flag=True,
                is_eager=True,
                expose_value=False,
                callback=_print_version,
                help=say("main.version"),
            ),
        ],
    )


@click.pass_context
def _begin(context: click.Context, store: str | None, lang: str | None) -> None:
    context.obj = Session(flags={"store": store, "lang": lang})


def _print_version(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        click.echo(f"jobcast {jobcast.__version__}")
        context.exit()
