"""``jobcast failures explain``: what moves a model's answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from jobcast.cli import failures_source, frame
from jobcast.cli.failures_source import Source, cases_for, load_model
from jobcast.cli.figures import amount, exact, share
from jobcast.cli.screen import print_json, talk, tell
from jobcast.cli.table import Column, print_table
from jobcast.cli.working import working
from jobcast.errors import InputError
from jobcast.language import say
from jobcast.train.failures.cases import Vantage

if TYPE_CHECKING:
    from jobcast.cli.session import Session
    from jobcast.predict.failures.model import FailureModel
    from jobcast.train.failures.cases import Cases
    from jobcast.train.failures.explain import Explained

_JOBS, _MOST = 2_000, 20
"""Drawn jobs, and features of a table."""


@frame.command(help=say("failures_explain.help"), examples=say("failures_explain.examples"))
@failures_source.source_options
@failures_source.vantage_option
@failures_source.model_option
@click.option(
    "--jobs",
    type=click.IntRange(1, 1_000_000),
    default=_JOBS,
    help=say("failures_explain.jobs", jobs=f"{_JOBS:,}"),
)
@click.option("--job", metavar="ID", help=say("failures_explain.job"))
@failures_source.seed_option
@click.option(
    "--picture", "-o", type=click.Path(path_type=Path), metavar="FILE", help=say("failures_explain.picture")
)
@frame.json_option
@click.pass_obj
def command(
    session: Session,
    /,
    *,
    vantage: str,
    folder: Path | None,
    jobs: int,
    job: str | None,
    seed: int,
    picture: Path | None,
    as_json: bool,
    **where: Any,
) -> None:
    """Explain a model, or one answer."""
    from jobcast.train.failures.explain import explain  # noqa: PLC0415
    from jobcast.train.picture import check  # noqa: PLC0415

    if picture:
        check(picture)
    source = Source(session=session, unended=job is not None, **where)
    model = load_model(session, folder, vantage)
    with working() as step:
        step("failure_cases")
        cases = cases_for(model, source)
        if job is not None:
            cases = _one(cases, source.names(cases.vantage), job)
        step("failure_explain")
        found = explain(model.layers, cases, jobs=jobs, seed=seed)
    heading = _heading(model, cases, found, job)
    if picture:
        _draw(found, picture, heading)
    if as_json:
        print_json(_as_dict(model, cases, found, job))
    else:
        _show(found, heading, one=job is not None)
    if picture:
        talk(say("failures_evaluate.drawn", path=picture))


def _one(cases: Cases, names: list[str], job: str) -> Cases:
    """Return the last look at that job."""
    rows = [row for row, name in enumerate(names) if name == job]
    if not rows:
        raise InputError(say("failures_explain.no_job", job=job), hint=say("failures_explain.no_job_cure"))
    return cases.take(np.array(rows[-1:]))


def _heading(model: FailureModel, cases: Cases, found: Explained, job: str | None) -> str:
    vantage = say(f"failures_vantage.{Vantage(model.card.vantage)}")
    if job is None:
        return say("failures_explain.of_jobs", vantage=vantage, jobs=amount(len(found.moved)))
    chance = share(float(model.tell(cases.matrix)[0]))
    return say("failures_explain.of_one", vantage=vantage, job=job, chance=chance)


def _draw(found: Explained, picture: Path, heading: str) -> None:
    from jobcast.train.failures.shap_picture import draw  # noqa: PLC0415

    draw(found, picture, title=heading)


def _as_dict(model: FailureModel, cases: Cases, found: Explained, job: str | None) -> dict[str, Any]:
    answer: dict[str, Any] = {"vantage": model.card.vantage, "jobs": len(found.moved)}
    strength = zip(found.features, found.strength.tolist(), strict=True)
    if job is None:
        return answer | {"features": [{"feature": name, "mean_abs_shap": mean} for name, mean in strength]}
    told = zip(found.features, found.moved[0].tolist(), found.values[0].tolist(), strict=True)
    return answer | {
        "job": job,
        "chance": float(model.tell(cases.matrix)[0]),
        "start": float(found.start[0]),
        "features": [
            {"feature": name, "shap": moved, "value": value if np.isfinite(value) else None}
            for name, moved, value in told
        ],
    }


def _show(found: Explained, heading: str, *, one: bool) -> None:
    tell(heading)
    names = found.features[:_MOST]
    columns = [Column(heading=say("failures_explain.feature"), cells=names)]
    if one:
        moved, values = found.moved[0], found.values[0]
        told = [amount(float(value), 2) for value in values[:_MOST]]
        shifts = [f"{value:+.3f}" for value in moved[:_MOST]]
        columns.append(Column(heading=say("failures_explain.value"), cells=told, right=True))
        columns.append(Column(heading=say("failures_explain.moved"), cells=shifts, right=True))
    else:
        means = [exact(value, 3) for value in found.strength[:_MOST].tolist()]
        columns.append(Column(heading=say("failures_explain.mean"), cells=means, right=True))
    print_table(columns)
