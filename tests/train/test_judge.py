"""Back-tests answer each later job from what was known at its submission, and from nothing else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from jobcast.errors import ConfigError, ModelError
from jobcast.train.judge import RECIPES, Trial, back_test, coverage, ended_well, roll, submitted_before
from jobcast.train.material import material
from jobcast.units import GIB
from tests.made_up import NEW_YEAR, frame, job
from tests.trained import QUICK, made_up_history, silent

SIMPLE = ("as-requested", "last-run", "family-p95")
SECOND_DAY = NEW_YEAR + timedelta(days=2, microseconds=-1)


def run(job_id: str, day: int, hour: int, peak: float | None, **known: object) -> dict[str, object]:
    """Return a job of the second hour before it finished, on a day from 0."""
    finish = NEW_YEAR + timedelta(days=day, hours=hour)
    memory = None if peak is None else int(peak * GIB)
    return job(job_id, finish_time=finish, memory_peak=memory, command="make a", cwd="/p", **known)


TINY = frame(
    run("1", 0, 12, 1),
    run("2", 1, 12, 2),
    run("crashed", 1, 13, 64, state="failed"),
    run("3", 2, 12, 4, memory_requested=8 * GIB),
    run("4", 2, 13, 16, array_index=7),  # submitted at 11 o'clock, when job 3 had not finished
    run("unmeasured", 2, 14, None),
    run("killed", 2, 15, 32, state="failed"),  # submitted at 13 o'clock, when job 4 had finished
    run("5", 3, 12, 8),
)


def trial(**known: object) -> Trial:
    return Trial(**{"train_end": SECOND_DAY, "recipes": SIMPLE, "settings": QUICK, **known})


def requests(answers: dict[str, pl.DataFrame], recipe: str) -> dict[str, float]:
    return dict(answers[recipe].select("job_id", pl.col("request").round(4)).iter_rows())


NAN = pytest.approx(float("nan"), nan_ok=True)


def test_all_jobs_with_a_measured_peak_are_answered_however_they_ended():
    answers = back_test(material(TINY), trial(), silent)
    assert list(answers) == list(SIMPLE)
    for rows in answers.values():
        assert rows["job_id"].to_list() == ["3", "4[7]", "killed", "5"]
        assert rows["state"].to_list() == ["done", "done", "failed", "done"]
        assert rows["memory_peak"].to_list() == [4, 16, 32, 8]
        assert rows.columns == [
            "train_end", "job_id", "submit_time", "finish_time", "state", "user", "queue", "run_time",
            "memory_peak", "level", "rung", "runs", "median", "request",
        ]  # fmt: skip
    assert ended_well(answers["last-run"])["job_id"].to_list() == ["3", "4[7]", "5"]


def test_as_requested_says_what_the_user_said():
    assert requests(back_test(material(TINY), trial(), silent), "as-requested") == {
        "3": 8,
        "4[7]": NAN,
        "killed": NAN,
        "5": NAN,
    }


def test_last_run_says_what_the_newest_finished_run_took():
    assert requests(back_test(material(TINY), trial(), silent), "last-run") == {
        "3": 2,
        "4[7]": 2,
        "killed": 16,
        "5": 16,
    }


def test_family_p95_lies_between_the_two_largest_runs_known():
    answers = back_test(material(TINY), trial(), silent)
    # log2 of the runs known: (0, 1), (0, 1), (0, 1, 2, 4), (0, 1, 2, 4); linear between ranks
    assert requests(answers, "family-p95") == pytest.approx(
        {"3": 2**0.95, "4[7]": 2**0.95, "killed": 2**3.7, "5": 2**3.7}, abs=1e-3
    )
    # weights 1 and 0.8, newest first
    assert answers["family-p95"]["median"][0] == pytest.approx(2 ** (1 / 1.8), rel=1e-5)


def test_the_runs_that_were_known_are_counted():
    rows = back_test(material(TINY), trial(), silent)["last-run"]
    assert rows.select("level", "rung", "runs").rows() == [
        ("young", "user+command+cwd", 2),
        ("young", "user+command+cwd", 2),
        ("young", "user+command+cwd", 4),
        ("young", "user+command+cwd", 4),
    ]


def test_a_frozen_memory_learns_from_no_later_job():
    frozen = back_test(material(TINY), trial(live=False), silent)
    assert requests(frozen, "last-run") == {"3": 2, "4[7]": 2, "killed": 2, "5": 2}
    assert set(frozen["last-run"]["runs"]) == {2}


def test_a_first_job_of_its_kind_is_not_answered():
    strange = {"user": "zoe", "queue": "new", "cwd": "/q", "command": "novel"}
    history = pl.concat([TINY, frame({**run("first", 3, 13, 8), **strange})])
    rows = back_test(material(history), trial(), silent)["last-run"].filter(pl.col("job_id") == "first")
    assert rows.select("level", "rung", "runs").rows() == [("none", "none", 0)]
    assert rows["request"].is_nan().all()


def test_an_unknown_recipe_is_an_error_that_names_the_known():
    with pytest.raises(ConfigError, match="there is no recipe alchemy") as error:
        back_test(material(TINY), trial(recipes=("default", "alchemy")), silent)
    assert error.value.hint == f"one of {', '.join(RECIPES)}"


def test_no_later_jobs_are_an_error():
    with pytest.raises(ModelError, match="no job with a measured peak finished after 2027-01-01"):
        back_test(material(TINY), trial(train_end=datetime(2027, 1, 1, tzinfo=UTC)), silent)


def test_too_few_jobs_to_learn_from_are_an_error():
    with pytest.raises(ModelError, match="too few finished jobs"):
        back_test(material(TINY), trial(recipes=("default",)), silent)


def test_each_window_is_answered_by_the_model_made_before_it():
    answers = roll(TINY, trial(live=False), 1, silent)["last-run"]
    # frozen until the next model: job 5 is the first that knows what job 4 took
    assert answers.select("train_end", "job_id", pl.col("request").round(4)).rows() == [
        (SECOND_DAY, "3", 2),
        (SECOND_DAY, "4[7]", 2),
        (SECOND_DAY, "killed", 2),
        (SECOND_DAY + timedelta(days=1), "5", 16),
    ]


def test_a_window_in_which_no_job_finished_is_left_out():
    later = frame(run("6", 20, 12, 8))
    answers = roll(pl.concat([TINY, later]), trial(), 2, silent)["last-run"]
    days = answers["train_end"].unique().sort().to_list()
    assert days == [SECOND_DAY, SECOND_DAY + timedelta(days=18)]


def test_windows_are_whole_days_where_a_day_is_an_hour_short():
    berlin = ZoneInfo("Europe/Berlin")
    before = datetime(2026, 3, 28, 23, 59, 59, 999999, tzinfo=berlin)
    jobs = frame(
        *(
            job(name, finish_time=finish.astimezone(UTC), memory_peak=GIB)
            for name, finish in (
                ("late on Sunday", datetime(2026, 3, 29, 23, 30, tzinfo=berlin)),
                ("early on Monday", datetime(2026, 3, 30, 0, 30, tzinfo=berlin)),
            )
        )
    )
    answers = roll(jobs, trial(train_end=before), 1, silent)["as-requested"]
    assert answers["train_end"].dt.convert_time_zone("Europe/Berlin").dt.day().to_list() == [28, 29]


def test_rolling_over_no_later_jobs_is_an_error():
    with pytest.raises(ModelError, match="no job with a measured peak finished after 2027-01-01"):
        roll(TINY, trial(train_end=datetime(2027, 1, 1, tzinfo=UTC)), 1, silent)


def test_a_job_submitted_before_its_model_could_be_there_is_counted():
    early = TINY.with_columns(
        submit_time=pl.when(pl.col("job_id") == "5").then(NEW_YEAR).otherwise("submit_time")
    )
    assert submitted_before(back_test(material(TINY), trial(), silent)["last-run"]) == 0
    assert submitted_before(back_test(material(early), trial(), silent)["last-run"]) == 1
    assert submitted_before(roll(early, trial(), 1, silent)["last-run"]) == 1


# ---- on two weeks of a made-up cluster

TRAIN_END = datetime(2025, 9, 11, tzinfo=UTC) - timedelta(microseconds=1)
MIDDLE = datetime(2025, 9, 13, tzinfo=UTC)
LONG = Trial(train_end=TRAIN_END, recipes=(*SIMPLE, "default"), settings=QUICK)


def shuffled_after(jobs: pl.DataFrame, moment: datetime) -> pl.DataFrame:
    """Exchange the measured peaks of all jobs that finished after a moment, and let some of them fail."""
    chance = np.random.default_rng(11)
    peaks, states = jobs["memory_peak"].to_list(), jobs["state"].to_list()
    late = [row for row, finish in enumerate(jobs["finish_time"]) if finish > moment and peaks[row]]
    for row, other in zip(late, chance.permutation(late).tolist(), strict=True):
        peaks[row] = jobs["memory_peak"][other]
        states[row] = "failed" if chance.random() < 0.3 else "done"
    return jobs.with_columns(pl.Series("memory_peak", peaks), pl.Series("state", states))


def said(answers: dict[str, pl.DataFrame], until: datetime) -> pl.DataFrame:
    """Return what all recipes said to the jobs that were submitted by then."""
    parts = [
        rows.select(
            pl.lit(name).alias("recipe"),
            "job_id",
            "submit_time",
            "median",
            "request",
            "level",
            "rung",
            "runs",
        )
        for name, rows in answers.items()
    ]
    return pl.concat(parts).filter(pl.col("submit_time") <= until)


@pytest.fixture(scope="module")
def live() -> dict[str, pl.DataFrame]:
    return back_test(material(made_up_history()), LONG, silent)


def test_shuffling_the_future_changes_no_answer_given_before(live):
    other = back_test(material(shuffled_after(made_up_history(), MIDDLE)), LONG, silent)
    assert len(said(live, MIDDLE)) > 400
    assert_frame_equal(said(other, MIDDLE), said(live, MIDDLE), check_exact=True)
    later = datetime(2026, 1, 1, tzinfo=UTC)
    assert not said(other, later).equals(said(live, later))


def test_one_window_longer_than_the_history_is_no_window(live):
    rolled = roll(made_up_history(), LONG, 30, silent)
    for name, rows in live.items():
        assert_frame_equal(rolled[name], rows, check_exact=True)


def test_windows_part_the_later_jobs(live):
    rolled = roll(made_up_history(), LONG, 2, silent)
    for name, rows in rolled.items():
        assert rows["job_id"].to_list() == live[name]["job_id"].to_list()
        until = pl.col("train_end") + timedelta(days=2)
        assert rows.filter(pl.col("finish_time").is_between("train_end", until, closed="right")).equals(rows)
        assert rows["train_end"].n_unique() == 2
    assert rolled["last-run"].drop("train_end").equals(live["last-run"].drop("train_end"))
    assert not rolled["default"]["request"].equals(live["default"]["request"])


def test_shuffling_everything_later_changes_no_answer_of_frozen_models():
    frozen = replace(LONG, live=False)
    later = datetime(2026, 1, 1, tzinfo=UTC)
    plain = back_test(material(made_up_history()), frozen, silent)
    other = back_test(material(shuffled_after(made_up_history(), TRAIN_END)), frozen, silent)
    assert_frame_equal(said(other, later), said(plain, later), check_exact=True)


def test_the_default_recipe_requests_at_least_its_median(live):
    rows = live["default"].drop_nans("request")
    assert len(rows) > 200
    assert (rows["request"] >= rows["median"]).all()
    errors = ((rows["median"] / rows["memory_peak"]).log() / np.log(2)).abs()
    assert errors.median() < 0.5


def test_coverage_counts_each_group_narrow_first(live):
    table = coverage(ended_well(live["default"]), ["level"])
    assert table.columns == ["level", "jobs", "within_request"]
    order = [
        name
        for name in ("same", "young", "variant", "similar", "broad")
        if name in table["level"].cast(pl.String)
    ]
    assert table["level"].cast(pl.String).to_list() == order
    assert table["jobs"].sum() == len(ended_well(live["default"]).drop_nans("request"))
    assert coverage(ended_well(live["default"]), ["queue"])["within_request"].is_between(0, 1).all()


def test_coverage_is_the_share_within_the_request():
    rows = back_test(material(TINY), trial(), silent)["last-run"]
    assert coverage(rows, ["level"]).rows() == [("young", 4, 0.25)]
    assert coverage(rows, ["state"]).sort("state").rows() == [
        ("done", 3, pytest.approx(1 / 3)),
        ("failed", 1, 0.0),
    ]
