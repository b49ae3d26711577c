"""That a job will probably fail, in words that whoever submits it can check."""

from jobcast.forecast import FailureForecast
from jobcast.job import ExitReason
from jobcast.language import say


def failing(forecast: FailureForecast) -> str:
    """Return what speaks for it: the last runs of its family, or where none of these failed the chance."""
    recent = forecast.recent
    if recent.reason is not None:
        return say(
            "foreseen.runs",
            failed=recent.failed,
            runs=recent.runs,
            reason=how_ended(recent.reason, recent.exit_code),
        )
    likeliest = next(iter(forecast.reasons), ExitReason.UNKNOWN)
    return say("foreseen.chance", percent=percent(forecast.probability), reason=how_ended(likeliest, None))


def percent(chance: float) -> str:
    """Return a chance in percent, with a digit behind the point where it is small."""
    return f"{100 * chance:.0f}" if chance >= 0.0995 else f"{100 * chance:.1f}"


def how_ended(reason: str, exit_code: int | None) -> str:
    """Return how such runs failed, to follow "failed"."""
    if reason == ExitReason.EXIT_CODE and exit_code is not None:
        return say("foreseen.exit", code=exit_code)
    return say(f"failing_reason.{reason}")
