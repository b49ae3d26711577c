import pytest

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
    bare = text.bare(command)
    assert (text.fine(bare), text.coarse(bare), text.skeleton(bare)) == (fine, coarse, skeleton)


def test_a_word_without_a_digit_is_no_hash() -> None:
    assert text.bare("deadbeef effaced 0badcafe") == "deadbeef effaced #"


def test_only_the_beginning_of_a_long_text_is_looked_at() -> None:
    assert text.bare("x" * 5000) == "x" * text.LONGEST


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
