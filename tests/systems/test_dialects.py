"""Whose configuration files somebody has is told by their names."""

from pathlib import Path, PurePath

import pytest

from jobcast.errors import InputError
from jobcast.systems.dialects import DIALECTS, called, dialect_of, known_names, read_configuration

RECORDINGS = Path(__file__).parents[1] / "recordings"


def texts(folder: str) -> dict[str, str]:
    return {file.name: file.read_text() for file in sorted((RECORDINGS / folder).glob("[Ll][os]*"))}


@pytest.mark.parametrize(
    ("name", "system"),
    [
        ("lsb.queues", "lsf"),
        ("/etc/lsf/conf/lsf.cluster.eda", "lsf"),
        ("lshosts.txt", "lsf"),
        ("LoadL_config", "loadleveler"),
        ("LoadL_config.local", "loadleveler"),
        ("slurm.conf", "slurm"),
        ("slurm-test.conf", "slurm"),
        ("gres.conf", "slurm"),
    ],
)
def test_a_file_belongs_to_the_system_whose_files_are_called_so(name: str, system: str):
    assert dialect_of({name: ""}) == system


@pytest.mark.parametrize("names", [[], ["notes.txt"], ["lsb.queues", "slurm.conf"], ["LSB.QUEUES"]])
def test_files_of_nobody_or_of_two_systems_are_refused(names: list[str]):
    with pytest.raises(InputError, match="not the configuration files of one batch system") as caught:
        read_configuration(dict.fromkeys(names, ""))
    assert caught.value.hint == f"name files that are called as their system calls them ({known_names()})"


def test_a_file_that_lies_beside_those_of_a_system_is_left_to_its_reader():
    assert dialect_of({"lsb.queues": "", "notes.txt": ""}) == "lsf"


def test_each_system_is_read_by_its_own_reader():
    lsf = read_configuration(texts("lsf/policy/founding"))
    centre = read_configuration(texts("loadleveler/weather-centre"))
    slurm = read_configuration(
        {"slurm.conf": "NodeName=n[1-2] CPUs=4\nPartitionName=main Nodes=n[1-2] Default=YES\n"}
    )
    assert list(lsf.policy.queues) == ["highQ", "lowQ"]
    assert set(centre.policy.queues) == {"normal", "normal1", "normal2"}
    assert list(slurm.policy.queues) == ["main"]
    assert [len(each.cluster.machines) for each in (lsf, centre, slurm)] == [2, 26, 2]


def test_a_local_file_that_lies_alone_is_that_of_the_machine_that_its_folder_is_called_after():
    files = [
        PurePath(name) for name in ("/c/LoadL_config", "/c/LoadL_config.local", "/c/n1/LoadL_config.local")
    ]
    assert [called(file, files) for file in files] == [
        "LoadL_config",
        "LoadL_config.local",
        "n1/LoadL_config.local",
    ]
    assert called(files[2], files[2:]) == "LoadL_config.local"


def test_people_are_told_the_names_of_every_system():
    assert [part.split(": ")[0] for part in known_names().split("; ")] == list(DIALECTS)
