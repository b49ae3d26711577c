import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jobcast.errors import OutputError
from jobcast.systems.base import Command, Site
from jobcast.systems.lsf.system import Lsf, clean_period, cluster_name, memory_per_task, memory_unit
from jobcast.systems.registry import BATCH_SYSTEMS, FILE_FORMATS
from tests.systems.lsf.writers import bjobs_uf

SITE = Site(now=datetime(2024, 6, 15, tzinfo=UTC))
RECORDINGS = Path(__file__).parents[2] / "recordings/lsf"
SHOWCONF = (
    "MBD configuration at Fri Jun 14 10:06:58 2024\n\tLSB_SHAREDIR = /lsf/work\n\tLSF_UNIT_FOR_LIMITS = GB\n"
)


def recorded(name: str) -> str:
    return (RECORDINGS / name).read_text()


def test_all_jobs_of_all_users_are_asked_for_at_once() -> None:
    assert Lsf().query_finished(SITE.now, SITE.now) == Command(
        arguments=("bjobs", "-u", "all", "-a", "-UF"), environment=(("LC_ALL", "C"),)
    )


def test_lsf_is_asked_for_its_name_and_its_settings() -> None:
    asked = Lsf().query_site()
    assert [" ".join(command.arguments) for command in asked] == [
        "lsid",
        "bparams -l",
        "badmin showconf mbd all",
    ]
    assert {command.environment for command in asked} == {(("LC_ALL", "C"),)}


def test_the_recorded_site_tells_its_name_and_how_long_it_remembers() -> None:
    outputs = (recorded("lsid.txt"), recorded("bparams-l.txt"), "")
    assert Lsf().read_site(outputs, SITE) == replace(SITE, cluster="lsf", remembers=timedelta(days=1))


def test_a_site_with_settings_of_its_own_is_told() -> None:
    per_task = recorded("bparams-l.txt").replace("PER_TASK = N", "PER_TASK = Y")
    assert Lsf().read_site(("My cluster name is loom\n", per_task, SHOWCONF), SITE) == replace(
        SITE, cluster="loom", memory_unit="G", memory_per_task=True, remembers=timedelta(days=1)
    )


def test_where_either_command_says_per_task_it_is_per_task() -> None:
    outputs = ("", recorded("bparams-l.txt"), "RESOURCE_RESERVE_PER_TASK = Y\n")
    assert Lsf().read_site(outputs, SITE).memory_per_task


def test_what_no_command_tells_stays() -> None:
    known = replace(SITE, cluster="loom", memory_unit="G", memory_per_task=True)
    assert Lsf().read_site(("", "", ""), known) == replace(known, remembers=timedelta(hours=1))


@pytest.mark.parametrize(
    ("settings", "period"),
    [
        ("", timedelta(hours=1)),
        ("    CLEAN_PERIOD = 86400 (seconds)\n", timedelta(days=1)),
        ("CLEAN_PERIOD=1800\n", timedelta(minutes=30)),
        ("CLEAN_PERIOD = long\n", timedelta(hours=1)),
        ("CLEAN_PERIOD = 99999999999999999999\n", timedelta(hours=1)),
    ],
)
def test_how_long_lsf_remembers_is_found(settings: str, period: timedelta) -> None:
    assert clean_period(settings) == period


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (recorded("lsid.txt"), "lsf"),
        ("IBM Spectrum LSF Standard 10.1.0.13\n\nMy cluster name is loom_1\nMy master name is m\n", "loom_1"),
        ("lsid: ls_getentitlementinfo() failed: LIM is down; try later\n", None),
        ("", None),
    ],
)
def test_the_name_of_the_cluster_is_found(text: str, name: str | None) -> None:
    assert cluster_name(text) == name


def test_what_bjobs_prints_is_read() -> None:
    output = io.BytesIO((bjobs_uf() + bjobs_uf(id="2", status="RUN", ended="")).encode())
    (rows,) = Lsf().read_finished(output, "bjobs", SITE)
    assert (rows.jobs["job_id"].to_list(), rows.not_finished) == (["4711"], 1)


def test_strange_output_is_an_error_of_output() -> None:
    with pytest.raises(OutputError):
        list(Lsf().read_finished(io.BytesIO(b"Cannot connect to LSF. Please wait ...\n"), "bjobs", SITE))


def test_the_drivers_are_registered() -> None:
    assert BATCH_SYSTEMS["lsf"].programs == ("bjobs", "lsid")
    assert [FILE_FORMATS[kind].kind for kind in ("lsb.acct", "bjobs")] == ["lsb.acct", "bjobs"]


@pytest.mark.parametrize(
    ("settings", "unit"),
    [
        ("", "M"),
        ("LSF_UNIT_FOR_LIMITS=GB\n", "G"),
        ("LSF_UNIT_FOR_LIMITS=K\n", "K"),
        ('  LSF_UNIT_FOR_LIMITS = "MB"  # as agreed\n', "M"),
        ("# LSF_UNIT_FOR_LIMITS=GB\n", "M"),
        ("LSF_UNIT_FOR_LIMITS=GB\nLSF_UNIT_FOR_LIMITS=TB\n", "T"),
        ("MBD configuration at Fri Jun 14 10:06:58 2024\n\tLSF_UNIT_FOR_LIMITS = GB\n", "G"),
        ("LSF_UNIT_FOR_LIMITS=lots\n", "M"),
    ],
)
def test_the_unit_of_memory_is_found(settings: str, unit: str) -> None:
    assert memory_unit(settings) == unit


def test_memory_per_task_is_a_matter_of_the_site() -> None:
    assert not memory_per_task("")
    assert not memory_per_task("RESOURCE_RESERVE_PER_TASK=N\n")
    assert memory_per_task("RESOURCE_RESERVE_PER_TASK = y\n")
    assert memory_per_task("RESOURCE_RESERVE_PER_SLOT=Y\n")


def test_the_settings_of_a_real_site_are_read(shared: Path) -> None:
    settings = (shared / "data/cli-text/lsf/nextflow-lsf.conf").read_text()
    assert (memory_unit(settings), memory_per_task(settings)) == ("M", True)
