import pytest

from jobcast.errors import InputError
from jobcast.machine import Cluster, Machine
from jobcast.simulate.machines import parse_machines
from jobcast.simulate.setup import processors_of
from jobcast.units import GIB, TIB


def test_a_group_is_a_number_of_equal_machines():
    assert parse_machines("2x8:64GB") == Cluster(
        machines=(
            Machine(name="m1", resources={"cpus": 8, "memory": 64 * GIB}),
            Machine(name="m2", resources={"cpus": 8, "memory": 64 * GIB}),
        )
    )


def test_groups_follow_each_other():
    cluster = parse_machines("10x4, 1x64:2T:8gpu")
    assert [machine.name for machine in cluster.machines[::9]] == ["m1", "m10"]
    assert cluster.machines[-1] == Machine(name="m11", resources={"cpus": 64, "memory": 2 * TIB, "gpus": 8})
    assert processors_of(cluster) == 104


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x8",
        "0x8",
        "2x0",
        "2x8:",
        "2x8:64XB",
        "8,",
        "-1x8",
        "2x8:64GB:2",
        "999999x8",
        "50000x1,50001x1",
        f"{'9' * 5000}x1",
    ],
)
def test_anything_else_is_refused_with_an_example(text):
    with pytest.raises(InputError, match="machines") as caught:
        parse_machines(text)
    assert caught.value.hint == (
        "write 32x8:64GB for 32 machines of 8 processors and 64 GB, :2gpu behind it for GPUs, "
        "commas between groups"
    )


def test_machines_without_memory_are_refused():
    with pytest.raises(InputError, match="machines without memory: '3x4:0GB:2gpu'") as caught:
        parse_machines("2x8,3x4:0GB:2gpu")
    assert caught.value.hint == "leave the memory out where it is not to be reckoned with: 3x4:2gpu"


@pytest.mark.parametrize(("wide", "half"), [("\uff13x4", "3x4"), ("3\uff584\uff1a64GB", "3x4:64GB")])
def test_full_width_digits_and_signs_are_shown_as_they_must_be_written(wide, half):
    with pytest.raises(InputError, match="tells no machines") as caught:
        parse_machines(wide)
    assert caught.value.hint == f"write it with half-width digits and signs: {half}"
