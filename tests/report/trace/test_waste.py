"""What instances lose by being rescheduled."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.report.trace.waste import Waste, rescheduled_of, waste_of
from tests.report.trace.attempts import PAPER, Attempt, attempt, rows


def lost(*attempts: Attempt) -> list[tuple[object, ...]]:
    """Return of each instance the lost attempts, those that ran, T and the vector."""
    found = rescheduled_of(rows(*attempts)).instances
    return found.select("lost", "ran", "lost_s", "mem_s", "cpu_s").rows()


def test_the_worked_example_of_the_paper():
    found = rescheduled_of(rows(*PAPER))
    assert found.instances.to_dicts() == [
        {
            "job_name": "j_9",
            "task_name": "M1",
            "instance_name": "ins_63835109",
            "lost": 1,
            "ran": 1,
            "attempts": 2,
            "lost_s": 610,
            "elapsed_s": 610 + 1196,
            "run_s": 1196,
            "cpu": 58.0,
            "mem": 0.31,
            "mem_s": pytest.approx(189.1),
            "cpu_s": 35380.0,
        }
    ]
    assert waste_of(found) == Waste(
        instances=1,
        jobs=1,
        after_running=1,
        before_running=0,
        more_than_once=0,
        never_done=0,
        unmeasured=0,
        lost_hours=610 / 3600,
        core_hours=pytest.approx(353.8 / 3600),
        machine_hours=pytest.approx(1.891 / 3600),
        after_done=0,
        set_aside={},
    )


def test_of_more_than_two_attempts_each_gap_counts():
    assert lost(attempt(0, 10), attempt(100, 110), attempt(300, 400, "Terminated")) == [
        (2, 2, 300, 150, 15000)
    ]


def test_attempts_may_stand_in_any_order():
    attempts = [attempt(0, 10), attempt(100, 110), attempt(300, 400, "Terminated")]
    assert lost(*attempts[::-1]) == lost(*attempts[1:], attempts[0]) == lost(*attempts)


@pytest.mark.parametrize(("end", "ran"), [(100, 0), (101, 1), (None, 1), (0, 1)])
def test_an_attempt_of_no_time_never_ran_and_one_without_an_end_did(end, ran):
    assert lost(attempt(100, end), attempt(300, 400, "Terminated")) == [(1, ran, 200, 100, 10000)]


def test_an_instance_is_rescheduled_after_running_if_any_lost_attempt_ran():
    waste = waste_of(
        rescheduled_of(
            rows(
                *(attempt(1, 1), attempt(5, 9), attempt(20, 30, "Terminated")),
                *(attempt(1, 1, instance="ins_2"), attempt(20, 30, "Terminated", instance="ins_2")),
            )
        )
    )
    assert (waste.after_running, waste.before_running, waste.more_than_once) == (1, 1, 1)


@pytest.mark.parametrize("status", ["Failed", "Running", "Interrupted", "Cancelled", "Waiting"])
def test_an_instance_that_never_ended_well_has_no_vector(status):
    found = rescheduled_of(rows(attempt(0, 10), attempt(20, 30), attempt(40, 50, status)))
    assert found.instances.select("lost", "ran", "lost_s", "mem_s", "cpu_s", "run_s").rows() == [
        (2, 2, None, None, None, None)
    ]
    waste = waste_of(found)
    assert (waste.instances, waste.never_done, waste.lost_hours, waste.core_hours) == (1, 1, 0, 0)


def test_a_good_run_that_was_not_measured_has_a_time_and_no_vector():
    found = rescheduled_of(rows(attempt(0, 10), attempt(3600, 3700, "Terminated", mem=None)))
    waste = waste_of(found)
    assert (waste.unmeasured, waste.lost_hours, waste.core_hours, waste.machine_hours) == (1, 1, 0, 0)


def test_of_several_good_runs_the_last_counts():
    attempts = (attempt(0, 10, "Terminated"), attempt(100, 110, "Terminated", cpu=10.0, mem=0.1))
    assert lost(*attempts) == [(1, 1, 100, 10, 1000)]


def test_what_is_run_again_after_its_good_run_only_is_counted_and_lost_nothing():
    found = rescheduled_of(rows(attempt(0, 10, "Terminated"), attempt(20, 30)))
    assert (len(found), found.after_done, waste_of(found).after_done) == (0, 1, 1)


def test_what_comes_after_the_good_run_adds_nothing():
    attempts = (attempt(0, 10), attempt(20, 30, "Terminated"))
    assert lost(*attempts, attempt(50, 60)) == lost(*attempts)


def test_overlapping_attempts_and_those_written_twice_are_set_aside_and_counted():
    found = rescheduled_of(
        rows(
            *(attempt(0, 100), attempt(50, 90, machine="m_2"), attempt(200, 300, "Terminated")),
            *(attempt(0, 10, "Terminated", instance="ins_2"), attempt(0, 10, "Terminated", instance="ins_2")),
        )
    )
    assert found.instances.select("instance_name", "lost", "lost_s").rows() == [("ins_1", 1, 200)]
    assert found.set_aside == {"overlapping_attempt": 1, "duplicate_attempt": 1}
    assert found.several == 2


def test_the_same_name_in_another_job_is_another_instance():
    assert lost(attempt(0, 10), attempt(20, 30, "Terminated", job="j_2")) == []


def test_of_no_attempts_nothing_is_wasted():
    assert waste_of(rescheduled_of(rows())) == Waste(
        instances=0,
        jobs=0,
        after_running=0,
        before_running=0,
        more_than_once=0,
        never_done=0,
        unmeasured=0,
        lost_hours=0,
        core_hours=0,
        machine_hours=0,
        after_done=0,
        set_aside={},
    )


RUNS = st.lists(
    st.tuples(st.integers(0, 50), st.integers(0, 50), st.sampled_from(["Failed", "Terminated"])),
    min_size=1,
    max_size=6,
)


@given(st.lists(RUNS, max_size=5), st.randoms(use_true_random=False))
def test_counting_attempt_by_attempt_gives_the_same(
    instances: list[Sequence[tuple[int, int, str]]], dice: random.Random
):
    attempts, expected = [], []
    for number, runs in enumerate(instances):
        now, mine = 1, []
        for gap, span, status in runs:
            mine.append((now + gap, now + gap + span, status))
            now += gap + span + 1
        attempts += [attempt(*run, instance=f"ins_{number}") for run in mine]
        good = max((place for place, run in enumerate(mine) if run[2] == "Terminated"), default=None)
        before = mine[:good] if good is not None else mine[:-1]
        if before:
            gaps = sum(after[0] - run[0] for run, after in zip(before, mine[1:], strict=False))
            ran = sum(end > start for start, end, _ in before)
            expected.append((len(before), ran, None if good is None else gaps))
    dice.shuffle(attempts)
    found = rescheduled_of(rows(*attempts)).instances
    assert found.select("lost", "ran", "lost_s").rows() == expected
