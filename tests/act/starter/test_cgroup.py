"""Control groups, on a made-up folder tree; what the kernel does there is tried by the tests of the executor."""

import os
from pathlib import Path

import pytest

from jobcast.act.starter.cgroup import Found, Group, find_tree, number_of, settings

OWN = "5:memory:/other\n0::/system.slice/jobcast.service\n"


@pytest.fixture
def mount(tmp_path: Path) -> Path:
    """Return a mount with the group of a service that may make groups of its own."""
    ours = tmp_path / "system.slice" / "jobcast.service"
    for folder in (ours, ours / "jobs"):
        folder.mkdir(parents=True)
        (folder / "cgroup.procs").touch()
        (folder / "cgroup.subtree_control").touch()
    (tmp_path / "cgroup.controllers").write_text("cpu memory pids\n")
    return tmp_path


def test_groups_are_made_below_our_own(mount: Path):
    tree = mount / "system.slice/jobcast.service/jobs"
    found = find_tree("jobs", OWN, (mount / "missing", mount))
    assert found == Found(tree=tree, told=f"control groups in {tree}: freeze kill +cpu +memory")
    assert (tree.parent / "cgroup.subtree_control").read_text() == "+cpu +memory"


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ("1:cpu:/x\n", "polling: no control groups of version 2"),
        ("0::/nowhere\n", "polling: {mount}/nowhere/jobs: No such file or directory"),
        ("0::/empty\n", "polling: {mount}/empty/jobs isn't ours"),
    ],
)
def test_without_groups_it_is_told_why(mount: Path, own: str, told: str):
    (mount / "empty").mkdir()
    assert find_tree("jobs", own, (mount,)) == Found(tree=None, told=told.format(mount=mount))


def test_a_host_without_version_2_has_none(tmp_path: Path):
    assert find_tree("jobs", OWN, (tmp_path,)).told == "polling: no control groups of version 2"


@pytest.mark.parametrize(
    ("enforcement", "written"),
    [
        ({}, {}),
        ({"cpus": 2}, {"cpu.weight": "200", "cpu.max": "200000 100000"}),
        ({"cpus": 2, "policy": "shares"}, {"cpu.weight": "200"}),
        ({"cpus": 500, "policy": "soft"}, {"cpu.weight": "10000"}),
        ({"memory": 5}, {"memory.high": "5"}),
        ({"memory": 5, "virtual_memory": 9}, {"memory.high": "5", "memory.max": "9"}),
        ({"memory": 5, "virtual_memory": 9, "kill_over_memory": True}, {"memory.max": "5"}),
    ],
)
def test_what_a_job_may_take_is_written_into_its_group(tmp_path: Path, enforcement, written):
    assert settings(enforcement) == {"memory.oom.group": "1", **written}
    group = Group(tmp_path / "jobs" / "a@1")
    group.path.mkdir(parents=True)
    for name in ("cpu.weight", "memory.high"):
        (group.path / name).touch()
    group.make(enforcement)
    held = {name: (group.path / name).read_text() for name in ("cpu.weight", "memory.high")}
    assert held == {name: written.get(name, "") for name in held}


@pytest.mark.parametrize(("enforcement", "asked"), [({}, ""), ({"cpus": 2}, "+cpu +memory")])
def test_controllers_are_asked_for_anew_where_a_job_is_to_be_held_to_something(
    mount: Path, enforcement: dict[str, int], asked: str
):
    tree = mount / "system.slice/jobcast.service/jobs"
    group = Group(tree / "a@1")
    group.make(enforcement)
    assert group.path.is_dir()
    assert (tree / "cgroup.subtree_control").read_text() == asked


def test_the_first_group_asks_for_controllers_though_its_job_is_held_to_nothing(mount: Path):
    tree = mount / "system.slice/jobcast.service/more"
    Group(tree / "a@1").make({})
    assert (tree.parent / "cgroup.subtree_control").read_text() == "+cpu +memory"


def test_a_group_is_stopped_and_ended_by_its_files(tmp_path: Path):
    group = Group(tmp_path)
    (tmp_path / "cgroup.procs").write_text("")
    (tmp_path / "cgroup.events").write_text("populated 1\nfrozen 1\n")
    (tmp_path / "cgroup.kill").touch()
    group.stop()
    assert (tmp_path / "cgroup.freeze").read_text() == "1"
    group.end(politely=True)
    assert (tmp_path / "cgroup.freeze").read_text() == "0"
    group.end(politely=False)
    assert (tmp_path / "cgroup.kill").read_text() == "1"


def test_what_is_in_a_group_is_seen_but_not_what_is_gone(tmp_path: Path):
    (tmp_path / "cgroup.procs").write_text(f"{os.getpid()}\n0\n99999999\n")
    assert [each.pid for each in Group(tmp_path).look()] == [os.getpid()]
    assert Group(tmp_path / "gone").look() == []


@pytest.mark.parametrize(
    ("events", "over"), [("", False), ("oom 3\noom_kill 0\n", False), ("oom_kill 2\n", True)]
)
def test_the_kernel_tells_whom_it_killed_over_memory(tmp_path: Path, events: str, over: bool):
    (tmp_path / "memory.events").write_text(events)
    assert Group(tmp_path).was_over_memory() == over
    assert number_of("oom_kill", events) == 2 * over
