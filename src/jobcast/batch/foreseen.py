"""What was foreseen of a step's failing, and that somebody has to confirm it, in figures and in words."""

from collections.abc import Mapping
from dataclasses import dataclass

from jobcast.act.failing import how_ended
from jobcast.decision import Cause, Reason
from jobcast.forecast import FailureForecast, RecentRuns
from jobcast.job import ExitReason
from jobcast.language import say

_COMMANDS = {"lsf": "jobcast batch bresume"}
_OTHER_COMMAND = "jobcast batch llhold -r"


@dataclass(frozen=True, kw_only=True, slots=True)
class Foreseen:
    """What a forecast told of a step's failing at its submission; the chance itself is `BatchJob.failing`."""

    reasons: Mapping[str, float]
    """See `jobcast.forecast.FailureForecast.reasons`."""
    recent: RecentRuns
    """How the last runs of its family had ended then."""
    held: bool = False
    """Whether it was held for that, until somebody would confirm it."""
    confirmed_by: str = ""
    """Who did; empty for nobody yet."""
    confirmed_at: int | None = None
    """Second of the epoch at which it was; None for not yet."""

    @property
    def waits(self) -> bool:
        """Tell whether it has to be confirmed yet."""
        return self.held and self.confirmed_at is None


def foreseen_in(forecast: FailureForecast) -> Foreseen:
    """Return what is kept of a forecast."""
    return Foreseen(reasons=forecast.reasons, recent=forecast.recent)


def to_confirm(foreseen: Foreseen, chance: float | None, dialect: str, name: str) -> Reason:
    """Return why a step, or a whole job, is held; `name` is what is to be confirmed."""
    recent = foreseen.recent
    return Reason(
        cause=Cause.UNCONFIRMED,
        values={
            "percent": round(100 * (chance or 0.0)),
            "runs": recent.runs,
            "failed": recent.failed,
            "reason": recent.reason or next(iter(foreseen.reasons), ""),
            "code": "" if recent.exit_code is None else recent.exit_code,
            "how": f"{_COMMANDS.get(dialect, _OTHER_COMMAND)} {name}",
        },
    )


def spelled_out(reason: Reason) -> Reason:
    """Return such a reason with its figures in the language spoken now, for `jobcast.schedule.sentence`."""
    known = reason.values
    code = known["code"]
    how = how_ended(str(known["reason"] or ExitReason.UNKNOWN), code if isinstance(code, int) else None)
    if known["failed"]:
        why = say("foreseen.runs", reason=how, failed=known["failed"], runs=known["runs"])
    else:
        why = say("foreseen.chance", reason=how, percent=known["percent"])
    return Reason(cause=reason.cause, values={"why": why, "how": known["how"]})
