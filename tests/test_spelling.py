import pytest

from jobcast import language
from jobcast.spelling import did_you_mean, likeliest


@pytest.mark.parametrize(("word", "meant"), [("qeue", "queue"), ("QUEUE", "queue"), ("sampling", "Sampling")])
def test_the_likeliest_word_is_asked_for_in_its_own_case(word: str, meant: str) -> None:
    assert did_you_mean(word, ["user", "queue", "Sampling"]) == f"Did you mean {meant}?"


def test_nothing_is_asked_where_no_word_is_like_it() -> None:
    assert did_you_mean("xyzzy", ["user", "queue"]) == ""


def test_where_no_word_is_like_it_all_are_named() -> None:
    assert likeliest("xyzzy", iter(["user", "queue"])) == "there are user, queue"
    language.choose("zh")
    assert likeliest("usr", iter(["user", "queue"])) == "是否想写 user？"
