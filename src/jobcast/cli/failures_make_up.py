"""``jobcast failures make-up``: a cluster-trace-v2018 that nobody measured, with the truth beside it."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jobcast.cli import frame
from jobcast.cli.bar import bar
from jobcast.cli.screen import print_json, talk, tell
from jobcast.cli.table import Column, print_table
from jobcast.language import say

if TYPE_CHECKING:  # these pull in what the help page does without
    from jobcast.demo.colocation.make import Made
    from jobcast.demo.colocation.place import Place
    from jobcast.demo.colocation.plan import Plan


@frame.command(help=say("failures_make_up.help"), examples=say("failures_make_up.examples"))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--jobs", type=click.IntRange(1), default=20_000, help=say("failures_make_up.jobs"))
@click.option("--machines", type=click.IntRange(2), default=100, help=say("failures_make_up.machines"))
@click.option("--days", type=click.IntRange(1, 366), default=8, help=say("failures_make_up.days"))
@click.option("--seed", type=click.IntRange(0), default=7, help=say("failures_make_up.seed"))
@click.option(
    "--failing",
    type=click.FloatRange(0, 100),
    default=1.0,
    metavar="TIMES",
    help=say("failures_make_up.failing"),
)
@click.option("--gzip", is_flag=True, help=say("failures_make_up.gzip"))
@click.option("--with-faults", "faults", is_flag=True, help=say("failures_make_up.faults"))
@frame.json_option
def command(*, folder: Path, as_json: bool, **wanted: Any) -> None:
    """Make up a trace."""
    from jobcast.demo.colocation.make import make_up  # noqa: PLC0415
    from jobcast.demo.colocation.place import Place  # noqa: PLC0415
    from jobcast.demo.colocation.plan import Plan  # noqa: PLC0415
    from jobcast.store.durable import refusals_explained  # noqa: PLC0415

    plan, place = Plan(**wanted), Place(folder)
    with bar(say("failures_make_up.percent"), 100) as show, refusals_explained(folder):
        made = make_up(plan, place, lambda share: show(int(100 * share)))
    if as_json:
        print_json({"directory": folder, **asdict(plan), **_found(made)})
    else:
        _show(plan, place, made)


def _found(made: Made) -> dict[str, Any]:
    """Return what programs are told of the trace, beside its plan."""
    return {
        "rows": made.rows,
        "failed_jobs": made.failed_jobs,
        "evictions": made.evictions,
        "faulty_rows": made.faults,
    }


def _show(plan: Plan, place: Place, made: Made) -> None:
    tables, rows = zip(*made.rows.items(), strict=True)
    print_table(
        [
            Column(heading=say("failures_make_up.table"), cells=list(tables)),
            Column(heading=say("failures_make_up.rows"), cells=[f"{one:,}" for one in rows], right=True),
        ]
    )
    failed = f"{made.failed_jobs / plan.jobs:.2%}"
    tell(
        say(
            "failures_make_up.failed",
            jobs=f"{made.failed_jobs:,}",
            share=failed,
            evictions=f"{made.evictions:,}",
            truth=place.truth,
        )
    )
    if plan.faults:
        faulty = sum(sum(kinds.values()) for kinds in made.faults.values())
        tell(say("failures_make_up.faulty", rows=faulty, note=place.note_file))
    talk(say("failures_make_up.next", folder=shlex.quote(str(place.folder))))
