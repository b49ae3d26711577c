"""Job command files that are read well, and that the site's rules turn away or take."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from jobcast.batch.accepting import accept
from jobcast.batch.completing import as_it_is
from jobcast.batch.intake.base import Submitter
from jobcast.batch.intake.loadleveler import read
from jobcast.batch.journal import Journal
from jobcast.batch.opening import open_ledger
from jobcast.batch.order import Answer, Done, Outcome, SubmitCommandFile
from jobcast.batch.record import StepState
from jobcast.batch.site import Files, read_live
from jobcast.language import speaking
from tests.batch.making import AT, HERE, MONDAY

TEXTS = {
    "LoadL_config": "SCHEDULER_TYPE = BACKFILL\nSCHEDULE_BY_RESOURCES = ConsumableCpus ConsumableMemory",
    "LoadL_admin": "n1: type = machine\nresources = ConsumableCpus(4) ConsumableMemory(8 gb)\n"
    "default: type = user\ndefault_class = normal\n"
    "normal: type = class\nwall_clock_limit = 1:00:00\nmax_node = 2\n"
    "ops: type = class\ninclude_users = nwp\n",
}
MAY_USE = "the machines that it may use"
HAS_THE_MOST = f"of {MAY_USE} n1 has the most,"


def answer(folder: Path, *lines: str) -> tuple[Answer, list[StepState]]:
    ledger = open_ledger(Journal(folder), Files(texts=TEXTS, here=HERE), read_live, at=AT, monday=MONDAY)
    text = "\n".join((*(f"# @ {line}" for line in lines), "# @ queue\n"))
    who = Submitter(user="ann", job="n1.1", at=datetime.fromtimestamp(AT, UTC))
    intake = read(SubmitCommandFile(text=text, directory="/"), ledger.site.loadleveler, who)
    said = accept(intake, 1, ledger, AT, as_it_is).answer
    return said, [step.state for step in ledger.steps.values()]


def test_a_file_that_fits_the_site_becomes_steps(tmp_path: Path) -> None:
    lines = ("resources = ConsumableCpus(4) ConsumableMemory(8 gb)", "hold = user", "wall_clock_limit = 60")
    assert answer(tmp_path, *lines) == (
        Answer(outcomes=(Outcome(name="n1.1.0", done=Done.YES),), job="n1.1"),
        [StepState.USER_HOLD],
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "resources = ConsumableCpus(5)",
            f"-:1:17: resources: each task asks for 5 of ConsumableCpus; {HAS_THE_MOST} 4",
        ),
        (
            "resources = ConsumableMemory(9 gb)",
            f"-:1:17: resources: each task asks for 9 GiB of ConsumableMemory; {HAS_THE_MOST} 8 GiB",
        ),
        ('requirements = (Machine == "n9")', "-:1:20: requirements: no machine has what it asks for"),
        (
            "node_resources = ConsumableMemory(8 gb)\n# @ job_type = parallel\n# @ node = 2",
            f"-:3:12: node: its tasks ask for 16 GiB of ConsumableMemory; {MAY_USE} have 8 GiB together",
        ),
    ],
)
def test_what_no_machine_has_is_refused_at_once(tmp_path: Path, line: str, said: str) -> None:
    assert answer(tmp_path, line) == (
        Answer(outcomes=(Outcome(name="", done=Done.REFUSED, said=said),)),
        [],
    )


def test_what_no_machine_has_is_told_in_chinese_too(tmp_path: Path) -> None:
    with speaking("zh"):
        said, _ = answer(tmp_path, "resources = ConsumableCpus(5)")
    assert [outcome.said for outcome in said.outcomes] == [
        "-:1:17: resources：每个任务申请 ConsumableCpus 5；可用主机中 n1 最多，为 4"
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("class = ops", "-:1:13: class: ann may not use the class ops"),
        (
            "class = normul",
            "-:1:13: class: no stanza and no machine names the class normul. Did you mean normal?",
        ),
        (
            "wall_clock_limit = 2:00:00",
            "-:1:24: wall_clock_limit: more than 3600, the hard limit of the class",
        ),
    ],
)
def test_what_a_class_does_not_give_is_refused_where_it_stands(tmp_path: Path, line: str, said: str) -> None:
    assert answer(tmp_path, line) == (
        Answer(outcomes=(Outcome(name="", done=Done.REFUSED, said=said),)),
        [],
    )
