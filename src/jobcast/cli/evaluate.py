"""``jobcast evaluate``: how good would forecasts have been on later days."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import click
import polars as pl

from jobcast import config
from jobcast.cli import evaluate_run_time, frame
from jobcast.cli.evaluate_show import as_dict, asked, show, show_replay
from jobcast.cli.screen import print_json, talk, tell
from jobcast.cli.session import Session
from jobcast.cli.span import DAY, end_of, read_span
from jobcast.cli.working import working
from jobcast.errors import InputError
from jobcast.language import say
from jobcast.store.durable import write_named
from jobcast.train import judge_run_time
from jobcast.train.families import FamilySettings, Progress
from jobcast.train.judge import RECIPES, Test, Trial, back_test, ended_well, roll
from jobcast.train.material import JUDGED_COLUMNS, material
from jobcast.train.memprediction import read_settings
from jobcast.train.picture import check, draw
from jobcast.train.replay import replay

_QUICK = tuple(name for name in RECIPES if name != "memprediction")
"""Judged unless others are named; memPrediction's recipe takes many times longer than all of these."""

_PRICE, _SEED = 1.0, 1996
"""Of a replay, unless others are named; the seed is that of the paper."""


@frame.command(help=say("evaluate.help"), examples=say("evaluate.examples"))
@click.option("--train-end", type=DAY, metavar="DAY", help=say("evaluate.train_end"))
@click.option("--every", type=click.IntRange(1, 3650), metavar="DAYS", help=say("evaluate.every"))
@click.option("--protocol", type=click.Choice(["published", "online"]), help=say("evaluate.protocol"))
@click.option("--price", type=click.FloatRange(min=0), metavar="X", help=say("evaluate.price", price=_PRICE))
@click.option("--seed", type=int, metavar="N", help=say("evaluate.seed", seed=_SEED))
@click.option("--since", type=DAY, metavar="DAY", help=say("evaluate.since"))
@click.option("--until", type=DAY, metavar="DAY", help=say("evaluate.until"))
@click.option(
    "--recipe", "recipes", multiple=True, type=click.Choice(list(RECIPES)), help=say("evaluate.recipe")
)
@click.option("--risk", metavar="SHARE", help=say("evaluate.risk"))
@click.option("--risk-run-time", metavar="SHARE", help=say("evaluate.risk_run_time"))
@click.option("--frozen", is_flag=True, help=say("evaluate.frozen"))
@click.option("--all-states", is_flag=True, help=say("evaluate.all_states"))
@click.option(
    "--training_cfg",
    "--training-cfg",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=say("evaluate.training_cfg"),
)
@click.option(
    "--predictions", type=click.Path(path_type=Path), metavar="FILE", help=say("evaluate.predictions")
)
@click.option("--picture", type=click.Path(path_type=Path), metavar="FILE", help=say("evaluate.picture"))
@frame.json_option
@click.pass_obj
def command(
    session: Session,
    /,
    *,
    train_end: datetime | None,
    every: int | None,
    protocol: Literal["published", "online"] | None,
    price: float | None,
    seed: int | None,
    since: datetime | None,
    until: datetime | None,
    recipes: tuple[str, ...],
    risk: str | None,
    risk_run_time: str | None,
    frozen: bool,
    all_states: bool,
    training_cfg: Path | None,
    predictions: Path | None,
    picture: Path | None,
    as_json: bool,
) -> None:
    """Judge recipes on later days."""
    settings = session.configured(risk=risk, risk_run_time=risk_run_time)
    _see_files(picture, predictions)
    wanted = _Wanted(
        every=every, all_states=all_states, predictions=predictions, picture=picture, as_json=as_json
    )
    if protocol:
        if any((train_end, recipes, risk, risk_run_time, frozen, training_cfg, wanted.is_special)):
            raise click.UsageError(say("evaluate.protocol_alone"))
        jobs = read_span(session, JUDGED_COLUMNS, since, until)
        seed, price = _SEED if seed is None else seed, _PRICE if price is None else price
        show_replay(replay(jobs, protocol, seed=seed, price=price), protocol, as_json=as_json)
        return
    if (price, seed) != (None, None):
        raise click.UsageError(say("evaluate.only_protocol"))
    if train_end is None:
        raise click.UsageError(say("evaluate.no_train_end"))
    trial = _trial(train_end, recipes or _QUICK, training_cfg, settings, live=not frozen)
    _judge(read_span(session, JUDGED_COLUMNS, since, until), trial, wanted)


def _trial(
    train_end: datetime,
    recipes: tuple[str, ...],
    training_cfg: Path | None,
    settings: config.Config,
    *,
    live: bool,
) -> Trial:
    """Return what is to be judged. Raises UsageError for a file of settings that none of the recipes reads."""
    if training_cfg and "memprediction" not in recipes:
        raise click.UsageError(say("train.not_its_cfg", recipe=", ".join(recipes)))
    return Trial(
        train_end=end_of(train_end, settings[config.TIMEZONE]),
        recipes=recipes,
        live=live,
        settings=settings_of(settings),
        training=read_settings(training_cfg) if training_cfg else None,
    )


def settings_of(settings: config.Config) -> FamilySettings:
    """Return the recipe's settings, with the risks that the site or the command line accepts."""
    return FamilySettings(risk=settings[config.RISK], risk_run_time=settings[config.RISK_RUN_TIME])


def _see_files(picture: Path | None, predictions: Path | None) -> None:
    """See whether what is asked for can be written, before much is computed for it."""
    if picture:
        check(picture)
    for file in filter(None, (picture, predictions)):
        if not file.absolute().parent.is_dir():
            raise InputError(say("evaluate.no_folder", path=file.parent), hint=say("evaluate.no_folder_cure"))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Wanted:
    """How often to learn, and what to make of the answers."""

    every: int | None
    """Days between two models; None where one answers all."""
    all_states: bool
    """Score failed and cancelled jobs too."""
    predictions: Path | None
    """Where to write every answer of the last recipe, as CSV."""
    picture: Path | None
    """Where to draw."""
    as_json: bool
    """Print JSON in the place of tables."""

    @property
    def files(self) -> bool:
        """Whether anything is to be written, which is about memory."""
        return bool(self.predictions or self.picture)

    @property
    def is_special(self) -> bool:
        """Whether anything but the form of the answers is asked for."""
        return bool(self.every or self.all_states or self.files)


def _answers(
    jobs: pl.DataFrame, trial: Trial, every: int | None, step: Progress, test: Test
) -> dict[str, pl.DataFrame]:
    return roll(jobs, trial, every, step, test) if every else test(material(jobs), trial, step)


def _show_only(run_times: dict[str, pl.DataFrame], trial: Trial, wanted: _Wanted) -> None:
    """Print how good run limits were, of a history in which no memory was measured."""
    if wanted.as_json:
        print_json({**asked(trial, wanted.every), "run_time": evaluate_run_time.as_dict(run_times, trial)})
        return
    evaluate_run_time.show(run_times, trial)
    talk(say("evaluate.no_peaks"))


def _judge(jobs: pl.DataFrame, trial: Trial, wanted: _Wanted) -> None:
    """Let the recipes answer, and print how good that was."""
    with working() as step:
        run_times = _answers(jobs, trial, wanted.every, step, judge_run_time.back_test)
        answers = {}
        if wanted.files or (jobs["memory_peak"] > 0).any() or not any(map(len, run_times.values())):
            answers = _answers(jobs, trial, wanted.every, step, back_test)
    if not answers:
        _show_only(run_times, trial, wanted)
        return
    last = trial.recipes[-1]
    if wanted.predictions:
        _write(answers[last], wanted.predictions)
    judged = answers if wanted.all_states else {name: ended_well(rows) for name, rows in answers.items()}
    if wanted.picture:
        draw(judged, wanted.picture, risk=trial.settings.risk, zone=trial.train_end.tzinfo or UTC)
    if wanted.as_json:
        told = evaluate_run_time.as_dict(run_times, trial)
        print_json(as_dict(judged, trial, wanted.every) | {"run_time": told})
        return
    show(judged, trial, wanted.every)
    if any(map(len, run_times.values())):
        tell()
    evaluate_run_time.show(run_times, trial)
    if wanted.predictions:
        talk(say("evaluate.written", path=wanted.predictions, recipe=last))
    talk(say("evaluate.next"))


def _write(answers: pl.DataFrame, path: Path) -> None:
    """Write one line per test job, however it ended; amounts in MiB, empty where the recipe says nothing."""
    rows = answers.select(
        "job_id",
        "submit_time",
        *(
            (pl.col(name) * 1024).fill_nan(None).round(1).alias(column)
            for name, column in (
                ("memory_peak", "memory_peak_mb"),
                ("median", "p50_mb"),
                ("request", "request_mb"),
            )
        ),
        pl.col("level").alias("basis"),
        "state",
        "runs",
    )
    write_named(path, rows.write_csv().encode())
