"""Learn vectors of words from the texts of jobs: word2vec, GloVe, and clusters of texts.

word2vec: Mikolov, Chen, Corrado, Dean: Efficient Estimation of Word Representations in Vector Space, 2013.
Each distinct sequence of words counts once, however many jobs share it: ten thousand jobs of one nightly
regression say no more about their words than one of them.
"""

from dataclasses import replace
from itertools import chain

import numpy as np
import polars as pl

from jobcast.features.embedding import Embedding, Matrix, words
from jobcast.features.memprediction import TEXT_COLUMNS
from jobcast.predict.memprediction import library
from jobcast.train.memprediction.glove import GloveSettings, cooccurrences
from jobcast.train.memprediction.glove import train as train_glove
from jobcast.train.memprediction.settings import EmbeddingSettings

WORD2VEC_MIN_COUNT = 5
"""Texts in which a word must stand for word2vec to learn it; memPrediction's value, as the next two."""
WORD2VEC_WINDOW = 5
WORD2VEC_EPOCHS = 5

Learnt = tuple[tuple[str, ...], Matrix]
"""The vocabulary, and one vector for each word of it."""


def learn_embedding(jobs: pl.DataFrame, settings: EmbeddingSettings, *, seed: int) -> Embedding:
    """Learn the vectors of one text's words; the same texts and seed give the same vectors.

    A column without any text gives an embedding without words, which maps every text to zero.
    """
    column = jobs[TEXT_COLUMNS[settings.column]].drop_nulls().unique()
    texts = words(column, settings.words).list.join(" ").unique().sort()
    learn = {"word2vec": _word2vec, "glove": _glove}[settings.method]
    vocabulary, vectors = learn([text.split() for text in texts], settings.emb_size, seed)
    embedding = Embedding(
        column=settings.column,
        method=settings.method,
        rule=settings.words,
        vocabulary=vocabulary,
        vectors=vectors,
    )
    if settings.cluster is None:
        return embedding
    return replace(embedding, centres=_centres(embedding.mean_vectors(texts), settings.cluster, seed))


def _word2vec(texts: list[list[str]], size: int, seed: int) -> Learnt:
    """Learn by gensim; with more than one worker its result would depend on the threads' luck."""
    word2vec = library("gensim.models").Word2Vec(
        vector_size=size, window=WORD2VEC_WINDOW, min_count=WORD2VEC_MIN_COUNT, workers=1, seed=seed
    )
    word2vec.build_vocab(texts)
    if not word2vec.wv.index_to_key:
        return (), np.zeros((0, size), np.float32)
    word2vec.train(texts, total_examples=len(texts), epochs=WORD2VEC_EPOCHS)
    return tuple(word2vec.wv.index_to_key), word2vec.wv.vectors


def _glove(texts: list[list[str]], size: int, seed: int) -> Learnt:
    vocabulary = tuple(sorted(set(chain(*texts))))
    number = {word: place for place, word in enumerate(vocabulary)}
    settings = GloveSettings(size=size, seed=seed)
    numbered = [np.array([number[word] for word in text], np.int64) for text in texts]
    counts = cooccurrences(numbered, len(vocabulary), window=settings.window)
    return vocabulary, train_glove(counts, settings).vectors


def _centres(vectors: Matrix, clusters: int, seed: int) -> Matrix:
    """Find the centres of so many clusters by k-means, or of fewer where fewer texts differ."""
    if not len(vectors):
        return np.zeros((1, vectors.shape[1]), np.float32)
    distinct = np.unique(vectors, axis=0)
    if len(distinct) <= clusters:
        return distinct
    kmeans = library("sklearn.cluster").KMeans(clusters, n_init=3, random_state=seed)
    centres: Matrix = kmeans.fit(vectors).cluster_centers_.astype(np.float32)
    return centres
