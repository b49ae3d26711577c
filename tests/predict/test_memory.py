"""Family memory tells what as-of statistics over the whole history would tell."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from jobcast.errors import ModelError
from jobcast.features.asof import as_of_submission
from jobcast.features.columns import Known
from jobcast.features.family import LADDER, NOTHING
from jobcast.features.ladder import ladder_keys
from jobcast.predict.memory import FamilyMemory
from jobcast.train.material import Material, material
from jobcast.units import GIB, MIB
from tests.features.made_up import histories
from tests.made_up import HOSTILE, NEW_YEAR, frame, job

LATER = NEW_YEAR + timedelta(days=40)


def asked(number: int, **known: object) -> dict[str, object]:
    """Return a job that is submitted after everything has finished, and has not run yet."""
    times = {"submit_time": LATER, "start_time": LATER, "finish_time": LATER + timedelta(hours=number)}
    return job(f"asked{number}", **{**times, "memory_peak": None, **known})


def remembered(stuff: Material) -> FamilyMemory:
    return FamilyMemory.build(stuff.submissions, stuff.finished_by(int(stuff.finish.max())))


def assert_same(found: Known, expected: Known) -> None:
    for name in Known.__dataclass_fields__:
        np.testing.assert_allclose(
            getattr(found, name), getattr(expected, name), rtol=1e-6, atol=1e-6, err_msg=name
        )


TEXTS = {
    "user": st.sampled_from(["chen", "fang", None]),
    "queue": st.sampled_from(["pnr", "sta", None]),
    "project": st.sampled_from(["comet", None]),
    "command": st.sampled_from(["vcs -seed 1", "vcs -seed 2", "make lint", "终 -n 4", None]),
    "cwd": st.sampled_from(["/p/comet/chen/a1", "/p/comet/chen/a2", "/p/comet/fang/b", None]),
    "cores_requested": st.sampled_from([None, 1, 8]),
    "memory_requested": st.sampled_from([None, 4 * GIB]),
}
RUNS = st.fixed_dictionaries(
    {
        **TEXTS,
        "finish_time": st.integers(0, 30 * 24).map(lambda hours: NEW_YEAR + timedelta(hours=hours)),
        "memory_peak": st.one_of(st.none(), st.integers(1, 64).map(lambda size: size * 256 * MIB)),
        "state": st.sampled_from(["done", "done", "done", "failed"]),
    }
)
QUESTIONS = st.lists(st.fixed_dictionaries(TEXTS), min_size=1, max_size=6)


@hypothesis_settings(max_examples=40)
@given(runs=st.lists(RUNS, min_size=1, max_size=60), questions=QUESTIONS)
def test_what_is_recalled_is_what_was_known_at_the_submission(runs, questions):
    rows = [job(str(number), **run) for number, run in enumerate(runs)]
    rows += [asked(number, **question) for number, question in enumerate(questions)]
    stuff = material(frame(*rows))
    new = np.arange(len(runs), len(rows))
    expected = as_of_submission(stuff.submissions, stuff.finished_by(int(stuff.finish.max())), new)
    assert_same(remembered(stuff).recall(stuff.submissions.take(new)), expected)


@pytest.fixture(scope="module")
def stuff() -> Material:
    runs = [
        job(str(n), command=f"vcs -seed {n}", cwd=f"/p/{n % 3}", memory_peak=(n % 7 + 1) * GIB)
        for n in range(50)
    ]
    return material(frame(*runs, asked(1, command="vcs -seed 3", cwd="/p/0")))


@pytest.fixture
def folder(stuff: Material, tmp_path: Path) -> Path:
    remembered(stuff).save(tmp_path)
    return tmp_path


def test_a_loaded_memory_recalls_the_same_from_mapped_files(stuff, folder):
    loaded = FamilyMemory.load(folder)
    for name in FILES:
        assert isinstance(getattr(loaded, name).base, np.memmap)
    assert_same(loaded.recall(stuff.submissions), remembered(stuff).recall(stuff.submissions))


def test_families_stand_by_rising_key_and_rungs_share_none(stuff):
    keys = remembered(stuff).keys
    assert (np.diff(keys.astype(object)) > 0).all()


def test_a_family_nobody_knows_is_nothing(stuff):
    strange = {
        "user": "nobody",
        "queue": "nowhere",
        "project": "no",
        "command": HOSTILE,
        "cwd": "/else/where",
    }
    known = remembered(stuff).recall(material(frame(asked(1, **strange))).submissions)
    assert known.rung.tolist() == [NOTHING]
    assert known.runs.tolist() == [0]
    assert np.isnan(known.anchor).all()


def test_the_narrowest_family_with_a_past_is_the_one_that_counts():
    history = frame(
        job("1", user="chen", command="vcs -seed 1", cwd="/p/a", memory_peak=4 * GIB),
        job("2", user="fang", command="make", cwd="/p/b", memory_peak=16 * GIB, finish_time=NEW_YEAR),
        asked(1, user="chen", command="vcs -seed 1", cwd="/p/a"),
        asked(2, user="ivan", command="vcs -seed 1", cwd="/p/q"),
        asked(3, user="fang", command="else", cwd="/x/y"),
    )
    stuff = material(history)
    known = remembered(stuff).recall(stuff.submissions.take(np.arange(2, 5)))
    assert [LADDER[rung].name for rung in known.rung] == ["user+command+cwd", "command", "user+queue"]
    assert np.exp2(known.anchor).tolist() == pytest.approx([4 * GIB, 4 * GIB, 16 * GIB])
    assert known.runs.tolist() == [1, 1, 1]
    assert known.age_days.tolist() == pytest.approx([39.5, 39.5, 40])


def test_a_memory_of_nothing_knows_nothing(tmp_path):
    stuff = material(frame(asked(1)))
    remembered(stuff).save(tmp_path)
    known = FamilyMemory.load(tmp_path).recall(stuff.submissions)
    assert known.rung.tolist() == [NOTHING]


FILES = ("keys", "told", "counts", "times", "totals", "ends", "tails")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "damage", ["gone", "empty", "cut", "garbled", "zip", "pickle", "shorter", "other_kind", "other_end"]
)
def test_a_damaged_memory_is_an_error_with_a_cure(folder, name, damage):
    file = folder / f"{name}.npy"
    whole, array = file.read_bytes(), np.load(file)
    content = {"empty": b"", "cut": whole[:-8], "garbled": b"garbled" * 9, "zip": b"PK\x03\x04" + whole}
    if damage == "gone":
        file.unlink()
    elif damage == "pickle":
        np.save(file, np.array([{}], dtype=object), allow_pickle=True)
    elif damage == "shorter":
        np.save(file, array[:-1])
    elif damage == "other_end":
        np.save(file, np.append(array[:-1], array[:1], axis=0) if name in {"keys", "ends"} else array[:-1])
    elif damage == "other_kind":
        np.save(file, array.astype(np.complex64))
    else:
        file.write_bytes(content[damage])
    with pytest.raises(ModelError, match=r"cannot read .*(\.npy: | holds )") as error:
        FamilyMemory.load(folder)
    assert error.value.hint == "jobcast train"


def test_the_order_of_the_history_does_not_matter(stuff):
    runs = [
        job(
            str(n),
            command=f"vcs -seed {n}",
            memory_peak=(n + 1) * GIB,
            finish_time=NEW_YEAR + timedelta(hours=n),
        )
        for n in range(30)
    ]
    forth, back = (remembered(material(pl.concat([frame(*rows)]))) for rows in (runs, runs[::-1]))
    for name in FILES:
        np.testing.assert_array_equal(getattr(forth, name), getattr(back, name))


def learn(memory: FamilyMemory, stuff: Material, rows: list[int]) -> None:
    keys = ladder_keys(stuff.submissions)[rows]
    memory.learn(keys, stuff.finish[rows], np.where(stuff.done, stuff.peak, np.nan)[rows])


def arrays(memory: FamilyMemory) -> list[bytes]:
    return [getattr(memory, name).tobytes() for name in FILES]


def assert_same_bytes(found: Known, expected: Known) -> None:
    for name in Known.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name), err_msg=name)


LONG_HISTORIES = st.one_of(
    histories(most=40),
    st.integers(1, 9).flatmap(lambda size: histories(least=150 + size, most=160, few=True)),
)
"""Some with more runs of a family than are remembered one by one."""


@hypothesis_settings(max_examples=60, deadline=None)
@given(jobs=LONG_HISTORIES, share=st.floats(0, 1), chance=st.randoms(use_true_random=False))
def test_what_is_learnt_live_is_what_a_memory_of_all_runs_would_recall(jobs, share, chance):
    stuff = material(jobs)
    until = int(np.quantile(stuff.finish, share))
    later = np.flatnonzero(stuff.finish > until).tolist()
    moments = sorted({int(stuff.finish[row]) for row in later})
    chance.shuffle(moments)
    arriving = [row for moment in moments for row in later if stuff.finish[row] == moment]
    memory = FamilyMemory.build(stuff.submissions, stuff.finished_by(until))
    before = arrays(memory)

    middle = chance.randint(0, len(arriving))
    for part in (arriving[:middle], arriving[middle:]):
        learn(memory, stuff, part)

    assert_same_bytes(memory.recall(stuff.submissions), remembered(stuff).recall(stuff.submissions))
    few = stuff.submissions.take(np.arange(min(len(jobs), 5)))
    assert_same_bytes(memory.recall(few), remembered(stuff).recall(few))
    assert arrays(memory) == before


def test_what_is_learnt_above_mapped_files_stays_in_the_process(stuff, folder):
    first, second = FamilyMemory.load(folder), FamilyMemory.load(folder)
    before = [path.read_bytes() for path in sorted(folder.iterdir())]
    keys = ladder_keys(stuff.submissions.take(np.array([0])))

    first.learn(keys, np.array([int(LATER.timestamp())]), np.array([35.0]))

    asked_again = stuff.submissions.take(np.array([50]))
    assert first.recall(asked_again).runs[0] == second.recall(asked_again).runs[0] + 1
    assert [path.read_bytes() for path in sorted(folder.iterdir())] == before


def test_runs_without_a_value_teach_nothing(stuff, folder):
    memory = FamilyMemory.load(folder)
    memory.learn(ladder_keys(stuff.submissions)[:2], np.array([2**40, 2**40]), np.array([np.nan, np.nan]))
    assert len(memory.overlay) == 0


def test_a_family_that_nobody_knew_can_be_learnt(tmp_path):
    stuff = material(frame(asked(1)))
    memory = remembered(stuff)
    memory.learn(ladder_keys(stuff.submissions), np.array([int(LATER.timestamp())]), np.array([30.0]))
    known = memory.recall(stuff.submissions)
    assert (known.rung.tolist(), known.runs.tolist(), known.anchor.tolist()) == ([0], [1], [30.0])
