"""Dependency conditions of bsub -w."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.schedule.job import After, AllOf, AnyOf, Dependency, Ending, Not
from jobcast.systems.lsf.bsub.dependency import Known, read_dependency
from jobcast.systems.lsf.bsub.fault import BsubError

KNOWN = Known(named={"x": ("5", "7"), "sim1": ("8",), "sim2": ("9",), "arr": ("12",)})


def done(job: str) -> After:
    return After(job=job, ending=Ending.DONE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("123", done("123")),
        ("done(123)", done("123")),
        ('done("sim1")', done("8")),
        ("'sim1'", done("8")),
        ("sim1", done("8")),
        ("ended(123)", After(job="123", ending=Ending.ENDED)),
        ("started(123)", After(job="123", ending=Ending.STARTED)),
        ("exit(123)", After(job="123", ending=Ending.FAILED)),
        ("exit(123, 3)", After(job="123", ending=Ending.FAILED, operator="==", exit_code=3)),
        ("exit(123,>=3)", After(job="123", ending=Ending.FAILED, operator=">=", exit_code=3)),
        ('done(123) && ended("x")', AllOf(parts=(
            done("123"),
            AllOf(parts=(After(job="5", ending=Ending.ENDED), After(job="7", ending=Ending.ENDED))),
        ))),
        ("1 || 2 && 3", AnyOf(parts=(done("1"), AllOf(parts=(done("2"), done("3")))))),
        ("(1 || 2) && !3", AllOf(parts=(AnyOf(parts=(done("1"), done("2"))), Not(part=done("3"))))),
        ('done("sim*")', AllOf(parts=(done("8"), done("9")))),
        ("done(123[4])", done("123[4]")),
        ('done("arr[3]")', done("12[3]")),
        ("done(123[*])", done("123")),
        ("numdone(123, *)", done("123")),
        ("numended(123[*], *)", After(job="123", ending=Ending.ENDED)),
    ],
)  # fmt: skip
def test_a_condition_is_read(text: str, expected: Dependency) -> None:
    assert read_dependency(text, KNOWN) == expected


def test_an_element_of_an_array_waits_for_the_element_of_the_same_index() -> None:
    assert read_dependency("done(arr[*])", Known(named=KNOWN.named, element=3)) == done("12[3]")


def test_a_name_means_the_job_submitted_last_where_the_site_says_so() -> None:
    assert read_dependency("x", Known(named=KNOWN.named, only_last=True)) == done("7")


@pytest.mark.parametrize(
    ("text", "position", "cure"),
    [
        ("", 0, "write a condition there: done(...), ended(...), exit(...), started(...), or a job"),
        ("done(123", 8, "write ) there"),
        ("done 123", 0, "there is no job of the name done"),
        ("done()", 5, "write the id or the name of a job there"),
        ("123 456", 4, "write && or || there, or nothing more"),
        ("1 && ", 4, "write a condition there: done(...), ended(...), exit(...), started(...), or a job"),
        (
            "finished(1)",
            0,
            "write a condition there: done(...), ended(...), exit(...), started(...), or a job",
        ),
        ("strated(1)", 0, "Did you mean started?"),
        ('done("sim3")', 6, "Did you mean sim2?"),
        ('done("none*")', 6, "there is no job of the name none*"),
        ("exit(1, x)", 8, "write an exit code there, such as 3 or > 3; only exit(...) has one"),
        ("done(1, 3)", 8, "write an exit code there, such as 3 or > 3; only exit(...) has one"),
        ("numdone(1, > 3)", 11, "write * there: counts of some elements are not possible"),
        ("external(1, up)", 0, "external(...) is not possible here"),
        ("post_done(1)", 0, "post_done(...) is not possible here"),
        ("(" * 200, 100, "write fewer nested brackets"),
        ("1 && ''", 6, "there is no job of the name "),
        ("1 | 2", 2, "write a condition there: done(...), ended(...), exit(...), started(...), or a job"),
    ],
)
def test_what_can_not_be_read_is_told_with_its_place(text: str, position: int, cure: str) -> None:
    with pytest.raises(BsubError) as error:
        read_dependency(text, KNOWN)
    assert (error.value.position, error.value.hint) == (position, cure)


pieces = st.sampled_from(
    ["done", "exit", "(", ")", "!", "&&", "||", ",", "123", '"x"', "'", "x", "*", "[3]", ">", " "]
)


@given(st.lists(pieces, max_size=20).map("".join) | st.text(max_size=30))
def test_any_text_is_read_or_refused_at_a_place_in_it(text: str) -> None:
    position = 0
    try:
        read_dependency(text, KNOWN)
    except BsubError as error:
        position = error.position
    assert 0 <= position <= len(text)
