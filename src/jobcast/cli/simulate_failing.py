"""Options of simulations in which a site acts on chances of failing, and what is printed of them."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import tzinfo
from typing import Any, TypeVar

import click

from jobcast.cli.figures import amount
from jobcast.cli.run_figures import figure
from jobcast.cli.screen import tell
from jobcast.cli.table import Column, print_table
from jobcast.language import say
from jobcast.schedule.failing import USUAL_LOWERED_FOR, Failing
from jobcast.simulate.chances import Chances, chances_of
from jobcast.simulate.failing import FailingFigures, Way, acting
from jobcast.simulate.setup import Setup
from jobcast.simulate.trace import Trace

F = TypeVar("F", bound=Callable[..., Any])
_CHANCE = click.FloatRange(0, 1, min_open=True)
_HOUR, _WEEK = 3600, 7 * 86_400


def with_failing_options(function: F) -> F:
    """Give a command the options that `Acts.taken` takes."""
    for option in (
        click.option(
            "--confirm-after",
            type=click.IntRange(0, _WEEK),
            default=_HOUR,
            show_default=True,
            metavar="SECONDS",
            help=say("failing_run.confirm_after"),
        ),
        click.option("--hold-at", type=_CHANCE, metavar="CHANCE", help=say("failing_run.hold_at")),
        click.option(
            "--lowered-for",
            type=click.IntRange(1, 52 * _WEEK),
            default=USUAL_LOWERED_FOR,
            show_default=True,
            metavar="SECONDS",
            help=say("failing_run.lowered_for"),
        ),
        click.option("--lower-at", type=_CHANCE, metavar="CHANCE", help=say("failing_run.lower_at")),
    ):
        function = option(function)
    return function


@dataclass(frozen=True, kw_only=True, slots=True)
class Acts:
    """What the options say of jobs that will probably fail."""

    rule: Failing
    """From which chances on something is done."""
    confirm_after: int
    """See `Acting.confirm_after`."""

    @classmethod
    def taken(cls, told: dict[str, Any]) -> "Acts":
        """Take these options out of what a command was told."""
        rule = Failing(**{name: told.pop(name) for name in ("lower_at", "lowered_for", "hold_at")})
        return cls(rule=rule, confirm_after=told.pop("confirm_after"))

    def see(self, setup: Setup) -> None:
        """Raise UsageError where jobs are to be held whose time of submission only turns out."""
        if self.rule.hold_at is not None and setup.follow:
            raise click.UsageError(say("failing_run.no_follow"))
        if self.rule.acts and setup.events == "per-event":
            raise click.UsageError(say("simulate.per_event_counts"))

    def added(self, setup: Setup, trace: Trace, zone: tzinfo) -> Setup:
        """Return a setup that acts, where anything is to be done. Raises InputError as `chances_of`."""
        return self.by(chances_of(trace), setup, trace, zone) if self.rule.acts else setup

    def by(self, chances: Chances, setup: Setup, trace: Trace, zone: tzinfo) -> Setup:
        """Return a setup that acts on these chances."""
        found = acting(trace, self.rule, chances, confirm_after=self.confirm_after, zone=zone)
        return replace(setup, acting=found)


def show_failing(figures: FailingFigures, *, by_model: bool = False) -> None:
    """Print what acting on chances would have done; `by_model` tells where these came from."""
    counts = {name: f"{count:,}" for name, count in asdict(figures).items() if name != "ways"}
    known = counts["known"]
    tell(
        say("failing_run.known_by_model", known=known) if by_model else say("failing_run.known", known=known)
    )
    if figures.lowered:
        tell(say("failing_run.lowered", jobs=counts["lowered"], well=counts["lowered_well"]))
    if figures.held:
        tell(say("failing_run.held", jobs=counts["held"], well=counts["held_well"]))
    rows = [_cells(way) for way in figures.ways]
    print_table(
        [
            Column(heading="", cells=[say(f"failing_figure.{name}") for name in rows[0]]),
            *(
                Column(heading=say(f"failing_way.{way.name}"), cells=list(cells.values()), right=True)
                for way, cells in zip(figures.ways, rows, strict=True)
            ),
        ]
    )
    if figures.held:
        tell(say("failing_run.between"))


def _cells(way: Way) -> dict[str, str]:
    return {
        "failed_core_hours": amount(way.failed_core_hours),
        "good_mean_wait_s": figure("mean_wait_s", way.good_mean_wait_s),
        "good_p95_wait_s": figure("p95_wait_s", way.good_p95_wait_s),
        "good_mean_bounded_slowdown": figure("mean_bounded_slowdown", way.good_mean_bounded_slowdown),
    }
