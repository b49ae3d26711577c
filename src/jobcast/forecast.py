"""A forecast of what a job will need, or the reason why there is none."""

from dataclasses import dataclass

from jobcast.units import Bytes, Seconds


@dataclass(frozen=True, kw_only=True, slots=True)
class Basis:
    """What a forecast rests on."""

    level: str
    """History level: same, young, variant, similar, broad (`jobcast.features.family`)."""
    rung: str
    """The rung of the family ladder that had history, e.g. ``user+template+cwd``."""
    runs: int
    """Finished runs known on that rung at the moment of submission."""
    age_days: float | None
    """Days since the last of them finished; None when the recipe looks at no single runs."""
    median_from: str = "trees"
    """Which candidate gave the median: the trees, or the family's own last runs where these served better."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Contribution:
    """How far one feature moved the request, before its calibration."""

    feature: str
    """A rung of the family ladder, or one thing about the request or the moment."""
    factor: float
    """The request was multiplied by this much; 1 means no influence."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MemoryForecast:
    """Peak memory of the next job."""

    quantiles: dict[float, Bytes]
    """Probability to amount, rising; empty when the recipe tells no probabilities."""
    request: Bytes
    """The amount to ask for: exceeded with the probability `risk`."""
    risk: float | None
    """None when the recipe adds no margin and nobody measured how many jobs use more."""
    basis: Basis
    """What it rests on, for whoever wants to judge it."""
    contributions: tuple[Contribution, ...] = ()
    """What moved the request most, strongest first; empty unless it was asked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RunTimeForecast:
    """Wall-clock time of the next job, from its start to its end."""

    quantiles: dict[float, Seconds]
    """Probability to time, rising."""
    limit: Seconds
    """The run limit to ask for, in whole minutes: exceeded with the probability `risk`."""
    risk: float
    """Smaller than that of memory as a rule: a job killed at its limit loses all that it did."""
    basis: Basis
    """What it rests on, for whoever wants to judge it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RecentRuns:
    """How the newest finished runs of the narrowest family with history ended."""

    runs: int
    """How many are looked at, at most 10."""
    failed: int
    """How many of these failed."""
    reason: str | None
    """Why most of the failed ones did (`jobcast.job.ExitReason`); None where none failed."""
    exit_code: int | None
    """The exit code of most of the failed ones; None where none failed or no code was told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FailureForecast:
    """Whether the next job will fail, as far as is known when it is submitted."""

    probability: float
    """Chance that it fails; calibrated on later days than were learnt from. Being cancelled is no failure."""
    reasons: dict[str, float]
    """`jobcast.job.ExitReason` to its part of the probability, the largest first; they sum to it."""
    recent: RecentRuns
    """How the last runs of its family ended, in figures that a user can check."""
    basis: Basis
    """What it rests on."""
    contributions: tuple[Contribution, ...] = ()
    """What moved the odds most, strongest first (a factor on the odds); empty unless it was asked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NoForecast:
    """Nothing is known; what the job asks for stays as it was submitted."""

    reason: str
    """A fixed word, e.g. ``nothing_similar``."""


NO_FAILURES = NoForecast(reason="no_failures_learnt")
"""Of every job, for models that have learnt nothing of failures."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Forecast:
    """All that is known of the next job; each part by itself, or why it is not known."""

    memory: MemoryForecast | NoForecast
    """Its peak memory."""
    run_time: RunTimeForecast | NoForecast
    """How long it will run."""
    failure: FailureForecast | NoForecast = NO_FAILURES
    """Whether it will fail."""
