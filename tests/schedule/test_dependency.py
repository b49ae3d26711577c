"""Jobs that wait for others."""

import pytest

from jobcast.schedule.expression import parse
from jobcast.schedule.job import After, AllOf, AnyOf, Ending, Not
from tests.schedule.driver import Driver, refusals, values
from tests.schedule.made_up import (
    easy,
    job,
    one,
)


def after(name: str, ending: Ending = Ending.DONE, **known: object) -> After:
    return After(job=name, ending=ending, **known)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("exit_code", "dependency", "start"),
    [
        (0, after("a"), 100),
        (1, after("a"), None),
        (1, after("a", Ending.ENDED), 100),
        (0, after("a", Ending.STARTED), 0),
        (0, after("a", Ending.FAILED), None),
        (3, after("a", Ending.FAILED), 100),
        (3, after("a", Ending.ENDED, operator=">=", exit_code=3), 100),
        (2, after("a", Ending.ENDED, operator=">=", exit_code=3), None),
        (1, Not(part=after("a")), 100),
        (0, Not(part=after("a")), None),
        (0, AllOf(parts=(after("a"), after("b"))), 200),
        (1, AllOf(parts=(after("a"), after("b"))), None),
        (1, AnyOf(parts=(after("a"), after("b"))), 200),
        (0, AnyOf(parts=(after("a"), after("b"))), 100),
        (0, after("8"), 300),
    ],
)
def test_a_job_waits_until_others_have_come_so_far(
    exit_code: int, dependency: After, start: int | None
) -> None:
    made = Driver(one(8), easy())
    made.submit(job("a", 1, 100), runs=100, exit_code=exit_code)
    made.submit(job("b", 1, 200), runs=200)
    made.submit(job("8[1]", 1, 300, array="8"), job("8[2]", 1, 300, array="8"), runs=300)
    made.submit(job("then", 1, 10, after=dependency), runs=10)
    made.run()
    assert made.start("then") == start
    assert refusals(made) == ({} if start is not None else {"then": "never"})


def test_a_job_whose_forerunner_starts_in_the_same_second_starts_too() -> None:
    made = Driver(one(8), easy(order=(parse("user_priority"),)))
    made.submit(job("then", 1, 10, user="x", priority=90, after=after("a", Ending.STARTED)), runs=10)
    made.submit(job("a", 1, 100, user="y", priority=10), runs=100)
    made.run()
    assert made.starts() == {"then": 0, "a": 0}


def test_all_who_wait_for_what_cannot_happen_are_told_at_once() -> None:
    made = Driver(one(8), easy())
    made.submit(job("third", 1, 10, after=after("second")), runs=10)
    made.submit(job("second", 1, 10, after=after("first")), at=1, runs=10)
    made.submit(job("first", 1, 10), at=2, runs=10, exit_code=1)
    made.run()
    assert refusals(made) == {"third": "never", "second": "never"}
    assert made.waiting() == {}


def test_a_job_that_would_wait_for_itself_is_refused_with_the_way() -> None:
    made = Driver(one(8), easy())
    made.submit(job("a", 1, 10, after=after("c")), runs=10)
    made.submit(job("b", 1, 10, after=after("a")), runs=10)
    made.submit(job("c", 1, 10, after=AnyOf(parts=(after("x"), after("b")))), runs=10)
    made.run(0)
    assert refusals(made)["c"] == "cycle"
    assert values(made, "c") == {"jobs": "c → b → a → c"}
