"""A long way in several steps: a bar on stderr while one is taken, a line on stdout when it is done."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from jobcast import clock
from jobcast.cli.screen import tell
from jobcast.printable import cell_width

_NAME, _TOLD = 10, 76
"""Columns of the terminal for a step's name and for what it tells."""


class Step:
    """One step while it is taken."""

    def __init__(self, bar: "_Bar") -> None:
        self._bar = bar
        self.told = ""
        """What the line says when it is done."""

    def reached(self, share: float) -> None:
        """Show how far it got, from 0 to 1."""
        self._bar.show(share)


class Steps:
    """Takes steps one after the other, and remembers how long each took."""

    def __init__(self, *, silent: bool = False) -> None:
        self.seconds: dict[str, float] = {}
        """By the name under which programs know the step."""
        self._silent = silent

    @contextmanager
    def step(self, key: str, name: str) -> Iterator[Step]:
        """Take one step; `name` is what people see."""
        begin = clock.seconds()
        with _bar(name) as bar:
            step = Step(bar)
            yield step
        self.seconds[key] = clock.seconds() - begin
        if not self._silent:
            tell(_padded(name, _NAME) + _padded(step.told, _TOLD) + f"{self.seconds[key]:5.1f} s")


def _padded(text: str, width: int) -> str:
    return text + " " * max(1, width - cell_width(text))


class _Bar:
    """Shows nothing: what cron and pipes get."""

    def show(self, share: float) -> None:
        """Take note of how far the step got."""


@contextmanager
def _bar(name: str) -> Iterator[_Bar]:
    if not sys.stderr.isatty():
        yield _Bar()
        return
    from rich import progress  # noqa: PLC0415 - 40 ms that silent runs do without
    from rich.console import Console  # noqa: PLC0415

    class Shown(_Bar):
        def show(self, share: float) -> None:
            bars.update(task, completed=share)

    columns = (
        progress.TextColumn("{task.description}", markup=False),
        progress.BarColumn(bar_width=40),
        progress.TimeElapsedColumn(),
    )
    with progress.Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(_padded(name, _NAME - 1), total=1.0)
        yield Shown()
