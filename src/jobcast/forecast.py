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
class NoForecast:
    """Nothing is known; what the job asks for stays as it was submitted."""

    reason: str
    """A fixed word, e.g. ``nothing_similar``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Forecast:
    """All that is known of the next job; each part by itself, or why it is not known."""

    memory: MemoryForecast | NoForecast
    """Its peak memory."""
    run_time: RunTimeForecast | NoForecast
    """How long it will run."""
