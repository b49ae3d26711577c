"""``jobcast failures waste``: what rescheduling wastes in a trace, or failed runs in the store's history."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jobcast.cli import frame
from jobcast.cli.failures_waste_show import as_dict, show
from jobcast.cli.moment import MOMENT
from jobcast.cli.screen import print_json, talk
from jobcast.cli.working import working
from jobcast.drawing import KINDS, see_matplotlib
from jobcast.errors import InputError
from jobcast.language import say
from jobcast.units import format_memory

if TYPE_CHECKING:
    from datetime import datetime

    from jobcast.cli.session import Session
    from jobcast.report.trace.summary import Summary
    from jobcast.train.failures.by_class import ClassOfJobs


@frame.command(help=say("failures_waste.help"), examples=say("failures_waste.examples"))
@click.argument(
    "trace", type=click.Path(path_type=Path, exists=True), metavar="[FOLDER|FILE]", required=False
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help=say("failures_waste.output")
)
@click.option(
    "--jobs",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help=say("failures_waste.jobs"),
)
@click.option("--since", type=MOMENT, metavar="TIME", help=say("report.since"))
@click.option("--until", type=MOMENT, metavar="TIME", help=say("report.until"))
@click.option("--all-users", is_flag=True, help=say("report.all_users"))
@frame.json_option
@click.pass_obj
def command(
    session: Session,
    /,
    *,
    trace: Path | None,
    output: Path | None,
    jobs: Path | None,
    since: datetime | None,
    until: datetime | None,
    all_users: bool,
    as_json: bool,
) -> None:
    """Tell what failures waste."""
    if trace is None:
        if output or jobs:
            raise click.UsageError(say("failures_waste.of_trace_only"))
        from jobcast.cli.failures_waste_store import show_store  # noqa: PLC0415 - Polars

        show_store(session, since, until, everybody=all_users, as_json=as_json)
        return
    if since or until or all_users:
        raise click.UsageError(say("failures_waste.no_filter_of_trace"))
    kind = _kind_of(output) if output else None
    classes = _classes(jobs) if jobs else ()
    summary = _summarised(trace)
    if as_json:
        print_json({**as_dict(summary), "classes": [asdict(one) for one in classes]})
    else:
        show(summary, classes, drawn=output is not None)
    if output and kind:
        _draw(summary, output, kind)


def _kind_of(output: Path) -> str:
    """Return the kind of picture that a file's name tells; raises UsageError, and ConfigError without matplotlib."""
    kind = output.suffix.lower().removeprefix(".")
    if kind not in KINDS:
        raise click.UsageError(say("failures_waste.no_picture", path=output, names=", ".join(KINDS)))
    see_matplotlib()
    return kind


def _summarised(trace: Path) -> Summary:
    """Return what the trace tells; raises InputError where it tells of no instance."""
    from jobcast.report.trace.summary import summary_of  # noqa: PLC0415 - Polars
    from jobcast.systems.alibaba2018.reading import Source, find  # noqa: PLC0415
    from jobcast.systems.alibaba2018.tables import BATCH_INSTANCE  # noqa: PLC0415

    source = find(BATCH_INSTANCE, trace) if trace.is_dir() else Source(table=BATCH_INSTANCE, path=trace)
    with working() as step:
        step(say("failures_waste.reading", path=source.path))
        summary = summary_of(source)
    if not summary.compared.all_instances:
        counts = {"doubted": f"{summary.doubted_rows:,}", "rows": f"{summary.rows:,}"}
        raise InputError(
            say("failures_waste.no_instances", path=source.path, **counts), hint=say("trace.no_jobs_cure")
        )
    return summary


def _classes(jobs: Path) -> tuple[ClassOfJobs, ...]:
    """Return the classes of the jobs; raises InputError, and ConfigError without the extra."""
    from jobcast.train.failures.by_class import by_class  # noqa: PLC0415 - numpy, Polars
    from jobcast.train.failures.cases import Vantage  # noqa: PLC0415
    from jobcast.train.failures.classes import ClassSettings  # noqa: PLC0415
    from jobcast.train.failures.of_trace import of_trace  # noqa: PLC0415

    with working() as step:
        step("failure_classes")
        return by_class(of_trace(jobs, Vantage.AFTERWARDS), ClassSettings())


def _draw(summary: Summary, output: Path, kind: str) -> None:
    from jobcast.report.trace.pictures import drawn  # noqa: PLC0415 - matplotlib takes a second
    from jobcast.store.durable import write_named  # noqa: PLC0415

    if summary.memory is None or summary.cores is None:
        talk(say("failures_waste.nothing_to_draw"))
        return
    content = drawn(summary.memory, summary.cores, kind)
    write_named(output, content)
    talk(say("report.written", path=output, size=format_memory(len(content))))
