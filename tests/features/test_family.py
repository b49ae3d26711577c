import numpy as np

from jobcast.features.family import LADDER, LEVELS, NOTHING, family_keys, levels
from jobcast.features.frame import of_frame
from tests.made_up import frame, job

JOBS = frame(
    job("1", command="pnr -block alu -seed 1", cwd="/p/loom/chen/run", cores_requested=4),
    job("2", command="pnr -block alu -seed 2", cwd="/p/loom/chen/run", cores_requested=4),
    job("3", command="pnr -block alu -seed 1", cwd="/p/loom/li/run", cores_requested=4, user="li"),
    job("4", command="vcs -f x", cwd="/p/loom/chen/run", cores_requested=1, queue="sim"),
)


def _alike(one: int, other: int) -> set[str]:
    return {
        rung.name
        for rung, keys in zip(LADDER, family_keys(of_frame(JOBS)), strict=True)
        if keys[one] == keys[other]
    }


def test_another_seed_is_a_run_of_the_same_family_on_every_rung() -> None:
    assert _alike(0, 1) == {rung.name for rung in LADDER}


def test_another_user_shares_the_rungs_without_a_user() -> None:
    assert _alike(0, 2) == {
        "command",
        "template",
        "shape+place",
        "tool+place",
        "shape",
        "tool+project",
        "queue",
    }


def test_another_tool_shares_the_folder_alone() -> None:
    assert _alike(0, 3) == {"cwd", "user"}


def test_rungs_never_share_a_key() -> None:
    keys = np.concatenate([np.unique(keys) for keys in family_keys(of_frame(JOBS))])

    assert len(np.unique(keys)) == len(keys)


def test_keys_are_the_same_in_every_process() -> None:
    first, *_, last = (int(keys[0]) for keys in family_keys(of_frame(JOBS)))

    assert (first, last) == (12131325888304394934, 9353473376693762437)


def test_levels_follow_the_rung_and_a_family_grows_up_at_five_runs() -> None:
    rungs = np.array([0, 0, 1, 5, 10, NOTHING])
    runs = np.array([4, 5, 1, 1, 1, 0])

    assert [LEVELS[level] for level in levels(rungs, runs)] == [
        "young",
        "same",
        "variant",
        "similar",
        "broad",
        "none",
    ]
