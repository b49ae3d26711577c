"""GloVe finds out which words keep company."""

import numpy as np
import pytest

from jobcast.train.memprediction.glove import GloveSettings, cooccurrences, train


def numbers(*texts: str) -> tuple[list[np.ndarray], dict[str, int]]:
    """Number the words of some texts in alphabetical order."""
    place = {word: number for number, word in enumerate(sorted({*" ".join(texts).split()}))}
    return [np.array([place[word] for word in text.split()], np.int64) for text in texts], place


def test_words_count_by_the_inverse_of_their_distance_in_both_directions():
    texts, place = numbers("a b c", "a b")
    counts = cooccurrences(texts, len(place), window=10).toarray()
    np.testing.assert_allclose(counts, [[0, 2, 0.5], [2, 0, 1], [0.5, 1, 0]])


def test_words_further_apart_than_the_window_do_not_count():
    texts, place = numbers("a b c d")
    counts = cooccurrences(texts, len(place), window=2).toarray()
    assert counts[place["a"], place["d"]] == 0
    assert counts[place["a"], place["c"]] == 0.5


def test_a_pair_never_spans_two_texts():
    texts, place = numbers("a", "b", "c a")
    counts = cooccurrences(texts, len(place), window=10).toarray()
    assert counts[place["a"], place["b"]] == counts[place["b"], place["c"]] == 0


def test_a_word_beside_itself_counts():
    texts, place = numbers("a a")
    assert cooccurrences(texts, len(place), window=10).toarray().tolist() == [[2.0]]


@pytest.fixture(scope="module")
def toy():
    """Two tools, each with company of its own, over words that stand everywhere."""
    chance = np.random.default_rng(0)
    company = {"vcs": ["elab", "sverilog", "kdb"], "innovus": ["place", "route", "cts"]}
    texts = []
    for _ in range(600):
        tool = str(chance.choice(list(company)))
        texts.append(" ".join(["run", tool, *chance.permutation(company[tool])[:2], "log"]))
    numbered, place = numbers(*texts)
    counts = cooccurrences(numbered, len(place), window=10)
    return counts, place, train(counts, GloveSettings(size=8, epochs=60, seed=1))


def test_the_loss_falls(toy):
    _, _, glove = toy
    assert glove.losses[-1] < 0.05 * glove.losses[0]
    assert all(later < earlier * 1.05 for earlier, later in zip(glove.losses, glove.losses[1:], strict=False))


def test_words_in_company_end_nearer_than_words_that_never_meet(toy):
    _, place, glove = toy
    unit = glove.vectors / np.linalg.norm(glove.vectors, axis=1, keepdims=True)

    def alike(one: str, other: str) -> float:
        return float(unit[place[one]] @ unit[place[other]])

    for word in ("elab", "sverilog", "kdb"):
        assert alike("vcs", word) > alike("innovus", word)
        assert alike("route", word) < alike("elab", word)
    for word in ("place", "route", "cts"):
        assert alike("innovus", word) > alike("vcs", word)


def test_the_same_seed_gives_the_same_vectors_and_another_does_not(toy):
    counts, _, glove = toy
    again = train(counts, GloveSettings(size=8, epochs=60, seed=1))
    np.testing.assert_array_equal(again.vectors, glove.vectors)
    other = train(counts, GloveSettings(size=8, epochs=60, seed=2))
    assert not np.array_equal(other.vectors, glove.vectors)


@pytest.mark.parametrize("texts", [(), ("alone",)])
def test_words_without_company_keep_the_vectors_they_began_with(texts):
    numbered, place = numbers(*texts)
    glove = train(cooccurrences(numbered, len(place), window=10), GloveSettings(size=3))
    assert glove.vectors.shape == (len(place), 3)
    assert glove.losses == ()
