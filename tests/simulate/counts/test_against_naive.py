"""Random traces: the engine starts jobs as the naive form of the rules does, and keeps what the rules promise."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobcast.simulate.counts import engine
from jobcast.simulate.counts.base import ALL, EASY, EASY_SJBF, FCFS, Given, Jobs, Rule
from jobcast.simulate.estimates.correction import CORRECTION_NAMES
from tests.simulate.counts.logs import jobs_of, made_up
from tests.simulate.counts.naive import Naive

run_plain = partial(engine.run, compiled=False)
PROCESSORS = 8

_ONE_JOB = st.tuples(
    st.integers(0, 12),  # seconds after the one before
    st.integers(1, 40),  # run time
    st.integers(0, 40),  # asked for beyond that
    st.integers(1, PROCESSORS),
    st.integers(-1, 2),  # user
)


@st.composite
def traces(draw: st.DrawFn) -> Jobs:
    rows = np.array(draw(st.lists(_ONE_JOB, min_size=1, max_size=25)), np.int64)
    run_time = rows[:, 1] * draw(st.sampled_from([1, 60, 1000]))
    return jobs_of(
        submit=np.cumsum(rows[:, 0]) * draw(st.sampled_from([1, 7, 300])),
        run=run_time,
        request=run_time + rows[:, 2] * draw(st.sampled_from([0, 1, 60])),
        processors=rows[:, 3],
        user=rows[:, 4],
    )


@st.composite
def rules(draw: st.DrawFn, jobs: Jobs) -> Rule:
    chance = np.random.default_rng(draw(st.integers(0, 100)))
    given = chance.integers(1, jobs.request, endpoint=True)
    return Rule(
        depth=draw(st.sampled_from([0, 1, 2, 3, ALL])),
        order=draw(st.sampled_from(["first-come", "shortest-first"])),
        events=draw(st.sampled_from(["per-event", "per-timestamp"])),
        estimates=draw(st.sampled_from(["requested", "actual", "doubled", "last-two", Given(seconds=given)])),
        correction=draw(st.sampled_from(CORRECTION_NAMES)),
    )


def most_in_use(jobs: Jobs, start: np.ndarray) -> int:
    """Return the most processors held at once; those released in a second can be taken in it."""
    changes = np.concatenate([jobs.processors, -jobs.processors])
    times = np.concatenate([start, start + jobs.run])
    return int(np.cumsum(changes[np.lexsort((changes, times))]).max())


@settings(max_examples=300)
@given(data=st.data())
def test_jobs_start_as_by_the_naive_form_of_the_rules(run, data):
    jobs = data.draw(traces())
    rule = data.draw(rules(jobs))
    naive, outcome = Naive(jobs, PROCESSORS, rule), run(jobs, PROCESSORS, rule)
    assert outcome.start.tolist() == naive.starts()
    if rule.depth > 0:
        assert outcome.estimate.tolist() == [naive.first[job] for job in range(len(jobs))]
        assert outcome.corrections.tolist() == [naive.times.get(job, 0) for job in range(len(jobs))]


@given(data=st.data())
def test_never_are_more_processors_in_use_than_there_are(run, data):
    jobs = data.draw(traces())
    outcome = run(jobs, PROCESSORS, data.draw(rules(jobs)))
    assert most_in_use(jobs, outcome.start) <= PROCESSORS
    assert (outcome.start >= jobs.submit).all()


@given(jobs=traces(), depth=st.sampled_from([1, 2, ALL]))
def test_with_true_run_times_it_does_not_matter_when_the_queue_is_looked_at(run, jobs, depth):
    rule = Rule(depth=depth, estimates="actual")
    assert np.array_equal(
        run(jobs, PROCESSORS, rule).start, run(jobs, PROCESSORS, replace(rule, events="per-timestamp")).start
    )


@given(
    jobs=traces(),
    events=st.sampled_from(["per-event", "per-timestamp"]),
    estimates=st.sampled_from(["requested", "doubled"]),
)
def test_without_corrections_the_head_never_starts_later_than_it_was_first_promised(
    run, jobs, events, estimates
):
    rule = Rule(events=events, estimates=estimates)
    promises, start = Naive(jobs, PROCESSORS, rule).promises, run(jobs, PROCESSORS, rule).start
    assert all(start[job] <= promise for job, promise in promises.items())


@given(jobs=traces())
def test_first_come_first_served_starts_jobs_in_the_order_of_their_submission(run, jobs):
    assert (np.diff(run(jobs, PROCESSORS, FCFS).start) >= 0).all()


@given(jobs=traces(), rule=st.sampled_from([EASY, EASY_SJBF]))
def test_jobs_that_all_fill_the_machine_run_one_after_the_other(run, jobs, rule):
    wide = replace(jobs, processors=np.full(len(jobs), PROCESSORS))
    start = run(wide, PROCESSORS, rule).start
    assert (start[1:] >= (start + jobs.run)[:-1]).all()


@pytest.mark.parametrize("events", ["per-event", "per-timestamp"])
def test_a_job_whose_estimate_ends_now_makes_room_for_one_that_arrives_now(run, events):
    jobs = jobs_of(submit=[0, 10], run=[10, 5], request=[10, 5], processors=[8, 8])
    assert run(jobs, PROCESSORS, Rule(events=events)).start.tolist() == [0, 10]


@settings(max_examples=150)
@given(data=st.data())
def test_long_queues_start_alike_in_plain_python_and_compiled(compiled, data):
    jobs = made_up(400, 32, seed=data.draw(st.integers(0, 10**6)))
    jobs = replace(jobs, submit=jobs.submit // data.draw(st.sampled_from([1, 4, 1000])))
    rule = data.draw(rules(jobs))
    plain, quick = run_plain(jobs, 32, rule), compiled(jobs, 32, rule)
    assert plain.start.tolist() == quick.start.tolist()
    assert plain.estimate.tolist() == quick.estimate.tolist()
    assert plain.corrections.tolist() == quick.corrections.tolist()
