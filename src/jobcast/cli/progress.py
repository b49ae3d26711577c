"""How far a long command got: on stderr, only on a terminal, silent in cron."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from jobcast.language import say
from jobcast.sample.keeping import Watch, unwatched


@contextmanager
def progress(what: str) -> Iterator[Watch]:
    """Show a running count of the records that were read; call the result with the counts so far."""
    if not sys.stderr.isatty():
        yield unwatched
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
        task = shown.add_task(Text(what).plain, total=None, unit=say("summary.records"))
        yield lambda counts: shown.update(task, completed=counts.read)
