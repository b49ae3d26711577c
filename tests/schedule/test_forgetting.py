"""Jobs that ended long ago are forgotten, but not while somebody waits for them."""

from jobcast.schedule.forgetting import KEPT, forget_the_old
from jobcast.schedule.job import After, AllOf, BatchJob, Ending
from jobcast.schedule.state import State
from jobcast.schedule.step import begin
from tests.schedule.driver import Driver
from tests.schedule.made_up import easy, job, one


def after(*jobs: str) -> AllOf:
    return AllOf(parts=tuple(After(job=each, ending=Ending.DONE) for each in jobs))


def forgotten(*jobs: BatchJob, kept: int) -> State:
    """Let jobs of 1 second run one after the other to 20, forget, and return the state."""
    made = Driver(one(1), easy())
    made.submit(*jobs, runs=1)
    made.run(until=20)
    made.state.arrivals = 4096
    forget_the_old(made.state, kept)
    return made.state


def test_the_last_ones_are_remembered() -> None:
    state = forgotten(*(job(str(number)) for number in range(10)), kept=3)
    assert list(state.ended) == ["7", "8", "9"]


def test_whom_somebody_alive_waits_for_is_remembered() -> None:
    jobs = [job(str(number)) for number in range(10)]
    state = forgotten(*jobs, job("late", after=after("1", "4"), hold="user"), kept=2)
    assert list(state.ended) == ["1", "4", "8", "9"]


def test_an_array_is_remembered_as_a_whole_or_not_at_all() -> None:
    elements = [job(f"{array}[{number}]", array=array) for array in "abc" for number in (1, 2)]
    state = forgotten(*elements, job("late", after=after("a"), hold="user"), job("last"), kept=2)
    assert list(state.ended) == ["a[1]", "a[2]", "c[1]", "c[2]", "last"]
    assert state.arrays == {"a": ["a[1]", "a[2]"], "c": ["c[1]", "c[2]"]}


def test_an_array_of_which_an_element_is_alive_is_remembered() -> None:
    elements = [job("a[1]", array="a"), job("a[2]", array="a", hold="user")]
    state = forgotten(*elements, *(job(str(number)) for number in range(5)), kept=1)
    assert list(state.ended) == ["a[1]", "4"]


def test_whom_the_one_who_comes_just_then_waits_for_is_remembered() -> None:
    made = Driver(one(1), easy())
    made.state.ended = {"old": 0, **{str(number): 0 for number in range(KEPT)}}
    made.state.arrivals = 4095
    made.submit(job("late", after=after("old")), runs=1)
    made.run()
    assert made.state.ended["late"] == 0


def test_nothing_is_forgotten_between_the_times_for_it() -> None:
    state = begin(one(1), easy())
    state.arrivals, state.ended = 4095, {"a": 0}
    forget_the_old(state, 0)
    assert state.ended == {"a": 0}


def test_those_who_were_turned_away_are_forgotten_too() -> None:
    made = Driver(one(1), easy())
    made.submit(*(job(str(number), 2) for number in range(4096)))
    assert made.state.ended == {}
    made.run()
    assert len(made.state.ended) == 4096
    forget_the_old(made.state, 1)
    assert list(made.state.ended) == ["4095"]
