"""What is said when the site's files are read again."""

import logging
from pathlib import Path
from typing import Any, cast

import pytest

from jobcast.batch.journal import Journal
from jobcast.batch.machines import reconfigure
from jobcast.batch.opening import open_ledger
from jobcast.batch.site import Files, LiveSite, read_live
from jobcast.language import speaking
from tests.batch.making import AT, HERE, MONDAY, submit, submitted
from tests.serve.batch.desks import desk

ADMIN = "n1: type = machine\nn2: type = machine\nnormal: type = class\nold: type = class\n"


def site(config: str = "SCHEDULER_TYPE = BACKFILL\n", admin: str = ADMIN) -> LiveSite:
    return read_live(Files(texts={"LoadL_config": config, "LoadL_admin": admin}, here=HERE))


BROKEN = site("SCHEDULER_TYPE = BACKFILL\nSYSPRIO : (((\nFOO = BAR\nFOO BAR\n")


def warnings(folder: Path, after: LiveSite) -> tuple[str, ...]:
    """Return what is said of other files while `old` has a step that runs on n1 and one that waits, and n2 one."""
    ledger = open_ledger(Journal(folder), site().files, read_live, at=AT, monday=MONDAY)
    submit(ledger, submitted("n1.1.0", queue="old"), submitted("n1.1.1", queue="old", hold="user"))
    where = {share.machine for step in ledger.steps.values() for share in step.allocation}
    assert where == {"n1"}
    return reconfigure(after, ledger, AT).answer.warnings


def test_keywords_that_do_not_count_are_told(tmp_path: Path) -> None:
    assert warnings(tmp_path, BROKEN) == (
        """LoadL_config:2  SYSPRIO: refused; the value can't be read at its column 4; \
write a number, a "text", a name or a bracket there""",
        "LoadL_config:3  FOO: unknown; LoadLeveler has no such keyword.",
        "LoadL_config:4  FOO BAR: unknown; this is no statement: write keyword = value",
    )


def test_files_that_are_well_are_read_without_a_word(tmp_path: Path) -> None:
    assert warnings(tmp_path, site()) == ()


def test_of_many_keywords_the_first_are_told_and_where_to_see_the_others(tmp_path: Path) -> None:
    said = warnings(tmp_path, site("".join(f"FOO{number} = 1\n" for number in range(20))))
    assert (len(said), said[0], said[-1]) == (
        13,
        "LoadL_config:1  FOO0: unknown; LoadLeveler has no such keyword.",
        "and 8 more: jobcast policy FILE...",
    )


def test_classes_and_machines_that_steps_still_use_are_told(tmp_path: Path) -> None:
    after = site(admin="n2: type = machine\nnormal: type = class\n")
    assert warnings(tmp_path / "en", after) == (
        "class old is gone; 2 steps keep its old rules: n1.1.0, n1.1.1",
        "machine n1 is gone; 1 step goes on there to the end: n1.1.0",
    )
    with speaking("zh"):
        assert warnings(tmp_path / "zh", after) == (
            "类 old 已不存在；2 个作业步沿用其原规则：n1.1.0, n1.1.1",
            "主机 n1 已不存在；1 个作业步继续在其上运行至结束：n1.1.0",
        )


def test_the_log_has_it_too(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    loop = cast("Any", desk(tmp_path)).loop
    with caplog.at_level(logging.WARNING, "jobcast.batch"):
        answer = loop.reconfigure(BROKEN)
    assert caplog.messages == list(answer.warnings)
    assert len(answer.warnings) == 3
