"""Embeddings are learnt from distinct texts, reproducibly, and from nothing if there is nothing."""

import numpy as np
import polars as pl
import pytest

from jobcast.features.embedding import WordRule
from jobcast.train.memprediction.embeddings import learn_embedding
from jobcast.train.memprediction.settings import EmbeddingSettings
from tests.train.memprediction.made_up import made_up_jobs

BOTH = pytest.mark.parametrize("method", ["word2vec", "glove"])


def settings(method: str, **known: object) -> EmbeddingSettings:
    return EmbeddingSettings(**{"column": "command", "method": method, "emb_size": 5} | known)


@BOTH
def test_the_same_seed_gives_the_same_vectors_and_another_does_not(method):
    jobs = made_up_jobs()
    first, again = (learn_embedding(jobs, settings(method), seed=3) for _ in range(2))
    other = learn_embedding(jobs, settings(method), seed=4)
    assert first.vocabulary == again.vocabulary == other.vocabulary
    np.testing.assert_array_equal(first.vectors, again.vectors)
    assert not np.array_equal(first.vectors, other.vectors)


@BOTH
def test_neither_order_nor_repetition_of_jobs_matters(method):
    jobs = made_up_jobs()
    first = learn_embedding(jobs, settings(method), seed=3)
    other = learn_embedding(pl.concat([jobs.reverse(), jobs[:40]]), settings(method), seed=3)
    np.testing.assert_array_equal(first.vectors, other.vectors)


@BOTH
def test_the_vector_has_the_wanted_size(method):
    learnt = learn_embedding(made_up_jobs(), settings(method, emb_size=9), seed=0)
    assert learnt.vectors.shape == (len(learnt.vocabulary), 9)
    assert len(learnt.names) == settings(method, emb_size=9).width


@BOTH
def test_without_any_text_there_are_no_words_and_every_text_is_zero(method):
    jobs = made_up_jobs(name=None)
    learnt = learn_embedding(jobs, settings(method, column="job_name", cluster=4), seed=0)
    assert learnt.vocabulary == ()
    assert not learnt.embed(jobs["name"]).any()
    assert learnt.embed(jobs["name"]).shape == (len(jobs), 6)


@BOTH
def test_texts_of_the_same_number_of_words_are_no_special_case(method):
    jobs = made_up_jobs().with_columns(command=pl.lit("vcs top"))
    assert learn_embedding(jobs, settings(method), seed=0).embed(jobs["command"]).shape == (len(jobs), 5)


def test_word2vec_leaves_out_words_of_fewer_than_five_texts():
    jobs = made_up_jobs(8).with_columns(
        command=pl.Series(["vcs a", "vcs b", "vcs c", "vcs d", "vcs e", *"abc"])
    )
    assert learn_embedding(jobs, settings("word2vec"), seed=0).vocabulary == ("vcs",)
    assert learn_embedding(jobs, settings("glove"), seed=0).vocabulary == ("a", "b", "c", "d", "e", "vcs")


def test_digits_are_part_of_words_only_if_wanted():
    with_digits = settings("glove", column="cwd", words=WordRule.LETTERS_AND_DIGITS)
    assert "7" in learn_embedding(made_up_jobs(), with_digits, seed=0).vocabulary
    assert "7" not in learn_embedding(made_up_jobs(), settings("glove", column="cwd"), seed=0).vocabulary


@BOTH
def test_texts_fall_into_the_wanted_number_of_clusters(method):
    jobs = made_up_jobs()
    learnt = learn_embedding(jobs, settings(method, cluster=2), seed=0)
    labels = learnt.embed(jobs["command"])[:, -1]
    assert sorted(set(labels.tolist())) == [0, 1]
    plain = learn_embedding(jobs, settings(method), seed=0)
    np.testing.assert_array_equal(learnt.embed(jobs["command"])[:, :-1], plain.embed(jobs["command"]))


def test_fewer_different_texts_than_clusters_are_their_own_clusters():
    learnt = learn_embedding(made_up_jobs(), settings("glove", cluster=500), seed=0)
    assert learnt.centres is not None
    assert len(learnt.centres) == 16


def test_clusters_are_found_again_under_the_same_seed():
    jobs = made_up_jobs()
    one, other = (learn_embedding(jobs, settings("glove", cluster=3), seed=5) for _ in range(2))
    np.testing.assert_array_equal(one.centres, other.centres)
