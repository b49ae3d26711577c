"""What ``jobcast failures evaluate`` prints of models that it has judged."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from jobcast.cli.failures_price import spoken
from jobcast.cli.figures import amount, chance, exact, share
from jobcast.cli.screen import tell
from jobcast.cli.table import Column, print_table
from jobcast.language import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobcast.train.failures.judge import Judged, Table
    from jobcast.train.failures.thresholds import Price


def as_dict(table: Table, price: Price) -> dict[str, Any]:
    """Return all figures of one table, for JSON."""
    return {
        "vantage": str(table.vantage),
        "forecast": str(table.vantage) != "afterwards",
        "split": str(table.split),
        "learnt_from": table.learnt_from,
        "calibrated_on": table.calibrated_on,
        "false_alarm_cost": asdict(price),
        "models": {
            model.name: {
                "learnt_from": model.learnt_from,
                "seconds": model.seconds,
                **model.score.as_json(),
                "alarms": model.alarms.as_json(),
                "reasons": {one.reason: one.score.as_json() for one in model.reasons},
            }
            for model in table.models
        },
    }


def show(tables: Sequence[Table], price: Price) -> None:
    """Print the tables one below the other: models, what the first one's alarms catch, and its reasons."""
    from jobcast.train.failures.picture import title  # noqa: PLC0415
    from jobcast.train.failures.scores import PAPER_FALSE_ALARMS  # noqa: PLC0415

    for number, table in enumerate(tables):
        if number:
            tell()
        tell(title(table), colour="cyan")
        tell(_parted(table))
        print_table(_score_columns(table.models))
        wasted = amount(table.models[0].alarms.wasted_core_hours)
        rate = share(PAPER_FALSE_ALARMS)
        tell(say("failures_evaluate.at_rate", rate=rate, price=spoken(price), wasted=wasted))
        _show_unjudged(table)
        tell()
        _show_alarms(table.models[0])
        if table.models[0].reasons:
            tell()
            _show_reasons(table.models[0])


def _parted(table: Table) -> str:
    jobs, failures = len(table.failed), int(table.failed.sum())
    return say(
        "failures_evaluate.parted",
        learnt=amount(table.learnt_from),
        calibrated=amount(table.calibrated_on),
        jobs=amount(jobs),
        failures=amount(failures),
        rate=share(failures / jobs if jobs else None),
    )


def _show_unjudged(table: Table) -> None:
    if not table.failed.any():
        tell(say("failures_evaluate.none_failed"))
    elif table.failed.all():
        tell(say("failures_evaluate.all_failed"))


def _score_columns(models: Sequence[Judged]) -> list[Column]:
    scores = [one.score for one in models]
    figures = {
        say("failures_score.auc"): [exact(one.auc, 3) for one in scores],
        say("failures_score.average_precision"): [exact(one.average_precision, 3) for one in scores],
        say("failures_score.recall"): [share(one.recall) for one in scores],
        say("failures_score.precision"): [share(one.precision) for one in scores],
        say("failures_score.brier"): [exact(one.brier, 4) for one in scores],
        say("failures_score.mean_gap"): [share(one.mean_gap) for one in scores],
        say("failures_score.worst_gap"): [share(one.worst_gap) for one in scores],
        say("failures_score.saved"): [amount(one.alarms.saved_core_hours) for one in models],
        say("failures_score.learnt_from"): [amount(one.learnt_from) for one in models],
        say("failures_score.seconds"): [exact(_number(one.seconds), 1) for one in models],
    }
    names = [say(f"failures_model.{one.name}") for one in models]
    spare = {say("failures_score.brier"), say("failures_score.worst_gap"), say("failures_score.learnt_from")}
    spare.add(say("failures_score.seconds"))
    return [
        Column(heading=say("failures_score.model"), cells=names),
        *(
            Column(heading=heading, cells=cells, right=True, spare=heading in spare)
            for heading, cells in figures.items()
        ),
    ]


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _show_alarms(model: Judged) -> None:
    """Print the confusion matrix of the first model, at its threshold."""
    found, name = model.alarms, say(f"failures_model.{model.name}")
    never = math.isinf(found.threshold)
    threshold = say("failures_models.never") if never else chance(found.threshold)
    tell(say("failures_evaluate.confusion", name=name, threshold=threshold))
    rows = [say("failures_models.failed"), say("failures_models.ended_well")]
    print_table(
        [
            Column(heading="", cells=rows),
            Column(
                heading=say("failures_models.alarm"),
                cells=[amount(found.hits), amount(found.false_alarms)],
                right=True,
            ),
            Column(
                heading=say("failures_models.no_alarm"),
                cells=[amount(found.missed), amount(found.quiet)],
                right=True,
            ),
        ]
    )


def _show_reasons(model: Judged) -> None:
    tell(say("failures_evaluate.reasons", name=say(f"failures_model.{model.name}")))
    scores = [one.score for one in model.reasons]
    figures = {
        say("failures_score.failures"): [amount(one.failures) for one in scores],
        say("failures_score.auc"): [exact(one.auc, 3) for one in scores],
        say("failures_score.average_precision"): [exact(one.average_precision, 3) for one in scores],
        say("failures_score.recall"): [share(one.recall) for one in scores],
    }
    print_table(
        [
            Column(heading=say("failures_score.reason"), cells=[one.reason for one in model.reasons]),
            *(Column(heading=heading, cells=cells, right=True) for heading, cells in figures.items()),
        ]
    )
