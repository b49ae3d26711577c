"""The contract of a sizing policy, and the values that go in and out."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from jobcast.forecast import NoForecast
from jobcast.units import Bytes, Seconds

NO_FINISHED_RUN = "no_finished_run"
"""Reason of a `NoForecast`: no run of the family has finished, and this one has no request."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """What is known of a run when it is submitted."""

    family: Hashable
    """Runs of one family are near-repeats; what makes a family is the caller's to say."""
    request: Bytes | None = None
    """The memory that it asks for by itself."""
    input_size: float | None = None
    """How much it has to work on, in any unit that stays the same within the family."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SizingAdvice:
    """What to ask for, and why."""

    amount: Bytes
    """What the first attempt should ask for."""
    basis: str
    """``request``, ``few_runs``, or the name of the rule or candidate that it comes from."""
    runs: int = 0
    """Finished runs that it rests on."""
    candidates: Mapping[str, float] = field(default_factory=dict)
    """Bytes that each candidate would have asked for (`jobcast.predict.sizing.candidates`)."""


class Policy(Protocol):
    """Advises on the memory of runs, and learns from each that finishes."""

    def advise(self, run: Run) -> SizingAdvice | NoForecast:
        """Return what `run` should ask for; asking changes nothing."""
        ...

    def submitted(self, run: Run) -> None:
        """Note that `run` is on its way: `learn` or `lost` must follow once it has ended."""
        ...

    def learn(
        self, run: Run, *, peak: Bytes, run_time: Seconds, advice: SizingAdvice | NoForecast | None = None
    ) -> None:
        """Take in a finished run; the `advice` that was given for it lets the policy judge itself."""
        ...

    def lost(self, run: Run) -> None:
        """Note that a submitted run ended and taught nothing."""
        ...

    def retry(self, run: Run, failed: Bytes) -> Bytes:
        """Return what to ask for after `failed` was too little."""
        ...


def as_requested(run: Run) -> SizingAdvice | NoForecast:
    """Leave `run` as it was submitted."""
    if run.request is None:
        return NoForecast(reason=NO_FINISHED_RUN)
    return SizingAdvice(amount=run.request, basis="request")
