"""``jobcast failures train``: learn which jobs fail, and write a model."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Literal

import click

from jobcast import clock
from jobcast.cli import failures_source, frame
from jobcast.cli.failures_price import price_option
from jobcast.cli.failures_source import Source, folder_of
from jobcast.cli.figures import amount, chance, share
from jobcast.cli.screen import print_json, talk, tell
from jobcast.cli.table import Column, print_table
from jobcast.cli.working import working
from jobcast.language import say
from jobcast.train.failures.cases import Vantage

if TYPE_CHECKING:
    from pathlib import Path

    from jobcast.cli.session import Session
    from jobcast.predict.failures.model import FailureCard
    from jobcast.train.failures.learn import LearnSettings
    from jobcast.train.failures.thresholds import Price

LAYERS = "two"
"""As in the paper, unless otherwise is asked for."""


@frame.command(help=say("failures_train.help"), examples=say("failures_train.examples"))
@failures_source.source_options
@failures_source.vantage_option
@failures_source.model_option
@click.option(
    "--layers",
    type=click.Choice(["two", "one"]),
    default=LAYERS,
    help=say("failures_train.layers", layers=LAYERS),
)
@price_option
@failures_source.seed_option
@click.option("--dry-run", is_flag=True, help=say("failures_train.dry_run"))
@frame.json_option
@click.pass_obj
def command(
    session: Session,
    /,
    *,
    vantage: str,
    folder: Path | None,
    layers: Literal["two", "one"],
    price: Price,
    seed: int,
    dry_run: bool,
    as_json: bool,
    **where: Any,
) -> None:
    """Learn a model."""
    from jobcast.train.failures.folder import see  # noqa: PLC0415 - these pull in much
    from jobcast.train.failures.learn import card_of, fit, publish  # noqa: PLC0415

    source, place = Source(session=session, **where), folder or folder_of(session, Vantage(vantage))
    settings = replace(learn_settings(seed, price, trace=source.trace is not None), layers=layers)
    see(place)
    with working() as step:
        cases, made = source.cases(Vantage(vantage)), clock.now()
        if dry_run:
            card = card_of(cases, fit(cases, settings, step), settings, made)
        else:
            card = publish(cases, place, settings, made, step)
    if as_json:
        print_json({"folder": None if dry_run else str(place), **asdict(card)})
    else:
        _show(card, place, dry_run=dry_run)


def learn_settings(seed: int, price: Price, *, trace: bool) -> LearnSettings:
    """Return the settings of learning, from a trace or a history, with that seed, which all draw by."""
    from jobcast.train.failures.boosting import CAREFUL, BoostingSettings  # noqa: PLC0415
    from jobcast.train.failures.classes import ClassSettings  # noqa: PLC0415
    from jobcast.train.failures.learn import LearnSettings  # noqa: PLC0415
    from jobcast.train.failures.two_layers import TwoLayerSettings  # noqa: PLC0415

    usual = BoostingSettings() if trace else CAREFUL
    boosting = replace(usual, seed=seed, num_threads=failures_source.THREADS)
    return LearnSettings(
        two_layers=TwoLayerSettings(classes=ClassSettings(seed=seed), boosting=boosting), price=price
    )


def _show(card: FailureCard, place: Path, *, dry_run: bool) -> None:
    jobs, failures = card.data["jobs"], card.data["failures"]
    tell(say(f"failures_vantage.{Vantage(card.vantage)}"), colour="cyan")
    told = {"jobs": amount(jobs), "failures": amount(failures), "rate": share(failures / jobs)}
    tell(
        say("failures_train.not_written", **told)
        if dry_run
        else say("failures_train.written", path=place, **told)
    )
    if failures in {0, jobs}:
        tell(say("failures_train.all_failed") if failures else say("failures_train.none_failed"))
    if card.threshold is None:
        tell(say("failures_train.alarm_never"))
    else:
        tell(say("failures_train.alarm_from", threshold=chance(card.threshold)))
    if card.classes is not None:
        print_table(_class_columns(card))
    if not dry_run:
        talk(say("failures_train.next", path=place))


def _class_columns(card: FailureCard) -> list[Column]:
    classes = card.classes or {}
    jobs, failures = classes["jobs"], classes["failures"]
    rates = [share(bad / count) if count else "-" for bad, count in zip(failures, jobs, strict=True)]
    return [
        Column(heading=say("failures_train.class"), cells=[str(number) for number in range(len(jobs))]),
        Column(heading=say("failures_train.jobs"), cells=[amount(one) for one in jobs], right=True),
        Column(heading=say("failures_train.failures"), cells=[amount(one) for one in failures], right=True),
        Column(heading=say("failures_train.rate"), cells=rates, right=True),
        Column(heading=say("failures_train.answer"), cells=[_answer(one) for one in card.second]),
    ]


def _answer(told: float | None) -> str:
    if told is None:
        return say("failures_train.answer_trees")
    if told in {0, 1}:
        return say("failures_train.answer_always") if told else say("failures_train.answer_never")
    return say("failures_train.answer_share", share=share(told))
