"""Who preempts whom, as PREEMPTION and PRIORITY of all queues tell together."""

import pytest

from jobcast.schedule.checks import preemption_cycle
from jobcast.systems.dialect import Configuration
from jobcast.systems.lsf.policy.reader import read


def queues(**lines: str) -> Configuration:
    """Return what is read of queues: name to priority and PREEMPTION."""
    text = ""
    for name, words in lines.items():
        priority, _, preemption = words.partition(" ")
        text += f"Begin Queue\nQUEUE_NAME = {name}\nPRIORITY = {priority}\n"
        text += f"PREEMPTION = {preemption}\nEnd Queue\n" if preemption else "End Queue\n"
    return read({"lsb.queues": text})


def rules(configuration: Configuration) -> list[tuple[str, tuple[str, ...]]]:
    return [(rule.queue, rule.victims) for rule in configuration.policy.preemption]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"high": "9 PREEMPTIVE", "mid": "5", "low": "1"}, [("high", ("low", "mid"))]),
        ({"high": "9", "mid": "5", "low": "1 PREEMPTABLE"}, [("high", ("low",)), ("mid", ("low",))]),
        ({"high": "9", "mid": "5", "low": "1 PREEMPTABLE[mid]"}, [("mid", ("low",))]),
        ({"high": "9 PREEMPTIVE[mid]", "mid": "5", "low": "1"}, [("high", ("mid",))]),
        ({"high": "9 PREEMPTIVE[low mid+1]", "mid": "5", "low": "1"}, [("high", ("mid", "low"))]),
        (
            {"high": "9 PREEMPTIVE[a b+1 c+2]", "a": "1", "b": "2", "c": "3"},
            [("high", ("c", "b", "a"))],
        ),
        (
            {"normal": "9 PREEMPTIVE[low]", "mid": "5 PREEMPTIVE PREEMPTABLE", "low": "1"},
            [("normal", ("low", "mid")), ("mid", ("low",))],
        ),
        ({"one": "5 PREEMPTIVE", "other": "5"}, []),
        ({"one": "5 PREEMPTIVE[]", "other": "1"}, [("one", ("other",))]),
        ({"one": "5", "other": "1"}, []),
    ],
)
def test_queues_of_higher_priority_preempt_by_preference_then_the_lowest_first(given, expected):
    found = queues(**given)
    assert rules(found) == expected
    assert preemption_cycle(found.policy) == ()


@pytest.mark.parametrize(
    ("given", "expected", "reason"),
    [
        (
            {"high": "9 PREEMPTIVE[lwo low]", "low": "1"},
            [("high", ("low",))],
            "there is no queue lwo; left out. Did you mean low?",
        ),
        (
            {"low": "1 PREEMPTIVE[high]", "high": "9"},
            [],
            "queue high is left out: only a queue of higher PRIORITY preempts one of lower.",
        ),
        (
            {"high": "9 PREEMPTABLE[low]", "low": "1"},
            [],
            "queue low is left out: only a queue of higher PRIORITY preempts one of lower.",
        ),
        (
            {"one": "5 PREEMPTIVE[other]", "other": "5 "},
            [],
            "queue other is left out: only a queue of higher PRIORITY preempts one of lower.",
        ),
    ],
)
def test_queues_that_can_not_be_preempted_are_left_out_with_the_reason(given, expected, reason):
    found = queues(**given)
    assert rules(found) == expected
    assert [line.reason for line in found.keywords if line.name == "PREEMPTION" and line.reason] == [reason]


def test_three_classes_that_preempt_in_a_row_are_no_cycle():
    found = queues(normal="3 PREEMPTIVE[normal1 normal2]", normal2="2 PREEMPTIVE[normal1]", normal1="1")
    assert rules(found) == [("normal", ("normal1", "normal2")), ("normal2", ("normal1",))]
    assert preemption_cycle(found.policy) == ()


def test_other_words_are_refused():
    [line] = [line for line in queues(q="5 SOMETIMES").keywords if line.name == "PREEMPTION"]
    assert (line.standing, line.reason) == (
        "refused",
        '"SOMETIMES" will not do; write PREEMPTIVE[queues], PREEMPTABLE[queues] or both',
    )
