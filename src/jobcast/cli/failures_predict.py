"""``jobcast failures predict``: the chance that each job fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
import numpy as np

from jobcast.cli import failures_source, frame
from jobcast.cli.failures_source import Source, cases_for, load_model
from jobcast.cli.figures import amount, share
from jobcast.cli.screen import print_json, tell
from jobcast.cli.table import Column, print_table
from jobcast.cli.working import working
from jobcast.language import say
from jobcast.train.failures.cases import Vantage

if TYPE_CHECKING:
    from pathlib import Path

    from jobcast.cli.session import Session

_LIMIT = 20


@frame.command(help=say("failures_predict.help"), examples=say("failures_predict.examples"))
@failures_source.source_options
@failures_source.vantage_option
@failures_source.model_option
@click.option("--limit", type=click.IntRange(0), help=say("failures_predict.limit"))
@frame.json_option
@click.pass_obj
def command(
    session: Session,
    /,
    *,
    vantage: str,
    folder: Path | None,
    limit: int | None,
    as_json: bool,
    **where: Any,
) -> None:
    """Tell the chances of jobs."""
    source = Source(session=session, **where)
    model = load_model(session, folder, vantage)
    with working() as step:
        step("failure_cases")
        cases = cases_for(model, source)
        chances, names = model.tell(cases.matrix), source.names(cases.vantage)
    order = np.argsort(-chances, kind="stable")
    order = order[: (limit or None) if as_json or limit is not None else _LIMIT]
    rows = [(names[row], float(chances[row]), bool(cases.failed[row])) for row in order.tolist()]
    if as_json:
        told = [
            {"job": name, "chance": chance, "alarm": chance >= model.threshold, "failed": failed}
            for name, chance, failed in rows
        ]
        print_json({"vantage": model.card.vantage, "threshold": model.card.threshold, "jobs": told})
        return
    tell(
        say(
            "failures_predict.told",
            vantage=say(f"failures_vantage.{Vantage(model.card.vantage)}"),
            jobs=amount(len(cases)),
            alarms=amount(int((chances >= model.threshold).sum())),
            failures=amount(int(cases.failed.sum())),
        )
    )
    print_table(_columns(rows, model.threshold))


def _columns(rows: list[tuple[str, float, bool]], threshold: float) -> list[Column]:
    alarms = [say("failures_predict.yes") if chance >= threshold else "" for _, chance, _ in rows]
    ends = [
        say("failures_predict.failed") if failed else say("failures_predict.ended_well")
        for _, _, failed in rows
    ]
    return [
        Column(heading=say("failures_predict.job"), cells=[name for name, _, _ in rows], elastic=True),
        Column(
            heading=say("failures_predict.chance"), cells=[share(chance) for _, chance, _ in rows], right=True
        ),
        Column(heading=say("failures_predict.alarm"), cells=alarms),
        Column(heading=say("failures_predict.outcome"), cells=ends),
    ]
