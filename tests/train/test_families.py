import numpy as np
import pytest

from jobcast.errors import ModelError
from jobcast.features.asof import as_of_submission
from jobcast.features.candidates import CANDIDATES
from jobcast.features.family import NOTHING
from jobcast.predict.answer import answer
from jobcast.predict.trees import Trees
from jobcast.train.families import DAY, LEAST, FittedFamilies, KnownJobs, fit, judge
from jobcast.train.material import material
from tests.train.made_up import SETTINGS, blocks

STUFF = material(blocks())
END = int(STUFF.finish.max())


def _silent(_step: str) -> None:
    pass


@pytest.fixture(scope="module")
def fitted() -> FittedFamilies:
    return fit(STUFF, END, SETTINGS, _silent)


def test_the_last_days_are_kept_for_calibration_and_for_the_record(fitted: FittedFamilies) -> None:
    newest = np.quantile(STUFF.finish[STUFF.teaches & (STUFF.submissions.at > 0)], 0.7)

    assert (STUFF.finish[fitted.rows] > newest).all()
    assert (STUFF.finish[fitted.rows] > END - 7 * DAY).all()
    assert len(fitted.judged.times) == len(fitted.rows) == len(fitted.residuals) == len(fitted.levels)
    assert fitted.judged.errors.shape == (len(fitted.rows), len(CANDIDATES))


def test_only_jobs_that_ended_well_teach(fitted: FittedFamilies) -> None:
    assert STUFF.done[fitted.rows].all()
    assert fitted.ceiling == STUFF.peak[STUFF.done].max().astype(np.float32)


def test_errors_in_the_record_are_those_of_trees_that_had_not_seen_the_jobs(fitted: FittedFamilies) -> None:
    """The trees that serve have seen them, and so would flatter themselves."""
    known = as_of_submission(STUFF.submissions, STUFF.finished_by(END), fitted.rows)
    trees = {name: Trees(text) for name, text in fitted.texts.items()}
    asked = KnownJobs(rows=fitted.rows, known=known)

    flattered = judge(STUFF, asked, answer(known, trees, fitted.ceiling))

    assert flattered.families.tolist() == fitted.judged.families.tolist()
    np.testing.assert_array_equal(flattered.errors[:, 1:], fitted.judged.errors[:, 1:])
    assert flattered.errors[:, 0].mean() < fitted.judged.errors[:, 0].mean()


def test_jobs_that_failed_judge_nothing(fitted: FittedFamilies) -> None:
    everyone = np.arange(len(STUFF.finish))
    known = as_of_submission(STUFF.submissions, STUFF.finished_by(END), everyone)
    trees = {name: Trees(text) for name, text in fitted.texts.items()}

    judged = judge(STUFF, KnownJobs(rows=everyone, known=known), answer(known, trees, fitted.ceiling))

    heard = STUFF.done & (known.rung != NOTHING)
    assert judged.times.tolist() == sorted(STUFF.finish[heard].tolist())


def test_the_same_history_gives_the_same_model(fitted: FittedFamilies) -> None:
    assert fit(STUFF, END, SETTINGS, _silent).texts == fitted.texts


def test_what_finishes_later_is_not_learnt() -> None:
    early = END - DAY // 4

    assert (
        fit(material(blocks(days=25)), early, SETTINGS, _silent).texts
        == fit(STUFF, early, SETTINGS, _silent).texts
    )


def test_steps_are_told() -> None:
    steps: list[str] = []

    fit(STUFF, END, SETTINGS, steps.append)

    assert steps == ["features", "trees", "calibration"]


def test_too_short_a_history_is_refused() -> None:
    with pytest.raises(ModelError, match="too few finished jobs") as caught:
        fit(material(blocks(days=1)), END, SETTINGS, _silent)
    assert "ended well with a measured peak" in caught.value.message
    assert f"{LEAST} are needed" in caught.value.message
