"""The report on a site's keywords in lines: those that don't count, or not as they stand."""

from collections.abc import Iterable

from jobcast.language import say
from jobcast.systems.dialect import Keyword, Standing

_MOST_TOLD = 12
"""Keywords that are told one by one; `jobcast policy` tells all."""
_WORTH_TELLING = {Standing.CORRECTED, Standing.REFUSED, Standing.UNKNOWN}


def keyword_lines(keywords: Iterable[Keyword]) -> list[str]:
    """Return a line for each keyword worth telling; of many, the first ones and where to see the others."""
    told = [each for each in keywords if each.standing in _WORTH_TELLING]
    more = [say("dialect.more_keywords", more=len(told) - _MOST_TOLD)] if len(told) > _MOST_TOLD else []
    return [*map(_line, told[:_MOST_TOLD]), *more]


def _line(keyword: Keyword) -> str:
    """Return one keyword with what was made of it."""
    made = say(f"standing.{keyword.standing}")
    if keyword.reason:
        made = say("dialect.made_because", made=made, reason=keyword.reason)
    name = keyword.name or keyword.value  # what is no statement has no name
    return say("dialect.made", place=f"{keyword.file}:{keyword.line}", name=name, made=made)
