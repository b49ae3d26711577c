import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from jobcast.features.ending import REASONS, Failure, endings, failures

RUNS = st.lists(
    st.tuples(st.booleans(), st.sampled_from(range(len(REASONS))), st.none() | st.integers(0, 255))
)


def numbers(runs: list[tuple[bool, int, int | None]]) -> np.ndarray:
    failed, reasons, codes = (list(column) for column in zip(*runs, strict=True)) if runs else ([], [], [])
    return endings(
        np.array(failed, dtype=bool), np.array(reasons, dtype=np.int64), np.array(codes, dtype=float)
    )


@given(RUNS)
def test_a_failure_comes_back_as_it_was_told(runs: list[tuple[bool, int, int | None]]) -> None:
    told = [Failure(reason=REASONS[reason], exit_code=code) for failed, reason, code in runs if failed]
    assert failures(numbers(runs)) == told


@given(RUNS.filter(len))
def test_the_mean_of_endings_is_the_share_that_failed_to_a_fifth_of_a_percent(
    runs: list[tuple[bool, int, int | None]],
) -> None:
    share = sum(failed for failed, _, _ in runs) / len(runs)
    assert share <= numbers(runs).mean() <= share * 1.002


def test_an_exit_code_that_no_program_gives_counts_as_not_told() -> None:
    assert (
        failures(numbers([(True, 0, 70_000), (True, 0, -1)]))
        == [Failure(reason=REASONS[0], exit_code=None)] * 2
    )
