"""Which orders of machines the compiled engine knows."""

import pytest

from jobcast.machine import CPUS, Cluster, Machine
from jobcast.schedule.expression import parse
from jobcast.schedule.policy import Policy
from jobcast.simulate.hosts.machine_order import is_known

CLUSTER = Cluster(
    machines=(
        Machine(name="a", resources={CPUS: 8}, facts={"arch": "power"}),
        Machine(name="b", resources={CPUS: 4, "gpus": 2}, facts={"arch": "arm"}),
    )
)


@pytest.mark.parametrize(
    "order", ["speed", "0 - load", "free_gpus * 10 - load", 'load * (arch == "arm")', "free_tapes"]
)
def test_what_is_free_may_move_the_machines(order: str) -> None:
    assert is_known(Policy(name="", machine_order=parse(order)), CLUSTER)


@pytest.mark.parametrize("order", ["load + hour", "started", "load == arch"])
def test_time_and_texts_beside_it_may_not(order: str) -> None:
    assert not is_known(Policy(name="", machine_order=parse(order)), CLUSTER)


def test_a_load_that_machines_tell_is_left_to_the_core() -> None:
    told = Cluster(machines=(Machine(name="a", resources={CPUS: 8}, facts={"load": 2.5}),))
    assert not is_known(Policy(name="", machine_order=parse("0 - load")), told)
