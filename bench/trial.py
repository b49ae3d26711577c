"""What is measured against a bar rather than against a raw call: figures of a running service and its hooks."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One line of the table."""

    what: str
    value: float
    unit: str
    bar: str
    """What it should be."""
    memprediction: str = ""
    """The same figure of memPrediction, measured elsewhere on two cores; empty where there is none."""

    def as_json(self) -> dict[str, object]:
        """Return all fields under their names."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """Something that is tried, and gives several figures."""

    name: str
    run: Callable[[Path], list[Figure]]
    """Tries it in an empty folder."""
    missing: Callable[[], str] = lambda: ""
    """What this machine lacks for it; empty where it can be tried."""
    long: bool = False
    """It takes minutes, and is tried only when asked for by name."""


def print_figures(figures: list[Figure]) -> None:
    """Print the table."""
    table = Table(box=None, pad_edge=False)
    table.add_column("what", no_wrap=True)
    for title in ("measured", "bar", "memPrediction"):
        table.add_column(title, justify="right", no_wrap=True)
    for figure in figures:
        table.add_row(figure.what, _amount(figure), figure.bar, figure.memprediction)
    Console(width=150).print(table)


def _amount(figure: Figure) -> str:
    digits = 0 if figure.value == int(figure.value) or figure.value >= 100 else 1
    return f"{figure.value:,.{digits}f} {figure.unit}".rstrip()
