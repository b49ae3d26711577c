"""Machines: the engine that counts processors and the core on one machine that has them all decide alike."""

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobcast.errors import InputError
from jobcast.machine import CPUS
from jobcast.schedule.policies import easy
from jobcast.schedule.policy import Limit, Queue
from jobcast.simulate.engines import simulate
from jobcast.simulate.machines import parse_machines
from jobcast.simulate.metrics import job_table
from jobcast.simulate.outcome import Outcome
from jobcast.simulate.placed import Site, known_estimates, run_core
from jobcast.simulate.setup import Setup
from jobcast.simulate.trace import Trace
from tests.simulate.engines_held_equal import POLICIES, SETUPS, traces
from tests.simulate.made_up import trace


def no_time() -> float:
    return 0.0


def by_the_core(made: Trace, setup: Setup) -> Outcome:
    return run_core(Site.of(made, setup), seconds=no_time)


@settings(max_examples=150, deadline=None)
@given(traces(), SETUPS)
def test_with_one_machine_the_core_decides_as_counting_does(made: Trace, setup: Setup):
    counted, placed = simulate(made, setup, seconds=no_time), by_the_core(made, setup)
    assert placed.start.tolist() == counted.start.tolist()
    assert placed.finish.tolist() == counted.finish.tolist()
    assert not placed.refused


LEARNING = st.builds(
    Setup,
    policy=st.sampled_from(POLICIES),
    estimates=st.just("last-two"),
    correction=st.sampled_from(["request", "incremental", "doubling"]),
    events=st.just("per-timestamp"),
)


@settings(max_examples=80, deadline=None)
@given(traces(), LEARNING)
def test_so_it_does_with_estimates_that_are_learnt_and_corrected(made: Trace, setup: Setup):
    jobs = made.jobs.with_columns(pl.lit("ann").alias("user"), pl.coalesce("request", "run").alias("request"))
    made = replace(made, jobs=jobs)
    counted = simulate(made, setup, seconds=no_time)
    assert by_the_core(made, setup).start.tolist() == counted.start.tolist()


def test_who_is_submitted_in_the_second_in_which_another_finishes_does_not_know_of_it_yet():
    run, cores = [1, 1, 1, 1, 2, 1, 2, 1, 2], [1, 1, 1, 1, 1, 1, 1, 6, 2]
    jobs = zip([0] * 5 + [1] * 4, run, cores, strict=True)
    made = trace(*jobs, request=run, user=["ann"] * 9)
    setup = Setup(policy="easy", estimates="last-two", events="per-timestamp")
    assert by_the_core(made, setup).start.tolist() == [0, 0, 0, 0, 0, 1, 1, 2, 3]


def test_the_table_tells_the_queue_that_a_job_was_in_though_it_named_another_or_none():
    made = trace(*[(0, 10, 1)] * 3, queue=["day", "noon", None])
    system = replace(easy(), queues={"day": Queue(name="day"), "night": Queue(name="night")})
    done = by_the_core(made, Setup(policy="own", system=replace(system, default_queue="night")))
    assert job_table(made, done)["queue"].to_list() == ["day", "night", "night"]


def test_where_the_policy_knows_no_queues_the_table_tells_what_jobs_named():
    made = trace(*[(0, 10, 1)] * 2, queue=["day", None])
    assert job_table(made, by_the_core(made, Setup(policy="easy")))["queue"].to_list() == ["day", None]


def test_the_true_run_time_stands_in_for_a_missing_request_only_where_the_literature_decides():
    made = trace((0, 100, 6), (1, 50, 8), (2, 60, 2), request=[None, 50, 60])
    by_literature, by_site = (Site.of(made, Setup(policy="easy", system=own)) for own in (None, easy()))
    assert known_estimates(by_literature).tolist() == [100, -1, -1]
    assert known_estimates(by_site).tolist() == [-1, -1, -1]
    assert run_core(by_literature, seconds=no_time).start.tolist() == [0, 100, 2]


def test_estimates_that_are_given_are_reckoned_with_where_there_are_some():
    made = trace((0, 100, 6), (1, 50, 8), (2, 60, 2), request=[1000, 50, None])
    site = Site.of(made, Setup(policy="easy", given=np.array([100, 0, -1])))
    assert known_estimates(site).tolist() == [100, -1, 60]


def test_the_future_does_not_cap_a_forecast():
    """A job without a request that runs 60 s may be forecast to run 100 s."""
    made = trace((0, 100, 6), (1, 50, 8), (2, 60, 2), request=[200, 50, None])
    given = np.array([80, -1, 100])
    outcome = by_the_core(made, Setup(policy="easy", given=given))
    assert outcome.start.tolist() == [0, 100, 150]


@pytest.mark.parametrize("beyond", [Setup(estimates="doubled"), Setup(correction="doubling-uncapped")])
def test_estimates_beyond_the_run_limit_are_refused_where_the_core_would_cap_them(beyond: Setup):
    with pytest.raises(InputError, match="reckons beyond run limits"):
        by_the_core(trace((0, 100, 6)), beyond)


def test_estimates_are_corrected_as_the_policy_has_it():
    made = trace((0, 1000, 8), (1, 50, 8), request=[2000, 50])
    outcome = by_the_core(made, Setup(policy="easy", given=np.array([10, -1]), correction="incremental"))
    promised = outcome.reservations.select("made", "start").rows()
    assert promised == [(1, 10), (10, 70), (70, 310), (310, 910), (910, 1810)]


def test_jobs_of_other_queues_go_to_the_default_one_and_are_counted():
    queues = {name: Queue(name=name) for name in ("day", "night")}
    system = replace(easy(), queues=queues, default_queue="night")
    made = trace(*[(0, 1, 1)] * 4, queue=["day", "noon", None, "noon"])
    site = Site.of(made, Setup(policy="own", system=system))
    assert (site.requests.queue, site.requests.other_queue) == (["day", "night", "night", "night"], 2)
    assert run_core(site, seconds=no_time).other_queue == 2


def test_who_is_turned_away_or_never_starts_is_told_with_the_cause():
    system = replace(
        easy(),
        queues={"day": Queue(name="day", run_limit_max=50), "night": Queue(name="night", open=False)},
        default_queue="day",
        limits=(Limit(name="few", amount=1, counts=CPUS, only={"user": frozenset({"eve"})}),),
    )
    made = trace(
        *[(0, 10, cores) for cores in (8, 5, 1, 1, 2)],
        queue=["day", "day", "day", "night", "day"],
        request=[20, 20, 60, 20, 20],
        user=["ann", "ann", "ann", "ann", "eve"],
        memory=[8 << 30, 9 << 30, None, None, None],
    )
    setup = Setup(policy="own", system=system, cluster=parse_machines("2x4:4GB"))
    outcome = by_the_core(made, setup)
    assert outcome.refused == {1: "too_large", 2: "run_limit_too_long", 3: "queue_closed", 4: "limit"}
    assert outcome.start.tolist() == [0, -1, -1, -1, -1]
    assert outcome.machines == {"m1": 4, "m2": 4}
    assert json.loads(outcome.allocations.head(1).to_frame().write_json()) == [
        {"allocation": [{"machine": "m1", "tasks": 4}, {"machine": "m2", "tasks": 4}]}
    ]


def test_a_policy_that_nobody_knows_is_refused():
    with pytest.raises(InputError, match="there is no policy esay"):
        Site.of(trace((0, 1, 1)), Setup(policy="esay", cluster=parse_machines("1x8")))


def test_who_follows_in_vain_is_told_and_keeps_the_time_at_which_it_truly_came():
    nobody = Limit(name="none", amount=0, counts=CPUS, only={"user": frozenset({"eve"})})
    made = trace((0, 10, 1), (4, 10, 1), (5, 10, 1), user=["eve", "ann", "ann"], after=[None, "1", "2"])
    setup = Setup(system=replace(easy(), limits=(nobody,)), follow=True)
    outcome = by_the_core(made, setup)
    assert dict(outcome.refused) == {0: "limit", 1: "never", 2: "never"}
    assert job_table(made, outcome)["submit"].to_list() == [0, 4, 5]


def test_figures_reckon_with_the_submissions_of_the_simulation():
    made = trace((0, 10, 8), (5, 10, 8), after=[None, "1"], think=[None, 20])
    recorded, followed = (by_the_core(made, Setup(follow=follow)) for follow in (False, True))
    assert [job_table(made, each)["wait"].to_list() for each in (recorded, followed)] == [[0, 5], [0, 0]]
    assert (recorded.finish.max(), followed.finish.max()) == (20, 40)
