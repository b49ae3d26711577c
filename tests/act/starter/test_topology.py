"""Which CPUs a job is bound to."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.act.starter.topology import Binding, Cpu, choose, numbers, read_topology


def machine(nodes: int, cores: int, threads: int) -> tuple[Cpu, ...]:
    """Return a machine whose threads are numbered as Linux does: first ones of all cores, then second ones."""
    return tuple(
        sorted(
            Cpu(
                node=node,
                core=(node, core),
                number=node * cores + core + thread * nodes * cores,
            )
            for node in range(nodes)
            for core in range(cores)
            for thread in range(threads)
        )
    )


TWO_SOCKETS = machine(nodes=2, cores=4, threads=2)
"""Node 0 has cores of the CPUs 0+8, 1+9, 2+10, 3+11, node 1 those of 4+12 to 7+15."""
NONE = frozenset[int]()


@pytest.mark.parametrize(
    ("taken", "unit", "per_task", "tasks", "chosen"),
    [
        (NONE, "core", 1, 1, {0, 8}),
        (NONE, "core", 2, 2, {0, 8, 1, 9, 2, 10, 3, 11}),
        (NONE, "cpu", 1, 3, {0, 8, 1}),
        ({0}, "cpu", 1, 1, {8}),  # of a core that is taken in part
        ({0}, "core", 1, 3, {1, 9, 2, 10, 3, 11}),  # of the fullest node with room
        ({0}, "core", 1, 4, {4, 12, 5, 13, 6, 14, 7, 15}),
        ({0}, "core", 3, 2, {1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14}),  # each task on one node
        ({0, 4}, "core", 2, 3, {1, 9, 2, 10, 3, 11, 5, 13, 6, 14, 7, 15}),  # anywhere
        (NONE, "core", 5, 1, {4, 12, 5, 13, 6, 14, 7, 15, 0, 8}),
        (NONE, "core", 9, 1, NONE),
        (NONE, "cpu", 17, 1, NONE),
        (set(range(16)), "cpu", 1, 1, NONE),
    ],
)
def test_a_job_gets_cpus_of_its_own_on_one_node_where_one_has_so_many(taken, unit, per_task, tasks, chosen):
    assert choose(TWO_SOCKETS, frozenset(taken), unit, per_task, tasks) == chosen


@given(
    st.sampled_from([machine(1, 4, 1), machine(2, 4, 2), machine(4, 2, 1)]),
    st.frozensets(st.integers(0, 15)),
    st.sampled_from(["core", "cpu"]),
    st.integers(1, 4),
    st.integers(1, 4),
)
def test_what_is_chosen_is_free_and_just_as_much_as_was_wanted(cpus, taken, unit, per_task, tasks):
    found = choose(cpus, taken, unit, per_task, tasks)
    threads = sum(cpu.core == cpus[0].core for cpu in cpus) if unit == "core" else 1
    assert len(found) in {0, per_task * tasks * threads}
    assert found <= {cpu.number for cpu in cpus} - taken
    if unit == "cpu" and len({cpu.number for cpu in cpus} - taken) >= per_task * tasks:
        assert found


@given(st.integers(1, 3), st.frozensets(st.integers(0, 7)))
def test_one_node_with_room_is_never_left(tasks, taken):
    found = choose(TWO_SOCKETS, taken, "cpu", 1, tasks)
    node = {cpu.number: cpu.node for cpu in TWO_SOCKETS}
    assert len({node[number] for number in found}) == 1


def test_one_that_stands_still_gives_its_cpus_up_and_has_them_again():
    binding = Binding(machine(nodes=1, cores=2, threads=1))
    want = {"unit": "core", "per_task": 2}
    assert binding.take("a@1", want, 1) == {0, 1}
    assert binding.take("b@1", want, 1) == NONE
    binding.pause("a@1", paused=True)
    assert binding.take("b@1", want, 1) == {0, 1}
    binding.release("b@1")
    binding.pause("a@1", paused=False)
    assert binding.taken() == {0, 1}
    binding.release("a@1")
    assert binding.taken() == NONE


@pytest.mark.parametrize(
    ("text", "named"), [("0-3,8\n", {0, 1, 2, 3, 8}), ("5", {5}), ("\n", set()), ("0-0,2-3", {0, 2, 3})]
)
def test_lists_of_cpus_are_read(text, named):
    assert numbers(text) == named


def test_the_kernels_folders_are_read_and_what_they_lack_is_filled_in(tmp_path: Path):
    def tell(name: str, value: str) -> None:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(value + "\n")

    tell("node/node0/cpulist", "0,2")
    tell("node/node1/cpulist", "1,3")
    for number, package, core in ((0, 0, 7), (1, 1, 7), (2, 0, 7)):
        tell(f"cpu/cpu{number}/topology/physical_package_id", str(package))
        tell(f"cpu/cpu{number}/topology/core_id", str(core))
    assert read_topology(tmp_path, {0, 1, 2, 5}) == (
        Cpu(node=0, core=(0, 5), number=5),
        Cpu(node=0, core=(0, 7), number=0),
        Cpu(node=0, core=(0, 7), number=2),
        Cpu(node=1, core=(1, 7), number=1),
    )
