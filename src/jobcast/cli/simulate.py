"""``jobcast simulate``: what would have become of a trace under another policy."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from functools import partial
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import jobcast
from jobcast import clock, config
from jobcast.cli import frame
from jobcast.cli.bar import bar
from jobcast.cli.moment import MOMENT
from jobcast.cli.screen import print_json, talk
from jobcast.cli.simulate_failing import Acts, with_failing_options
from jobcast.cli.simulate_setup import Told, Which
from jobcast.cli.simulate_show import conventions, engine_of, show, tell_engine
from jobcast.cli.simulate_story import story_of, tell_story
from jobcast.cli.working import working
from jobcast.errors import InputError
from jobcast.language import say
from jobcast.simulate.engines import simulate
from jobcast.simulate.estimates.correction import CORRECTION_NAMES
from jobcast.simulate.estimates.registry import ESTIMATES_NAMES
from jobcast.simulate.failing import figures
from jobcast.simulate.following import following
from jobcast.simulate.metrics import THRESHOLD, as_dict, measure
from jobcast.simulate.run import Run, facts_of, packed, see_free, table_of, write_run
from jobcast.store.durable import write_named

if TYPE_CHECKING:
    from datetime import datetime

    from jobcast.cli.session import Session
    from jobcast.simulate.outcome import Outcome
    from jobcast.simulate.run import Facts
    from jobcast.simulate.trace import Trace

_MOST_DRAWN_BY_CORE = 20_000
"""Jobs up to which the core simulates for a page: it keeps the promised starts that the compiled engine forgets."""
_WEEK = 7 * 86_400
"""Seconds; nobody decides more seldom."""
_MOST_USERS = 50
"""Users in the JSON at most, those with the most jobs; the kept run has all."""


def _positive(ctx: click.Context, param: click.Parameter, seconds: float) -> float:
    """Let neither 0 nor nan nor inf pass."""
    if not isfinite(seconds) or seconds <= 0:
        raise click.BadParameter(say("simulate.no_threshold", text=seconds), ctx, param)
    return seconds


@frame.command(help=say("simulate.help"), examples=say("simulate.examples"))
@click.argument("trace", metavar="TRACE")
@click.option("--policy", metavar="NAME", help=say("simulate.policy"))
@click.option(
    "--system", multiple=True, type=click.Path(path_type=Path), metavar="FILE", help=say("simulate.system")
)
@click.option("--machines", metavar="SPEC", help=say("simulate.machines"))
@click.option("--processors", type=click.IntRange(min=1), metavar="N", help=say("simulate.processors"))
@click.option("--estimates", type=click.Choice(ESTIMATES_NAMES), help=say("simulate.estimates"))
@click.option("--correction", type=click.Choice(CORRECTION_NAMES), help=say("simulate.correction"))
@click.option("--guarantee", is_flag=True, help=say("simulate.guarantee"))
@click.option("--events", type=click.Choice(["per-event", "per-timestamp"]), help=say("simulate.events"))
@click.option("--cycle", type=click.IntRange(0, _WEEK), metavar="SECONDS", help=say("simulate.cycle"))
@with_failing_options
@click.option("--follow", is_flag=True, help=say("simulate.follow"))
@click.option("--since", type=MOMENT, metavar="TIME", help=say("simulate.since"))
@click.option("--until", type=MOMENT, metavar="TIME", help=say("simulate.until"))
@click.option("--cluster", metavar="NAME", help=say("simulate.cluster"))
@click.option(
    "--threshold",
    type=float,
    callback=_positive,
    default=THRESHOLD,
    metavar="SECONDS",
    help=say("simulate.threshold", seconds=f"{THRESHOLD:g}"),
)
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="RUN", help=say("simulate.output"))
@click.option("--parquet", type=click.Path(path_type=Path), metavar="FILE", help=say("simulate.parquet"))
@click.option("--gantt", type=click.Path(path_type=Path), metavar="FILE", help=say("simulate.gantt"))
@click.option("--gantt-span", nargs=2, type=MOMENT, metavar="FROM TO", help=say("simulate.gantt_span"))
@click.option("--why", metavar="JOB", help=say("simulate.why"))
@frame.json_option
@click.pass_obj
def command(
    session: Session,
    /,
    *,
    trace: str,
    processors: int | None,
    since: datetime | None,
    until: datetime | None,
    cluster: str | None,
    threshold: float,
    output: Path | None,
    parquet: Path | None,
    gantt: Path | None,
    gantt_span: tuple[datetime, datetime] | None,
    why: str | None,
    as_json: bool,
    **told: Any,
) -> None:
    """Simulate a trace."""
    acts = Acts.taken(told)
    setup = Told(**told).setup()
    acts.see(setup)
    which = Which(trace=trace, processors=processors, since=since, until=until, cluster=cluster)
    which.see(setup)
    wanted = _Wanted(output=output, parquet=parquet, gantt=gantt, span=gantt_span, as_json=as_json)
    wanted.see()
    if why is not None and wanted.writes:
        raise click.UsageError(say("simulate.why_alone"))
    with working() as step:
        step("trace")
        made = which.read(session, setup)
    if setup.follow and following(made.jobs) is None:
        talk(_nobody_follows(made))
        setup = replace(setup, follow=False)
    if gantt and len(made.jobs) <= _MOST_DRAWN_BY_CORE:
        setup = replace(setup, compiled=False)
    setup = acts.added(setup, made, session.settings[config.TIMEZONE])
    story = None if why is None else story_of(why, made)
    with bar(say("simulate.running"), len(made.jobs)) as done:
        outcome = simulate(made, setup, seconds=clock.seconds, progress=done, watch=story)
    if story is not None:
        tell_story(story, made, as_json=as_json)
        return
    metrics = measure(made, outcome, threshold=threshold)
    when = (clock.now().isoformat(timespec="seconds"), jobcast.__version__)
    facts = facts_of(made, setup.words(), outcome, metrics, made=when)
    if setup.acting is not None:
        told_ways = figures(made, setup, outcome, partial(simulate, seconds=clock.seconds))
        facts = replace(facts, failing=told_ways)
    _give(made, outcome, facts, wanted)


def _nobody_follows(made: Trace) -> str:
    """Say why nothing is to be followed: no job named another, or what they named leads nowhere."""
    dropped = made.changed.get("after_unknown", 0) + made.changed.get("after_circle", 0)
    if dropped:
        return say("simulate.no_link_left", name=made.name, dropped=f"{dropped:,}")
    return say("simulate.nobody_follows", name=made.name)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Wanted:
    """Where the results go."""

    output: Path | None
    """The folder that keeps the run; None where it isn't kept."""
    parquet: Path | None
    """The file for a row of each job; None for none."""
    gantt: Path | None
    """The file for a page; None for none."""
    span: tuple[datetime, datetime] | None
    """The time in which that page shows each job; None for the one in which most waited."""
    as_json: bool
    """Print JSON in the place of tables."""

    @property
    def writes(self) -> bool:
        """Tell whether anything is written."""
        return bool(self.output or self.parquet or self.gantt)

    def seconds(self, origin: datetime) -> tuple[int, int] | None:
        """Return the span in seconds from second 0 of a trace; None where none is named."""
        if self.span is None:
            return None
        begin, end = (int((moment - origin).total_seconds()) for moment in self.span)
        return begin, end

    def see(self) -> None:
        """See whether it can be written there, before much is computed.

        Raises InputError or StoreError where it can't, UsageError for a span that ends before it begins, or of no page.
        """
        if self.span and not self.gantt:
            raise click.UsageError(say("simulate.span_alone"))
        if self.span and self.span[0] >= self.span[1]:
            raise click.UsageError(say("simulate.odd_span"))
        if self.output:
            see_free(self.output)
        for path in filter(None, (self.output, self.parquet, self.gantt)):
            if not path.absolute().parent.is_dir():
                raise InputError(
                    say("evaluate.no_folder", path=path.parent), hint=say("evaluate.no_folder_cure")
                )


def _give(trace: Trace, outcome: Outcome, facts: Facts, wanted: _Wanted) -> None:
    """Keep what is to be kept, and print the rest."""
    _write(trace, outcome, facts, wanted)
    tell_engine(facts)
    if wanted.as_json:
        print_json(_as_dict(facts))
        return
    show(facts)
    for path in filter(None, (wanted.parquet, wanted.gantt)):
        talk(say("simulate.wrote", path=path))
    if wanted.output:
        talk(say("simulate.kept", path=wanted.output))
        talk(say("simulate.next_compare", path=wanted.output))
    else:
        talk(say("simulate.next_keep"))


def _write(trace: Trace, outcome: Outcome, facts: Facts, wanted: _Wanted) -> None:
    """Write the files that are wanted."""
    if not wanted.writes:
        return
    jobs = table_of(trace, outcome, facts.metrics)
    if wanted.output:
        write_run(wanted.output, facts, jobs, outcome.reservations)
    if wanted.parquet:
        write_named(wanted.parquet, packed(jobs))
    if wanted.gantt:
        from jobcast.simulate.page.page import as_page  # noqa: PLC0415 - only pages need Jinja

        run = Run(name=trace.name, facts=facts, jobs=jobs, reservations=outcome.reservations)
        write_named(wanted.gantt, as_page(run, wanted.seconds(trace.origin)).encode())


def _as_dict(facts: Facts) -> dict[str, Any]:
    values = as_dict(facts.metrics)
    values["users"] = dict(list(values["users"].items())[:_MOST_USERS])
    told = asdict(facts)
    return {
        **{
            name: told[name]
            for name in (
                *("version", "trace", "setup", "engine", "seconds", "jobs_per_second"),
                *("compiling", "core_because"),
            )
        },
        **values,
        "refused_by_cause": facts.refused,
        "failing": told["failing"],
        "conventions": {**conventions(facts), "engine": engine_of(facts)},
    }
