"""``llsummary`` adds up steps while they come."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from jobcast.act.executors.base import Consumed
from jobcast.batch.record import Step, StepState
from jobcast.batch.screens.loadleveler import llsummary
from jobcast.batch.screens.loadleveler.llsummary import BY_DEFAULT, Report, summary
from jobcast.batch.screens.loadleveler.llsummary_long import long_listings
from tests.batch.screens.loadleveler.made_up import NOON, a_step, of, parallel, site
from tests.batch.screens.loadleveler.test_listings import expected

OF_THE_MANUAL = """\
Name          Jobs    Steps           Job Cpu    Starter Cpu     Leverage
krystal         15       36        0+00:09:50     0+00:00:10         59.0
lixin3          18       54        0+00:08:28     0+00:00:16         31.8
TOTAL           33       90        0+00:18:18     0+00:00:27         40.7
""".splitlines()


def of_user(user: str, jobs: int, steps: int, cpu: float, starter: float) -> Iterator[Step]:
    """Yield steps of some jobs, each step with its part of the CPU time."""
    for number in range(steps):
        consumed = Consumed(user_cpu=cpu / steps, starter_cpu=starter / steps)
        step = a_step(number, StepState.COMPLETED, ended=NOON, consumed=consumed)
        yield of(step, id=f"{user}.{number % jobs}.{number // jobs}", user=user)


def test_the_example_of_the_manual_is_drawn_as_it_stands_there():
    steps = [*of_user("krystal", 15, 36, 590, 10.4), *of_user("lixin3", 18, 54, 508, 16.4)]
    assert summary(iter(steps), ["user"], [Report.RESOURCE], UTC) == OF_THE_MANUAL


def some_steps() -> list[Step]:
    """Return five steps of three jobs: of two models, months and accounts, one of which never ran."""
    june = datetime(2026, 6, 30, 23, 59, tzinfo=UTC).timestamp()
    first = parallel()
    first.ended = june
    second = a_step(7, StepState.COMPLETED, at=june, began=june + 100, ended=june + 3700)
    second.consumed = Consumed(user_cpu=100000.0, system_cpu=1.0, starter_cpu=0.0)
    same_job = of(a_step(7, StepState.COMPLETED, at=june, began=june + 50, ended=june + 60), id="n01.7.1")
    never = a_step(9, StepState.CANCELED, ended=june + 86400)
    never.allocation = ()
    return [first, second, same_job, of(never, notes={"comment": "GRAPES", "name": "a\nb"})]


@pytest.mark.parametrize("part", ["default", "sections", "throughput"])
def test_sections_and_reports_are_drawn_as_expected(part):
    others = [name for name in llsummary.SECTIONS if name not in BY_DEFAULT]
    names, reports = {
        "default": (BY_DEFAULT, [Report.RESOURCE]),
        "sections": (others, [Report.RESOURCE]),
        "throughput": (["comment"], list(Report)[1:]),
    }[part]
    lines = summary(iter(some_steps()), names, reports, UTC)
    assert "\n".join(lines) + "\n" == expected(f"llsummary-{part}")


@pytest.mark.parametrize(
    ("cpu", "starter", "leverage"), [(590.4, 10.4, "59.0"), (3.0, 0.25, "12.0"), (3.0, 0.0, "(undef)")]
)
def test_leverage_is_the_ratio_of_what_is_shown_or_of_parts_of_a_second(cpu, starter, leverage):
    (step,) = of_user("chen", 1, 1, cpu, starter)
    assert summary(iter([step]), ["user"], [Report.RESOURCE], UTC)[1].split()[-1] == leverage


def test_without_steps_there_are_totals_of_nothing():
    assert summary(iter(()), ["class"], [Report.RESOURCE], UTC) == [
        "Class         Jobs    Steps           Job Cpu    Starter Cpu     Leverage",
        "TOTAL            0        0        0+00:00:00     0+00:00:00      (undef)",
    ]


def test_steps_at_length_stand_under_their_job_and_tell_earlier_runs():
    lines = list(long_listings(iter(some_steps()), site(), extended=True))
    assert [line for line in lines if line.startswith(("====", "Earlier", "Resource"))] == [
        "================== Job n01.40 ==================",
        "===== Job Step n01.40.0 =====",
        "Resource usage of n01.40.0, run 2",
        "Earlier run 1",
        "================== Job n01.7 ==================",
        "===== Job Step n01.7.0 =====",
        "Resource usage of n01.7.0, run 1",
        "===== Job Step n01.7.1 =====",
        "Resource usage of n01.7.1, run 1",
        "================== Job n01.9 ==================",
        "===== Job Step n01.9.0 =====",
        "Resource usage of n01.9.0, run 1",
    ]
    brief = list(long_listings(iter(some_steps()), site(), extended=False))
    assert not [line for line in brief if "Earlier" in line or "Starter" in line]


def test_jobs_whose_ids_end_in_no_number_are_counted_once_too():
    steps = [of(a_step(0, StepState.COMPLETED), id=id_, array=array) for id_, array in
             [("12[1]", "12"), ("12[2]", "12"), ("x.y.0", ""), ("x.y.1", ""), ("x.z.0", "")]]  # fmt: skip
    line = summary(iter(steps), ["user"], [Report.RESOURCE], UTC)[-1]
    assert line.split()[:3] == ["TOTAL", "3", "5"]
