"""The part of ``jobcast evaluate`` that is about run times."""

from collections.abc import Mapping

import polars as pl

from jobcast.cli.figures import amount, share
from jobcast.cli.screen import tell
from jobcast.cli.table import Column, print_table
from jobcast.language import say
from jobcast.train.judge import Trial
from jobcast.train.judge_run_time import RunTimeScore, score, scores, within_limit


def as_dict(answers: Mapping[str, pl.DataFrame], trial: Trial) -> dict[str, object]:
    """Return how good the run limits of each recipe were, for JSON."""
    return {
        "risk": trial.settings.risk_run_time,
        "recipes": {name: scores(rows) for name, rows in answers.items()},
    }


def show(answers: Mapping[str, pl.DataFrame], trial: Trial) -> None:
    """Print how good the run limits of each recipe were; nothing where no job could be judged."""
    rows = next(iter(answers.values()), pl.DataFrame())
    if not len(rows):
        return
    promised = share(1 - trial.settings.risk_run_time)
    tell(say("evaluate.run_time", jobs=f"{len(rows):,}", promised=promised))
    print_table(_score_columns({name: score(told) for name, told in answers.items()}))
    if "default" in answers:
        tell()
        tell(say("evaluate.run_time_levels", promised=promised))
        print_table(_level_columns(within_limit(answers["default"])))


def _score_columns(found: Mapping[str, RunTimeScore]) -> list[Column]:
    figures = {
        "over_limit": [share(one.exceeded_share) for one in found.values()],
        "over_hours": [amount(one.over_h) for one in found.values()],
        "factor": [amount(one.median_factor, 2) for one in found.values()],
        "factor_2": [share(one.within_factor_2) for one in found.values()],
        "unanswered": [amount(one.unanswered) for one in found.values()],
    }
    return [
        Column(heading=say("evaluate.column_recipe"), cells=[say(f"recipe.{name}") for name in found]),
        *(
            Column(heading=say(f"evaluate.column_{name}"), cells=cells, right=True)
            for name, cells in figures.items()
        ),
    ]


def _level_columns(within: pl.DataFrame) -> list[Column]:
    return [
        Column(
            heading=say("evaluate.column_level"), cells=[say(f"level.{name}") for name in within["level"]]
        ),
        Column(heading=say("evaluate.column_jobs"), cells=[amount(n) for n in within["jobs"]], right=True),
        Column(
            heading=say("evaluate.column_within_limit"),
            cells=[share(n) for n in within["within_limit"]],
            right=True,
        ),
    ]
