"""A phrase is said later, in whichever language is wanted then."""

import pytest

from jobcast.language import choose, current, phrase, say, speaking
from tests.made_up import HOSTILE


def test_a_phrase_is_said_in_the_language_chosen_when_it_is_said():
    others = phrase("report.others", people="3")
    assert others.say() == "3 others"
    choose("zh")
    assert others.say() == "其余 3 人"
    with speaking("en"):
        assert others.say() == "3 others"


def test_a_phrase_within_a_phrase_is_said_in_the_same_language():
    one = phrase("report.filter", column=phrase("report_column.user"), values="chen")
    assert one.say() == "user: chen"
    with speaking("zh"):
        assert one.say() == "用户：chen"


@pytest.mark.parametrize("value", [HOSTILE, "{people}", "{0} {} {{}}", "%s %(people)s", ""])
def test_a_value_stands_there_as_it_is(value):
    assert phrase("report.others", people=value).say() == f"{value} others"
    assert say("report.others", people=value) == f"{value} others"


def test_phrases_of_the_same_words_are_equal_and_can_be_looked_up():
    three = phrase("report.others", people="3")
    assert three == phrase("report.others", people="3")
    assert three != phrase("report.others", people="4")
    assert {three: "found"}[phrase("report.others", people="3")] == "found"


def test_a_phrase_without_a_text_or_a_value_is_an_error_of_ours():
    with pytest.raises(KeyError):
        phrase("report.no_such_text").say()
    with pytest.raises(KeyError):
        phrase("report.others", many="3").say()


def fail_in(language: str) -> None:
    with speaking(language):
        assert current() == language
        raise ZeroDivisionError


def test_another_language_is_spoken_for_a_while_even_if_something_fails():
    choose("zh")
    with pytest.raises(ZeroDivisionError):
        fail_in("en")
    assert current() == "zh"
