"""``jobcast train``: learn a model from the history, judge it, and let it answer from now on."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import click
import polars as pl

from jobcast import clock, config
from jobcast.cli import frame
from jobcast.cli.evaluate import settings_of
from jobcast.cli.evaluate_show import interval_columns
from jobcast.cli.figures import amount, exact, share
from jobcast.cli.models import tell_removed
from jobcast.cli.screen import print_json, talk, tell
from jobcast.cli.session import Session
from jobcast.cli.span import DAY, read_folder, read_span
from jobcast.cli.table import print_table
from jobcast.cli.train_gate import as_dict as verdict_as_dict
from jobcast.cli.train_gate import tell_verdict
from jobcast.cli.working import working
from jobcast.errors import ModelError
from jobcast.language import say
from jobcast.predict.card import Card
from jobcast.predict.shelf import Shelf, grown_name
from jobcast.store.durable import refusals_explained
from jobcast.train import judge_run_time, memprediction
from jobcast.train.families import FamilySettings, Progress
from jobcast.train.gate import Reason, Verdict
from jobcast.train.judge import Trial, back_test, ended_well
from jobcast.train.material import JUDGED_COLUMNS, Material, material
from jobcast.train.memprediction import TrainingSettings
from jobcast.train.publish import Order, data_of, publish_families, publish_memprediction
from jobcast.train.rival import compare
from jobcast.train.score import intervals, score

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
@click.option("--risk-run-time", metavar="SHARE", help=say("evaluate.risk_run_time"))
@click.option("--no-judge", is_flag=True, help=say("train.no_judge"))
@click.option("--no-activate", is_flag=True, help=say("train.no_activate"))
@click.option("--activate-anyway", is_flag=True, help=say("gate.activate_anyway"))
@click.option("--dry-run", is_flag=True, help=say("train.dry_run"))
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
    risk_run_time: str | None,
    no_judge: bool,
    no_activate: bool,
    activate_anyway: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Train a model."""
    begin = clock.seconds()
    recipe = recipe or ("memprediction" if training_cfg else "default")
    _see_recipe(recipe, training_cfg, risk or risk_run_time)
    training = memprediction.read_settings(training_cfg) if training_cfg else memprediction.default_settings()
    asked = _Asked(
        recipe=recipe,
        settings=settings_of(session.configured(risk=risk, risk_run_time=risk_run_time)),
        training=training,
        judge=not no_judge,
        activate=not no_activate,
        anyway=activate_anyway,
        zone=session.settings[config.TIMEZONE],
    )
    if data_path:
        jobs = read_folder(session, data_path, start_date, end_date)
    else:
        jobs = read_span(session, JUDGED_COLUMNS, start_date, end_date)
    if dry_run:
        _show_plan(jobs, recipe, as_json=as_json)
        return
    shelf = Shelf(session.store.path / "models")
    trained = _train(jobs, asked, shelf)
    with refusals_explained(shelf.path):
        removed = shelf.keep(session.settings[config.MODELS_KEEP])
    took = clock.seconds() - begin
    tell_verdict(trained.verdict, name=trained.name, active=trained.active, as_json=as_json)
    if as_json:
        print_json({**_as_dict(trained, asked), "removed": removed, "seconds": round(took, 2)})
    else:
        _show(trained, asked, took)
        tell_removed(removed)


def _see_recipe(recipe: str, training_cfg: Path | None, risk: str | None) -> None:
    """See whether the recipe can do what else is asked for."""
    if recipe == "memprediction" and risk is not None:
        raise click.UsageError(say("train.no_margin"))
    if recipe != "memprediction" and training_cfg:
        raise click.UsageError(say("train.not_its_cfg", recipe=recipe))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
    """What the command line asks for."""

    recipe: str
    """``default`` or ``memprediction``."""
    settings: FamilySettings
    """Of the recipe default."""
    training: TrainingSettings
    """Of the recipe memprediction."""
    judge: bool
    """Judge the recipe before it learns from all."""
    activate: bool
    """Let the model answer from now on, unless it does worse than the active one."""
    anyway: bool
    """Let it answer even so."""
    zone: tzinfo
    """Of the midnight that parts the days to learn from and to be judged on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Trained:
    """A model on the shelf."""

    name: str
    """Of its folder on the shelf."""
    card: Card
    """What it says of itself."""
    judged: pl.DataFrame | None
    """The answers of a back-test of the same recipe; None when it was not judged."""
    run_times: pl.DataFrame | None
    """Those of a back-test of its run limits; None likewise, and of a recipe that forecasts none."""
    not_judged: str | None
    """Why it could not be judged; None when it was, or when that was not asked for."""
    fitted: memprediction.Fitted | None
    """What the recipe memprediction reports; None of the default one."""
    verdict: Verdict | None
    """How it did beside the active model; None where nobody wants it to answer."""
    active: bool
    """Whether it answers from now on."""


def _train(jobs: pl.DataFrame, asked: _Asked, shelf: Shelf) -> _Trained:
    """Judge the recipe, learn from all `jobs`, and put the model on the shelf."""
    made, stuff, fitted = clock.now(), material(jobs), None
    with refusals_explained(shelf.path), working() as step, shelf.growing(made) as folder:
        judged, run_times, not_judged = _judge(stuff, asked, step) if asked.judge else (None, None, None)
        order = Order(
            made=made,
            scores=None if judged is None else score(judged).as_dict(),
            run_time_scores=None if run_times is None else judge_run_time.scores(run_times),
        )
        verdict = _compare(stuff, asked, shelf, step) if asked.activate else None
        if asked.recipe == "default":
            card = publish_families(stuff, folder, order, asked.settings, step)
        else:
            card, fitted = publish_memprediction(stuff, folder, order, asked.training, step)
    name = grown_name(folder)
    active = verdict is not None and (verdict.activates or asked.anyway)
    if active:
        with refusals_explained(shelf.path):
            shelf.activate(name)
    return _Trained(
        name=name,
        card=card,
        judged=judged,
        run_times=run_times,
        not_judged=not_judged,
        fitted=fitted,
        verdict=verdict,
        active=active,
    )


def _compare(stuff: Material, asked: _Asked, shelf: Shelf, step: Progress) -> Verdict:
    """Judge the recipe against the active model, where both can be."""
    if not asked.judge or asked.recipe != "default":
        return Verdict(reason=Reason.NOT_JUDGED)
    return compare(stuff, asked.settings, shelf, step)


def _judge(
    stuff: Material, asked: _Asked, step: Progress
) -> tuple[pl.DataFrame | None, pl.DataFrame | None, str | None]:
    """Return what the same recipe answers of the memory and run time of the last days; when it can't, none and why."""
    at: datetime = stuff.jobs["finish_time"][int(len(stuff.jobs) * (1 - _JUDGED_SHARE))]  # in order of finish
    day_end = at.astimezone(asked.zone).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(
        microseconds=1
    )
    trial = Trial(
        train_end=day_end, recipes=(asked.recipe,), settings=asked.settings, training=asked.training
    )
    try:
        judged = ended_well(back_test(stuff, trial, step)[asked.recipe])
        return judged, judge_run_time.back_test(stuff, trial, step).get(asked.recipe), None
    except ModelError as error:  # a history too short to be parted may still be long enough to learn from
        return None, None, error.message


def _show_plan(jobs: pl.DataFrame, recipe: str, *, as_json: bool) -> None:
    """Tell what would be learnt from, and write nothing."""
    data = data_of(material(jobs))
    if as_json:
        print_json({"dry_run": True, "recipe": recipe, "data": data})
        return
    jobs_learnt, read = f"{data['learnt_from']:,}", f"{data['jobs']:,}"
    first, last = data["first_day"], data["last_day"]
    tell(say("train.planned", recipe=recipe, jobs=jobs_learnt, read=read, first=first, last=last))
    talk(say("import.nothing_written"))


def _as_dict(trained: _Trained, asked: _Asked) -> dict[str, object]:
    return {
        "model": trained.name,
        "active": trained.active,
        "kept": trained.verdict is not None and not trained.active,
        "compared": verdict_as_dict(trained.verdict),
        "recipe": asked.recipe,
        "data": trained.card.data,
        "scores": trained.card.scores,
        "run_time": trained.card.run_time,
        "not_judged": trained.not_judged,
        "intervals": None if trained.judged is None else intervals(trained.judged).to_dicts(),
    }


def _show(trained: _Trained, asked: _Asked, took: float) -> None:
    if trained.fitted:
        _show_report(trained.fitted)
    if trained.judged is not None:
        _show_judged(trained.judged, trained.card.risk)
    if trained.run_times is not None and len(trained.run_times):
        _show_run_times(trained.run_times, asked.settings.risk_run_time)
    if trained.not_judged is not None:
        talk(say("train.not_judged", why=trained.not_judged))
    data, name = trained.card.data, trained.name
    jobs = f"{data['learnt_from']:,}"
    tell(say("train.done", name=name, jobs=jobs, first=data["first_day"], last=data["last_day"]))
    tell(say("train.took", seconds=f"{took:.2f}"))
    talk(say("train.next") if trained.active else say("train.next_inactive", name=name))


def _show_judged(judged: pl.DataFrame, risk: float | None) -> None:
    found = score(judged)
    jobs, error, exceeded = f"{found.jobs:,}", share(found.median_error), share(found.exceeded_share)
    if risk is None:
        tell(say("train.judged_without_margin", jobs=jobs, error=error, exceeded=exceeded))
    else:
        tell(say("train.judged", jobs=jobs, error=error, exceeded=exceeded, accepted=share(risk)))
    print_table(interval_columns(intervals(judged)))
    tell()


def _show_run_times(judged: pl.DataFrame, risk: float) -> None:
    found = judge_run_time.score(judged)
    jobs, exceeded = f"{found.jobs:,}", share(found.exceeded_share)
    factor = amount(found.median_factor, 2)
    tell(say("train.judged_run_time", jobs=jobs, factor=factor, exceeded=exceeded, accepted=share(risk)))


def _show_report(fitted: memprediction.Fitted) -> None:
    report: Any = fitted.report
    tell(say("train.random_split", rmse=exact(report.rmse, 3), mse=exact(report.mse, 3)))
    table = report.table.with_columns(exceeded_share=pl.lit(None, dtype=pl.Float64))
    print_table(interval_columns(table)[:-1])
    for warning in fitted.warnings:
        talk(warning)
    tell()
