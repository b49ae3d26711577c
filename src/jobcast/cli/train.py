"""``jobcast train``: learn a model from the history, judge it, and let it answer from now on."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
import polars as pl

from jobcast import clock, config
from jobcast.cli import frame
from jobcast.cli.evaluate import interval_columns
from jobcast.cli.figures import amount, share
from jobcast.cli.screen import print_json, talk, tell
from jobcast.cli.session import Session
from jobcast.cli.span import DAY, read_folder, read_span
from jobcast.cli.table import print_table
from jobcast.cli.working import working
from jobcast.errors import ModelError
from jobcast.language import say
from jobcast.predict.shelf import Shelf, grown_name
from jobcast.store.durable import refusals_explained
from jobcast.train import memprediction
from jobcast.train.families import FamilySettings, Progress
from jobcast.train.judge import Trial, back_test, ended_well
from jobcast.train.material import COLUMNS
from jobcast.train.publish import Order, publish_families, publish_memprediction
from jobcast.train.score import intervals, score

_READ = (*COLUMNS, "system", "cluster", "job_id", "array_index", "run_time", "span_hosts")
_JUDGED_SHARE = 0.2
"""The last days of the history, by jobs, on which the recipe is judged before it learns from all."""


@frame.command(help=say("train.help"), examples=say("train.examples"))
@click.option("-st", "--start_date", "--start-date", type=DAY, metavar="DAY", help=say("train.start"))
@click.option("-et", "--end_date", "--end-date", type=DAY, metavar="DAY", help=say("train.end"))
@click.option(
    "-db", "--data_path", "--data-path", type=click.Path(path_type=Path), metavar="DIR", help=say("train.db")
)
@click.option(
    "--training_cfg",
    "--training-cfg",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=say("train.training_cfg"),
)
@click.option("--recipe", type=click.Choice(["default", "memprediction"]), help=say("train.recipe"))
@click.option("--risk", metavar="SHARE", help=say("evaluate.risk"))
@click.option("--no-judge", is_flag=True, help=say("train.no_judge"))
@click.option("--no-activate", is_flag=True, help=say("train.no_activate"))
@frame.json_option
@click.pass_obj
def command(
    session: Session,
    /,
    *,
    start_date: datetime | None,
    end_date: datetime | None,
    data_path: Path | None,
    training_cfg: Path | None,
    recipe: str | None,
    risk: str | None,
    no_judge: bool,
    no_activate: bool,
    as_json: bool,
) -> None:
    """Train a model."""
    made, begin = clock.now(), clock.seconds()
    settings = replace(FamilySettings(), risk=session.configured(risk=risk)[config.RISK])
    recipe = recipe or ("memprediction" if training_cfg else "default")
    training = memprediction.read_settings(training_cfg) if training_cfg else memprediction.default_settings()
    if data_path:
        jobs = read_folder(session, data_path, start_date, end_date)
    else:
        jobs = read_span(session, _READ, start_date, end_date)
    shelf = Shelf(session.store.path / "models")
    with refusals_explained(shelf.path), working() as step, shelf.growing(made) as folder:
        judged = None if no_judge or recipe != "default" else _judge(jobs, settings, step)
        order = Order(made=made, scores=None if judged is None else score(judged).as_dict())
        if recipe == "default":
            card = publish_families(jobs, folder, order, settings, step)
        else:
            card, fitted = publish_memprediction(jobs, folder, order, training, step)
    name = grown_name(folder)
    if not no_activate:
        with refusals_explained(shelf.path):
            shelf.activate(name)
    took = clock.seconds() - begin
    if as_json:
        print_json(
            {
                "model": name,
                "active": not no_activate,
                "recipe": recipe,
                "data": card.data,
                "scores": card.scores,
                "intervals": None if judged is None else intervals(judged).to_dicts(),
                "seconds": round(took, 2),
            }
        )
        return
    if recipe == "memprediction":
        _show_report(fitted)
    elif judged is not None:
        _show_judged(judged, settings.risk)
    data = card.data
    tell(
        say(
            "train.done",
            name=name,
            jobs=f"{data['learnt_from']:,}",
            first=data["first_day"],
            last=data["last_day"],
        )
    )
    tell(say("train.took", seconds=f"{took:.2f}"))
    talk(say("train.next_inactive", name=name) if no_activate else say("train.next"))


def _judge(jobs: pl.DataFrame, settings: FamilySettings, step: Progress) -> pl.DataFrame | None:
    """Return the answers of the same recipe to the last days; None when the history is too short to judge."""
    at: datetime = jobs["finish_time"][int(len(jobs) * (1 - _JUDGED_SHARE))]  # in order of finish
    day_end = at.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(microseconds=1)
    trial = Trial(train_end=day_end, recipes=("default",), settings=settings)
    try:
        return ended_well(back_test(jobs, trial, step)["default"])
    except ModelError:
        return None


def _show_judged(judged: pl.DataFrame, risk: float) -> None:
    found = score(judged)
    tell(
        say(
            "train.judged",
            jobs=f"{found.jobs:,}",
            error=share(found.median_error),
            exceeded=share(found.exceeded_share),
            accepted=share(risk),
        )
    )
    print_table(interval_columns(intervals(judged)))
    tell()


def _show_report(fitted: memprediction.Fitted) -> None:
    report: Any = fitted.report
    tell(say("train.random_split", rmse=amount(report.rmse, 3), mse=amount(report.mse, 3)))
    table = report.table.with_columns(exceeded_share=pl.lit(None, dtype=pl.Float64))
    print_table(interval_columns(table)[:-1])
    for warning in fitted.warnings:
        talk(warning)
    tell()
