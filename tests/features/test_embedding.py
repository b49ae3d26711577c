"""A text becomes the same numbers whenever and beside whatever other texts it is asked for."""

import numpy as np
import polars as pl
import pytest

from jobcast.features.embedding import Embedding, WordRule, words


def embedding(**known: object) -> Embedding:
    vectors = np.array([[1, 0], [0, 2], [4, 4]], np.float32)
    return Embedding(
        **{
            "column": "command",
            "method": "glove",
            "rule": WordRule.LETTERS,
            "vocabulary": ("vcs", "top", "pll"),
            "vectors": vectors,
        }
        | known
    )


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (WordRule.LETTERS, ["spectre", "mt", "tb", "pll", "ss", "p", "v", "c", "sp"]),
        (WordRule.LETTERS_AND_DIGITS, ["spectre", "mt", "4", "tb", "pll", "ss0p67v125c", "sp"]),
    ],
)
def test_a_text_falls_into_words_by_the_rule(rule, expected):
    texts = pl.Series(["spectre +mt=4 tb_pll/ss0p67v125c.sp", None, "", "终"])
    assert words(texts, rule).to_list() == [expected, [], [], []]


def test_a_text_is_the_mean_over_its_known_words():
    texts = pl.Series(["vcs -top top", "pll", "unheard of", None, ""])
    expected = [[1 / 3, 4 / 3], [4, 4], [0, 0], [0, 0], [0, 0]]
    np.testing.assert_allclose(embedding().embed(texts), expected, rtol=1e-6)


def test_equal_texts_get_equal_vectors_in_any_order():
    texts = pl.Series(["vcs top", None, "pll", "vcs top", "pll", None])
    rows = embedding().embed(texts)
    np.testing.assert_array_equal(rows[[3, 5, 4]], rows[[0, 1, 2]])
    np.testing.assert_array_equal(embedding().embed(texts.reverse()), rows[::-1])


def test_texts_are_worked_out_in_portions_without_a_seam(monkeypatch):
    texts = pl.Series(["vcs top", None, "pll", "vcs", "top pll"])
    whole = embedding().embed(texts)
    monkeypatch.setattr("jobcast.features.embedding.TEXTS_AT_ONCE", 2)
    np.testing.assert_array_equal(embedding().embed(texts), whole)


def test_the_number_of_the_nearest_cluster_is_one_more_feature():
    clustered = embedding(centres=np.array([[0, 0], [4, 4]], np.float32))
    assert clustered.names == ("command_glove_0", "command_glove_1", "command_glove_cluster")
    assert clustered.embed(pl.Series(["pll", "vcs", None]))[:, 2].tolist() == [1, 0, 0]


def test_an_embedding_without_words_maps_every_text_to_zero():
    empty = embedding(vocabulary=(), vectors=np.zeros((0, 3), np.float32))
    assert empty.embed(pl.Series(["vcs", None])).tolist() == [[0, 0, 0], [0, 0, 0]]


def test_texts_that_all_have_the_same_number_of_words_are_no_special_case():
    assert embedding().embed(pl.Series(["vcs top", "top pll", "vcs pll"])).shape == (3, 2)


def test_words_and_vectors_must_be_as_many():
    with pytest.raises(ValueError, match="3 words have 2 vectors"):
        embedding(vectors=np.zeros((2, 2), np.float32))
