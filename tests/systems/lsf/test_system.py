import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jobcast.errors import OutputError
from jobcast.systems.base import Command, Site
from jobcast.systems.lsf.system import Lsf, memory_per_task, memory_unit
from jobcast.systems.registry import BATCH_SYSTEMS, FILE_FORMATS
from tests.systems.lsf.writers import bjobs_uf

SITE = Site(now=datetime(2024, 6, 15, tzinfo=UTC))


def test_all_jobs_of_all_users_are_asked_for_at_once() -> None:
    assert Lsf().query_finished(SITE.now, SITE.now) == Command(
        arguments=("bjobs", "-u", "all", "-a", "-UF"), environment=(("LC_ALL", "C"),)
    )


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


def test_the_settings_of_a_real_site_are_read(shared: Path) -> None:
    settings = (shared / "data/cli-text/lsf/nextflow-lsf.conf").read_text()
    assert (memory_unit(settings), memory_per_task(settings)) == ("M", True)
