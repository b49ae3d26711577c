"""What may run at once, and for how long."""

from jobcast.machine import CPUS, GPUS, Cluster
from jobcast.schedule.event import (
    ResumeAsked,
    SuspendAsked,
)
from jobcast.schedule.expression import parse
from jobcast.schedule.policy import Hold, Limit, Queue
from tests.schedule.driver import Driver, refusals
from tests.schedule.made_up import (
    easy,
    holding,
    job,
    machine,
    many,
    one,
    queues,
)


def test_a_job_is_killed_at_its_run_limit() -> None:
    made = Driver(one(4), easy(queues=queues(Queue(name="q", run_limit_max=300)), default_queue="q"))
    made.submit(job("own", 1, run_limit=60), runs=500)
    made.submit(job("of queue", 1), runs=500)
    made.run()
    assert made.story("own")[-1] == (60, "Kill", "run_limit")
    assert made.story("of queue")[-1] == (300, "Kill", "run_limit")


def test_seconds_of_suspension_do_not_count_for_the_run_limit() -> None:
    made = Driver(one(4), easy())
    made.submit(job("a", 1, run_limit=60), runs=500)
    made.happen(SuspendAsked(at=20, job="a"))
    made.happen(ResumeAsked(at=100, job="a"))
    made.run()
    assert made.jobs["a"].end == 140


def test_an_array_runs_no_more_elements_at_once_than_its_limit() -> None:
    made = Driver(one(8), easy())
    for index in range(1, 6):
        made.submit(job(f"7[{index}]", 1, 10, array="7", array_limit=2), runs=10)
    made.run(0)
    assert made.cause("7[3]") == "limit"
    assert list(made.run().starts().values()) == [0, 0, 10, 10, 20]


def test_limits_by_user_queue_and_machine_hold() -> None:
    limits = (
        Limit(name="per user", amount=2, per=("user",)),
        Limit(name="per machine", amount=3, counts=CPUS, per=("machine",)),
        Limit(name="per user and machine", amount=1, per=("user", "machine")),
    )
    made = Driver(many(2, 8), easy(limits=limits))
    for number in range(3):
        made.submit(job(f"a{number}", 1, 10, user="a"), job(f"b{number}", 2, 10, user="b"), runs=10)
    made.run(0)
    assert {name: made.machines(name) for name in made.jobs} == {
        "a0": {"m1": 1},
        "b0": {"m1": 2},
        "a1": {"m2": 1},
        "b1": {"m2": 2},
        "a2": {},
        "b2": {},
    }
    assert made.cause("a2") == "limit"
    made.run()


def test_a_limit_may_hold_for_all_but_some() -> None:
    limits = (
        Limit(name="of others", amount=1, per=("user",), but={"user": frozenset({"a"})}),
        Limit(name="of a", amount=2, only={"user": frozenset({"a"})}),
    )
    made = Driver(one(8), easy(limits=limits))
    for user in ("a", "b", "c"):
        for number in range(3):
            made.submit(job(f"{user}{number}", 1, 10, user=user), runs=10)
    assert made.run().starts() == {
        "a0": 0, "a1": 0, "a2": 10, "b0": 0, "b1": 10, "b2": 20, "c0": 0, "c1": 10, "c2": 20,
    }  # fmt: skip


def test_a_limit_may_count_what_no_machine_has() -> None:
    limits = (Limit(name="gpus per machine", amount=1, counts=GPUS, per=("machine",)),)
    made = Driver(one(4), easy(limits=limits))
    made.submit(job("a"), runs=10)
    assert made.run().start("a") == 0


def test_a_job_on_lent_resources_passes_limits_by_host_and_user() -> None:
    hold = Hold(resources=frozenset({CPUS}), longest=9999, pause=60)
    limit = Limit(
        name="JL/U",
        amount=2,
        counts=CPUS,
        per=("user", "machine"),
        only={"user": frozenset({"u"})},
        lent_are_free=True,
    )
    made = Driver(one(8), holding(Queue(name="q", hold=hold), limits=(limit,)))
    made.submit(job("long", 2, run_limit=1000, user="u"), runs=1000)
    made.submit(job("wide", 8, run_limit=100, user="w"), at=1, runs=100)
    made.submit(job("short", 2, run_limit=50, user="u"), at=2, runs=50)
    made.submit(job("long2", 2, run_limit=5000, user="u"), at=3, runs=50)
    made.run(100)
    assert made.start("short") == 2


def test_start_class_keeps_a_machine_from_taking_more() -> None:
    """START_CLASS[a] = (a < 2) && (b == 0)."""
    policy = easy(queues=queues(Queue(name="a", start_if=parse("(a < 2) && (b == 0)")), Queue(name="b")))
    made = Driver(many(2, 4), policy)
    made.submit(job("b1", 1, 100, queue="b"), runs=100)
    made.submit(*(job(f"a{n}", 1, 50, queue="a") for n in range(3)), runs=50)
    made.run()
    assert made.starts() == {"b1": 0, "a0": 0, "a1": 0, "a2": 50}
    assert made.machines("a0") == {"m2": 1}


def test_a_job_that_only_start_class_stops_blocks_nobody() -> None:
    policy = easy(queues=queues(Queue(name="a", start_if=parse("b == 0")), Queue(name="b")))
    made = Driver(one(4), policy)
    made.submit(job("b1", 1, 100, queue="b"), runs=100)
    made.submit(job("a1", 3, 50, queue="a"), at=1, runs=50)
    made.submit(job("b2", 2, 500, queue="b"), at=2, runs=500)
    made.run(2)
    assert made.start("b2") == 2


def test_initiators_of_a_class_limit_its_tasks_on_a_machine() -> None:
    cluster = Cluster(machines=(machine("m1", 8, slots_by_queue={"a": 2, "b": 8}),))
    made = Driver(cluster, easy(queues=queues(Queue(name="a"), Queue(name="b"), Queue(name="c"))))
    made.submit(
        job("a1", 2, 10, queue="a"), job("a2", 1, 10, queue="a"), job("b1", 6, 10, queue="b"), runs=10
    )
    made.submit(job("c1", 1, 10, queue="c"), runs=10)
    made.run()
    assert made.starts() == {"a1": 0, "a2": 10, "b1": 0, "c1": None}
    assert refusals(made) == {"c1": "no_machine"}


def test_a_job_that_names_no_queue_is_counted_in_the_default_queue() -> None:
    limits = (
        Limit(name="maxjobs of a", amount=1, only={"queue": frozenset({"a"})}),
        Limit(name="CPUs by queue", amount=4, counts=CPUS, per=("queue",)),
        Limit(name="a by machine", amount=1, per=("machine",), only={"queue": frozenset({"a"})}),
    )
    made = Driver(one(8), easy(queues=queues(Queue(name="a")), default_queue="a", limits=limits))
    made.submit(job("named", 3, 10, queue="a"), job("unnamed", 3, 10), runs=10)
    made.run(0)
    assert made.state.waiting["unnamed"].reason.values == {"limit": "maxjobs of a", "amount": 1, "used": 1}
    assert made.run().starts() == {"named": 0, "unnamed": 10}
