"""Where the commands about models of failure take jobs and models from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from jobcast import config
from jobcast.cli.screen import talk
from jobcast.cli.span import DAY, read_span
from jobcast.errors import ModelError
from jobcast.language import say
from jobcast.train.failures.cases import Vantage

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from jobcast.cli.session import Session
    from jobcast.predict.failures.model import FailureModel
    from jobcast.train.failures.cases import Cases
    from jobcast.train.material import Material

SEED = 1
"""Of all that is drawn, unless another is named."""
THREADS = 2
"""Of LightGBM and of random forests: more serve little where a cluster's own service runs beside."""


@dataclass(frozen=True, kw_only=True)  # without slots: it remembers what it has read
class Source:
    """Jobs of a trace, or of the history."""

    session: Session
    trace: Path | None
    """A Parquet file of `jobcast failures extract`; None for the history."""
    since: datetime | None
    until: datetime | None
    unended: bool = False
    """Whether jobs of a trace are wanted whose end is unknown; the history holds none."""

    def __post_init__(self) -> None:
        """Raise UsageError for days of a trace, which has none."""
        if self.trace and (self.since or self.until):
            raise click.UsageError(say("failures_source.trace_has_no_days"))

    @cached_property
    def _material(self) -> Material:
        from jobcast.train.failures.of_history import READS  # noqa: PLC0415
        from jobcast.train.material import material  # noqa: PLC0415

        return material(read_span(self.session, READS, self.since, self.until))

    def vantages(self) -> list[Vantage]:
        """Return from where jobs can be looked at: of a trace while running only where `extract` wrote such rows."""
        from jobcast.train.failures.of_trace import running_beside  # noqa: PLC0415

        if self.trace and not running_beside(self.trace).exists():
            talk(say("failures_source.no_running", path=running_beside(self.trace)))
            return [vantage for vantage in Vantage if vantage is not Vantage.RUNNING]
        return list(Vantage)

    def cases(self, vantage: Vantage) -> Cases:
        """Return the jobs as seen from `vantage`. Raises StoreError or InputError where there are none."""
        from jobcast.train.failures.of_history import cases_of_history  # noqa: PLC0415
        from jobcast.train.failures.of_trace import of_trace  # noqa: PLC0415

        if self.trace:
            return of_trace(self.trace, vantage, unended=self.unended)
        return cases_of_history(self._material, vantage)

    def names(self, vantage: Vantage) -> list[str]:
        """Return the ids of these jobs, in the same order; more than once where jobs are looked at more than once."""
        from jobcast.train.failures.of_history import look_from  # noqa: PLC0415
        from jobcast.train.failures.of_trace import names_of_trace  # noqa: PLC0415

        if self.trace:
            return names_of_trace(self.trace, vantage, unended=self.unended)
        rows = look_from(self._material, vantage).rows
        return [str(name) for name in self._material.jobs["job_id"].gather(rows)]


def source_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say which jobs (arguments `trace`, `since`, `until`)."""
    path = click.Path(path_type=Path, exists=True, dir_okay=False)
    for option in (
        click.option("--until", type=DAY, metavar="DAY", help=say("failures_source.until")),
        click.option("--since", type=DAY, metavar="DAY", help=say("failures_source.since")),
        click.option("--trace", type=path, metavar="FILE", help=say("failures_source.trace")),
    ):
        function = option(function)
    return function


vantage_option = click.option(
    "--vantage",
    type=click.Choice([str(each) for each in Vantage]),
    default=str(Vantage.SUBMISSION),
    show_default=True,
    help=say("failures_source.vantage"),
)
model_option = click.option(
    "--model", "folder", type=click.Path(path_type=Path), metavar="DIR", help=say("failures_source.model")
)
seed_option = click.option(
    "--seed", type=click.IntRange(0, 2**31 - 1), default=SEED, help=say("failures_source.seed", seed=SEED)
)


def folder_of(session: Session, vantage: Vantage) -> Path:
    """Return where the model of that vantage point is unless another place is named."""
    return session.settings[config.STORE] / "failure-models" / str(vantage)


def load_model(session: Session, folder: Path | None, vantage: str) -> FailureModel:
    """Load the model in `folder`, or that of the vantage point beside the history.

    Raises ModelError, and UsageError where a vantage point was named and the model has another.
    """
    from jobcast.predict.failures.model import load  # noqa: PLC0415

    place = folder or folder_of(session, Vantage(vantage))
    model = load(place)
    named = click.get_current_context().get_parameter_source("vantage") is not ParameterSource.DEFAULT
    if named and model.card.vantage != vantage:
        raise click.UsageError(
            say("failures_source.other_vantage", path=place, has=model.card.vantage, vantage=vantage)
        )
    return model


def cases_for(model: FailureModel, source: Source) -> Cases:
    """Return the jobs as the model looks at them; raises ModelError where it knows other features than they have."""
    cases = source.cases(Vantage(model.card.vantage))
    if cases.features != model.card.features:
        raise ModelError(
            say("failures_source.other_features", path=source.trace or source.session.settings[config.STORE]),
            hint=say("failures_source.other_features_cure"),
        )
    return cases
