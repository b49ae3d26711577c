"""The story of one job, line by line."""

from dataclasses import replace

from jobcast.schedule.policies import easy
from jobcast.schedule.policy import Blocked, Limit, Method, Policy, PreemptRule, Queue
from jobcast.simulate.engines import simulate
from jobcast.simulate.setup import Setup
from jobcast.simulate.story import Line, Story
from jobcast.simulate.trace import Trace
from tests.simulate.made_up import trace
from tests.simulate.test_core import weather_centre

# The first leaves 2 of 8, the second wants all 8, and of the two behind it only one fits before.
FOUR = trace((0, 100, 6), (1, 50, 8), (2, 60, 2), (3, 20, 2), request=[100, 50, 60, 20])

# Research on all machines, a trial that takes its place, a forecast that takes the trial's, and a small job.
CENTRE = trace(
    (0, 1000, 832),
    (100, 1000, 832),
    (200, 1000, 832),
    (210, 10, 1),
    queue=["normal1", "normal2", "normal", "normal1"],
    request=[5000] * 4,
    processors=832,
)


def told(job: str, made: Trace, setup: Setup) -> list[tuple[int, str, str]]:
    """Return what the lines say, when."""
    return [(line.second, line.what, line.text) for line in lines(job, made, setup)]


def lines(job: str, made: Trace, setup: Setup) -> list[Line]:
    story = Story(job)
    simulate(made, setup, seconds=lambda: 0.0, watch=story)
    return story.lines


def centre() -> Setup:
    site = weather_centre()
    return Setup(policy="centre", system=site.policy, cluster=site.cluster)


def test_who_waits_is_told_for_what_until_when_and_who_is_before_it():
    assert lines("4", FOUR, Setup(policy="easy")) == [
        Line(second=3, what="waits", text="needs 2 of cpus; 0 are free", start=None, before=1, first=("2",)),
        Line(
            second=62,
            what="start",
            text="backfilled: delays nobody's planned start, though 2 waits before it",
            start=None,
            before=0,
            first=(),
        ),
        Line(second=82, what="end", text="", start=None, before=0, first=()),
    ]
    assert lines("2", FOUR, Setup(policy="easy"))[0] == Line(
        second=1, what="waits", text="needs 8 of cpus; 2 are free", start=100, before=0, first=()
    )


def test_who_is_suspended_goes_on_and_ends():
    assert told("1", CENTRE, centre()) == [
        (0, "start", "there is room"),
        (100, "suspend", "2 of queue normal2 takes its place"),
        (100, "waits", "is suspended; it goes on when its machines are free again"),
        (2100, "resume", "there is room again where it was suspended"),
        (3000, "end", ""),
    ]


def test_suspended_jobs_stand_before_those_that_come_after_them():
    waits = [line for line in lines("4", CENTRE, centre()) if line.what == "waits"]
    assert [(line.before, line.first) for line in waits] == [(2, ("1", "2")), (1, ("1",)), (0, ())]


def test_where_no_starts_are_planned_nobody_is_said_to_delay_none():
    system = Policy(name="LL_DEFAULT", blocked=Blocked.SKIP)
    assert told("3", FOUR, Setup(policy="own", system=system))[0] == (
        2,
        "start",
        "goes before 2, for which there is no room yet; no starts are planned here",
    )


def test_no_more_than_ten_are_named():
    made = trace((0, 100, 8), *[(number, 10, 8) for number in range(1, 15)])
    line = lines("15", made, Setup(policy="easy"))[0]
    assert (line.before, line.first) == (13, tuple(str(number) for number in range(2, 12)))


def test_a_promise_that_moves_is_told_anew():
    moves = [(line.second, line.start) for line in lines("4", CENTRE, centre()) if line.what == "waits"]
    assert moves == [(210, 15_000), (1200, 11_000), (2100, 7000)]


def test_who_reaches_its_run_limit_is_told_so():
    made = replace(FOUR, jobs=FOUR.jobs.with_columns(request=FOUR.jobs["run"] - 10))
    assert told("1", made, Setup(policy="easy")) == [
        (0, "start", "there is room"),
        (90, "end", "has run for 90 s, its run limit"),
    ]


def test_who_must_make_room_waits_again_and_says_for_what_each_time():
    queues = {name: Queue(name=name) for name in ("high", "low")}
    rule = PreemptRule(queue="high", victims=("low",), method=Method.REQUEUE)
    system = replace(easy(), queues=queues, default_queue="low", preemption=(rule,))
    made = trace((0, 100, 8), (10, 20, 8), (40, 20, 8), queue=["low", "high", "high"])
    assert told("1", made, Setup(policy="own", system=system)) == [
        (0, "start", "there is room"),
        (10, "requeue", "2 of queue high takes its place"),
        (10, "waits", "needs 8 of cpus; 0 are free"),
        (30, "start", "there is room"),
        (40, "requeue", "3 of queue high takes its place"),
        (40, "waits", "needs 8 of cpus; 0 are free"),
        (60, "start", "there is room"),
        (160, "end", ""),
    ]


def test_who_is_removed_ends_once():
    queues = {name: Queue(name=name) for name in ("high", "low")}
    rule = PreemptRule(queue="high", victims=("low",), method=Method.REMOVE)
    system = replace(easy(), queues=queues, default_queue="low", preemption=(rule,))
    made = trace((0, 100, 8), (10, 20, 8), queue=["low", "high"])
    assert told("1", made, Setup(policy="own", system=system)) == [
        (0, "start", "there is room"),
        (10, "kill", "2 of queue high takes its place"),
    ]


def test_who_is_refused_or_never_starts_says_why():
    never = replace(easy(), limits=(Limit(name="UJOB_LIMIT of queue normal", amount=0),))
    assert told("1", FOUR, Setup(policy="own", system=never)) == [
        (0, "waits", "UJOB_LIMIT of queue normal: 0 of 0 in use")
    ]
    small = replace(easy(), queues={"day": Queue(name="day", max_tasks=4)}, default_queue="day")
    assert told("1", FOUR, Setup(policy="own", system=small)) == [
        (0, "refuse", "doesn't fit even when nobody else runs (tasks ≤ 4)")
    ]


def test_nothing_is_simulated_beyond_the_end_of_the_story():
    story = Story("4")
    outcome = simulate(FOUR, Setup(policy="easy"), seconds=lambda: 0.0, watch=story)
    assert [line.what for line in story.lines] == ["waits", "start", "end"]
    assert outcome.start.tolist() == [0, -1, 2, 62]
