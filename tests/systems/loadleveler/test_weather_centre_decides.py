"""The weather centre's files and job command files, decided by the core: forecasts go before trials before research."""

from dataclasses import replace
from datetime import UTC, datetime

from jobcast.decision import Cause, Decision, Resume, Start, Suspend
from jobcast.schedule.event import Event, Finished, Submitted
from jobcast.schedule.state import State
from jobcast.schedule.step import begin, step
from jobcast.systems.loadleveler.configuration import read_site
from jobcast.systems.loadleveler.job_command_file import JobSubmission, read_job
from tests.systems.loadleveler.reading import recorded

SITE = read_site(recorded("weather-centre"))
POLICY = SITE.configuration.policy


def submitted(at: int, job: str, queue: str, machines: int) -> Submitted:
    text = f"# @ class = {queue}\n# @ job_type = parallel\n# @ node = {machines}\n# @ tasks_per_node = 32\n# @ queue"
    submission = JobSubmission(id=job, user="nwp", at=datetime(2026, 3, 1, tzinfo=UTC))
    (batch_job,) = read_job(text, SITE, submission).jobs
    return Submitted(at=at, job=batch_job)


def decided(state: State, event: Event) -> tuple[State, list[tuple[str, str, int]]]:
    """Return what happens to which job, and on how many machines it starts."""
    state, decisions = step(state, [event], POLICY)
    return state, [_told(each) for each in decisions if isinstance(each, Start | Suspend | Resume)]


def _told(decision: Decision) -> tuple[str, str, int]:
    machines = len(decision.allocation) if isinstance(decision, Start) else 0
    return type(decision).__name__, decision.job, machines


def test_normal_preempts_normal2_preempts_normal1():
    state = begin(SITE.configuration.cluster, POLICY)
    state, first = decided(state, submitted(0, "research", "normal1", 16))
    state, second = decided(state, submitted(10, "trial", "normal2", 26))
    state, third = decided(state, submitted(20, "forecast", "normal", 26))
    assert first == [("Start", "research.0", 16)]
    assert second == [("Suspend", "research.0", 0), ("Start", "trial.0", 26)]
    assert third == [("Suspend", "trial.0", 0), ("Start", "forecast.0", 26)]


def test_a_suspended_job_goes_on_where_it_was_when_its_preemptor_has_ended():
    state = begin(SITE.configuration.cluster, POLICY)
    state, _ = decided(state, submitted(0, "research", "normal1", 16))
    state, preempted = decided(state, submitted(10, "forecast", "normal", 26))
    state, ended = decided(state, Finished(at=20, job="forecast.0"))
    assert preempted == [("Suspend", "research.0", 0), ("Start", "forecast.0", 26)]
    assert ended == [("Resume", "research.0", 0)]


def test_the_class_limit_holds_for_what_is_submitted():
    text = "# @ class = normal\n# @ wall_clock_limit = 7:00:00\n# @ queue"
    submission = JobSubmission(id="long", user="nwp", at=datetime(2026, 3, 1, tzinfo=UTC))
    assert read_job(text, SITE, submission).refusals == (
        "job command file:2:24: wall_clock_limit: more than 21600, the hard limit of the class",
    )
    job = replace(submitted(0, "long", "normal", 1).job, run_limit=7 * 3600)
    _, decisions = step(begin(SITE.configuration.cluster, POLICY), [Submitted(at=0, job=job)], POLICY)
    assert [(type(each).__name__, each.reason.cause) for each in decisions] == [
        ("Refuse", Cause.RUN_LIMIT_TOO_LONG)
    ]
