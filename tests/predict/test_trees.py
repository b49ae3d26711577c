"""Trees evaluated without LightGBM's Python package say what that package says."""

import subprocess
import sys

import lightgbm
import numpy as np
import pytest

from jobcast.errors import ModelError
from jobcast.predict import trees
from jobcast.predict.trees import Trees, save

COLUMNS = 6


@pytest.fixture(scope="module")
def booster() -> lightgbm.Booster:
    chance = np.random.default_rng(5)
    matrix = chance.normal(size=(600, COLUMNS)).astype(np.float32)
    matrix[chance.random(matrix.shape) < 0.2] = np.nan
    target = np.nan_to_num(matrix[:, 0]) * 2 + np.nan_to_num(matrix[:, 1]) ** 2
    parameters = {"objective": "quantile", "alpha": 0.8, "num_leaves": 15, "num_threads": 1, "verbosity": -1}
    return lightgbm.train(parameters, lightgbm.Dataset(matrix, target), num_boost_round=25)


@pytest.fixture(scope="module")
def text(booster) -> str:
    return booster.model_to_string()


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    chance = np.random.default_rng(6)
    rows = chance.normal(size=(200, COLUMNS)).astype(np.float32)
    rows[::3, 2] = np.nan
    rows[5] = np.nan
    rows[6] = [np.inf, -np.inf, 0, -0.0, 1e30, -1e30]
    return rows


def test_the_numbers_are_those_of_the_package(booster, text, rows):
    np.testing.assert_allclose(Trees(text).predict(rows), booster.predict(rows), rtol=0, atol=1e-12)


def test_the_contributions_are_those_of_the_package_and_add_up(booster, text, rows):
    trees = Trees(text)
    found = trees.contributions(rows)
    np.testing.assert_allclose(found, booster.predict(rows, pred_contrib=True), rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.sum(axis=1), trees.predict(rows), rtol=0, atol=1e-9)


def test_chances_of_classes_are_those_of_the_package(rows):
    target = np.arange(200) % 3
    parameters = {"objective": "multiclass", "num_class": 3, "num_threads": 1, "verbosity": -1}
    booster = lightgbm.train(parameters, lightgbm.Dataset(rows, target), num_boost_round=5)
    trees = Trees(booster.model_to_string())
    assert trees.classes == 3
    np.testing.assert_allclose(trees.predict_classes(rows), booster.predict(rows), rtol=0, atol=1e-12)
    np.testing.assert_array_equal(trees.predict_classes(rows[:1]), trees.predict_classes(rows)[:1])
    shapes = booster.predict(rows, pred_contrib=True)
    np.testing.assert_allclose(trees.contributions(rows), shapes, rtol=0, atol=1e-12)


def test_a_row_alone_a_slice_and_more_threads_make_no_difference(text, rows):
    trees = Trees(text)
    whole = trees.predict(rows)
    assert [trees.predict(rows[n : n + 1])[0] for n in range(10)] == whole[:10].tolist()
    np.testing.assert_array_equal(trees.predict(rows[::2]), whole[::2])
    np.testing.assert_array_equal(trees.predict(np.asfortranarray(rows)), whole)
    np.testing.assert_array_equal(Trees(text, threads=2).predict(rows), whole)


def test_no_rows_get_no_numbers(text):
    none = np.empty((0, COLUMNS), dtype=np.float32)
    assert Trees(text).predict(none).tolist() == []
    assert Trees(text).contributions(none).shape == (0, COLUMNS + 1)


@pytest.mark.parametrize("columns", [1, COLUMNS - 1, COLUMNS + 1, 10 * COLUMNS])
def test_a_wrong_number_of_columns_is_an_error_and_no_crash(text, columns):
    wrong = np.zeros((3, columns), dtype=np.float32)
    for ask in (Trees(text).predict, Trees(text).contributions):
        with pytest.raises(ModelError, match="LightGBM: ") as error:
            ask(wrong)
        assert error.value.hint == "jobcast train"


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.6, 0.9])
def test_a_text_that_is_cut_off_is_an_error(text, share):
    with pytest.raises(ModelError):
        Trees(text[: int(len(text) * share)])


@pytest.mark.parametrize("text", ["", "tree\n", "hello", "\x00", "\nend of trees\n", "a\nend of trees\n"])
def test_a_text_that_is_no_model_is_an_error(text):
    with pytest.raises(ModelError):
        Trees(text)


def test_a_file_that_is_missing_or_no_text_is_an_error(tmp_path):
    for content in (None, b"\xff\xfe\x80"):
        if content is not None:
            (tmp_path / "median.txt").write_bytes(content)
        with pytest.raises(ModelError, match=r"cannot read .*median\.txt") as error:
            Trees.load(tmp_path / "median.txt")
        assert error.value.hint == "jobcast models rollback"
        assert "Errno" not in error.value.message


def test_a_file_says_what_its_text_says(tmp_path, text, rows):
    save(text, tmp_path / "median.txt")
    np.testing.assert_array_equal(
        Trees.load(tmp_path / "median.txt").predict(rows), Trees(text).predict(rows)
    )


def test_any_other_byte_in_a_file_is_noticed_before_lightgbm_ends_the_process(tmp_path, text):
    file = tmp_path / "median.txt"
    save(text, file)
    whole = file.read_bytes()
    chance = np.random.default_rng(7)
    for place in [0, len(whole) - 2, *chance.integers(len(whole) - 1, size=50).tolist()]:
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(ModelError, match="damaged"):
            Trees.load(file)


def test_a_file_without_its_last_line_is_damaged(tmp_path, text):
    (tmp_path / "median.txt").write_text(text, "utf-8")
    with pytest.raises(ModelError, match=r"median\.txt is damaged") as error:
        Trees.load(tmp_path / "median.txt")
    assert error.value.hint == "jobcast models rollback"


def test_a_saved_model_is_still_one_that_lightgbm_reads(tmp_path, booster, text, rows):
    save(text, tmp_path / "median.txt")
    again = lightgbm.Booster(model_file=tmp_path / "median.txt")
    np.testing.assert_array_equal(again.predict(rows), booster.predict(rows))


def test_the_library_says_nothing_on_stdout_and_the_package_is_not_imported(tmp_path, text):
    save(text, tmp_path / "median.txt")
    program = """
import sys
from pathlib import Path
import numpy as np
from jobcast.predict.trees import Trees
trees = Trees.load(Path(sys.argv[1]))
for columns in (6, 7):
    try: trees.predict(np.zeros((1, columns), dtype=np.float32))
    except Exception as error: print(type(error).__name__, file=sys.stderr)
print(sorted({"lightgbm", "pandas", "sklearn"} & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "median.txt")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"
    assert "ModelError" in done.stderr


def test_each_model_gives_its_memory_back_once(text, monkeypatch):
    library = trees._library()
    freed = []

    class Watched:
        def __getattr__(self, name):
            return getattr(library, name)

        def LGBM_BoosterFree(self, handle):  # noqa: N802 - LightGBM's name
            freed.append(handle.value)
            return library.LGBM_BoosterFree(handle)

        def LGBM_FastConfigFree(self, handle):  # noqa: N802 - LightGBM's name
            freed.append(handle.value)
            return library.LGBM_FastConfigFree(handle)

    kept = [Trees(text) for _ in range(3)]
    handles = [handle.value for model in kept for handle in (model._single, model._handle)]
    monkeypatch.setattr(trees, "_library", Watched)
    del kept
    assert sorted(one for one in freed if one in handles) == sorted(
        handles
    )  # models of other tests may go now, too


def test_a_row_alone_and_rows_together_get_the_same_numbers(text, rows):
    trees = Trees(text)
    together = trees.predict(rows)
    assert [trees.predict(rows[place : place + 1])[0] for place in range(len(rows))] == together.tolist()
