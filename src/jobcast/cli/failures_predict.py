"""``jobcast failures predict``: the chance that each job fails."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from jobcast.cli import failures_source, frame
from jobcast.cli.failures_source import Source, cases_for, load_model
from jobcast.cli.figures import amount
from jobcast.cli.figures import chance as percent
from jobcast.cli.screen import print_json, talk, tell
from jobcast.cli.table import Column, print_table
from jobcast.cli.working import working
from jobcast.language import say
from jobcast.train.failures.cases import Vantage
from jobcast.units import format_duration

if TYPE_CHECKING:
    from pathlib import Path

    from jobcast.cli.session import Session
    from jobcast.predict.failures.model import FailureModel
    from jobcast.train.failures.cases import Cases, Floats, Rows

_LIMIT = 20
_ELAPSED = ("landmark", "elapsed")
"""The feature of running jobs that tells how long they ran: of a trace, of the history."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Told:
    """What is told of one look at a job."""

    job: str
    """Its id."""
    elapsed: int | None
    """Seconds from its start to the look; None where it is not looked at while it runs."""
    chance: float
    """That it fails."""
    alarm: bool
    """Whether an alarm pays."""
    failed: bool | None
    """How it ended; None where nobody knows yet."""
    learnt: bool
    """Whether it had finished when the model learnt."""


@frame.command(help=say("failures_predict.help"), examples=say("failures_predict.examples"))
@failures_source.source_options
@failures_source.vantage_option
@failures_source.model_option
@click.option("--all-looks", is_flag=True, help=say("failures_predict.all_looks"))
@click.option("--limit", type=click.IntRange(0), help=say("failures_predict.limit"))
@frame.json_option
@click.pass_obj
def command(
    session: Session,
    /,
    *,
    vantage: str,
    folder: Path | None,
    all_looks: bool,
    limit: int | None,
    as_json: bool,
    **where: Any,
) -> None:
    """Tell the chances of jobs."""
    source = Source(session=session, unended=True, **where)
    model = load_model(session, folder, vantage)
    with working() as step:
        step("failure_cases")
        cases = cases_for(model, source)
        names = source.names(cases.vantage)
        if not all_looks:
            latest = _latest_looks(cases)
            cases, names = cases.take(latest), [names[row] for row in latest.tolist()]
        chances = model.tell(cases.matrix)
    order = np.argsort(-chances, kind="stable")
    order = order[: (limit or None) if as_json or limit is not None else _LIMIT]
    jobs = _told(model, cases.take(order), [names[row] for row in order.tolist()], chances[order])
    if as_json:
        told = [asdict(one) for one in jobs]
        print_json({"vantage": model.card.vantage, "threshold": model.card.threshold, "jobs": told})
    else:
        tell(_heading(cases, int((chances >= model.threshold).sum())))
        print_table(_columns(jobs))
    learnt = sum(one.learnt for one in jobs)
    if learnt:
        talk(say("failures_predict.learnt", learnt=amount(learnt), jobs=amount(len(jobs))))


def _latest_looks(cases: Cases) -> Rows:
    """Return the rows of the last look at each job; the looks at one stand in their order."""
    if cases.jobs is None:
        return np.arange(len(cases))
    _, last = np.unique(cases.jobs[::-1], return_index=True)
    return np.sort(len(cases) - 1 - last)


def _told(model: FailureModel, cases: Cases, names: list[str], chances: Floats) -> list[_Told]:
    ended = np.ones(len(cases), bool) if cases.ended is None else cases.ended
    learnt = ended & (cases.finished <= model.card.data["last_finished"])
    elapsed: list[int | None] = [None] * len(cases)
    for name in set(_ELAPSED).intersection(cases.features if cases.vantage is Vantage.RUNNING else ()):
        elapsed = [round(seconds) for seconds in cases.matrix[:, cases.features.index(name)].tolist()]
    return [
        _Told(
            job=name,
            elapsed=elapsed[row],
            chance=float(chances[row]),
            alarm=bool(chances[row] >= model.threshold),
            failed=bool(cases.failed[row]) if ended[row] else None,
            learnt=bool(learnt[row]),
        )
        for row, name in enumerate(names)
    ]


def _heading(cases: Cases, alarms: int) -> str:
    heading = say(
        "failures_predict.told",
        vantage=say(f"failures_vantage.{cases.vantage}"),
        jobs=amount(len(cases)),
        alarms=amount(alarms),
        failures=amount(int(cases.failed.sum())),
    )
    unended = 0 if cases.ended is None else int((~cases.ended).sum())
    return heading + (say("failures_predict.unended", jobs=amount(unended)) if unended else "")


def _columns(jobs: list[_Told]) -> list[Column]:
    elapsed = [format_duration(one.elapsed) for one in jobs if one.elapsed is not None]
    ran = [Column(heading=say("failures_predict.elapsed"), cells=elapsed, right=True)] if elapsed else []
    alarms = [say("failures_predict.yes") if one.alarm else "" for one in jobs]
    return [
        Column(heading=say("failures_predict.job"), cells=[one.job for one in jobs], elastic=True),
        *ran,
        Column(
            heading=say("failures_predict.chance"), cells=[percent(one.chance) for one in jobs], right=True
        ),
        Column(heading=say("failures_predict.alarm"), cells=alarms),
        Column(heading=say("failures_predict.outcome"), cells=[_outcome(one.failed) for one in jobs]),
    ]


def _outcome(failed: bool | None) -> str:
    if failed is None:
        return "-"
    return say("failures_predict.failed") if failed else say("failures_predict.ended_well")
