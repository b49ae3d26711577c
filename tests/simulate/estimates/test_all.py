"""What holds for every estimator, whatever the jobs and whenever they finish."""

import random
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.simulate.estimates.base import UNKNOWN, Columns
from jobcast.simulate.estimates.registry import ESTIMATES_NAMES, EstimatesName, make

LEARNT: list[EstimatesName] = [name for name in ESTIMATES_NAMES if name != "actual"]
CAPPED: list[EstimatesName] = [name for name in ESTIMATES_NAMES if name != "doubled"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Course:
    """Jobs, and in which order they are submitted and finish."""

    columns: Columns
    events: list[tuple[int, bool]]
    """Job, and whether it has finished; each job first arrives, and later finishes if it does at all."""

    def answers(self, name: EstimatesName, until: int | None = None) -> list[int]:
        """Return the estimates of all jobs that arrive in the first so many events, in order."""
        estimator, told = make(name, self.columns), []
        for now, (job, finished) in enumerate(self.events[:until]):
            if finished:
                estimator.at_finish(job, now)
            else:
                told.append(estimator.at_submission(job, now))
        return told

    def with_another_future(self, known: int, run: np.ndarray) -> "Course":
        """Let the jobs that have not finished in the first so many events run otherwise."""
        finished = [job for job, finished in self.events[:known] if finished]
        changed = run.copy()
        changed[finished] = self.columns.run[finished]
        return replace(self, columns=replace(self.columns, run=changed))


@st.composite
def courses(draw: st.DrawFn) -> Course:
    count = draw(st.integers(1, 40))
    chance = random.Random(draw(st.integers(0, 2**32)))
    request = np.array([chance.choice((1, 2, 60, 600, 86400)) for _ in range(count)])
    columns = Columns(
        request=request,
        run=runs(request, chance),
        user=np.array([chance.choice((UNKNOWN, 0, 1, 2)) for _ in range(count)]),
        processors=np.array([chance.choice((1, 2, 16)) for _ in range(count)]),
    )
    waiting, events = list(range(count)), []
    running: list[int] = []
    while waiting or (running and chance.random() < 0.9):
        if waiting and (not running or chance.random() < 0.5):
            running.append(waiting.pop(0))
            events.append((running[-1], False))
        else:
            events.append((running.pop(chance.randrange(len(running))), True))
    return Course(columns=columns, events=events)


def runs(request: np.ndarray, chance: random.Random) -> np.ndarray:
    return np.array([chance.randint(1, most) for most in request.tolist()])


@pytest.mark.parametrize("name", CAPPED)
@given(course=courses())
def test_no_estimate_is_below_a_second_or_above_the_request(name: EstimatesName, course: Course) -> None:
    arrived = [job for job, finished in course.events if not finished]
    estimates = np.array(course.answers(name))
    assert np.all((estimates >= 1) & (estimates <= course.columns.request[arrived]))


@pytest.mark.parametrize("name", LEARNT)
@given(course=courses(), seed=st.integers(0, 2**32))
def test_jobs_that_have_not_finished_tell_nothing(name: EstimatesName, course: Course, seed: int) -> None:
    chance = random.Random(seed)
    known = chance.randint(1, len(course.events))
    other = course.with_another_future(known, runs(course.columns.request, chance))
    assert other.answers(name, until=known) == course.answers(name, until=known)
