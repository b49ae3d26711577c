"""PREEMPT_CLASS and START_CLASS."""

import pytest

from jobcast.schedule.expression import Binary, Constant, Name
from jobcast.schedule.policy import Extent, Method, PreemptRule
from jobcast.systems.dialect import Configuration, Standing
from tests.systems.loadleveler.reading import config, odd

C, R = Standing.CORRECTED, Standing.REFUSED
ADMIN = "a: type = class\nb: type = class\nc: type = class"


def preempting(*lines: str) -> Configuration:
    return config("SCHEDULER_TYPE = BACKFILL", "PREEMPTION_SUPPORT = FULL", *lines, admin=ADMIN)


def rule(
    queue: str, *victims: str, extent: Extent = Extent.ENOUGH, method: Method = Method.SUSPEND
) -> PreemptRule:
    return PreemptRule(queue=queue, victims=victims, extent=extent, method=method)


def test_groups_of_one_statement_are_rules_in_their_order():
    found = preempting("PREEMPT_CLASS[a] = ALL:rm { b } ENOUGH { c, No_Class }")
    assert found.policy.preemption == (
        rule("a", "b", extent=Extent.ALL, method=Method.REMOVE),
        rule("a", "c", "No_Class"),
    )
    assert odd(found) == []


@pytest.mark.parametrize(
    ("word", "method"),
    [
        ("su", Method.SUSPEND),
        ("vc", Method.REQUEUE),
        ("rm", Method.REMOVE),
        ("sh", Method.SYSTEM_HOLD),
        ("uh", Method.USER_HOLD),
    ],
)
def test_each_method_can_be_said_and_be_the_default(word, method):
    assert preempting(f"PREEMPT_CLASS[a] = ENOUGH:{word}{{b}}").policy.preemption == (
        rule("a", "b", method=method),
    )
    found = preempting(f"DEFAULT_PREEMPT_METHOD = {word}", "PREEMPT_CLASS[a] = ENOUGH{b}")
    assert found.policy.preemption == (rule("a", "b", method=method),)


def test_a_class_that_stands_there_twice_keeps_all_its_groups():
    found = preempting(
        "PREEMPT_CLASS[a] = ENOUGH:su{c}",
        "PREEMPT_CLASS[b] = ENOUGH:su{c}",
        "PREEMPT_CLASS[a] = ENOUGH:su{b}",
    )
    assert found.policy.preemption == (rule("a", "c"), rule("b", "c"), rule("a", "b"))
    merged = (
        "PREEMPT_CLASS[a] stands there more than once:"
        " its groups count one after the other, as if they stood in one line"
    )
    assert odd(found) == [("PREEMPT_CLASS[a]", C, merged)]


def test_allclasses_are_all_others():
    found = preempting("PREEMPT_CLASS[a] = ENOUGH {allclasses}")
    assert found.policy.preemption == (rule("a", "No_Class", "b", "c"),)


def test_what_would_close_a_cycle_is_left_out():
    found = preempting(
        "PREEMPT_CLASS[a] = ENOUGH{b}",
        "PREEMPT_CLASS[b] = ENOUGH{c}",
        "PREEMPT_CLASS[c] = ENOUGH{No_Class a}",
    )
    assert found.policy.preemption == (rule("a", "b"), rule("b", "c"), rule("c", "No_Class"))
    assert odd(found) == [
        ("PREEMPT_CLASS[c]", C, "a is left out: classes would preempt themselves, c > a > b > c"),
    ]


def test_a_class_does_not_preempt_itself():
    found = preempting("PREEMPT_CLASS[a] = ENOUGH{a}")
    assert found.policy.preemption == ()
    assert odd(found) == [
        (
            "PREEMPT_CLASS[a]",
            R,
            "a is left out: classes would preempt themselves, a > a; no class is left that could be preempted",
        ),
    ]


def test_a_victim_of_two_groups_belongs_to_the_first():
    found = preempting("PREEMPT_CLASS[a] = ENOUGH:su{b} ALL:rm{b c}")
    assert found.policy.preemption == (
        rule("a", "b"),
        rule("a", "c", extent=Extent.ALL, method=Method.REMOVE),
    )
    assert odd(found) == [("PREEMPT_CLASS[a]", C, "b is preempted by an earlier group already")]


def test_classes_that_nothing_names_are_told_and_have_queues():
    found = preempting("PREEMPT_CLASS[a] = ENOUGH{bb}")
    assert sorted(found.policy.queues) == ["No_Class", "a", "b", "bb", "c"]
    assert odd(found) == [
        ("PREEMPT_CLASS[a]", C, "no stanza and no machine names the class bb. Did you mean b?"),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("PREEMPT_CLASS[a] = SOME{b}", "'SOME' can't stand here; there are enough, all"),
        ("PREEMPT_CLASS[a] = ENOUGH:xx{b}", "'xx' can't stand here; there are su, vc, rm, sh, uh"),
        (
            "PREEMPT_CLASS[a] = ENOUGH:su{b",
            "no group at 'ENOUGH:su{b': write ENOUGH:su{class class} or ALL:su{class class}",
        ),
        (
            "PREEMPT_CLASS[a] = ENOUGH{}",
            "no group at 'ENOUGH{}': write ENOUGH:su{class class} or ALL:su{class class}",
        ),
        ("PREEMPT_CLASS[a] =", "no group at '': write ENOUGH:su{class class} or ALL:su{class class}"),
        ("PREEMPT_CLASS = ENOUGH{b}", "PREEMPT_CLASS names no class in brackets"),
    ],
)
def test_what_cannot_be_read_is_refused(line, reason):
    found = preempting(line)
    assert found.policy.preemption == ()
    assert [(standing, why) for _, standing, why in odd(found)] == [(R, reason)]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (
            ["SCHEDULER_TYPE = BACKFILL", "PREEMPTION_SUPPORT = NONE"],
            "PREEMPTION_SUPPORT is NONE, so nobody is preempted; FULL turns preemption on",
        ),
        (
            ["SCHEDULER_TYPE = BACKFILL"],
            "PREEMPTION_SUPPORT is NONE, so nobody is preempted; FULL turns preemption on",
        ),
        (["PREEMPTION_SUPPORT = FULL"], "only the scheduler BACKFILL knows it"),
    ],
)
def test_nobody_is_preempted_where_that_is_turned_off(lines, reason):
    found = config(*lines, "PREEMPT_CLASS[a] = ENOUGH{b}", admin=ADMIN)
    assert found.policy.preemption == ()
    assert [each.reason for each in found.keywords if each.name == "PREEMPT_CLASS[a]"] == [reason]


def test_cpus_and_places_are_released_by_suspension_memory_is_not():
    assert preempting().policy.released_by_suspension == {"cpus"}
    found = preempting("SCHEDULE_BY_RESOURCES = ConsumableCpus ConsumableMemory", "MAX_STARTERS = 4")
    assert found.policy.released_by_suspension == {"cpus", "starters"}


def test_start_class_asks_for_the_jobs_on_a_machine():
    found = config("START_CLASS[a] = (b < 2) && (c == 0)", admin=ADMIN)
    assert found.policy.queues["a"].start_if == Binary(
        "&&", Binary("<", Name("b"), Constant(2)), Binary("==", Name("c"), Constant(0))
    )
    assert found.policy.queues["b"].start_if is None


def test_allclasses_in_start_class_are_all_together():
    found = config("START_CLASS[a] = allclasses < 3", "CLASS = a(1)", admin="a: type = class")
    both = Binary("+", Name("No_Class"), Name("a"))
    assert found.policy.queues["a"].start_if == Binary("<", both, Constant(3))


def test_of_two_start_classes_the_last_counts():
    found = config("START_CLASS[a] = b < 1", "START_CLASS[a] = c < 1", admin=ADMIN)
    assert found.policy.queues["a"].start_if == Binary("<", Name("c"), Constant(1))
    assert odd(found) == [("START_CLASS[a]", C, "overruled by line 2 of LoadL_config")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("START_CLASS[a] = bb < 2", "START_CLASS knows no bb, at column 1; Did you mean b?"),
        ("START_CLASS[aa] = b < 2", "no stanza and no machine names the class aa. Did you mean a?"),
        ("START_CLASS = b < 2", "START_CLASS names no class in brackets"),
    ],
)
def test_a_start_class_that_cannot_be_read_is_refused(line, reason):
    found = config(line, admin=ADMIN)
    assert [(standing, why) for _, standing, why in odd(found)] == [(R, reason)]
