"""From the options of ``jobcast simulate`` to a setup and a trace."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jobcast.language import say
from jobcast.simulate.history import STORE, read_history
from jobcast.simulate.setup import Setup, processors_of
from jobcast.simulate.swf import read_swf

if TYPE_CHECKING:
    from datetime import datetime

    from jobcast.cli.session import Session
    from jobcast.simulate.counts.base import Events
    from jobcast.simulate.estimates.correction import CorrectionName
    from jobcast.simulate.estimates.registry import EstimatesName
    from jobcast.simulate.trace import Trace


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What the options say of how to simulate."""

    policy: str | None
    """A policy of the literature; None where none is named."""
    system: tuple[Path, ...]
    """Configuration files of a batch system, or folders of them."""
    machines: str | None
    """Machines in a few words; None where none are named."""
    estimates: EstimatesName | None
    """See `Setup.estimates`."""
    correction: CorrectionName | None
    """See `Setup.correction`."""
    events: Events | None
    """See `Setup.events`."""
    guarantee: bool
    """See `Setup.guarantee`."""
    cycle: int | None
    """See `Setup.cycle`."""
    follow: bool
    """See `Setup.follow`."""

    def setup(self) -> Setup:
        """Return what decides over the run, telling what was made of the keywords of the site's files.

        Raises InputError or ConfigError for what can't be read, UsageError for what contradicts itself.
        """
        if self.system and self.policy:
            raise click.UsageError(say("simulate.two_policies"))
        setup = Setup(
            policy=self.policy or "easy",
            estimates=self.estimates,
            correction=self.correction,
            events=self.events,
            cycle=self.cycle,
            guarantee=self.guarantee,
            follow=self.follow,
        )
        if self.events == "per-event" and (self.system or self.machines or not setup.counts):
            raise click.UsageError(say("simulate.per_event_counts"))
        setup.rule()  # raises for a policy that nobody knows
        if self.system or self.machines:
            from jobcast.cli.simulate_site import with_machines  # noqa: PLC0415 - reads all dialects

            setup = with_machines(setup, machines=self.machines, system=self.system)
        return setup


@dataclass(frozen=True, kw_only=True, slots=True)
class Which:
    """What the options say of which jobs."""

    trace: str
    """The name of a log, or ``store``."""
    processors: int | None
    """How many there are; None where nobody says."""
    since: datetime | None
    """Of the history: jobs that finished from then on."""
    until: datetime | None
    """Of the history: jobs that finished before."""
    cluster: str | None
    """Of the history: jobs of this cluster."""

    def read(self, session: Session, setup: Setup) -> Trace:
        """Read the jobs, for the machines of `setup`. Raises what `read_swf` and `read_history` raise."""
        processors = self.processors
        if setup.cluster is not None:
            processors = processors_of(setup.cluster)
        if self.trace != STORE:
            return read_swf(Path(self.trace), processors=processors, queues_limit=setup.system is not None)
        return read_history(
            session.store, since=self.since, until=self.until, processors=processors, cluster=self.cluster
        )

    def see(self, setup: Setup) -> None:
        """Raise UsageError for what contradicts itself."""
        if self.trace != STORE and (self.since or self.until or self.cluster):
            raise click.UsageError(say("simulate.only_store"))
        if self.processors and setup.cluster is not None:
            raise click.UsageError(say("simulate.machines_count"))
