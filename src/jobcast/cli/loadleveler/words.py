"""LoadLeveler's command lines: options take lists of words, which click's don't.

``llq -u chen li``, ``llq -f %id %st 12.0``, ``llsummary -s 01/01/2026 to 02/01/2026``, ``llprio +10 12.0``.
"""

import re
from collections.abc import Iterable
from typing import Any

import click

import jobcast
from jobcast.cli.frame import Spoken
from jobcast.language import say


class Worded(Spoken):
    """A command that takes words as LoadLeveler's do; each list becomes one value, its words apart by blanks."""

    def __init__(
        self,
        *details: Any,
        lists: Iterable[str] = (),
        categories: Iterable[str] = (),
        ranges: Iterable[str] = (),
        signed: str = "",
        **more: Any,
    ) -> None:
        super().__init__(*details, **more)
        self.params.append(_version_option())
        self.lists = frozenset(lists)
        """Options that take all words up to the next option."""
        self.categories = frozenset(categories)
        """Options that take all words that begin with a per cent sign; the first may follow at once (``-f%id``)."""
        self.ranges = frozenset(ranges)
        """Options that take ``FROM to UNTIL``."""
        self.signed = signed
        """The option that a bare ``+10`` or ``-10`` stands for."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the command line, after its lists have become single values."""
        return super().parse_args(ctx, self._joined(args))

    def _joined(self, args: list[str]) -> list[str]:
        words, joined = list(args), list[str]()
        while words:
            word = words.pop(0)
            if word == "--":
                return [*joined, word, *words]
            option, attached = (
                (word[:2], [word[2:]]) if word[:2] in self.categories and word[2:] else (word, [])
            )
            if option in self.categories:
                taken = attached + _taken(words, lambda one: one.startswith("%"))
            elif option in self.lists:
                taken = _taken(words, lambda one: not one.startswith("-"))
            elif option in self.ranges:
                taken = _range(words)
            elif self.signed and re.fullmatch(r"[+-][0-9]+", word):
                option, taken = self.signed, [str(int(word))]
            else:
                taken = []
            joined += [option, " ".join(taken)] if taken else [option]
        return joined


def _taken(words: list[str], fits: Any) -> list[str]:
    """Take words from the front as long as they fit."""
    taken = list[str]()
    while words and fits(words[0]):
        taken.append(words.pop(0))
    return taken


def _range(words: list[str]) -> list[str]:
    """Take a date, or ``FROM to UNTIL``."""
    count = 3 if words[1:2] == ["to"] else 1
    taken, words[:count] = words[:count], []
    return taken


def listed(text: str | None) -> tuple[str, ...]:
    """Return the words of a list, with blanks or commas between, each once."""
    return tuple(dict.fromkeys(re.findall(r"[^\s,]+", text or "")))


def category_names(text: str) -> list[str]:
    """Return the names of categories, in their order, without the per cent signs."""
    return re.findall(r"[^%\s,]+", text)


def _version_option() -> click.Option:
    return click.Option(
        ["-v", "version"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_print_version,
        help=say("main.version"),
    )


def _print_version(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        click.echo(f"{context.info_name}: jobcast {jobcast.__version__}")
        context.exit()
