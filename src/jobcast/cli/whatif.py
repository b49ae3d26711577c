"""``jobcast whatif``: what forecasts would have saved on a site's own days."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial
from math import nan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import polars as pl

from jobcast import clock, config
from jobcast.cli import frame
from jobcast.cli.evaluate import settings_of
from jobcast.cli.figures import amount
from jobcast.cli.moment import MOMENT
from jobcast.cli.run_figures import figure
from jobcast.cli.screen import print_json, talk, tell
from jobcast.cli.simulate_failing import Acts, show_failing, with_failing_options
from jobcast.cli.simulate_show import show_set_aside
from jobcast.cli.simulate_site import with_machines
from jobcast.cli.span import read_span
from jobcast.cli.table import Column, print_table
from jobcast.cli.working import working
from jobcast.errors import InputError
from jobcast.history import submitted_at
from jobcast.language import say
from jobcast.machine import Cluster
from jobcast.simulate.asking import Question, ask, match, matched
from jobcast.simulate.engines import simulate
from jobcast.simulate.failing import FailingFigures, figures
from jobcast.simulate.history import read_history
from jobcast.simulate.setup import Setup, processors_of
from jobcast.simulate.whatif import answer
from jobcast.train.failures.of_history import READS
from jobcast.train.failures.told import told_of_failing
from jobcast.train.judge import Trial
from jobcast.train.material import material
from jobcast.train.told import told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from jobcast.cli.session import Session
    from jobcast.simulate.whatif import Scenario, WhatIf

_LEARN = 2 / 3
"""Share of the jobs, in order of their finish, that are learnt from where no day is named."""
_POLICY = "easy-sjbf"
NONE = "-"


@frame.command(help=say("whatif.help"), examples=say("whatif.examples"))
@click.option("--machines", metavar="SPEC", help=say("simulate.machines"))
@click.option(
    "--system", type=click.Path(path_type=Path), multiple=True, metavar="FILE", help=say("simulate.system")
)
@click.option("--policy", metavar="NAME", help=say("whatif.policy", policy=_POLICY))
@click.option("--train-end", type=MOMENT, metavar="TIME", help=say("whatif.train_end"))
@click.option("--until", type=MOMENT, metavar="TIME", help=say("simulate.until"))
@click.option("--cluster", metavar="NAME", help=say("simulate.cluster"))
@with_failing_options
@click.option("--quick", is_flag=True, help=say("whatif.quick"))
@frame.json_option
@click.pass_obj
def command(
    session: Session,
    /,
    *,
    machines: str | None,
    system: tuple[Path, ...],
    policy: str | None,
    train_end: datetime | None,
    until: datetime | None,
    cluster: str | None,
    quick: bool,
    as_json: bool,
    **told_more: Any,
) -> None:
    """Ask what would have been."""
    acts, setup = Acts.taken(told_more), _setup(policy, machines, system)
    machines_there = setup.cluster or Cluster(machines=())
    with working() as step:
        step("history")
        jobs = _jobs(session, cluster)
        end = train_end or _two_thirds(jobs)
        _see_later(jobs, end, until)
        settings = settings_of(session.configured())
        processors = processors_of(machines_there)
        trace = read_history(session.store, since=end, until=until, processors=processors, cluster=cluster)
        # Only those who were submitted after the end of learning could have been told anything.
        trace = trace.after(int(end.timestamp() - trace.origin.timestamp()))
        forecasts = told(material(jobs), Trial(train_end=end, recipes=("default",), settings=settings), step)
        question = Question(
            trace=trace,
            told=match(trace, forecasts),
            setup=setup,
            cluster=machines_there,
            count_machines=not quick,
        )
        found = answer(question, seconds=clock.seconds, step=lambda name: step(f"whatif_{name}"))
        failing = _failing(question, acts, _Learnt(jobs=jobs, end=end, step=step), session)
    if as_json:
        more = {} if failing is None else {"failing": asdict(failing)}
        print_json({"train_end": end.isoformat(), "policy": setup.policy, **asdict(found), **more})
        return
    _show(found, end, setup.policy)
    if failing is not None:
        tell()
        show_failing(failing, by_model=True)
    talk(say("whatif.next"))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Learnt:
    """What is learnt from."""

    jobs: pl.DataFrame
    """All there are."""
    end: datetime
    """Of learning."""
    step: Callable[[str], None]
    """Is told what begins."""


def _failing(question: Question, acts: Acts, learnt: _Learnt, session: Session) -> FailingFigures | None:
    """Return what acting on a model's chances would have done; requests stay as they were. None to do nothing."""
    if not acts.rule.acts:
        return None
    told_then = told_of_failing(material(learnt.jobs), learnt.end, learnt.step)
    chances = matched(question.trace, told_then, ("failing",))["failing"].fill_null(nan).to_numpy()
    asked = ask("requested", question)
    setup = acts.by(chances, asked.setup, asked.trace, session.settings[config.TIMEZONE])
    learnt.step("whatif_failing")
    run = partial(simulate, seconds=clock.seconds)
    return figures(asked.trace, setup, run(asked.trace, setup), run)


def _setup(policy: str | None, machines: str | None, system: tuple[Path, ...]) -> Setup:
    """Return what decides. Raises InputError where nobody tells the machines, UsageError for two policies."""
    if policy and system:
        raise click.UsageError(say("simulate.two_policies"))
    setup = Setup(policy=policy or _POLICY, compiled=True)  # some thirty simulations are worth compiling for
    setup.rule()  # raises for a policy that nobody knows
    setup = with_machines(setup, machines=machines, system=system)
    if setup.cluster is None:
        raise InputError(say("whatif.no_machines"), hint=say("whatif.no_machines_cure"))
    return setup


def _jobs(session: Session, cluster: str | None) -> pl.DataFrame:
    """Read the jobs to learn from. Raises StoreError for an empty history, InputError for no such cluster."""
    jobs = read_span(session, (*READS, "step"), None, None)
    mine = jobs if cluster is None else jobs.filter(pl.col("cluster") == cluster)
    if mine.is_empty():
        names = ", ".join(sorted(jobs["cluster"].unique()))
        raise InputError(say("trace.no_cluster", cluster=cluster), hint=say("trace.clusters", names=names))
    return mine


def _two_thirds(jobs: pl.DataFrame) -> datetime:
    """Return the moment at which two thirds of the jobs had finished."""
    finished = jobs["finish_time"].sort()
    moment: datetime = finished[int(len(finished) * _LEARN)]
    return moment


def _see_later(jobs: pl.DataFrame, end: datetime, until: datetime | None) -> None:
    """Raise InputError where no job was submitted after the end of learning and finished in time."""
    later = jobs.filter(
        submitted_at() >= end, pl.lit(value=True) if until is None else pl.col("finish_time") < until
    )
    if later.is_empty():
        last = jobs.select(submitted_at().max()).item()
        raise InputError(
            say("whatif.nothing_later", end=f"{end:%Y-%m-%d %H:%M}"),
            hint=say("whatif.nothing_later_cure", last=f"{last:%Y-%m-%d %H:%M}"),
        )


def _show(found: WhatIf, end: datetime, policy: str) -> None:
    tell(
        say(
            "whatif.title",
            jobs=f"{found.jobs:,}",
            day=f"{end:%Y-%m-%d}",
            machines=f"{found.machines:,}",
            policy=policy,
            memory=f"{found.forecast_memory:,}",
            run_time=f"{found.forecast_run_time:,}",
        )
    )
    show_set_aside(found.set_aside)
    tell()
    rows = [cells(scenario) for scenario in found.scenarios]
    names = Column(heading="", cells=[say(f"whatif.row_{name}") for name in rows[0]])
    values = [
        Column(heading=say(f"whatif_scenario.{scenario.name}"), cells=list(cells.values()), right=True)
        for scenario, cells in zip(found.scenarios, rows, strict=True)
    ]
    print_table([names, *values])
    tell()
    for sentence in _sentences(found):
        tell(sentence)


def cells(scenario: Scenario) -> dict[str, str]:
    """Return what the table says of one way to ask, by row."""
    return {
        "mean_wait": figure("mean_wait_s", scenario.mean_wait_s),
        "wait_hours": amount(scenario.wait_hours),
        "slowdown": amount(scenario.mean_bounded_slowdown, 2),
        "memory": NONE if scenario.memory_gib_hours is None else amount(scenario.memory_gib_hours),
        "idle": NONE if scenario.idle_gib_hours is None else amount(scenario.idle_gib_hours),
        "short": amount(scenario.short),
        "machines": NONE if scenario.machines is None else amount(scenario.machines),
    }


def _sentences(found: WhatIf) -> Iterator[str]:
    """Say what forecasts would have saved, what they would have cost, and what the table can't tell."""
    saved, lost = _gains(found)
    if saved:
        yield say("whatif.saved", parts=say("whatif.and").join(saved))
    if lost:
        yield say("whatif.lost", parts=say("whatif.and").join(lost))
    if not saved and not lost:
        yield say("whatif.nothing_saved")
    for scenario in found.scenarios:
        if scenario.machines is None and found.scenarios[0].machines is not None:
            yield say("whatif.too_few", scenario=say(f"whatif_scenario.{scenario.name}"))
    if found.refused:
        yield say("whatif.refused", jobs=f"{found.refused:,}")
    if found.other_queue:
        yield say("simulate.changed", jobs=f"{found.other_queue:,}", change=say("trace_changed.other_queue"))


def _gains(found: WhatIf) -> tuple[list[str], list[str]]:
    """Return in words what forecasts save, and what they cost."""
    before, after = found.scenarios[0], found.scenarios[1]
    saved: list[str] = []
    lost: list[str] = []
    if gain := before.wait_hours - after.wait_hours:
        (saved if gain > 0 else lost).append(say("whatif.part_wait", hours=amount(abs(gain))))
    if gain := (before.memory_gib_hours or 0) - (after.memory_gib_hours or 0):
        (saved if gain > 0 else lost).append(say("whatif.part_memory", amount=amount(abs(gain))))
    if before.machines and after.machines and before.machines != after.machines:
        part = say("whatif.part_machines", before=before.machines, after=after.machines)
        (saved if after.machines < before.machines else lost).append(part)
    return saved, lost
