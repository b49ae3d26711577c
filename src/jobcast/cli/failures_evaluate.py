"""``jobcast failures evaluate``: how well would models of failure have told which jobs fail."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jobcast import clock
from jobcast.cli import failures_source, frame
from jobcast.cli.failures_evaluate_show import as_dict, show
from jobcast.cli.failures_price import price_option
from jobcast.cli.failures_source import Source
from jobcast.cli.failures_train import learn_settings
from jobcast.cli.screen import print_json, talk
from jobcast.cli.working import working
from jobcast.language import say
from jobcast.train.failures.cases import Vantage
from jobcast.train.failures.judge import MODELS
from jobcast.train.failures.splits import SplitBy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jobcast.cli.session import Session
    from jobcast.train.failures.cases import Cases
    from jobcast.train.failures.judge import JudgeSettings, Table
    from jobcast.train.failures.learn import LearnSettings
    from jobcast.train.failures.splits import Split
    from jobcast.train.failures.thresholds import Price

_SHARE = 0.2
"""Of the jobs that is judged by, as in the paper."""
_RIVAL_JOBS = 100_000


@frame.command(help=say("failures_evaluate.help"), examples=say("failures_evaluate.examples"))
@failures_source.source_options
@click.option(
    "--vantage",
    "vantages",
    multiple=True,
    type=click.Choice([str(each) for each in Vantage]),
    help=say("failures_source.vantage"),
)
@click.option(
    "--split",
    "splits",
    multiple=True,
    type=click.Choice([str(each) for each in SplitBy]),
    help=say("failures_evaluate.split"),
)
@click.option(
    "--model", "models", multiple=True, type=click.Choice(MODELS), help=say("failures_evaluate.model")
)
@click.option(
    "--share",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=_SHARE,
    help=say("failures_evaluate.share", share=_SHARE),
)
@click.option(
    "--rival-jobs",
    type=click.IntRange(10),
    default=_RIVAL_JOBS,
    help=say("failures_evaluate.rival_jobs", jobs=f"{_RIVAL_JOBS:,}"),
)
@price_option
@failures_source.seed_option
@click.option(
    "--picture", "-o", type=click.Path(path_type=Path), metavar="FILE", help=say("failures_evaluate.picture")
)
@frame.json_option
@click.pass_obj
def command(
    session: Session,
    /,
    *,
    vantages: Sequence[str],
    splits: Sequence[str],
    models: Sequence[str],
    share: float,
    rival_jobs: int,
    price: Price,
    seed: int,
    picture: Path | None,
    as_json: bool,
    **where: Any,
) -> None:
    """Judge models of failure."""
    from jobcast.train.failures.extras import see_scikit_learn  # noqa: PLC0415
    from jobcast.train.picture import check  # noqa: PLC0415

    see_scikit_learn()
    if picture:
        check(picture)
    source = Source(session=session, **where)
    settings = _settings(
        models or MODELS, rival_jobs, learn_settings(seed, price, trace=source.trace is not None)
    )
    with working() as step:
        tables = [
            _judge(cases, _split(cases, SplitBy(by), share, seed), settings, step)
            for cases in _seen_from(source, vantages or source.vantages(), step)
            for by in splits or list(SplitBy)
        ]
        drawn = [_draw(table, picture, several=len(tables) > 1) for table in tables if picture]
    if as_json:
        print_json({"tables": [as_dict(table, price) for table in tables]})
    else:
        show(tables, price)
        for path in drawn:
            talk(say("failures_evaluate.drawn", path=path))
        talk(say("failures_evaluate.next"))


def _settings(models: Sequence[str], rival_jobs: int, learn: LearnSettings) -> JudgeSettings:
    from jobcast.train.failures.judge import JudgeSettings  # noqa: PLC0415
    from jobcast.train.failures.rivals import RivalSettings  # noqa: PLC0415

    return JudgeSettings(
        learn=learn,
        rivals=RivalSettings(
            jobs=rival_jobs, seed=learn.two_layers.boosting.seed, threads=failures_source.THREADS
        ),
        models=tuple(models),
    )


def _seen_from(source: Source, vantages: Sequence[str], step: Any) -> Iterator[Cases]:
    for vantage in vantages:
        step("failure_cases")
        yield source.cases(Vantage(vantage))


def _split(cases: Cases, by: SplitBy, share: float, seed: int) -> Split:
    from jobcast.train.failures.splits import at_random, by_time  # noqa: PLC0415

    return by_time(cases, share=share) if by is SplitBy.TIME else at_random(cases, share=share, seed=seed)


def _judge(cases: Cases, split: Split, settings: JudgeSettings, step: Any) -> Table:
    from jobcast.train.failures.judge import judge  # noqa: PLC0415

    return judge(cases, split, settings, clock.seconds, step)


def _draw(table: Table, path: Path, *, several: bool) -> Path:
    """Draw a table into `path`, or beside it under a name that tells the table where there are several."""
    from jobcast.train.failures.picture import draw  # noqa: PLC0415

    place = path.with_stem(f"{path.stem}-{table.vantage}-{table.split}") if several else path
    draw(table, place)
    return place
