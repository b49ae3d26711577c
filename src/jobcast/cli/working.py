"""What a long computation is doing just now: on stderr, only on a terminal, silent in cron."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from jobcast.language import say


@contextmanager
def working() -> Iterator[Callable[[str], None]]:
    """Show a spinner with the present step and the time; call the result with each step's word."""
    if not sys.stderr.isatty():
        yield lambda _step: None
        return
    from rich import progress as bars  # noqa: PLC0415 - 40 ms that silent runs do without
    from rich.console import Console  # noqa: PLC0415

    columns = (
        bars.SpinnerColumn(),
        bars.TextColumn("{task.description}", markup=False),
        bars.TimeElapsedColumn(),
    )
    with bars.Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(say("step.begin"), total=None)
        yield lambda step: shown.update(task, description=_word(step))


def _word(step: str) -> str:
    """Return a step's text; steps of the recipe memprediction are told as they come."""
    from jobcast.language import catalogue  # noqa: PLC0415

    return say(f"step.{step}") if f"step.{step}" in catalogue() else step
