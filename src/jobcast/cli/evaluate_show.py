"""What ``jobcast evaluate`` prints of recipes that it has judged by memory, and of sizing policies."""

from dataclasses import asdict
from datetime import UTC

import polars as pl

from jobcast.cli.figures import amount, exact, share
from jobcast.cli.screen import print_json, tell
from jobcast.cli.table import Column, print_table
from jobcast.language import say
from jobcast.systems.columns import to_local
from jobcast.train.judge import Trial, coverage, submitted_before
from jobcast.train.replay import PolicyTotals
from jobcast.train.score import Score, intervals, score, windows

_MOST_USERS = 50
"""Users in the JSON at most, those with the most jobs."""


def as_dict(judged: dict[str, pl.DataFrame], trial: Trial, every: int | None) -> dict[str, object]:
    """Return all figures; `every` is the days between two models, None where one answers all."""
    return {
        **asked(trial, every),
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


def asked(trial: Trial, every: int | None) -> dict[str, object]:
    """Return what was asked for."""
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


def show(judged: dict[str, pl.DataFrame], trial: Trial, every: int | None) -> None:
    """Print the scores of each recipe, and what lies behind those of the ones that learn."""
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


def show_replay(outcomes: tuple[PolicyTotals, ...], protocol: str, *, as_json: bool) -> None:
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
