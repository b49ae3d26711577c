from datetime import UTC, datetime

import numpy as np

from jobcast.features.submissions import of_many
from jobcast.job import Request, Submission
from jobcast.units import Bytes, Seconds

ONE = Submission(
    at=datetime(1970, 1, 1, 0, 0, 7, 900_000, tzinfo=UTC),
    user="chen",
    command="pnr",
    request=Request(cores=4, memory=Bytes(1024), run_limit=Seconds(60), interactive=True),
)
OTHER = Submission(at=datetime(1970, 1, 2, tzinfo=UTC), user="li", command="pnr")


def test_a_submission_becomes_one_row() -> None:
    columns = of_many([ONE])

    assert columns.at.tolist() == [7]
    assert {name: column.values for name, column in columns.texts.items()} == {
        "user": ["chen"],
        "project": [""],
        "queue": [""],
        "name": [""],
        "command": ["pnr"],
        "cwd": [""],
        "description": [""],
    }
    np.testing.assert_equal(
        {name: column.tolist() for name, column in columns.numbers.items()},
        {
            "cores_requested": [4.0],
            "memory_requested": [1024.0],
            "run_limit": [60.0],
            "gpus_requested": [np.nan],
            "interactive": [1.0],
        },
    )


def test_several_submissions_keep_their_order() -> None:
    both = of_many([ONE, OTHER])

    assert len(both) == 2
    assert both.at.tolist() == [7, 86400]
    assert both.texts["user"].texts() == ["chen", "li"]
    assert both.texts["command"].texts() == ["pnr", "pnr"]


def test_rows_can_be_taken_in_any_order() -> None:
    turned = of_many([ONE, OTHER]).take(np.array([1, 0]))

    assert turned.at.tolist() == [86400, 7]
    assert turned.texts["user"].texts() == ["li", "chen"]
    np.testing.assert_equal(turned.numbers["cores_requested"], [np.nan, 4.0])
