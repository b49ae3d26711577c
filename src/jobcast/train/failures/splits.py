"""What is learnt from and what is judged by: at random, as the TLNM paper does, and by time, as in life."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from jobcast.train.failures.cases import Cases, Flags, Rows


class SplitBy(StrEnum):
    """How jobs are told apart. Every score says it."""

    RANDOM = "random"
    """At random within the failed and the others. Failures come in bursts, so this flatters."""
    TIME = "time"
    """Learnt from what had finished before a moment, judged by what was asked after it."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Split:
    """Rows of `Cases`; by time, those under way at the cut are in neither part."""

    by: SplitBy
    """How they were told apart."""
    train: Rows
    """Learnt from."""
    test: Rows
    """Judged by."""


def at_random(cases: Cases, *, share: float, seed: int) -> Split:
    """Draw a `share` of the failed jobs and of the others to be judged by; the same seed draws the same.

    A job that is looked at more than once is drawn as a whole.
    """
    if cases.jobs is None:
        judged = drawn(cases.failed, share=share, seed=seed)
    else:
        _, first, job = np.unique(cases.jobs, return_index=True, return_inverse=True)
        judged = drawn(cases.failed[first], share=share, seed=seed)[job]
    return Split(by=SplitBy.RANDOM, train=np.flatnonzero(~judged), test=np.flatnonzero(judged))


def drawn(failed: Flags, *, share: float, seed: int) -> Flags:
    """Return which of n jobs are drawn: a `share` of the failed and of the others, rounded to whole jobs."""
    chosen = np.zeros(len(failed), dtype=bool)
    random = np.random.default_rng(seed)
    for kind in (np.flatnonzero(failed), np.flatnonzero(~failed)):
        chosen[random.permutation(kind)[: round(share * len(kind))]] = True
    return chosen


def by_time(cases: Cases, *, share: float) -> Split:
    """Cut where about a `share` of the jobs is asked later or just then: these are judged by."""
    if not len(cases):
        nothing = np.empty(0, dtype=np.int64)
        return Split(by=SplitBy.TIME, train=nothing, test=nothing)
    place = min(int((1 - share) * len(cases)), len(cases) - 1)
    return at(cases, int(np.partition(cases.asked, place)[place]))


def at(cases: Cases, cut: int) -> Split:
    """Cut at a moment of the cases' own clock: what finished before it teaches, what is asked from it on judges."""
    return Split(
        by=SplitBy.TIME,
        train=np.flatnonzero((cases.finished < cut) & (cases.asked < cut)),
        test=np.flatnonzero(cases.asked >= cut),
    )
