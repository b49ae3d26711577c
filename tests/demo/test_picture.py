"""The picture of the demo shows every request."""

import re

import polars as pl

from jobcast.demo.picture import Words, draw
from jobcast.units import GIB

WORDS = Words(
    title="A & B",
    needed="needed",
    requested="requested",
    as_requested="asked",
    with_jobcast="told",
    short="<8",
)


def dots(picture: str) -> dict[str, int]:
    groups = re.findall(r'<g class="([a-z-]+)" fill=[^>]*>\n(.*?)</g>', picture, re.DOTALL)
    return {kind: drawn.count("<circle cx=") for kind, drawn in groups}


def test_each_request_is_a_dot_and_what_is_short_stands_out():
    jobs = pl.DataFrame(
        {"memory_needed": [GIB, 4 * GIB], "memory_requested": [8 * GIB, None], "advised": [2 * GIB, 3 * GIB]}
    )
    picture = draw(jobs, WORDS)
    assert dots(picture) == {"as-requested": 1, "short": 1, "with-jobcast": 1}
    assert "A &amp; B" in picture
    assert "<style" not in picture  # mail programs and previews leave it out, and all would be black


def test_a_picture_of_nothing_is_still_a_picture():
    nothing = pl.DataFrame(
        schema={"memory_needed": pl.Int64, "memory_requested": pl.Int64, "advised": pl.Int64}
    )
    assert dots(draw(nothing, WORDS)) == {"as-requested": 0, "with-jobcast": 0, "short": 0}
