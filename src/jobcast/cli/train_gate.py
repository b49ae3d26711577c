"""Whether a model that was just trained answers from now on, and what is said about it."""

from dataclasses import asdict
from typing import Any

from jobcast.cli.figures import amount, share
from jobcast.cli.screen import talk, tell
from jobcast.language import say
from jobcast.train.gate import LEAST, Figures, Reason, Verdict

NOT_COMPARED = (Reason.UNREADABLE, Reason.OTHER_RECIPE, Reason.OTHER_RISK)
"""Reasons that are told, because somebody may not expect them."""


def as_dict(verdict: Verdict | None) -> dict[str, Any] | None:
    """Return a verdict for programs."""
    if verdict is None:
        return None
    return {
        "reason": verdict.reason,
        "jobs": verdict.jobs,
        "new": verdict.new and asdict(verdict.new),
        "active": verdict.active and asdict(verdict.active),
    }


def tell_verdict(verdict: Verdict | None, *, name: str, active: bool, as_json: bool) -> None:
    """Say what became of the comparison of model `name`, which is now `active` or not.

    What somebody may have to act upon goes to stderr, also where the answer is for programs: cron mails it.
    """
    if verdict is None:
        return
    if not verdict.activates:
        talk(_compared(verdict))
        if active:
            talk(say("gate.anyway", name=name))
        else:
            talk(say(f"gate.kept_{verdict.reason}", name=name))
            talk(say("gate.kept_cure", name=name))
    elif verdict.reason is Reason.NO_WORSE:
        if not as_json:
            tell(_compared(verdict))
    elif verdict.reason is Reason.TOO_FEW:
        talk(say("gate.too_few", jobs=f"{verdict.jobs:,}", least=LEAST))
    elif verdict.reason in NOT_COMPARED:
        talk(say(f"gate.because_{verdict.reason}"))


def _compared(verdict: Verdict) -> str:
    return say(
        "gate.compared",
        jobs=f"{verdict.jobs:,}",
        new=_figures(verdict.new),
        active=_figures(verdict.active),
    )


def _figures(figures: Figures | None) -> str:
    if figures is None:
        return "-"
    return say("gate.figures", exceeded=share(figures.exceeded_share), wasted=amount(figures.wastage_gib_h))
