import re

import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st

from jobcast.features import text
from jobcast.features.text_columns import coarse_column


def masked(*texts: str | None) -> list[str | None]:
    return pl.select(coarse_column(pl.lit(pl.Series(texts, dtype=pl.String)))).to_series().to_list()


TEXTS = st.text(
    st.sampled_from("0159abcdefgzAF_-./ =\n\x1eéÿ作７") | st.characters(codec="utf-8"), max_size=60
)
WORDS = st.lists(st.from_regex(r"[0-9a-f]{7,24}", fullmatch=True) | TEXTS).flatmap(
    lambda words: st.sampled_from(["", "_", "-", " ", "z", "é", "作"]).map(
        lambda between: between.join(words)
    )
)


@given(st.lists(TEXTS | WORDS, min_size=1))
@example(["job_3f9a2c1d", "3f9a2c1d_3f9a2c1d", "_3f9a2c1d_", "deadbeef", "deadbee1", "1eadbee", "1eadbeef"])
@example(["é3f9a2c1d", "3f9a2c1dé", "３3f9a2c1d", "3F9A2C1D", "x3f9a2c1d", "abcdefabcdefabc7", "0" * 40, ""])
@example(["x" * 4090 + " deadbeef01"])
def test_a_column_is_masked_as_each_of_its_texts(texts: list[str]) -> None:
    told = [one for one in texts if not late(one) and "\x1f" not in one]
    assert masked(*told) == [text.coarse(text.bare(one)) for one in told]


def late(one: str) -> bool:
    """Tell whether a hash has so many letters before its first digit that a column takes it for a word."""
    return re.search("[a-f]{16}[a-f]*[0-9]", one) is not None


def test_in_a_column_a_hash_whose_first_digit_comes_after_sixteen_letters_keeps_its_letters() -> None:
    assert text.coarse(text.bare("run_" + "abcdef" * 3 + "01")) == "run_#"
    assert masked("run_" + "abcdef" * 3 + "01") == ["run_" + "abcdef" * 3 + "#"]


def test_a_column_keeps_what_is_missing() -> None:
    assert masked(None, "a1", "") == [None, "a#", ""]
