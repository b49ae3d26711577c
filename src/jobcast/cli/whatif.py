"""``jobcast whatif``: what forecasts would have saved on a site's own days."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jobcast import clock
from jobcast.cli import frame
from jobcast.cli.evaluate import settings_of
from jobcast.cli.figures import amount
from jobcast.cli.moment import MOMENT
from jobcast.cli.run_figures import figure
from jobcast.cli.screen import print_json, talk, tell
from jobcast.cli.simulate_site import with_machines
from jobcast.cli.span import read_span
from jobcast.cli.table import Column, print_table
from jobcast.cli.working import working
from jobcast.errors import InputError
from jobcast.language import say
from jobcast.simulate.history import read_history
from jobcast.simulate.setup import Setup, processors_of
from jobcast.simulate.whatif import Question, answer, match
from jobcast.train.judge import Trial
from jobcast.train.material import JUDGED_COLUMNS, material
from jobcast.train.told import told

if TYPE_CHECKING:
    from datetime import datetime

    import polars as pl

    from jobcast.cli.session import Session
    from jobcast.simulate.trace import Trace
    from jobcast.simulate.whatif import Scenario, WhatIf

_LEARN = 2 / 3
"""Share of the jobs, in order of their finish, that are learnt from where no day is named."""
_HOUR = 3600
NONE = "-"


@frame.command(help=say("whatif.help"), examples=say("whatif.examples"))
@click.option("--machines", metavar="SPEC", help=say("simulate.machines"))
@click.option(
    "--system", type=click.Path(path_type=Path), multiple=True, metavar="FILE", help=say("simulate.system")
)
@click.option("--policy", default="easy-sjbf", show_default=True, metavar="NAME", help=say("simulate.policy"))
@click.option("--train-end", type=MOMENT, metavar="TIME", help=say("whatif.train_end"))
@click.option("--until", type=MOMENT, metavar="TIME", help=say("simulate.until"))
@click.option("--quick", is_flag=True, help=say("whatif.quick"))
@frame.json_option
@click.pass_obj
def command(
    session: Session,
    /,
    *,
    machines: str | None,
    system: tuple[Path, ...],
    policy: str,
    train_end: datetime | None,
    until: datetime | None,
    quick: bool,
    as_json: bool,
) -> None:
    """Ask what would have been."""
    # Some thirty simulations are worth compiling for.
    setup = with_machines(Setup(policy=policy, compiled=True), machines=machines, system=system)
    if setup.cluster is None:
        raise InputError(say("whatif.no_machines"), hint=say("whatif.no_machines_cure"))
    with working() as step:
        step("history")
        jobs = read_span(session, (*JUDGED_COLUMNS, "step"), None, None)
        end = train_end or _two_thirds(jobs)
        settings = settings_of(session.configured())
        trace = _later(session, end, until, processors_of(setup.cluster))
        forecasts = told(material(jobs), Trial(train_end=end, recipes=("default",), settings=settings), step)
        question = Question(
            trace=trace,
            told=match(trace, forecasts),
            setup=setup,
            cluster=setup.cluster,
            count_machines=not quick,
        )
        found = answer(question, seconds=clock.seconds, step=lambda name: step(f"whatif_{name}"))
    if as_json:
        print_json({"train_end": end.isoformat(), "policy": setup.policy, **asdict(found)})
        return
    _show(found, end, setup.policy)


def _two_thirds(jobs: pl.DataFrame) -> datetime:
    """Return the moment at which two thirds of the jobs had finished."""
    finished = jobs["finish_time"].sort()
    moment: datetime = finished[int(len(finished) * _LEARN)]
    return moment


def _later(session: Session, end: datetime, until: datetime | None, processors: int) -> Trace:
    """Return the jobs that were submitted after the end of learning: only they could have been told anything."""
    trace = read_history(session.store, since=end, until=until, processors=processors)
    first = int(end.timestamp() - trace.origin.timestamp())
    return trace.after(first)


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
    tell()
    rows = [_cells(scenario) for scenario in found.scenarios]
    names = Column(heading="", cells=[say(f"whatif.row_{name}") for name in rows[0]])
    values = [
        Column(heading=say(f"whatif_scenario.{scenario.name}"), cells=list(cells.values()), right=True)
        for scenario, cells in zip(found.scenarios, rows, strict=True)
    ]
    print_table([names, *values])
    tell()
    tell(_saved(found))
    talk(say("whatif.next"))


def _cells(scenario: Scenario) -> dict[str, str]:
    return {
        "mean_wait": figure("mean_wait_s", scenario.mean_wait_s),
        "wait_hours": amount(scenario.wait_hours),
        "slowdown": amount(scenario.mean_bounded_slowdown, 2),
        "memory": NONE if scenario.memory_gib_hours is None else amount(scenario.memory_gib_hours),
        "idle": NONE if scenario.idle_gib_hours is None else amount(scenario.idle_gib_hours),
        "short": amount(scenario.short),
        "machines": NONE if scenario.machines is None else amount(scenario.machines),
    }


def _saved(found: WhatIf) -> str:
    """Say in a sentence what forecasts would have saved."""
    before, after = found.scenarios[0], found.scenarios[1]
    parts = [say("whatif.saved_wait", hours=amount(before.wait_hours - after.wait_hours))]
    if before.memory_gib_hours is not None and after.memory_gib_hours is not None:
        parts.append(
            say("whatif.saved_memory", amount=amount(before.memory_gib_hours - after.memory_gib_hours))
        )
    if before.machines is not None and after.machines is not None:
        parts.append(say("whatif.saved_machines", before=before.machines, after=after.machines))
    return say("whatif.saved", parts=say("whatif.and").join(parts))
