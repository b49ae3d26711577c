"""Who comes before whom."""

from jobcast.schedule.event import Submitted, Tick
from jobcast.schedule.expression import parse
from jobcast.schedule.job import BatchJob
from jobcast.schedule.policy import FairShare, Policy, Queue
from jobcast.schedule.state import State
from jobcast.schedule.step import begin, step
from tests.schedule.made_up import easy, job, one, queues


def line(policy: Policy, *jobs: BatchJob, at: int = 0) -> tuple[str, ...]:
    """Return the order in which these wait behind one who takes all."""
    return waiting(policy, *jobs, at=at).line


def waiting(policy: Policy, *jobs: BatchJob, at: int = 0) -> State:
    state, _ = step(begin(one(1), policy), [Submitted(at=0, job=job("first", 1, 1000, user="zero"))], policy)
    for second, each in enumerate(jobs, 1):
        state, _ = step(state, [Submitted(at=second, job=each)], policy)
    return step(state, [Tick(at=max(at, len(jobs)))], policy)[0]


def test_without_a_rule_it_is_first_come_first_served() -> None:
    assert line(easy(), job("b"), job("a"), job("c")) == ("b", "a", "c")


def test_in_one_second_it_is_the_order_of_arrival() -> None:
    policy = easy()
    state, _ = step(begin(one(1), policy), [Submitted(at=0, job=job(name)) for name in "xcba"], policy)
    assert state.line[1:] == ("c", "b", "a")


def test_a_second_rule_decides_where_the_first_is_equal() -> None:
    policy = easy(order=(parse("cores"), parse("0 - estimate")))
    state = waiting(policy, job("a", 1, 30), job("b", 1, 10), job("c", 1, 20))
    assert state.line == ("b", "c", "a")


def test_stanza_priorities_of_users_and_groups_count() -> None:
    policy = easy(
        order=(parse("user_stanza_priority * 10 + group_stanza_priority"),),
        user_priorities={"u": 1},
        group_priorities={"g": 5},
    )
    assert line(policy, job("a"), job("b", group="g"), job("c", user="u")) == ("c", "b", "a")


def test_who_runs_or_waits_much_goes_later_where_the_rule_says_so() -> None:
    policy = easy(order=(parse("0 - user_total"),))
    jobs = (job("u1", user="u"), job("u2", user="u"), job("v", user="v"), job("zero1", user="zero"))
    assert line(policy, *jobs) == ("v", "u1", "u2", "zero1")


def test_values_are_worked_out_anew_only_as_often_as_the_policy_wants() -> None:
    def order(recalculate: int | None) -> tuple[str, ...]:
        policy = easy(order=(parse("wait * queue_priority"),), recalculate=recalculate, **two())
        return line(policy, job("slow", queue="low"), job("fast", queue="high"), at=50)

    assert order(0) == ("fast", "slow")
    assert order(None) == ("slow", "fast")
    assert order(30) == ("fast", "slow")
    assert order(1000) == ("slow", "fast")


def two() -> dict[str, object]:
    return {
        "queues": queues(Queue(name="low", priority=1), Queue(name="high", priority=9)),
        "default_queue": "low",
    }


def test_a_value_that_cannot_be_known_counts_as_nothing() -> None:
    assert line(easy(order=(parse("cores / 0"),)), job("a"), job("b")) == ("a", "b")


def test_a_user_who_ranks_some_jobs_leaves_the_others_in_the_middle() -> None:
    """A job without user_priority has 50."""
    policy = easy(order=(parse("0 - queued_at"),))
    jobs = (job("low", user="u", priority=1), job("plain", user="u"), job("high", user="u", priority=99))
    assert line(policy, *jobs) == ("high", "plain", "low")


def test_ranks_of_one_queue_do_not_touch_those_of_another() -> None:
    policy = easy(order=(parse("0 - queued_at"),), **two())
    jobs = (job("low", user="u", priority=1), job("other", user="u", priority=99, queue="high"))
    assert line(policy, *jobs) == ("low", "other")


def test_use_fades_with_time() -> None:
    policy = easy(order=(parse("fair_share"),), fair_share=FairShare(half_life=100))
    state, _ = step(begin(one(1), policy), [Submitted(at=0, job=job("a", 1, 100, user="u"))], policy)
    state, _ = step(state, [Tick(at=100)], policy)
    assert state.used == {"u": 100.0}
    state, _ = step(state, [Tick(at=200)], policy)
    assert state.used == {"u": 150.0}
