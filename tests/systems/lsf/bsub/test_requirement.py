"""Resource requirements in the scheduler's terms."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.machine import CPUS, GPUS, MEMORY
from jobcast.schedule.expression import evaluate
from jobcast.schedule.job import Demand, Layout
from jobcast.systems.lsf.bsub.demand import demand
from jobcast.systems.lsf.bsub.fault import BsubError
from jobcast.systems.lsf.bsub.requirement import Rules, read_requirement
from jobcast.systems.lsf.bsub.select import Names
from jobcast.systems.lsf.resources import Per

M, G = 1 << 20, 1 << 30


@pytest.mark.parametrize(
    ("text", "tasks", "expected"),
    [
        ("", 1, {}),
        ("rusage[mem=400]", 1, {"per_machine": {MEMORY: 400 * M}}),
        ("rusage[mem=400]", 4, {"per_machine": {MEMORY: 400 * M}}),
        ("rusage[mem=4G/task]", 4, {"per_task": {CPUS: 1, MEMORY: 4 * G}}),
        ("rusage[mem=4G/host]", 4, {"per_machine": {MEMORY: 4 * G}}),
        ("rusage[mem=10/job]", 4, {"per_task": {CPUS: 1, MEMORY: 10 * M // 4}}),
        (
            "rusage[mem=10/job] span[hosts=1]",
            4,
            {"per_machine": {MEMORY: 10 * M}, "layout": Layout(machines_max=1)},
        ),
        ("rusage[mem=10/job]", 1, {"per_machine": {MEMORY: 10 * M}}),
        ("rusage[mem=4G:duration=30m:decay=1]", 1, {"per_machine": {MEMORY: 4 * G}}),
        ("rusage[mem=4G,swp=8G,tmp=1]", 1, {"per_machine": {MEMORY: 4 * G}}),
        ("rusage[mem=4G || mem=8G]", 1, {"per_machine": {MEMORY: 4 * G}}),
        ("rusage[mem=0]", 1, {}),
        ("rusage[mem=2G] rusage[mem=4G]", 1, {"per_machine": {MEMORY: 4 * G}}),
        ("rusage[ngpus_physical=2]", 1, {"per_machine": {GPUS: 2}}),
        ("rusage[verdi=1]", 4, {"floating": {"verdi": 1}}),
        ("rusage[verdi=1/task]", 4, {"floating": {"verdi": 4}}),
        (
            "rusage[verdi=1/host] span[ptile=2]",
            4,
            {"floating": {"verdi": 2}, "layout": Layout(tasks_per_machine=2)},
        ),
        ("rusage[disk=10]", 4, {"per_machine": {"disk": 10}}),
        ("rusage[cell=3]", 4, {"per_task": {CPUS: 1, "cell": 3}}),
        ("span[hosts=1]", 8, {"layout": Layout(machines_max=1)}),
        ("span[ptile=4]", 8, {"layout": Layout(tasks_per_machine=4)}),
        ("span[hosts=-1]", 8, {}),
        ("affinity[core(2)] same[] cu[]", 8, {}),
        ("{rusage[mem=1G]} || {rusage[mem=2G]}@10", 1, {"per_machine": {MEMORY: G}}),
    ],
)
def test_what_a_job_takes(text: str, tasks: int, expected: dict[str, Any]) -> None:
    rules = Rules(floating=frozenset({"verdi"}), methods={"cell": Per.TASK})
    assert demand(text, tasks, rules) == Demand(**{"tasks": tasks, "per_task": {CPUS: 1}, **expected})


def test_amounts_are_meant_per_task_and_in_other_units_where_the_site_says_so() -> None:
    rules = Rules(per_task=True, names=Names(memory_unit="G"))
    assert demand("rusage[mem=2]", 4, rules).per_task == {CPUS: 1, MEMORY: 2 * G}


FACTS = {
    "machine": "n1",
    "type": "X86_64",
    "cpus": 16,
    "ncpus": 32,
    "memory": 64 * G,
    "free_memory": 32 * G,
    "free_cpus": 4,
    "load": 0.5,
    "ssd": True,
    "gpu_box": False,
    "speed": 12.5,
}


@pytest.mark.parametrize(
    ("text", "fulfilled"),
    [
        ("select[mem>1000]", True),
        ("select[mem>40000]", False),
        ("select[mem>16G && maxmem<=64GB]", True),
        ("select[mem>=32769MB]", False),
        ("mem>1000 && type==X86_64", True),
        ("type==ARM64 rusage[mem=1]", False),
        ("select[type==any]", True),
        ("select[type!=X86_64 || hname=='n1']", True),
        ("select[hname!=n1]", False),
        ("select[host==n1]", True),
        ("select[ncpus>16]", False),
        ("select[slots>=4 && maxslots==16]", True),
        ("select[r15s<1.0 && r1m<0.4]", False),
        ("select[ssd]", True),
        ("select[gpu_box]", False),
        ("select[!gpu_box]", True),
        ("select[unheard]", False),
        ("select[!unheard]", True),
        ("select[defined(ssd)]", True),
        ("select[ defined( unheard ) || ssd ]", True),
        ("select[defined(unheard)]", False),
        ("select[!defined(unheard)]", True),
        ("select[ut<0.5 && swp>100]", True),
        ("select[tmp>100 && mem>40000]", False),
        ("select[cpuf*2>20]", True),
        ("select[(mem>1000) && (cpuf>20||ssd)]", True),
        ("select[mem>1000] select[ssd]", True),
        ("select[ssd] select[gpu_box]", False),
    ],
)
def test_which_machines_will_do(text: str, fulfilled: bool) -> None:
    needs = read_requirement(text, Rules()).needs
    assert needs is not None
    assert bool(evaluate(needs, FACTS)) is fulfilled


def test_a_load_index_that_somebody_tells_counts() -> None:
    needs = read_requirement("select[ut<0.5]", Rules()).needs
    assert needs is not None
    assert [bool(evaluate(needs, {"ut": load})) for load in (0.3, 0.7)] == [True, False]


def test_processors_are_those_that_the_files_tell_where_they_do() -> None:
    needs = read_requirement("select[ncpus>16]", Rules(names=Names(processors="ncpus"))).needs
    assert needs is not None
    assert evaluate(needs, FACTS) is True


MACHINES: dict[str, dict[str, int | float]] = {
    "empty": {"free_memory": 64 * G, "free_cpus": 16, "load": 0.1},
    "half": {"free_memory": 32 * G, "free_cpus": 8, "load": 0.1},
    "busy": {"free_memory": 32 * G, "free_cpus": 2, "load": 0.9},
}


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("order[mem]", "empty half busy"),
        ("order[-mem]", "half busy empty"),
        ("order[-mem:-slots]", "busy half empty"),
        ("order[slots]", "empty half busy"),
        ("order[-slots]", "busy half empty"),
        ("order[r1m]", "empty half busy"),
        ("order[-r15s:mem]", "busy empty half"),
        ("order[!r1m : -slots]", "half empty busy"),
    ],
)
def test_which_machines_come_first(order: str, names: str) -> None:
    prefers = read_requirement(order, Rules()).prefers
    assert prefers is not None
    best = sorted(MACHINES, key=lambda name: -float(evaluate(prefers, MACHINES[name]) or 0))
    assert " ".join(best) == names


def test_an_empty_order_is_none() -> None:
    assert read_requirement("order[]", Rules()).prefers is None


def test_a_requirement_is_completed_by_one_of_less_weight() -> None:
    own = read_requirement("select[ssd] rusage[mem=2G] affinity[core(1)]", Rules())
    queue = read_requirement("select[mem>1] rusage[mem=1G,disk=5] span[hosts=1] order[mem]", Rules())
    both = own.above(queue)
    assert both.needs == read_requirement("select[ssd && mem>1]", Rules()).needs
    assert {name: amount.value for name, amount in both.amounts.items()} == {MEMORY: 2 * G, "disk": 5}
    assert (both.layout, both.prefers, both.passed_over) == (queue.layout, queue.prefers, ("affinity",))


@pytest.mark.parametrize(
    ("text", "position", "cure"),
    [
        ("select[mem >]", 12, 'write a number, a "text", a name or a bracket there'),
        ("rusage[mem=1] select[mem > 4 4]", 29, "write an operator such as + or &&, or nothing more there"),
        ("select['a b' == $x]", 16, 'write a number, a "text", a name or a bracket there'),
        ("select[defined(x) )]", 18, "write an operator such as + or &&, or nothing more there"),
        ("select[mem>4GB + ]", 16, 'write a number, a "text", a name or a bracket there'),
        ("mem > ) rusage[mem=1]", 6, 'write a number, a "text", a name or a bracket there'),
        ("order[mem:4]", 10, "write the name of an index there, such as mem or -ut"),
        ("order[mem:-]", 11, 'write a number, a "text", a name or a bracket there'),
        ("rusage[disk=1,mem=much]", 18, "write an amount there, such as 4000, 4GB or 4GB/task"),
        ("rusage[mem=4G/day]", 11, "write an amount there, such as 4000, 4GB or 4GB/task"),
        ("span[hosts=2]", 5, "write hosts=1 or ptile=n there, with n from 1 on"),
        ("span[ptile=0]", 5, "write hosts=1 or ptile=n there, with n from 1 on"),
        ("span[ptile=-3]", 5, "write hosts=1 or ptile=n there, with n from 1 on"),
        ("span[ptile='!']", 5, "write hosts=1 or ptile=n there, with n from 1 on"),
        ("same[type]", 5, "same[...] is not possible here; leave it out, or name a host group by -m"),
        ("cu[type=rack]", 3, "cu[...] is not possible here; leave it out, or name a host group by -m"),
        ("selekt[mem>1]", 7, "selekt[...] is no section; there are select, order, rusage, span"),
        (
            "select[ssd] rusage[mem=4G",
            18,
            "brackets and braces must be closed, each section written as name[...]",
        ),
        ("{rusage[mem=4G]", 0, "brackets and braces must be closed, each section written as name[...]"),
        (
            "1*{rusage[mem=6G]} + 3*{rusage[mem=1G]}",
            0,
            "compound requirements, which differ between the tasks of one job, are not possible; write one for all",
        ),
    ],
)
def test_what_can_not_be_read_or_done_is_told_with_its_place(text: str, position: int, cure: str) -> None:
    with pytest.raises(BsubError) as error:
        demand(text, 1)
    assert (error.value.position, error.value.hint) == (position, cure)
    assert error.value.message == (
        f"this can't be taken as it stands, at column {position + 1}:\n{text}\n{' ' * position}^"
    )


@pytest.mark.parametrize("inside", ["(" * 20_000, "!" * 20_000 + "a", "a && " * 20_000 + "a", "[" * 20_000])
def test_what_nobody_writes_is_refused_at_once(inside: str) -> None:
    with pytest.raises(BsubError):
        demand(f"select[{inside}]", 1)


def test_what_somebody_may_write_is_not_too_much() -> None:
    hosts = " && ".join(f"hname!=n{number}" for number in range(200))
    needs = read_requirement(f"select[{'(' * 50}{hosts}{')' * 50}]", Rules()).needs
    assert needs is not None
    assert [bool(evaluate(needs, {"machine": name})) for name in ("n7", "n700")] == [False, True]


pieces = st.sampled_from(
    [
        "select[",
        "rusage[",
        "order[",
        "span[",
        "]",
        "mem",
        ">",
        "4G",
        "=",
        "(",
        ")",
        "{",
        "}",
        "||",
        "*",
        "defined(x)",
        "'",
        ":",
        ",",
        " ",
    ]
)


@given(st.lists(pieces, max_size=15).map("".join) | st.text(max_size=40), st.integers(1, 1000))
def test_any_text_is_read_or_refused_at_a_place_in_it(text: str, tasks: int) -> None:
    position = 0
    try:
        assert demand(text, tasks).tasks == tasks
    except BsubError as error:
        position = error.position
    assert 0 <= position <= len(text)
