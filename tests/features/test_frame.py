from datetime import timedelta

import numpy as np

from jobcast.features.family import family_keys
from jobcast.features.frame import of_frame
from jobcast.features.submissions import of_many
from tests.features.made_up import submission
from tests.made_up import NEW_YEAR, frame, job

ROWS = frame(
    job("1", command="pnr -n 8", cores_requested=4, memory_requested=2**30, interactive=False),
    job("2", user=None, command=None, cwd="/p/alu", memory_requested=2**31),
)


def test_a_history_becomes_columns_of_submissions() -> None:
    columns = of_frame(ROWS)

    assert columns.at.tolist() == [int((NEW_YEAR + timedelta(hours=10)).timestamp())] * 2
    assert (columns.texts["command"].values, columns.texts["command"].codes.tolist()) == (
        ["pnr -n 8", ""],
        [0, 1],
    )
    np.testing.assert_equal(columns.numbers["cores_requested"], [4.0, np.nan])
    np.testing.assert_equal(columns.numbers["interactive"], [0.0, np.nan])


def test_the_same_job_has_the_same_families_as_a_row_and_as_a_submission() -> None:
    again = of_many([submission(row, NEW_YEAR) for row in ROWS.to_dicts()])

    for from_frame, from_submission in zip(family_keys(of_frame(ROWS)), family_keys(again), strict=True):
        assert from_frame.tolist() == from_submission.tolist()
