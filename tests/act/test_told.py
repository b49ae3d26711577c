"""What whoever submits is told: one line for each change, and nothing in the modes that say nothing."""

import pytest

from jobcast.act.told import told
from jobcast.advice import Advice, Amount, Change, ChangeKind, Mode, Subject
from jobcast.language import speaking
from jobcast.units import GIB, Bytes, Seconds


def advice(mode: Mode, *changes: Change) -> Advice:
    return Advice(id="abc", mode=mode, model="m", changes=changes)


def change(kind: ChangeKind, before: Amount | None, after: Amount, *, made: bool = False) -> Change:
    subject = Subject.MEMORY if after >= GIB else Subject.RUN_LIMIT
    return Change(subject=subject, kind=kind, before=before, after=after, made=made)


SMALL, LARGE = Bytes(4 * GIB), Bytes(64 * GIB)


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        (change(ChangeKind.SET, None, SMALL), "jobcast: no memory is asked for; such jobs need 4 GiB."),
        (
            change(ChangeKind.SET, None, SMALL, made=True),
            "jobcast: memory set to 4 GiB, from earlier runs of such jobs.",
        ),
        (
            change(ChangeKind.LOWER, LARGE, SMALL),
            "jobcast: a memory of 4 GiB would be enough, judging by earlier runs of such jobs.",
        ),
        (
            change(ChangeKind.LOWER, LARGE, SMALL, made=True),
            "jobcast: memory lowered from 64 GiB to 4 GiB, judging by earlier runs of such jobs.",
        ),
        (
            change(ChangeKind.RAISE, Seconds(600), Seconds(3600)),
            "jobcast: half of such jobs exceed a run limit of 00:10:00; 01:00:00 is safer.",
        ),
    ],
)
def test_each_change_is_told_in_a_line(changed, line):
    assert told(advice(Mode.LOWER, changed)) == (line,)


@pytest.mark.parametrize("mode", [Mode.OFF, Mode.SHADOW])
def test_some_modes_say_nothing(mode):
    assert told(advice(mode, change(ChangeKind.SET, None, SMALL))) == ()


def test_it_is_told_in_the_language_of_whoever_submits():
    with speaking("zh"):
        assert told(advice(Mode.APPLY, change(ChangeKind.SET, None, SMALL, made=True))) == (
            "jobcast：根据同类作业以往的运行，内存已设为 4 GiB。",
        )
