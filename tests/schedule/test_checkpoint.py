"""Whoever goes on from a checkpoint decides as if nothing had been; all scenarios are played through checkpoints."""

import inspect
import sys
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings

from jobcast.act.plain import from_json, to_json
from jobcast.machine import CPUS
from jobcast.schedule.checkpoint import Checkpoint, load, save
from jobcast.schedule.event import Submitted
from jobcast.schedule.expression import parse
from jobcast.schedule.job import BatchJob
from jobcast.schedule.policy import Limit, Policy, Queue
from jobcast.schedule.state import State
from jobcast.schedule.step import begin, step
from tests.schedule import (
    test_backfill,
    test_dependency,
    test_dispatching,
    test_holding,
    test_limits,
    test_limits_by_machine,
    test_lsf_scenarios,
    test_machines,
    test_order,
    test_preemption,
    test_times_and_licences,
    test_vacating,
    test_windows,
)
from tests.schedule.driver import Driver
from tests.schedule.made_up import easy, job, many, one, queues
from tests.schedule.random_sites import Chance, site
from tests.schedule.test_properties import SEEDS, disturbance

MODULES = (
    test_backfill,
    test_dependency,
    test_dispatching,
    test_holding,
    test_limits,
    test_limits_by_machine,
    test_lsf_scenarios,
    test_machines,
    test_order,
    test_preemption,
    test_times_and_licences,
    test_vacating,
    test_windows,
)
Scenario = Callable[[], None]


def through_json(state: State, policy: Policy) -> State:
    """Return the state that is made again from its checkpoint's text."""
    checkpoint = save(state)
    loaded = load(from_json(to_json(checkpoint), Checkpoint), policy)
    assert save(loaded) == checkpoint
    assert (loaded.free == state.free).all()
    return loaded


class Restarted(Driver):
    """Goes on from a checkpoint before each step."""

    between = staticmethod(through_json)


def scenarios() -> Iterator[Scenario]:
    """Yield the scenarios of other tests that need nothing."""
    for module in MODULES:
        for name, test in inspect.getmembers(module, inspect.isfunction):
            mine = test.__module__ == module.__name__ and name.startswith("test_")
            if mine and not inspect.signature(test).parameters and not hasattr(test, "hypothesis"):
                yield test


@pytest.mark.parametrize("scenario", list(scenarios()), ids=lambda test: test.__name__)
def test_a_scenario_goes_as_well_from_checkpoints(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Driver, "between", staticmethod(through_json))
    scenario()


@settings(max_examples=150, derandomize=True, deadline=None)
@given(SEEDS)
def test_going_on_from_a_checkpoint_gives_the_same_decisions(seed: int) -> None:
    whole = site(seed)
    logs = []
    for kind in (Driver, Restarted):
        chance = Chance(seed)
        made = kind(whole.cluster, whole.policy)
        for each in whole.jobs:
            made.submit(each.job, at=each.at, runs=each.runs, exit_code=each.exit_code)
        for _ in range(6):
            made.happen(disturbance(whole, chance))
        logs.append((made.run().log, made.waiting(), save(made.state)))
    assert logs[0] == logs[1]


def test_a_priority_without_bounds_is_kept_as_the_greatest_number() -> None:
    policy = easy(order=(parse("0 - 1e200 * 1e200 * cores"),))
    state, _ = step(begin(one(1), policy), coming(job("a"), job("b")), policy)
    loaded = load(from_json(to_json(save(state)), Checkpoint), policy)
    assert loaded.waiting["b"].values == (-sys.float_info.max,)


def coming(*jobs: BatchJob) -> list[Submitted]:
    """Return their submissions at once."""
    return [Submitted(at=0, job=each) for each in jobs]


def test_rules_that_changed_meanwhile_count_what_runs() -> None:
    policy = easy()
    state, _ = step(begin(many(2, 4), policy), coming(job("a", 3), job("b", 3)), policy)
    limited = easy(limits=(Limit(name="two", amount=2, counts=CPUS, per=("machine",)),))
    loaded = load(save(state), limited)
    assert loaded.free[:, loaded.grid.columns["limit two"]].tolist() == [-2, 0]
    _, decisions = step(loaded, [Submitted(at=1, job=job("c"))], limited)
    assert [type(each).__name__ for each in decisions] == ["Reserve"]


def test_a_job_keeps_the_rules_of_a_queue_that_is_gone() -> None:
    old = easy(queues=queues(Queue(name="a", run_limit=50), Queue(name="b")), default_queue="a")
    state, _ = step(begin(one(1), old), coming(job("x")), old)
    new = easy(queues=queues(Queue(name="b")), default_queue="b")
    state, _ = step(state, [], new)
    assert through_json(state, new).running["x"].queue == Queue(name="a", run_limit=50)
