"""``jobcast evaluate``: how good would forecasts have been on later days."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import click
import polars as pl

from jobcast import config
from jobcast.cli import evaluate_run_time, frame
from jobcast.cli.figures import amount, exact, share
from jobcast.cli.screen import print_json, talk, tell
from jobcast.cli.session import Session
from jobcast.cli.span import DAY, end_of, read_span
from jobcast.cli.table import Column, print_table
from jobcast.cli.working import working
from jobcast.errors import InputError
from jobcast.language import say
from jobcast.store.durable import write_named
from jobcast.systems.columns import to_local
from jobcast.train import judge_run_time
from jobcast.train.families import FamilySettings, Progress
from jobcast.train.judge import RECIPES, Test, Trial, back_test, coverage, ended_well, roll, submitted_before
from jobcast.train.material import JUDGED_COLUMNS, material
from jobcast.train.memprediction import read_settings
from jobcast.train.picture import check, draw
from jobcast.train.replay import PolicyTotals, replay
from jobcast.train.score import Score, intervals, score, windows

_QUICK = tuple(name for name in RECIPES if name != "memprediction")
"""Judged unless others are named; memPrediction's recipe takes many times longer than all of these."""

_MOST_USERS = 50
"""Users in the JSON at most, those with the most jobs."""

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
    if protocol:
        if any(
            (
                train_end,
                every,
                recipes,
                risk,
                risk_run_time,
                frozen,
                all_states,
                training_cfg,
                predictions,
                picture,
            )
        ):
            raise click.UsageError(say("evaluate.protocol_alone"))
        jobs = read_span(session, JUDGED_COLUMNS, since, until)
        rows = replay(
            jobs, protocol, seed=_SEED if seed is None else seed, price=_PRICE if price is None else price
        )
        _show_replay(rows, protocol, as_json=as_json)
        return
    if (price, seed) != (None, None):
        raise click.UsageError(say("evaluate.only_protocol"))
    if train_end is None:
        raise click.UsageError(say("evaluate.no_train_end"))
    recipes = recipes or _QUICK
    if training_cfg and "memprediction" not in recipes:
        raise click.UsageError(say("train.not_its_cfg", recipe=", ".join(recipes)))
    trial = Trial(
        train_end=end_of(train_end, settings[config.TIMEZONE]),
        recipes=recipes,
        live=not frozen,
        settings=settings_of(settings),
        training=read_settings(training_cfg) if training_cfg else None,
    )
    wanted = _Wanted(
        every=every, all_states=all_states, predictions=predictions, picture=picture, as_json=as_json
    )
    _judge(read_span(session, JUDGED_COLUMNS, since, until), trial, wanted)


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


def _answers(
    jobs: pl.DataFrame, trial: Trial, every: int | None, step: Progress, test: Test
) -> dict[str, pl.DataFrame]:
    return roll(jobs, trial, every, step, test) if every else test(material(jobs), trial, step)


def _show_only(run_times: dict[str, pl.DataFrame], trial: Trial, wanted: _Wanted) -> None:
    """Print how good run limits were, of a history in which no memory was measured."""
    if wanted.as_json:
        print_json({**_asked(trial, wanted.every), "run_time": evaluate_run_time.as_dict(run_times, trial)})
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
        print_json(_as_dict(judged, trial, wanted.every) | {"run_time": told})
        return
    _show(judged, trial, wanted.every)
    if any(map(len, run_times.values())):
        tell()
    evaluate_run_time.show(run_times, trial)
    if wanted.predictions:
        talk(say("evaluate.written", path=wanted.predictions, recipe=last))
    talk(say("evaluate.next"))


def _show_replay(outcomes: tuple[PolicyTotals, ...], protocol: str, *, as_json: bool) -> None:
    """Print what sizing policies would have wasted; GB are decimal here, as in the published comparisons."""
    if as_json:
        print_json({"protocol": protocol, "policies": [asdict(outcome) for outcome in outcomes]})
        return
    figures = {
        "tasks": [amount(one.tasks) for one in outcomes],
        "used": [amount(one.use_gb_hours, 1) for one in outcomes],
        "waste": [amount(one.wastage_gb_hours, 1) for one in outcomes],
        "attempts": [amount(one.failed_attempts) for one in outcomes],
        "attempt_share": [share(one.failed_attempt_share) for one in outcomes],
        "first_share": [share(one.first_failure_share) for one in outcomes],
    }
    tell(say(f"evaluate.replay_{protocol}"))
    print_table(
        [
            Column(heading=say("evaluate.column_policy"), cells=[one.policy for one in outcomes]),
            *(
                Column(heading=say(f"evaluate.column_{name}"), cells=cells, right=True)
                for name, cells in figures.items()
            ),
        ]
    )


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


def _as_dict(judged: dict[str, pl.DataFrame], trial: Trial, every: int | None) -> dict[str, object]:
    return {
        **_asked(trial, every),
        "submitted_before": submitted_before(next(iter(judged.values()))),
        "recipes": {
            name: {
                **score(rows).as_dict(),
                "intervals": intervals(rows).to_dicts(),
                "levels": coverage(rows, ["level"]).to_dicts(),
                "queues": coverage(rows, ["queue"]).to_dicts(),
                "users": _users(rows).to_dicts(),
                "windows": windows(rows).to_dicts(),
            }
            for name, rows in judged.items()
        },
        "perfect_knowledge": score(_perfect(judged)).as_dict(),
    }


def _asked(trial: Trial, every: int | None) -> dict[str, object]:
    return {
        "train_end": trial.train_end.astimezone(UTC).isoformat(),
        "every": every,
        "risk": trial.settings.risk,
        "live": trial.live,
    }


def _perfect(judged: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the answers of one who asks for each job's own peak."""
    rows = next(iter(judged.values()))
    return rows.with_columns(median="memory_peak", request="memory_peak")


def _users(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the share within the request of the users with the most jobs."""
    return coverage(rows, ["user"]).sort("jobs", descending=True, maintain_order=True).head(_MOST_USERS)


def _windows(rows: pl.DataFrame, trial: Trial) -> pl.DataFrame:
    """Return what each model answered; its days are those of the site."""
    return windows(rows).with_columns(to_local(pl.col("train_end"), trial.train_end.tzinfo or UTC))


def _show(judged: dict[str, pl.DataFrame], trial: Trial, every: int | None) -> None:
    rows = next(iter(judged.values()))
    tell(say("evaluate.title", jobs=f"{len(rows):,}", day=f"{trial.train_end:%Y-%m-%d}"))
    tell()
    scores = {name: score(answers) for name, answers in judged.items()} | {"perfect": score(_perfect(judged))}
    print_table(_score_columns(scores))
    learnt = [name for name in judged if name in {"default", "memprediction"}]
    for name in learnt:
        tell()
        tell(say("evaluate.intervals", recipe=name))
        print_table(interval_columns(intervals(judged[name])))
    if "default" in judged:
        tell()
        tell(say("evaluate.levels", promised=share(1 - trial.settings.risk)))
        print_table(_level_columns(coverage(judged["default"], ["level"])))
    for name in (learnt or [*judged][-1:]) if every else []:
        tell()
        tell(say("evaluate.windows", days=every, recipe=name))
        print_table(_window_columns(_windows(judged[name], trial)))


def _score_columns(scores: dict[str, Score]) -> list[Column]:
    found = list(scores.values())
    figures = {
        "exceeded": [share(one.exceeded_share) for one in found],
        "over": [amount(one.over_gib) for one in found],
        "under": [amount(one.under_gib) for one in found],
        "over_h": [amount(one.over_gib_h) for one in found],
        "under_h": [amount(one.under_gib_h) for one in found],
        "wastage": [amount(one.wastage_gib_h) for one in found],
        "error": [share(one.median_error) for one in found],
        "mean_error": [amount(one.mean_error_gib, 2) for one in found],
        "factor_2": [share(one.within_factor_2) for one in found],
        "unanswered": [amount(one.unanswered) for one in found],
    }
    names = Column(heading=say("evaluate.column_recipe"), cells=[say(f"recipe.{name}") for name in scores])
    return [
        names,
        *(
            Column(heading=say(f"evaluate.column_{name}"), cells=cells, right=True)
            for name, cells in figures.items()
        ),
    ]


def interval_columns(rows: pl.DataFrame) -> list[Column]:
    """Return the columns of the table per memory interval, as memPrediction's manual shows it."""
    return [
        Column(heading="max_mem_interval", cells=rows["max_mem_interval"].to_list()),
        Column(heading="max_mem_num", cells=[amount(n) for n in rows["max_mem_num"]], right=True),
        Column(heading="pre_mem_diff", cells=[exact(n, 3) for n in rows["pre_mem_diff"]], right=True),
        Column(
            heading="pre_mem_diff_rate", cells=[exact(n, 1) for n in rows["pre_mem_diff_rate"]], right=True
        ),
        Column(
            heading=say("evaluate.column_exceeded"),
            cells=[share(n) for n in rows["exceeded_share"]],
            right=True,
        ),
    ]


def _level_columns(rows: pl.DataFrame) -> list[Column]:
    return [
        Column(heading=say("evaluate.column_level"), cells=[say(f"level.{name}") for name in rows["level"]]),
        Column(heading=say("evaluate.column_jobs"), cells=[amount(n) for n in rows["jobs"]], right=True),
        Column(
            heading=say("evaluate.column_within"),
            cells=[share(n) for n in rows["within_request"]],
            right=True,
        ),
    ]


def _window_columns(rows: pl.DataFrame) -> list[Column]:
    figures = {
        "jobs": [amount(n) for n in rows["jobs"]],
        "exceeded": [share(n) for n in rows["exceeded_share"]],
        "error": [share(n) for n in rows["median_error"]],
    }
    ends = [f"{end:%Y-%m-%d}" for end in rows["train_end"]]
    return [
        Column(heading=say("evaluate.column_train_end"), cells=ends),
        *(
            Column(heading=say(f"evaluate.column_{name}"), cells=cells, right=True)
            for name, cells in figures.items()
        ),
    ]
