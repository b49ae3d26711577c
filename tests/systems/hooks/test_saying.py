"""What hooks do alike with advice, whatever the batch system."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.advice import Advice, Change, ChangeKind, Kept, KeptReason, Mode, Subject
from jobcast.systems.hooks.base import Expressed
from jobcast.systems.hooks.saying import Said, expressed, id_of, lowers_nothing, one_line
from jobcast.units import GIB, Bytes, Seconds


def change(subject: Subject, *, made: bool = True) -> Change:
    amount = Bytes(GIB) if subject is Subject.MEMORY else Seconds(60)
    return Change(subject=subject, kind=ChangeKind.SET, before=None, after=amount, made=made)


def advice(*changes: Change, name: str = "7f3a") -> Advice:
    return Advice(id=name, mode=Mode.APPLY, model="m", changes=changes)


@pytest.mark.parametrize(
    "sign", ["\n", "\r", "\x00", "\x1b", "\x85", "\x9b", "\u2028", "\u2029", "\u202e", "\u2066"]
)
def test_signs_that_begin_a_line_or_turn_the_others_round_become_blanks(sign: str):
    assert one_line(f"内存{sign}é") == "内存 é"


@given(st.text(max_size=1500))
def test_a_line_has_letters_and_blanks_only_and_an_end(text: str):
    line = one_line(text)
    assert len(line) == min(len(text), 1000)
    assert not {unicodedata.category(sign) for sign in line} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize(("name", "shown"), [("7f3a", "7f3a"), ("", None), ("a b", None), ("x" * 65, None)])
def test_a_name_that_could_end_a_description_is_not_written(name: str, shown: str | None):
    assert id_of(advice(name=name)) == shown


def test_a_request_that_rounding_keeps_as_high_is_not_lowered():
    lower = Change(
        subject=Subject.MEMORY, kind=ChangeKind.LOWER, before=Bytes(GIB), after=Bytes(GIB - 1), made=True
    )
    assert [lowers_nothing(lower, amount) for amount in (GIB - 1, GIB)] == [False, True]
    assert not lowers_nothing(change(Subject.MEMORY), GIB)


def test_only_what_is_made_is_said_and_what_cannot_be_said_is_kept():
    def say(one: Change) -> Said | None:
        return None if one.subject is Subject.RUN_LIMIT else (one, {"memory": "1024"})

    told = advice(change(Subject.MEMORY), change(Subject.RUN_LIMIT))
    kept = (Kept(subject=Subject.RUN_LIMIT, reason=KeptReason.NOT_EXPRESSIBLE),)
    assert expressed(told, say) == Expressed(
        advice=Advice(id="7f3a", mode=Mode.APPLY, model="m", changes=(change(Subject.MEMORY),), kept=kept),
        settings=(("memory", "1024"),),
    )
    only_told = advice(change(Subject.MEMORY, made=False))
    assert expressed(only_told, say) == Expressed(advice=only_told)
