"""Whether a new model may answer in place of the active one: the one rule, on the same jobs for both.

Both are judged on jobs that ended well and that finished after all that the active model's trees have learnt from,
each answered as of its submission; the new one by a model of its recipe that has learnt until then, and no further.
What counts, in this order:

1. the share of jobs beyond their request, as far as that is more than was accepted. A difference counts only where
   it is more than chance: of the jobs that one of the two alone left short, one side has more by twice the root;
2. the memory held in vain (GiB·h), as `jobcast.train.score.wastage` counts it. A twentieth more is no difference.

Where nothing can be compared, the new model answers: it knows the newer jobs.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

import polars as pl

from jobcast.train.score import score

LEAST = 200
"""Jobs below which a share of one in twenty means little."""
_SAME_WASTE = 1.05
_CHANCE = 2.0
"""Standard deviations."""


class Reason(StrEnum):
    """Why a new model answers from now on, or why it does not."""

    FIRST = "first"
    """No other is active."""
    NOT_JUDGED = "not_judged"
    """Nobody wanted it judged, or the history is too short for that."""
    UNREADABLE = "unreadable"
    """The active model can't be used, or was made with other features."""
    OTHER_RECIPE = "other_recipe"
    """The active model is of another recipe, which somebody has chosen to leave."""
    OTHER_RISK = "other_risk"
    """The active model was made for another accepted risk, which somebody has chosen to leave."""
    TOO_FEW = "too_few"
    """Too few jobs have finished since the active model was made."""
    NO_WORSE = "no_worse"
    """It does as well on these jobs, or better."""
    SHORT = "short"
    """It leaves more jobs beyond their request than was accepted, and more than the active one."""
    WASTE = "waste"
    """It holds more memory in vain than the active one."""


KEEPS_ACTIVE = frozenset({Reason.SHORT, Reason.WASTE})
"""Reasons for which the active model goes on answering."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """How one of the two did on the jobs that both are judged on."""

    exceeded_share: float
    """Share of jobs that used more than their request."""
    wastage_gib_h: float
    """Memory held in vain, GiB·h."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What became of the comparison."""

    reason: Reason
    """Why."""
    jobs: int = 0
    """How many jobs both were judged on, or could have been."""
    new: Figures | None = None
    """Of the new model's recipe; None where nothing was compared."""
    active: Figures | None = None
    """Of the active model; None likewise."""

    @property
    def activates(self) -> bool:
        """Tell whether the new model is to answer."""
        return self.reason not in KEEPS_ACTIVE


def verdict(new: pl.DataFrame, active: pl.DataFrame, risk: float) -> Verdict:
    """Compare the answers of both to the same jobs, row by row.

    Columns: memory_peak, median, request (GiB; NaN where there is no answer), run_time (s). Jobs that only one of
    them answers don't count.
    """
    both = pl.Series(_answered(new) & _answered(active))
    new, active = new.filter(both), active.filter(both)
    if len(new) < LEAST:
        return Verdict(reason=Reason.TOO_FEW, jobs=len(new))
    figures = [_figures(new), _figures(active)]
    return Verdict(
        reason=_reason(new, active, figures, risk), jobs=len(new), new=figures[0], active=figures[1]
    )


def _answered(answers: pl.DataFrame) -> pl.Series:
    return answers.select(pl.all_horizontal(pl.col("median", "request").is_not_nan().fill_null(value=False)))[
        "median"
    ]


def _figures(answers: pl.DataFrame) -> Figures:
    found = score(answers)
    return Figures(exceeded_share=found.exceeded_share, wastage_gib_h=found.wastage_gib_h)


def _reason(new: pl.DataFrame, active: pl.DataFrame, figures: list[Figures], risk: float) -> Reason:
    excess_new, excess_active = (max(one.exceeded_share - risk, 0.0) for one in figures)
    short_new, short_active = (one["memory_peak"] > one["request"] for one in (new, active))
    only_new, only_active = int((short_new & ~short_active).sum()), int((short_active & ~short_new).sum())
    if abs(only_new - only_active) > _CHANCE * sqrt(only_new + only_active):
        if excess_new > excess_active:
            return Reason.SHORT
        if excess_new < excess_active:
            return Reason.NO_WORSE
    wasted_new, wasted_active = (one.wastage_gib_h for one in figures)
    return Reason.WASTE if wasted_new > _SAME_WASTE * wasted_active else Reason.NO_WORSE
