"""Which steps are run again after an attempt of theirs is over, and with what."""

from dataclasses import replace

from jobcast.act.executors.base import End, Ended
from jobcast.batch.following import REQUEUED
from jobcast.batch.record import Step, Submitted
from jobcast.machine import MEMORY
from jobcast.systems.loadleveler.resources import VIRTUAL_MEMORY

_MEMORIES = frozenset({MEMORY, VIRTUAL_MEMORY})

MOST_LOST = 3
"""Attempts that may be lost before a step is given up: its machine may be what is wrong, or the step itself."""


def retry(
    step: Step, news: Ended, *, memory_retries: int = 0, memory_factor: float = 2.0
) -> Submitted | None:
    """Return what is to be run again; None for nothing.

    Again runs what was asked to be requeued; what was lost without anybody's wish, if it may be run again; and up to
    `memory_retries` times what was killed for its memory, each time with `memory_factor` times as much.
    """
    if step.killed_for == REQUEUED:
        return step.submitted
    if step.killed_for or not step.submitted.job.restartable:
        return None
    before = [run.how for run in step.runs]
    if news.how is End.LOST and before.count(End.LOST) + 1 < MOST_LOST:
        return step.submitted
    if news.how is End.OVER_MEMORY and before.count(End.OVER_MEMORY) < memory_retries:
        return with_more_memory(step.submitted, memory_factor)
    return None


def with_more_memory(submitted: Submitted, factor: float) -> Submitted:
    """Return a step that asks for, and may take, so many times as much memory."""
    demand, may = submitted.job.demand, submitted.enforcement
    per_task, per_machine = (
        {name: round(amount * factor) if name in _MEMORIES else amount for name, amount in amounts.items()}
        for amounts in (demand.per_task, demand.per_machine)
    )
    return replace(
        submitted,
        job=replace(submitted.job, demand=replace(demand, per_task=per_task, per_machine=per_machine)),
        enforcement=replace(
            may,
            memory=None if may.memory is None else round(may.memory * factor),
            virtual_memory=None if may.virtual_memory is None else round(may.virtual_memory * factor),
        ),
    )
