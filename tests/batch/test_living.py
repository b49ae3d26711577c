"""Living steps are found by their own names, and by those of their jobs and arrays."""

from jobcast.batch.living import Living
from jobcast.batch.record import Step, StepState
from tests.batch.making import AT, submitted


def a_step(name: str, array: str = "") -> Step:
    return Step(submitted=submitted(name, array=array), at=AT, state=StepState.IDLE, since=AT)


def named(living: Living, *names: str) -> list[list[str]]:
    return [[step.id for step in living.named(name)] for name in names]


def test_a_name_stands_for_a_step_a_job_or_an_array():
    living = Living(
        [a_step("n1.1.0"), a_step("7[1]", "7"), a_step("n1.1.1"), a_step("7[2]", "7"), a_step("8")]
    )
    assert list(living) == ["n1.1.0", "7[1]", "n1.1.1", "7[2]", "8"]
    assert named(living, "n1.1.1", "n1.1", "7", "7[2]", "8") == [
        ["n1.1.1"],
        ["n1.1.0", "n1.1.1"],
        ["7[1]", "7[2]"],
        ["7[2]"],
        ["8"],
    ]
    assert named(living, "", "n1", "7[3]", "9") == [[], [], [], []]


def test_steps_that_are_over_are_found_no_more():
    living = Living([a_step("7[1]", "7"), a_step("7[2]", "7")])
    del living["7[1]"]
    assert named(living, "7", "7[1]") == [["7[2]"], []]
    del living["7[2]"]
    assert (named(living, "7"), dict(living)) == ([[]], {})
    living["7[1]"] = a_step("7[1]", "7")
    assert named(living, "7") == [["7[1]"]]
