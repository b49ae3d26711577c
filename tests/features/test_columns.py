import numpy as np

from jobcast.features.asof import as_of_submission, lessons
from jobcast.features.columns import FEATURES
from jobcast.features.family import LADDER, NOTHING
from jobcast.features.frame import of_frame
from jobcast.features.summary import STATISTICS
from tests.made_up import NEW_YEAR, frame, job


def test_every_rung_and_the_request_have_their_columns() -> None:
    assert len(FEATURES) == len(LADDER) * len(STATISTICS) + 11
    assert len(set(FEATURES)) == len(FEATURES)


def test_a_description_tells_the_input_size() -> None:
    jobs = frame(job("1", description="tag=a input_size=4KB"), job("2", description="nightly"), job("3"))
    known = as_of_submission(of_frame(jobs), lessons(*_NOTHING_FINISHED), np.arange(3))
    sizes = known.matrix[:, FEATURES.index("input_size")]
    np.testing.assert_equal(sizes, np.array([12, np.nan, np.nan], dtype=np.float32))


_NOTHING_FINISHED = (np.zeros(3, np.int64), np.zeros(3), np.zeros(3, bool))


def test_a_job_is_known_by_the_narrowest_family_that_has_run() -> None:
    jobs = frame(
        job("1", command="pnr", cwd="/a", cores_requested=1),
        job("2", command="pnr", cwd="/a", cores_requested=1, submit_time=NEW_YEAR.replace(day=3)),
        job("3", command="pnr", cwd="/b/c", cores_requested=1, submit_time=NEW_YEAR.replace(day=3)),
    )
    submissions = of_frame(jobs)
    finish = jobs["finish_time"].dt.epoch("s").to_numpy()
    done = lessons(finish, np.array([30.0, 31.0, 32.0]), np.array([True, False, False]))

    known = as_of_submission(submissions, done, np.arange(3))

    names = [*(rung.name for rung in LADDER), "nothing"]
    assert [names[rung] for rung in known.rung] == ["nothing", "user+command+cwd", "command"]
    assert known.rung[0] == NOTHING
    assert known.runs.tolist() == [0, 1, 1]
    np.testing.assert_equal(known.anchor, [np.nan, 30, 30])
    np.testing.assert_equal(known.last, np.array([np.nan, 30, 30], dtype=np.float32))
    np.testing.assert_equal(known.p95, np.array([np.nan, 30, 30], dtype=np.float32))
    np.testing.assert_equal(known.age_days, np.array([np.nan, 1.5, 1.5], dtype=np.float32))
    np.testing.assert_equal(known.medians[:, 3], np.array([np.nan, 30, 30], dtype=np.float32))
    assert known.judged_by[0] == known.judged_by[1] == known.judged_by[2]
    shown = dict(zip(FEATURES, known.matrix[1].tolist(), strict=True))
    assert (shown["user+command+cwd:top"], shown["anchor"], shown["cores"]) == (0, 30, 1)
    assert (shown["hour"], shown["weekday"]) == (0, (NEW_YEAR.toordinal() + 2 - 719163) % 7)
