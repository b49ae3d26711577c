"""How commands are declared, found and explained: lazily, and in the chosen language."""

import importlib
from collections.abc import Callable, Mapping
from typing import Any, cast

import click

from jobcast.language import say
from jobcast.spelling import did_you_mean


class Spoken(click.Command):
    """A command whose help page speaks the chosen language; its epilog is a block of examples."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return ``--help``, explained in the chosen language."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = say("frame.help")
        return option

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the first line."""
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix=say("frame.usage") + " ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what each option does."""
        options = [option for option in self.get_params(ctx) if isinstance(option, click.Option)]
        records = [record for option in options if (record := option.get_help_record(ctx))]
        with formatter.section(say("frame.options")):
            formatter.write_dl(records)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the examples as they stand."""
        if self.epilog:
            with formatter.section(say("frame.examples")):
                for line in self.epilog.strip().splitlines():
                    formatter.write(f"{'':{formatter.current_indent}}{line}\n")


class LazyGroup(Spoken, click.Group):
    """Commands whose modules are imported only when they are called."""

    def __init__(self, name: str, *, commands_by_name: Mapping[str, str], **details: Any) -> None:
        super().__init__(name, **details)
        self.commands_by_name = commands_by_name
        """Command to ``module:attribute``."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the commands in the order in which they were declared."""
        return list(self.commands_by_name)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the module that holds the command."""
        if cmd_name not in self.commands_by_name:
            return None
        module, _, attribute = self.commands_by_name[cmd_name].partition(":")
        return cast("click.Command", getattr(importlib.import_module(module), attribute))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the arguments name; a misspelt one is answered with the likeliest."""
        name = args[0]
        if name not in self.commands_by_name and not name.startswith("-"):
            ctx.fail(say("frame.no_command", name=name) + _maybe(did_you_mean(name, self.commands_by_name)))
        return super().resolve_command(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what each option and each command does."""
        super().format_options(ctx, formatter)
        with formatter.section(say("frame.commands")):
            formatter.write_dl([(name, self.told_of(name)) for name in self.commands_by_name])

    def told_of(self, name: str) -> str:
        """Return the line about one command."""
        return say(f"commands.{name}")


class Family(Spoken, click.Group):
    """A command with commands of its own, such as ``jobcast models list``."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what each option and each command does."""
        super().format_options(ctx, formatter)
        with formatter.section(say("frame.commands")):
            formatter.write_dl([(name, command.help or "") for name, command in self.commands.items()])


def command(*, help: str, examples: str) -> Callable[[Callable[..., Any]], click.Command]:  # noqa: A002 - as click
    """Declare a function as a command: `help` says what it does, `examples` are lines to copy."""
    return click.command(cls=Spoken, help=help, epilog=examples)


def json_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option ``--json`` (argument `as_json`)."""
    return click.option("--json", "as_json", is_flag=True, help=say("frame.json"))(function)


class BadValueError(click.BadParameter):
    """An option of the command that runs was given a value that it can't have; `hint` is the cure."""

    def __init__(self, name: str, why: str, *, hint: str = "") -> None:
        context = click.get_current_context()
        parameter = next(one for one in context.command.params if one.name == name)
        super().__init__(why, context, parameter)
        self.hint = hint


def _maybe(text: str) -> str:
    return f" {text}" if text else ""
