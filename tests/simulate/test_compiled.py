"""The compiled engine with machines, behind the same door: it decides as counting and as the core do."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from jobcast.machine import CPUS
from jobcast.schedule.expression import parse
from jobcast.schedule.policies import easy
from jobcast.schedule.policy import Limit, Queue
from jobcast.simulate.engines import simulate
from jobcast.simulate.machines import one_machine, parse_machines
from jobcast.simulate.placed import Site, run_core
from jobcast.simulate.setup import Setup
from jobcast.simulate.trace import Trace
from tests.simulate.engines_held_equal import SETUPS, traces
from tests.simulate.made_up import trace

pytest.importorskip("numba", reason="the compiled engine is an extra")


def no_time() -> float:
    return 0.0


def hold_equal(made: Trace, setup: Setup) -> None:
    """See that the compiled engine runs it, and tells all that the core tells."""
    compiled = simulate(made, replace(setup, compiled=True), seconds=no_time)
    core = run_core(Site.of(made, setup), seconds=no_time)
    assert compiled.engine == "hosts"
    for name in ("start", "finish", "killed", "preemptions", "backfilled"):
        assert getattr(compiled, name).tolist() == getattr(core, name).tolist(), name
    for name in ("refused", "other_queue", "machines"):
        assert getattr(compiled, name) == getattr(core, name), name
    assert compiled.allocations.to_list() == core.allocations.to_list()
    kept = [None if done.queue is None else done.queue.to_list() for done in (compiled, core)]
    assert kept[0] == kept[1]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(traces(), SETUPS)
def test_all_three_engines_decide_alike_on_one_machine(made: Trace, setup: Setup):
    placed = replace(setup, cluster=one_machine(made.processors))
    hold_equal(made, placed)
    counted = simulate(made, setup, seconds=no_time)
    compiled = simulate(made, replace(placed, compiled=True), seconds=no_time)
    assert compiled.start.tolist() == counted.start.tolist()


def test_who_is_turned_away_or_never_starts_is_told_with_the_cause():
    system = replace(
        easy(),
        queues={
            "day": Queue(name="day", run_limit_max=50),
            "own": Queue(name="own", users=frozenset({"eve"})),
            "shut": Queue(name="shut", open=False),
            "never": Queue(name="never", start_if=parse("day > 0 && never < 0")),
        },
        default_queue="day",
        limits=(Limit(name="few", amount=1, counts=CPUS, only={"user": frozenset({"eve"})}),),
    )
    made = trace(
        *[(0, 10, cores) for cores in (8, 5, 1, 1, 2, 1, 1)],
        queue=["day", "day", "day", "own", "other", "shut", "never"],
        request=[20, 20, 60, 20, 20, 20, 20],
        user=["ann", "ann", "ann", "ann", "eve", "ann", "ann"],
        memory=[8 << 30, 9 << 30, None, None, None, None, None],
    )
    setup = Setup(policy="own", system=system, cluster=parse_machines("2x4:4GB"))
    hold_equal(made, setup)
    assert simulate(made, replace(setup, compiled=True), seconds=no_time).refused == {
        1: "too_large",
        2: "run_limit_too_long",
        3: "not_allowed",
        4: "limit",
        5: "queue_closed",
        6: "no_machine",
    }


def test_windows_are_those_of_the_week_in_which_the_trace_began():
    night = ((20 * 3600, 24 * 3600), (5 * 86_400, 7 * 86_400))
    system = replace(easy(), queues={"night": Queue(name="night", windows=night)}, default_queue="night")
    made = trace(
        (0, 600, 8), (10, 600, 8), (20 * 3600, 7200, 5), (20 * 3600, 600, 5), request=[600, 600, 7200, 600]
    )
    hold_equal(made, Setup(policy="own", system=system, cluster=one_machine(8)))


def test_what_only_the_core_knows_is_left_to_it():
    made = trace((0, 1000, 8), (1, 50, 8), request=[2000, 50])
    corrected = Setup(
        policy="easy",
        given=np.array([10, -1]),
        correction="incremental",
        cluster=one_machine(8),
        compiled=True,
    )
    gaps = replace(easy(), queues={"": Queue(name="", interruptible=60)})
    for setup in (corrected, Setup(policy="own", system=gaps, compiled=True)):
        assert simulate(made, setup, seconds=no_time).engine == "core"
