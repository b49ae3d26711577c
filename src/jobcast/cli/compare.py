"""``jobcast compare``: simulated runs side by side."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jobcast.cli import frame
from jobcast.cli.run_figures import change, figure, relative
from jobcast.cli.screen import print_json, talk, tell
from jobcast.cli.table import Column, print_table
from jobcast.language import say
from jobcast.simulate.compare import Against, Change, compare
from jobcast.simulate.run import read_run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    import polars as pl

    from jobcast.simulate.compare import Comparison
    from jobcast.simulate.run import Run

_OF_QUEUES = ("jobs", "mean_wait_s", "mean_bounded_slowdown")
_IF_ANY = ("killed", "preempted", "refused")
"""Figures that are left out where all runs have 0."""


@frame.command(help=say("compare.help"), examples=say("compare.examples"))
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="RUN RUN...")
@frame.json_option
def command(*, runs: tuple[Path, ...], as_json: bool) -> None:
    """Compare runs."""
    if len(runs) < 2:
        raise click.UsageError(say("compare.two_runs"), click.get_current_context())
    read = [read_run(path) for path in runs]
    if len({run.name for run in read}) < len(read):
        read = [replace(run, name=str(path)) for run, path in zip(read, runs, strict=True)]
    comparison = compare(read)
    if as_json:
        print_json(_as_dict(read, comparison))
        return
    _show(read, comparison)
    talk(say("compare.next", path=runs[0]))


def _as_dict(runs: Sequence[Run], comparison: Comparison) -> dict[str, Any]:
    return {
        "runs": [{"name": run.name, "trace": run.facts.trace.name, "setup": run.facts.setup} for run in runs],
        "first": comparison.first,
        "traces_differ": comparison.traces_differ,
        "thresholds_differ": comparison.thresholds_differ,
        "against": [
            {
                "name": other.name,
                "figures": _changes(other.figures),
                "queues": {queue: _changes(figures) for queue, figures in other.queues.items()},
                "gained": None if other.gained is None else other.gained.to_dicts(),
                "lost": None if other.lost is None else other.lost.to_dicts(),
            }
            for other in comparison.others
        ],
    }


def _changes(figures: Mapping[str, Change]) -> dict[str, dict[str, float | None]]:
    return {
        name: {"before": one.before, "after": one.after, "difference": one.difference, "ratio": one.ratio}
        for name, one in figures.items()
    }


def _show(runs: Sequence[Run], comparison: Comparison) -> None:
    for run in runs:
        setup = run.facts.setup
        tell(say("compare.run", name=run.name, trace=run.facts.trace.name, setup=" · ".join(setup.values())))
    if comparison.traces_differ:
        tell(say("compare.traces_differ"))
    if comparison.thresholds_differ:
        tell(say("compare.thresholds_differ"))
    tell()
    _show_figures(comparison)
    for other in comparison.others:
        if len(other.queues) > 1:
            tell()
            tell(say("compare.queues", first=comparison.first, other=other.name))
            _show_queues(other)
        for heading, jobs in (
            (say("compare.gained", other=other.name), other.gained),
            (say("compare.lost", other=other.name), other.lost),
        ):
            if jobs is not None and len(jobs):
                tell()
                tell(heading)
                _show_jobs(jobs)


def _show_figures(comparison: Comparison) -> None:
    """Print each figure of all runs, those after the first with how far they are from it."""
    first, *_ = comparison.others
    names = [
        name
        for name in first.figures
        if name not in _IF_ANY
        or any(one.figures[name].before or one.figures[name].after for one in comparison.others)
    ]
    columns = [
        Column(heading="", cells=[say(f"figure.{name}") for name in names]),
        Column(
            heading=comparison.first,
            cells=[figure(name, first.figures[name].before) for name in names],
            right=True,
        ),
    ]
    for other in comparison.others:
        columns += _columns(other.name, [(name, other.figures[name]) for name in names])
    print_table(columns)


def _columns(name: str, changes: Sequence[tuple[str, Change]]) -> list[Column]:
    return [
        Column(heading=name, cells=[figure(key, one.after) for key, one in changes], right=True),
        Column(
            heading=say("compare.difference"),
            cells=[change(key, one.difference) for key, one in changes],
            right=True,
        ),
        Column(heading="%", cells=[relative(one.ratio) for _, one in changes], right=True),
    ]


def _show_queues(other: Against) -> None:
    rows = [(queue, name) for queue in other.queues for name in _OF_QUEUES]
    changes = [(name, other.queues[queue][name]) for queue, name in rows]
    print_table(
        [
            Column(
                heading=say("simulate_group.queue"), cells=[queue or "-" for queue, _ in rows], elastic=True
            ),
            Column(heading="", cells=[say(f"figure.{name}") for _, name in rows]),
            Column(
                heading=say("compare.before"),
                cells=[figure(name, one.before) for name, one in changes],
                right=True,
            ),
            *_columns(other.name, changes),
        ]
    )


def _show_jobs(jobs: pl.DataFrame) -> None:
    def times(name: str) -> list[str]:
        return [figure("mean_wait_s", seconds) for seconds in jobs[name]]

    print_table(
        [
            Column(heading=say("compare.job"), cells=jobs["id"].to_list(), elastic=True),
            *(
                Column(
                    heading=say(f"simulate_group.{name}"),
                    cells=[text or "-" for text in jobs[name]],
                    elastic=True,
                )
                for name in ("user", "queue")
            ),
            Column(heading=say("compare.cores"), cells=[f"{cores:,}" for cores in jobs["cores"]], right=True),
            Column(heading=say("compare.run_time"), cells=times("run"), right=True),
            Column(heading=say("compare.waited_before"), cells=times("before"), right=True),
            Column(heading=say("compare.waited_after"), cells=times("after"), right=True),
            Column(
                heading=say("compare.difference"),
                cells=[change("mean_wait_s", seconds) for seconds in jobs["difference"]],
                right=True,
            ),
        ]
    )
