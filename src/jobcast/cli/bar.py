"""How many of a known number are done: a bar on stderr, only on a terminal, silent in cron."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from jobcast.printable import printable


@contextmanager
def bar(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a bar; call the result with the number that is done so far."""
    if not sys.stderr.isatty():
        yield lambda _done: None
        return
    from rich import progress as bars  # noqa: PLC0415 - 40 ms that silent runs do without
    from rich.console import Console  # noqa: PLC0415

    columns = (
        bars.TextColumn("{task.description}", markup=False),
        bars.BarColumn(),
        bars.TextColumn("{task.completed:,.0f} / {task.total:,.0f}", markup=False),
        bars.TimeElapsedColumn(),
    )
    with bars.Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(printable(what), total=total)
        yield lambda done: shown.update(task, completed=done)
