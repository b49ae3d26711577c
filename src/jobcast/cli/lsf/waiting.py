"""``bsub -K``: wait for the end of a job."""

import time
from collections.abc import Callable

from jobcast.batch.record import Step, StepState
from jobcast.batch.screens.lsf.job import hosts
from jobcast.batch.service import Manager, Past, Wanted
from jobcast.cli.lsf.asking import FAILED
from jobcast.cli.screen import talk
from jobcast.errors import BatchSystemError

_EVERY = 0.5
"""Seconds between questions."""
_MOST_ASKED = 600
"""Questions that nobody answers, five minutes long, after which the wait is over."""
_FORGOTTEN_AFTER = 3
"""Answers without the job, after which it is gone."""


def wait_for(job: str, manager: Manager) -> int:
    """Return the exit code of a job when it is over; of an array the first that isn't 0. Says when it starts."""
    talk("<<Waiting for dispatch ...>>")
    started = False
    missing = 0
    while missing < _FORGOTTEN_AFTER:
        steps = _patiently(lambda: manager.snapshot(Wanted(steps=(job,), bare=True)).steps)
        running = next((step for step in steps if step.allocation), None)
        if running is not None and not started:
            started = True
            talk(f"<<Starting on {':'.join(hosts(running.allocation))}>>")
        if not steps:
            steps = _patiently(lambda: tuple(manager.past(Past(job=job))))
            missing += 1
        if steps and all(step.state.is_over for step in steps):
            talk("<<Job is finished>>")
            return next(filter(None, map(_code, steps)), 0)
        time.sleep(_EVERY)
    return FAILED


def _patiently(ask: Callable[[], tuple[Step, ...]]) -> tuple[Step, ...]:
    """Ask until the manager answers, which may be started again meanwhile; raises BatchSystemError in the end."""
    for _ in range(_MOST_ASKED):
        try:
            return ask()
        except BatchSystemError:
            time.sleep(_EVERY)
    return ask()


def _code(step: Step) -> int:
    """Return how a step ended: its program's exit code, or failure where it didn't end by itself."""
    if step.exit_code:
        return step.exit_code
    return 0 if step.state is StepState.COMPLETED else FAILED
