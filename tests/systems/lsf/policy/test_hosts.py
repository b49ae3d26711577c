"""Machines from lsb.hosts, lsf.cluster and lshosts, and the resources on them."""

from jobcast.machine import CPUS, MEMORY, Machine
from jobcast.schedule.policy import Limit
from jobcast.systems.lsf.policy.reader import read
from tests.systems.lsf.policy.files import told

LSHOSTS = """
HOST_NAME  type    model  cpuf ncpus maxmem maxswp server RESOURCES
master     X86_64  Xeon   10.0     4    16G      -    No  ()
n1         X86_64  Xeon   10.0     8  31.5G      -    Yes (ssd)
n2         X86_64  Xeon   10.0     8  16384      -    Yes ()
a1         ARM64   Kun     5.0    16    64G      -    Yes ()
odd        UNKNOWN UNKNOWN 1.0     -      -      -    Yes ()
"""
CLUSTER = """
Begin Host
HOSTNAME model type server RESOURCES
master   !     !    0      (mg)
n1       Xeon  X86  1      (fast)
n2       Xeon  X86  1      ()
End Host
Begin ResourceMap
RESOURCENAME LOCATION
verdi        10@[all]
disk         (200@[n1] 100@[n2])
shared       5@[n1 n2]
each         (4@[default])
dynamic      [all]
End ResourceMap
"""


def hosts(*rows: str, head: str = "HOST_NAME MXJ JL/U") -> str:
    return "\n".join(["Begin Host", head, *rows, "End Host"])


def slots(files: dict[str, str]) -> dict[str, int]:
    return {machine.name: machine.resources[CPUS] for machine in read(files).cluster.machines}


def test_a_number_of_slots_needs_no_other_file():
    assert slots({"lsb.hosts": hosts("n[1-2] 4", "big 64 ()")}) == {"n1": 4, "n2": 4, "big": 64}


def test_as_many_slots_as_processors_need_a_file_that_tells_those():
    files = {"lsb.hosts": hosts("n1 !", "n2 4")}
    assert slots(files) == {"n2": 4}
    refused = [line.name for line in read(files).keywords if line.standing == "refused"]
    assert refused == ["HOST_NAME", "MXJ"]
    assert slots({**files, "lshosts.txt": LSHOSTS}) == {"n1": 8, "n2": 4}


def test_types_models_and_default_stand_for_the_hosts_that_are_not_named():
    rows = hosts("n1 2", "ARM64 ! 1", "default ()")
    assert slots({"lsb.hosts": rows, "lshosts": LSHOSTS}) == {"n1": 2, "a1": 16, "n2": 8}


def test_without_lsb_hosts_all_servers_with_known_processors_are_machines():
    assert slots({"lshosts": LSHOSTS}) == {"n1": 8, "n2": 8, "a1": 16}


def test_hosts_that_no_other_file_knows_are_left_out():
    files = {"lsb.hosts": hosts("n1 4", "nx 4"), "lshosts": LSHOSTS}
    assert slots(files) == {"n1": 4}
    assert [line.reason for line in read(files).keywords if line.section == "nx"] == [
        "lsf.cluster or lshosts know no host nx; left out"
    ]


def test_a_machine_has_its_memory_features_groups_and_resources():
    groups = "Begin HostGroup\nGROUP_NAME GROUP_MEMBER\nfirst (n1)\nn (n*)\nothers (all ~n1)\nEnd HostGroup"
    found = read(
        {"lsb.hosts": hosts("default !") + "\n" + groups, "lsf.cluster.x": CLUSTER, "lshosts": LSHOSTS}
    )
    assert found.cluster.machines[0] == Machine(
        name="n1",
        resources={CPUS: 8, MEMORY: 63 << 29, "disk": 200},
        groups=frozenset({"first", "n"}),
        facts={"type": "X86_64", "model": "Xeon", "ncpus": 8, "speed": 10.0, "fast": True, "ssd": True},
    )
    assert found.cluster.machines[1].facts["ssd"] is False
    assert found.cluster.machines[1].resources == {CPUS: 8, MEMORY: 1 << 34, "disk": 100}
    assert found.cluster.machines[2].groups == {"others"}
    assert found.cluster.floating == {"verdi": 10}


def test_resources_that_some_machines_share_or_without_amount_are_refused():
    found = read({"lsf.cluster.x": CLUSTER})
    partly = (
        "a resource that some machines share, but not all, is not counted;"
        " write amount@[all], or one host in each bracket"
    )
    assert [(line.section, line.reason) for line in found.keywords if line.standing == "refused"] == [
        ("shared", partly),
        ("each", partly),
        ("dynamic", "tells no amount; write amount@[all] or amount@[host]"),
    ]


def test_slots_of_a_user_on_a_machine_are_one_limit_for_machines_of_the_same_number():
    found = read({"lsb.hosts": hosts("n[1-2] 8 2", "n3 8 4", "n4 8 2", "n5 8")})
    assert found.policy.limits == tuple(
        Limit(
            name=f"JL/U {amount} of lsb.hosts",
            amount=amount,
            counts=CPUS,
            per=("user", "machine"),
            only={"machine": frozenset(names)},
            lent_are_free=True,
        )
        for amount, names in ((2, {"n1", "n2", "n4"}), (4, {"n3"}))
    )


def test_columns_are_reported_once_however_many_rows_there_are():
    found = read({"lsb.hosts": hosts("n1 4 () red", "n2 4 () x", head="HOST_NAME MXJ JL/U COLOUR")})
    assert [(line.line, line.name, line.standing) for line in found.keywords] == [
        (2, "HOST_NAME", "understood"),
        (2, "MXJ", "understood"),
        (2, "JL/U", "understood"),
        (2, "COLOUR", "unknown"),
    ]


def test_members_that_a_program_tells_are_not_known():
    group = "Begin HostGroup\nGROUP_NAME GROUP_MEMBER\ng (!)\nEnd HostGroup"
    assert [line.reason for line in read({"lsb.hosts": group}).keywords if line.reason] == [
        "members are not listed here (! or all); name them"
    ]


def test_compute_units_are_refused():
    unit = "Begin ComputeUnit\nNAME MEMBER\nrack (h1)\nEnd ComputeUnit"
    assert told(read({"lsb.hosts": unit}), "MEMBER") == (
        "refused",
        "compute units (cu[...]) are not placed by",
    )
