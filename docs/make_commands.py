"""Writes into docs/{en,zh}/commands.md what the program itself says of its commands and settings.

``python docs/make_commands.py`` renews both pages; ``python docs/make_commands.py zh`` prints one, renewed.
Only what stands between ``<!-- generated: NAME -->`` and ``<!-- end -->`` is touched.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from jobcast.cli.main import program, settle_language
from jobcast.config import SETTINGS
from jobcast.language import LANGUAGES, catalogue

HERE = Path(__file__).parent
_BLOCK = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
_HEADS = {"en": ("option", "meaning", "default"), "zh": ("选项", "含义", "默认值")}
_SETTING_HEADS = {
    "en": ("setting", "environment", "default", "meaning"),
    "zh": ("设置", "环境变量", "默认值", "含义"),
}
_ONE_OF = {"en": "one of", "zh": "取值："}


def renewed(language: str) -> str:
    """Return the page of `language` with its generated blocks made anew; call it once in a process.

    Commands fix their texts when they are imported, so that each language wants a process of its own.
    """
    settle_language(["--lang", language])
    makers = {"commands": _commands, "settings": _settings}
    text = (HERE / language / "commands.md").read_text("utf-8")
    return _BLOCK.sub(lambda block: block[1] + "\n".join(makers[block[2]](language)) + "\n" + block[3], text)


def _commands(language: str) -> Iterator[str]:
    """Yield the lines of the program's own options, then those of each command."""
    whole = program()
    root = click.Context(whole, info_name="jobcast")
    yield from _section(whole, root, language)
    for name in whole.list_commands(root):
        command = whole.get_command(root, name)
        if command is None:
            raise LookupError(name)
        context = click.Context(command, info_name=name, parent=root)
        yield from _section(command, context, language)
        for part, of in _parts(command, context) if isinstance(command, click.Group) else ():
            yield from _section(part, of, language)


def _parts(group: click.Group, context: click.Context) -> Iterator[tuple[click.Command, click.Context]]:
    """Yield the commands of a command, in the order of its help."""
    for name in list(group.commands) or group.list_commands(context):
        if (part := group.get_command(context, name)) is not None:
            yield part, click.Context(part, info_name=name, parent=context)


def _section(command: click.Command, context: click.Context, language: str) -> Iterator[str]:
    """Yield the lines for one command."""
    level = "####" if context.parent and context.parent.parent else "###"
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    yield from ("", f"{level} {context.command_path}", "", command.help or "", "", "```", usage, "```", "")
    yield from _choices(command, language)
    yield _row(_HEADS[language])
    yield "|---|---|---|"
    for option in command.get_params(context):
        record = option.get_help_record(context) if isinstance(option, click.Option) else None
        if record:
            yield _row((f"`{record[0]}`", record[1], _default(option)))
    if command.epilog:
        yield from ("", "```sh", *command.epilog.strip().splitlines(), "```")


def _choices(command: click.Command, language: str) -> Iterator[str]:
    """Say what an argument may be, where it is one of a few words."""
    for argument in command.params:
        if isinstance(argument, click.Argument) and isinstance(argument.type, click.Choice):
            words = ", ".join(f"`{word}`" for word in argument.type.choices)
            yield from (f"{argument.make_metavar(click.Context(command))}: {_ONE_OF[language]} {words}", "")


def _default(option: click.Parameter) -> str:
    value = option.default
    return f"`{value}`" if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""


def _settings(language: str) -> Iterator[str]:
    """Yield the table of all settings."""
    yield _row(_SETTING_HEADS[language])
    yield "|---|---|---|---|"
    for setting in SETTINGS.values():
        default = f"`{setting.default}` {setting.unit}".strip() if setting.default else ""
        meaning = catalogue()[f"setting.{setting.name}"][language]
        yield _row((f"`{setting.name}`", f"`{setting.variable}`", default, meaning))


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def main() -> None:
    """Print one page, or renew both."""
    if sys.argv[1:]:
        sys.stdout.write(renewed(sys.argv[1]))
        return
    for language in LANGUAGES:
        command = [sys.executable, __file__, language]
        page = subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout
        (HERE / language / "commands.md").write_text(page, "utf-8")


if __name__ == "__main__":
    main()
