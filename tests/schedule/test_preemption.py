"""Who takes whose place, how, and how the others go on; source of the figure: LoadLeveler in a weather centre."""

import pytest

from jobcast.errors import ConfigError
from jobcast.machine import CPUS, MEMORY, Cluster
from jobcast.schedule.event import Cancelled, ResumeAsked, SuspendAsked
from jobcast.schedule.policy import Blocked, Extent, Limit, Method, Policy, PreemptRule, Queue, VictimOrder
from jobcast.schedule.step import begin
from tests.schedule.driver import Driver
from tests.schedule.made_up import (
    BY_QUEUE,
    GB,
    SLOT_HOLD,
    holding,
    job,
    machine,
    many,
    one,
    queues,
    with_floating,
)

RULES = (
    PreemptRule(queue="normal", victims=("normal1",)),
    PreemptRule(queue="normal", victims=("normal2",)),
    PreemptRule(queue="normal2", victims=("normal1",)),
)
"""PREEMPT_CLASS[normal] = ENOUGH:su{normal1}, ENOUGH:su{normal2}; PREEMPT_CLASS[normal2] = ENOUGH:su{normal1}."""


def weather_centre(*rules: PreemptRule, **known: object) -> Policy:
    settings = {
        "queues": queues(*(Queue(name=name) for name in ("normal", "normal2", "normal1"))),
        "preemption": rules or RULES,
        **known,
    }
    return Policy(name="weather centre", **settings)  # type: ignore[arg-type]


def test_a_job_of_the_better_class_suspends_one_that_goes_on_where_it_was() -> None:
    made = Driver(many(2, 8), weather_centre())
    made.submit(job("low", 8, 1000, queue="normal1"), runs=1000)
    made.submit(job("other", 4, 50, queue="normal"), at=10, runs=50)
    made.submit(job("high", 8, 200, queue="normal"), at=20, runs=200)
    made.run(20)
    assert made.machines("low") == {"m1": 8}
    assert made.machines("high") == {"m1": 8}
    made.run()
    assert made.story("low") == [
        (0, "Start", "fits"),
        (20, "Suspend", "preempted"),
        (220, "Resume", "preemptor_ended"),
    ]
    assert made.jobs["low"].end == 1200
    assert made.machines("low") == {"m1": 8}
    assert made.story("high") == [(20, "Start", "preempts")]


def test_a_chain_of_three_classes_unwinds_from_the_top() -> None:
    """normal > normal2 > normal1: who was suspended last by a better class goes on first, whoever came first."""
    made = Driver(one(8), weather_centre())
    made.submit(job("n1", 8, 1000, queue="normal1"), runs=1000)
    made.submit(job("n2", 8, 500, queue="normal2"), at=100, runs=500)
    made.submit(job("n", 8, 200, queue="normal"), at=200, runs=200)
    made.run()
    assert made.story("n1") == [
        (0, "Start", "fits"),
        (100, "Suspend", "preempted"),
        (800, "Resume", "preemptor_ended"),
    ]
    assert made.story("n2") == [
        (100, "Start", "preempts"),
        (200, "Suspend", "preempted"),
        (400, "Resume", "preemptor_ended"),
    ]
    assert {name: tracked.end for name, tracked in made.jobs.items()} == {"n1": 1700, "n2": 800, "n": 400}


def test_the_first_rule_that_names_a_running_job_decides_who_goes() -> None:
    made = Driver(many(2, 4), weather_centre())
    made.submit(job("n2", 4, 500, queue="normal2"), runs=500)
    made.submit(job("n1", 4, 500, queue="normal1"), runs=500)
    made.submit(job("n", 4, 100, queue="normal"), at=50, runs=100)
    made.run(50)
    assert set(made.state.suspended) == {"n1"}


def test_only_as_many_as_needed_go_and_those_first_who_started_last() -> None:
    made = Driver(one(8), weather_centre())
    for at in (0, 1, 2, 3):
        made.submit(job(f"v{at}", 2, 500, queue="normal1"), at=at, runs=500)
    made.submit(job("n", 4, 100, queue="normal"), at=50, runs=100)
    made.run(50)
    assert set(made.state.suspended) == {"v2", "v3"}


def test_victims_that_do_not_help_are_spared() -> None:
    made = Driver(many(2, 4), weather_centre())
    made.submit(job("wide", 4, 500, queue="normal1"), at=0, runs=500)
    made.submit(job("narrow", 2, 500, queue="normal1"), at=1, runs=500)
    made.submit(job("n", 4, 100, queue="normal", machines_max=1, groups=frozenset({"m1"})), at=50, runs=100)
    made.run(50)
    assert set(made.state.suspended) == {"wide"}


def test_who_ran_the_shortest_time_goes_first_where_the_site_says_so() -> None:
    policy = weather_centre(victim_order=VictimOrder.LEAST_RUN_TIME)
    made = Driver(one(4), policy)
    made.submit(job("old", 2, 900, queue="normal1"), at=0, runs=900)
    made.submit(job("new", 2, 900, queue="normal1"), at=40, runs=900)
    made.happen(SuspendAsked(at=45, job="old"))
    made.happen(ResumeAsked(at=100, job="old"))
    made.submit(job("n", 2, 100, queue="normal"), at=110, runs=100)
    made.run(110)
    assert set(made.state.suspended) == {"old"}


def test_all_takes_every_job_of_those_classes_on_the_machines_taken() -> None:
    rule = PreemptRule(queue="normal", victims=("normal1",), extent=Extent.ALL)
    made = Driver(many(2, 8), weather_centre(rule))
    for name in ("a", "b", "c", "d"):
        made.submit(job(name, 4, 500, queue="normal1"), runs=500)
    made.submit(job("n", 2, 100, queue="normal"), at=50, runs=100)
    made.run(50)
    assert len(made.state.suspended) == 2
    there = {share.machine for name in made.state.suspended for share in made.jobs[name].allocation}
    assert there == set(made.machines("n"))


def test_all_does_not_reach_jobs_that_only_share_a_floating_licence() -> None:
    rule = PreemptRule(queue="normal", victims=("normal1",), extent=Extent.ALL)
    made = Driver(with_floating(many(2, 4), lic=9), weather_centre(rule))
    made.submit(job("a", 4, 500, queue="normal1", floating={"lic": 1}), runs=500)
    made.submit(job("b", 4, 500, queue="normal1", floating={"lic": 1}), runs=500)
    made.submit(job("n", 4, 100, queue="normal", floating={"lic": 1}), at=50, runs=100)
    made.run(50)
    assert len(made.state.suspended) == 1


@pytest.mark.parametrize(
    ("method", "story"),
    [
        (Method.REQUEUE, [(10, "Requeue", "preempted"), (110, "Start", "fits")]),
        (Method.REMOVE, [(10, "Kill", "preempted")]),
        (Method.SYSTEM_HOLD, [(10, "Requeue", "preempted")]),
        (Method.USER_HOLD, [(10, "Requeue", "preempted")]),
    ],
)
def test_a_victim_waits_again_or_is_held_or_removed(method: Method, story: list[object]) -> None:
    made = Driver(one(4), weather_centre(PreemptRule(queue="normal", victims=("normal1",), method=method)))
    made.submit(job("low", 4, 500, queue="normal1"), runs=500)
    made.submit(job("high", 4, 100, queue="normal"), at=10, runs=100)
    made.run()
    assert made.story("low")[1:] == story
    holds = {Method.SYSTEM_HOLD: "system", Method.USER_HOLD: "user"}
    assert {name: entry.job.hold for name, entry in made.state.waiting.items()} == (
        {"low": holds[method]} if method in holds else {}
    )
    if method is Method.REQUEUE:  # from its beginning
        assert made.jobs["low"].end == 610


@pytest.mark.parametrize("method", [Method.REQUEUE, Method.REMOVE, Method.SYSTEM_HOLD, Method.USER_HOLD])
def test_a_victim_that_was_started_in_the_same_pass_only_waits_again(method: Method) -> None:
    rule = PreemptRule(queue="normal", victims=("normal1",), method=method)
    made = Driver(many(1, 4), weather_centre(rule))
    made.submit(job("first", 4, 10, queue="normal"), runs=10)
    made.submit(job("low", 1, 20, queue="normal1"), at=1, runs=20)
    made.submit(job("high", 4, 30, queue="normal"), at=2, runs=30)
    made.run()
    assert made.story("low") == [
        (10, "Start", "fits"),
        (10, "Requeue", "preempted"),
        (40, "Start", "fits"),
    ]
    assert made.story("high") == [(10, "Start", "preempts")]
    assert made.waiting() == {}


def test_a_job_that_cannot_be_started_again_is_not_requeued() -> None:
    rule = PreemptRule(queue="normal", victims=("normal1",), method=Method.REQUEUE)
    made = Driver(one(4), weather_centre(rule))
    made.submit(job("low", 4, 500, queue="normal1", restartable=False), runs=500)
    made.submit(job("high", 4, 100, queue="normal"), at=10, runs=100)
    assert made.run().start("high") == 500


@pytest.mark.parametrize(("released", "start"), [({CPUS}, 500), ({CPUS, MEMORY}, 10)])
def test_memory_is_given_up_only_where_the_site_says_so(released: set[str], start: int) -> None:
    made = Driver(one(4, memory=8 * GB), weather_centre(released_by_suspension=frozenset(released)))
    made.submit(job("low", 1, 500, queue="normal1", per_machine={MEMORY: 6 * GB}), runs=500)
    made.submit(job("high", 1, 100, queue="normal", per_machine={MEMORY: 4 * GB}), at=10, runs=100)
    assert made.run().start("high") == start


def test_a_suspended_job_keeps_its_floating_licence() -> None:
    made = Driver(with_floating(one(4), lic=1), weather_centre())
    made.submit(job("low", 4, 500, queue="normal1", floating={"lic": 1}), runs=500)
    made.submit(job("high", 4, 100, queue="normal", floating={"lic": 1}), at=10, runs=100)
    assert made.run().start("high") == 500


def test_the_initiators_of_a_class_are_given_up_by_suspension() -> None:
    cluster = Cluster(machines=(machine("m1", 8, slots_by_queue={"normal1": 4, "normal": 4}),))
    made = Driver(cluster, weather_centre())
    made.submit(job("low", 4, 500, queue="normal1"), runs=500)
    made.submit(job("high", 4, 100, queue="normal"), at=10, runs=100)
    made.submit(job("next", 4, 50, queue="normal1"), at=20, runs=50)
    made.run()
    assert made.starts() == {"low": 0, "high": 10, "next": 500}


def test_a_job_is_preempted_only_by_classes_that_a_rule_names() -> None:
    made = Driver(one(4), weather_centre())
    made.submit(job("n2", 4, 500, queue="normal2"), runs=500)
    made.submit(job("n1", 4, 100, queue="normal1"), at=10, runs=100)
    assert made.run().start("n1") == 500


@pytest.mark.parametrize(("may", "start"), [(True, 30), (False, 100)])
def test_a_job_on_lent_slots_is_spared_where_the_site_says_so(*, may: bool, start: int) -> None:
    policy = holding(
        Queue(name="normal"),
        Queue(name="normal1", hold=SLOT_HOLD),
        preemption=(PreemptRule(queue="normal", victims=("normal1",)),),
        preempt_backfilled=may,
    )
    made = Driver(one(4), policy)
    made.submit(job("first", 2, run_limit=100, queue="normal"), runs=100)
    made.submit(job("wide", 4, run_limit=100, queue="normal1"), at=10, runs=100)
    made.submit(job("filler", 2, run_limit=70, queue="normal1"), at=20, runs=70)
    made.submit(job("next", 2, run_limit=100, queue="normal"), at=30, runs=100)
    made.run()
    assert made.start("filler") == 20
    assert made.start("next") == start


def test_a_planned_start_counts_a_suspended_job_that_goes_on_before_it() -> None:
    made = Driver(one(4), weather_centre(order=BY_QUEUE))
    made.submit(job("low", 4, 100, queue="normal1"), runs=100)
    made.submit(job("high", 4, 50, queue="normal"), at=10, runs=50)
    made.submit(job("late", 4, 10, queue="normal1"), at=20, runs=10)
    made.run()
    assert made.starts() == {"low": 0, "high": 10, "late": 150}
    assert made.promises("late")[0][1] == 150


def test_a_job_that_an_operator_suspends_goes_on_only_when_asked() -> None:
    made = Driver(one(4), Policy(name="easy"))
    made.submit(job("a", 4, 100), runs=100)
    made.submit(job("b", 4, 20), at=10, runs=20)
    made.happen(SuspendAsked(at=10, job="a"))
    made.run(60)
    assert made.story("b") == [(10, "Start", "fits")]
    assert made.waiting() == {"a": "suspended"}
    made.happen(ResumeAsked(at=70, job="a"))
    made.run()
    assert made.jobs["a"].end == 160


def test_a_cancelled_job_ends_even_where_it_is_suspended() -> None:
    made = Driver(one(4), weather_centre())
    made.submit(job("low", 4, 500, queue="normal1"), runs=500)
    made.submit(job("high", 4, 100, queue="normal"), at=10, runs=100)
    made.happen(Cancelled(at=20, job="low"))
    made.run()
    assert made.story("low")[-1] == (20, "Kill", "cancelled")
    assert made.jobs["low"].end == 20


def test_a_class_that_preempts_itself_through_others_is_refused_with_the_way() -> None:
    rules = (*RULES, PreemptRule(queue="normal1", victims=("normal",)))
    with pytest.raises(ConfigError, match="normal > normal1 > normal") as caught:
        begin(one(4), weather_centre(*rules))
    assert caught.value.hint == "take one of these preemption rules away"


def test_a_class_that_preempts_itself_is_refused() -> None:
    with pytest.raises(ConfigError, match="normal > normal"):
        begin(one(4), weather_centre(PreemptRule(queue="normal", victims=("normal",))))


def test_preemption_goes_past_what_others_hold_only_by_its_victims() -> None:
    """Under `Blocked.SKIP`, too, a preempting job starts at once."""
    made = Driver(one(4), weather_centre(blocked=Blocked.SKIP))
    made.submit(job("low", 4, 500, queue="normal1"), runs=500)
    made.submit(job("high", 2, 100, queue="normal"), at=10, runs=100)
    assert made.run().starts() == {"low": 0, "high": 10}


def test_a_suspended_job_and_one_that_waits_for_what_it_keeps_do_not_block_each_other() -> None:
    """Who wants the whole machine can't be told when; it holds nothing against the job that keeps memory there."""
    made = Driver(one(4, memory=4 * GB), weather_centre())
    made.submit(job("low", 2, 500, queue="normal1", per_task={MEMORY: GB}), runs=500)
    made.submit(job("high", 4, 50, queue="normal"), at=10, runs=50)
    made.submit(job("all", 1, 10, queue="normal2", exclusive=True), at=0, runs=10)
    made.run()
    assert made.starts() == {"low": 0, "high": 10, "all": 550}


def test_a_limit_counts_a_job_that_goes_on_only_once() -> None:
    limit = Limit(name="two", amount=2, only={"queue": frozenset({"normal1"})})
    made = Driver(one(8), weather_centre(limits=(limit,)))
    made.submit(job("low", 4, 1000, queue="normal1"), runs=1000)
    made.submit(job("high", 8, 90, queue="normal"), at=10, runs=90)
    made.submit(job("next", 4, 50, queue="normal1"), at=20, runs=50)
    made.run()
    assert made.story("low")[1:] == [(10, "Suspend", "preempted"), (100, "Resume", "preemptor_ended")]
    assert made.story("next")[-1] == (100, "Start", "fits")


def test_a_planned_start_counts_on_what_a_suspended_job_keeps_until_its_end() -> None:
    made = Driver(one(4, memory=8 * GB), weather_centre(order=BY_QUEUE))
    made.submit(job("low", 4, 100, queue="normal1", per_machine={MEMORY: 6 * GB}), runs=100)
    made.submit(job("high", 4, 50, queue="normal"), at=10, runs=50)
    made.submit(job("late", 1, 10, queue="normal1", per_machine={MEMORY: 4 * GB}), at=20, runs=10)
    made.run()
    assert made.promises("late") == [(20, 150, {})]
    assert made.starts() == {"low": 0, "high": 10, "late": 150}
