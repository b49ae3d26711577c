"""Measures jobcast on this machine: ``python bench/run.py [--quick] [NAME...]``.

Prints one table and writes ``bench/out/bench.json``. Times are of a fresh process, without its imports.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from harness import Operation, Result, machine, run
from subjects import operations, trials
from trial import Trial, print_figures

_OUT = Path(__file__).parent / "out"
_IDLE = 0.5
"""Load above which the clock on the wall tells of other programs too."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the size, one run each")
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="words; each operation with one of them in its name, even those that take minutes",
    )
    wish = parser.parse_args()
    chosen = [each for each in operations(quick=wish.quick) if _is_chosen(each, wish.names)]
    tried = [each for each in trials(quick=wish.quick) if _is_chosen(each, wish.names)]
    before, results, figures = machine(), [], []
    for operation in chosen:
        with _folder(operation.name) as folder:
            results.append(run(operation, folder, quick=wish.quick))
    for trial in tried:
        with _folder(trial.name) as folder:
            if lacking := trial.missing():
                print(f"{trial.name}: not tried, {lacking}", file=sys.stderr)
            else:
                figures += trial.run(folder)
    _OUT.mkdir(exist_ok=True)
    found = {"machine": before, "quick": wish.quick, "results": [result.as_json() for result in results]}
    found["figures"] = [figure.as_json() for figure in figures]
    (_OUT / "bench.json").write_text(json.dumps(found, indent=2) + "\n")
    if results:
        _print(results)
    if figures:
        print_figures(figures)
    _print_machine(before)


@contextmanager
def _folder(name: str) -> Iterator[Path]:
    """Give an empty folder for what is measured now."""
    print(f"{name} ...", file=sys.stderr)
    with TemporaryDirectory(prefix="jobcast-bench-") as folder:
        yield Path(folder)


def _is_chosen(operation: Operation | Trial, words: list[str]) -> bool:
    return not set(words).isdisjoint(operation.name.split()) if words else not operation.long


def _print(results: list[Result]) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("operation", no_wrap=True)
    for title in ("size", "wall s", "CPU s", "per second", "peak MB"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("limit", no_wrap=True)
    for title in ("CPU s", "ratio"):
        table.add_column(title, justify="right", no_wrap=True)
    for result in results:
        table.add_row(
            *(result.name, f"{result.size:,}", f"{result.work.wall:.2f}", f"{result.work.cpu:.2f}"),
            *(f"{result.per_second:,.0f}", f"{result.work.peak_mb:,}", result.limit_name),
            *(f"{result.limit.cpu:.3f}", f"{result.ratio:.1f}"),
        )
    Console(width=150).print(table)


def _print_machine(before: dict[str, object]) -> None:
    busy = float(str(before["load"])) > _IDLE
    note = "; other programs were running, so trust CPU seconds more than wall seconds" if busy else ""
    print(f"{before['cores']} cores, load {before['load']:.1f} at the start{note}")


if __name__ == "__main__":
    main()
