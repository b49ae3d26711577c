"""How far a long command got: on stderr, only on a terminal, silent in cron."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(what: str, unit: str) -> Iterator[Callable[[int], None]]:
    """Show a running count of what was done; call the result with the count so far."""
    if not sys.stderr.isatty():
        yield lambda _done: None
        return
    from rich import progress as bars  # noqa: PLC0415 - 40 ms that silent runs do without
    from rich.console import Console  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    columns = (
        bars.SpinnerColumn(),
        bars.TextColumn("{task.description}", markup=False),
        bars.TextColumn("{task.completed:,.0f} {task.fields[unit]}", markup=False),
        bars.TimeElapsedColumn(),
    )
    with bars.Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(Text(what).plain, total=None, unit=unit)
        yield lambda done: shown.update(task, completed=done)
