import re

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jobcast.features import text


@pytest.mark.parametrize(
    ("command", "fine", "coarse", "skeleton"),
    [
        (
            "run_sim -seed 48123 -corner ss0p67v125c",
            "run_sim -seed # -corner ss0p67v125c",
            "run_sim -seed # -corner ss#p#v#c",
            "run_sim -seed # -corner ss#p#v#c",
        ),
        (
            "opt l2_cache 7 deadbeef01 job.20240131",
            "opt l2_cache # # job.#",
            "opt l#_cache # # job.#",
            "opt l#_cache # # job.#",
        ),
        (
            "pnr block=alu_3 -n 8",
            "pnr block=alu_# -n #",
            "pnr block=alu_# -n #",
            "pnr block=* -n #",
        ),
        ("", "", "", ""),
    ],
)
def test_masks_hide_what_changes_from_run_to_run(command: str, fine: str, coarse: str, skeleton: str) -> None:
    assert (text.fine(command), text.coarse(command), text.skeleton(command)) == (fine, coarse, skeleton)


def masked(*texts: str | None) -> list[str | None]:
    return pl.select(text.coarse_column(pl.lit(pl.Series(texts, dtype=pl.String)))).to_series().to_list()


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
    assert masked(*told) == [text.coarse(one) for one in told]


def late(one: str) -> bool:
    """Tell whether a hash has so many letters before its first digit that a column takes it for a word."""
    return re.search("[a-f]{16}[a-f]*[0-9]", one) is not None


def test_in_a_column_a_hash_whose_first_digit_comes_after_sixteen_letters_keeps_its_letters() -> None:
    assert text.coarse("run_" + "abcdef" * 3 + "01") == "run_#"
    assert masked("run_" + "abcdef" * 3 + "01") == ["run_" + "abcdef" * 3 + "#"]


def test_a_column_keeps_what_is_missing() -> None:
    assert masked(None, "a1", "") == [None, "a#", ""]


def test_a_word_without_a_digit_is_no_hash() -> None:
    assert text.fine("deadbeef effaced 0badcafe") == "deadbeef effaced #"


def test_only_the_beginning_of_a_long_text_is_looked_at() -> None:
    assert text.fine("x" * 5000) == "x" * text.LONGEST


@pytest.mark.parametrize(
    ("command", "tool"),
    [("/opt/cad/innovus21 -f a", "innovus#"), ("vcs", "vcs"), ("", ""), ("  \t", "")],
)
def test_the_tool_is_the_program_without_folder_and_version(command: str, tool: str) -> None:
    assert text.tool(command) == tool


def test_folders_above() -> None:
    assert (text.parent("/a/b/c"), text.grandparent("/a/b/c"), text.grandparent("c")) == ("/a/b", "/a", "c")


def test_users_are_masked_in_their_own_paths() -> None:
    assert text.without_user("/home/chen/p", "chen") == "/home/~/p"
    assert text.without_user("/home/chen/p", "") == "/home/chen/p"


def test_the_shape_of_a_command_hides_the_folders_that_it_works_in() -> None:
    assert text.shape("pnr alu -o /p/alu_top/run", "/p/alu/alu_top") == "pnr @ -o /p/@/run"
