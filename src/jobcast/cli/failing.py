"""What the settings say of jobs that will probably fail, as a rule for those who decide, and in words."""

from collections.abc import Iterator

from jobcast import config
from jobcast.config import Config
from jobcast.language import say
from jobcast.schedule.failing import Failing
from jobcast.units import format_duration


def failing(settings: Config) -> Failing:
    """Return the rule."""
    return Failing(
        lower_at=settings[config.FAILURES_LOWER_AT],
        lowered_for=round(settings[config.FAILURES_LOWERED_FOR].total_seconds()),
        hold_at=settings[config.FAILURES_HOLD_AT],
        retries=settings[config.FAILURES_RETRIES],
        retry_below=settings[config.FAILURES_RETRY_BELOW],
    )


def as_dict(rule: Failing) -> dict[str, object]:
    """Return the rule for programs; null where nothing is done."""
    return {
        "lower_at": rule.lower_at,
        "lowered_for_s": rule.lowered_for,
        "hold_at": rule.hold_at,
        "retries": rule.retries,
        "retry_below": rule.retry_below,
    }


def told(rule: Failing) -> Iterator[str]:
    """Yield a line for each thing that is done."""
    if rule.lower_at is not None:
        longest = format_duration(rule.lowered_for)
        yield say("failing_rule.lower", chance=_percent(rule.lower_at), longest=longest)
    if rule.hold_at is not None:
        yield say("failing_rule.hold", chance=_percent(rule.hold_at))
    if rule.retries:
        yield say("failing_rule.retries", times=rule.retries, chance=_percent(rule.retry_below))


def _percent(chance: float) -> str:
    return f"{100 * chance:g} %"
