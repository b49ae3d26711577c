"""Requirements and preferences of steps, asked of the machines of a site."""

import pytest

from jobcast.errors import ConfigError
from jobcast.machine import Machine
from jobcast.schedule.expression import evaluate
from jobcast.systems.loadleveler.configuration import read
from jobcast.systems.loadleveler.job_needs import read_needs

MACHINES = read(
    {
        "LoadL_config": "ARCH = PPC64\nSCHEDULE_BY_RESOURCES = ConsumableMemory",
        "LoadL_config.b": 'FEATURE = { "fast" }',
        "LoadL_admin": (
            "default: type = machine\nresources = ConsumableMemory(16 gb)\n"
            "a: type = machine\npool_list = 1\nb: type = machine\npool_list = 1 2\n"
            "c: type = machine\nresources = ConsumableMemory(64 gb)"
        ),
    }
).cluster.machines


def fulfilling(text: str) -> list[str]:
    tree = read_needs(text, MACHINES, "requirements").tree
    return [machine.name for machine in MACHINES if evaluate(tree, _asked(machine))]


def _asked(machine: Machine) -> dict[str, object]:
    return {**machine.resources, "machine": machine.name, **machine.facts}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Pool == 1", ["a", "b"]),
        ("(Pool == 1) && (Pool != 2)", ["a"]),
        ("2 == pool", ["b"]),
        ("Pool == 9", []),
        ("Pool != 9", ["a", "b", "c"]),
        ('Feature == "fast"', ["b"]),
        ('Feature != "fast"', ["a", "c"]),
        ('Machine == { "a" "c" }', ["a", "c"]),
        ('Machine != { "a" "c" }', ["b"]),
        ('Pool == {1 2} && Machine != "a"', ["b"]),
        ("Memory >= 32768", ["c"]),
        ("TotalMemory == 16384", ["a", "b"]),
        ('(Arch == "PPC64") || (Pool == 1)', ["a", "b", "c"]),
        ('Arch == "R6000"', []),
    ],
)
def test_machines_fulfil_what_they_are_asked(text, names):
    assert fulfilling(text) == names


def test_what_no_machine_tells_is_taken_as_fulfilled():
    needs = read_needs('(OpSys == "AIX53") && (Disk > 500) && (Pool == 2)', MACHINES, "requirements")
    assert needs.untold == {"OpSys", "Disk"}
    assert fulfilling('(OpSys == "AIX53") && (Disk > 500) && (Pool == 2)') == ["b"]
    assert fulfilling("SMT && Pool == 2") == ["b"]


def test_a_long_list_of_machines_is_read():
    listed = " ".join(f'"n{number}"' for number in range(5000))
    assert fulfilling(f'Machine == {{ {listed} "b" }}') == ["b"]


@pytest.mark.parametrize("text", ["Machine ==", "Machine == {", "Hosts == 3", "Pool = 3", "{}"])
def test_what_cannot_be_read_is_refused(text):
    with pytest.raises(ConfigError):
        read_needs(text, MACHINES, "requirements")
