"""``jobcast failures extract``: from cluster-trace-v2018 to rows of jobs with what went on around their starts."""

from __future__ import annotations

import shlex
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jobcast.cli import frame
from jobcast.cli.screen import print_json, talk, tell
from jobcast.cli.table import Column, print_table
from jobcast.cli.working import working
from jobcast.language import say
from jobcast.units import format_memory, parse_memory

if TYPE_CHECKING:  # these pull in what the help page does without
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from jobcast.history import SetAside
    from jobcast.systems.alibaba2018.extract import Extracted, Watch
    from jobcast.systems.alibaba2018.spread import Spread

_PARQUET = click.Path(path_type=Path, dir_okay=False)


@frame.command(help=say("failures_extract.help"), examples=say("failures_extract.examples"))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "-o", "--output", type=_PARQUET, required=True, metavar="FILE", help=say("failures_extract.output")
)
@click.option("--while-running", type=_PARQUET, metavar="FILE", help=say("failures_extract.while_running"))
@click.option("--memory", default="4GB", metavar="AMOUNT", help=say("failures_extract.memory"))
@click.option("--dask", metavar="ADDRESS|local", help=say("failures_extract.dask"))
@click.option("--rows", is_flag=True, help=say("failures_extract.rows"))
@frame.json_option
def command(
    *,
    folder: Path,
    output: Path,
    while_running: Path | None,
    memory: str,
    dask: str | None,
    rows: bool,
    as_json: bool,
) -> None:
    """Extract rows of jobs."""
    from jobcast.store.durable import refusals_explained  # noqa: PLC0415 - these pull in Polars
    from jobcast.systems.alibaba2018.extract import Extraction, extract  # noqa: PLC0415

    wanted = Extraction(folder=folder, jobs=output, running=while_running, memory=_memory(memory))
    with refusals_explained(output), _spread(dask) as spread, working() as show:
        told = extract(wanted, spread, _watch(show))
    if as_json:
        print_json(_as_dict(told, wanted.jobs, wanted.running))
        return
    _show(told, while_running)
    if rows:
        _show_rows([record for aside in told.aside.values() for record in aside.first])
    talk(say("failures_extract.next", file=shlex.quote(str(output))))


def _memory(text: str) -> Any:
    from jobcast.systems.alibaba2018.extract import LEAST_MEMORY  # noqa: PLC0415 - pulls in Polars

    try:
        amount = parse_memory(text)
    except ValueError as error:
        raise frame.BadValueError(
            name="memory", why=say("failures_extract.no_amount", amount=text)
        ) from error
    if amount < LEAST_MEMORY:
        least = format_memory(LEAST_MEMORY)
        raise frame.BadValueError(name="memory", why=say("failures_extract.too_little", least=least))
    return amount


def _spread(address: str | None) -> AbstractContextManager[Spread]:
    from jobcast.systems.alibaba2018.spread import Threads, on_dask  # noqa: PLC0415 - pulls in Polars

    return nullcontext(Threads()) if address is None else on_dask(address)


def _watch(show: Callable[[str], None]) -> Watch:
    words = {
        "read": say("failures_extract.step_read"),
        "measure": say("failures_extract.step_measure"),
        "join": say("failures_extract.step_join"),
        "rows": say("failures_extract.step_rows"),
    }
    return lambda step, done, of: show(f"{words[step]} {done}/{of}")


def _as_dict(told: Extracted, jobs: Path, running: Path | None) -> dict[str, Any]:
    return {
        "file": jobs,
        "while_running": running,
        "jobs": told.jobs,
        "failed": told.failed,
        "instances": told.instances,
        "landmarks": told.landmarks,
        "without_plan": told.without_plan,
        "starts_without_reading": told.unread,
        "set_aside": {table: dict(aside.counts) for table, aside in told.aside.items()},
        "first_set_aside": [
            {"table": table, "line": record.line, "reason": record.reason, "text": record.text}
            for table, aside in told.aside.items()
            for record in aside.first
        ],
    }


def _show(told: Extracted, running: Path | None) -> None:
    share = f"{told.failed / told.jobs:.2%}"
    tell(say("failures_extract.jobs", jobs=f"{told.jobs:,}", instances=f"{told.instances:,}"))
    tell(say("failures_extract.failed", failed=f"{told.failed:,}", share=share))
    if running is not None:
        tell(say("failures_extract.landmarks", rows=f"{told.landmarks:,}"))
    if told.without_plan:
        tell(say("failures_extract.without_plan", jobs=f"{told.without_plan:,}"))
    if told.unread:
        tell(say("failures_extract.unread", starts=f"{told.unread:,}"))
    counts = [
        (table, reason, count)
        for table, aside in told.aside.items()
        for reason, count in aside.counts.items()
    ]
    if counts:
        tell()
        tables, reasons, numbers = zip(*counts, strict=True)
        print_table(
            [
                Column(heading=say("failures_extract.column_table"), cells=tables),
                Column(heading=say("failures_extract.column_reason"), cells=reasons),
                Column(
                    heading=say("failures_extract.column_rows"),
                    cells=[f"{number:,}" for number in numbers],
                    right=True,
                ),
            ]
        )


def _show_rows(records: list[SetAside]) -> None:
    if not records:
        return
    tell()
    print_table(
        [
            Column(heading=say("failures_extract.column_file"), cells=[one.source for one in records]),
            Column(
                heading=say("failures_extract.column_line"),
                cells=[str(one.line) for one in records],
                right=True,
            ),
            Column(heading=say("failures_extract.column_reason"), cells=[one.reason for one in records]),
            Column(
                heading=say("failures_extract.column_text"), cells=[one.text for one in records], elastic=True
            ),
        ]
    )
