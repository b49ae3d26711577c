"""What somebody may have meant who wrote a word that is not known."""

from collections.abc import Iterable
from difflib import get_close_matches

from jobcast.language import say


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return the question after the likeliest of the `known` words, in whatever case; empty when none is like it."""
    by_case = {each.lower(): each for each in known}
    near = get_close_matches(word.lower(), by_case, n=1)
    return say("spelling.did_you_mean", word=by_case[near[0]]) if near else ""


def likeliest(word: str, known: Iterable[str]) -> str:
    """Return a hint: the question after the likeliest of the `known` words, or else all of them."""
    words = list(known)
    return did_you_mean(word, words) or say("spelling.there_are", words=", ".join(words))
