import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jobcast.systems.hooks.base import HookSite
from jobcast.systems.hooks.lsf.requirement import Wish, rewrite, understood
from jobcast.units import GIB, MIB, PIB, Bytes

MEMORY = Bytes(4410 * MIB)


def rewritten(text: str, memory: int = MEMORY, tasks: int = 9, **site: object) -> str | None:
    wish = Wish(memory=Bytes(memory), tasks=tasks, site=HookSite(**site))  # type: ignore[arg-type]
    done = rewrite(text, wish)
    return done and done.text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "rusage[mem=4410]"),
        ("select[mem>5000]", "select[mem>5000] rusage[mem=4410]"),
        ("rhel6 || rhel7", "rhel6 || rhel7 rusage[mem=4410]"),
        ("select[hname!='a[1' && (x||y)]", "select[hname!='a[1' && (x||y)] rusage[mem=4410]"),
        ("rusage[]", "rusage[mem=4410]"),
        ("rusage[ lic=1 ]", "rusage[ mem=4410,lic=1 ]"),
        ("rusage[lic=1:duration=2]", "rusage[mem=4410,lic=1:duration=2]"),
        ("rusage[a=1||b=2]", "rusage[mem=4410,a=1||mem=4410,b=2]"),
        ("rusage[(a=1,c=2) || ((b=2))]", "rusage[(mem=4410,a=1,c=2) || ((mem=4410,b=2))]"),
        ("rusage[mem=0]", "rusage[mem=4410]"),
        ("rusage[mem=8000]", "rusage[mem=4410]"),
        ("rusage[lic=1, mem = 12.5GB :duration=3:decay=1]", "rusage[lic=1, mem = 4410 :duration=3:decay=1]"),
        ("rusage[mem=9000/job]", "rusage[mem=4410/job]"),
        ("rusage[mem=9000/task]", "rusage[mem=490/task]"),
        ("span[ptile=4] rusage[mem=9GB/host]", "span[ptile=4] rusage[mem=1960/host]"),
        ("span[ptile=16]", "span[ptile=16] rusage[mem=4410]"),
        ("{rusage[mem=9GB]}", "{rusage[mem=4410]}"),
        ("{rusage[a=1]} || {select[b]}@2", "{rusage[mem=4410,a=1]} || {select[b] rusage[mem=4410]}@2"),
    ],
)
def test_a_job_of_nine_tasks_asks_for_4410_mb_by(before: str, after: str):
    assert rewritten(before) == after


@pytest.mark.parametrize(
    "text",
    [
        "1*{rusage[mem=4]}+4*{rusage[mem=5]}",
        "1*{select[a]}+4*{select[b]}",
        "{1*{rusage[mem=6G]} + 3*{rusage[mem=1G]}} || {rusage[mem=9G]}",
        "{rusage[mem=9G]} || {rusage[mem=8G]}",
        "{span[ptile=2]} || {span[hosts=1]}",
        "rusage[mem=9G || mem=8G]",
        "rusage[(mem=9G) || (lic=1)]",
        "rusage[mem=(4000 1000):duration=(10 20)]",
        "rusage[mem=4000] rusage[mem=5]",
        "rusage[mem=$MEM]",
        "rusage[mem=]",
        "rusage[mem=4G/node]",
        "rusage[mem=4G",
        "rusage[mem=4G)]",
        "select[a=='x]",
        'select[a=="x"]',
        "select[a=='\\']",
        "select[`touch x`]",
        "select[a] # rusage[mem=1]",
        "select[内存]",
        "rusage[mem=8000]\n",
        "select[" + "a" * 4000 + "]",
    ],
)
def test_what_is_not_certain_is_left_alone(text: str):
    assert rewritten(text) is None


def test_amounts_are_written_in_the_unit_of_the_site_rounded_up():
    assert rewritten("", 20000 * MIB, memory_unit="G") == "rusage[mem=20]"
    assert rewritten("", 20000 * MIB, memory_unit="K") == "rusage[mem=20480000]"
    assert rewritten("", 20000 * MIB, 8, memory_per_task=True) == "rusage[mem=2500]"
    assert rewritten("rusage[mem=1/host]", 20000 * MIB, 8, memory_per_task=True) == "rusage[mem=20000/host]"
    assert rewritten("", 20000 * MIB, memory_unit="T") is None
    assert rewritten("", 5 * PIB, memory_unit="K") is None


PARTS = st.sampled_from(
    ["select[", "rusage[", "span[", "]", "{", "}", "(", ")", "||", "+", "1*", "@2", "mem=4000", "mem=4GB/task",
     "mem=0", "mem", "=", "lic=1", ":", ",", "duration=5", "ptile=4", "hosts=1", "'", '"', " ", "\\", "$(x)", "\n"]
)  # fmt: skip
SITES = st.builds(HookSite, memory_unit=st.sampled_from("KMG"), memory_per_task=st.booleans())
SOUND = st.lists(
    st.sampled_from(
        ["select[mem>5 && a]", "rusage[mem=8GB]", "rusage[lic=1:duration=5]", "rusage[a=1||b=1]", "span[ptile=3]",
         "span[hosts=1]", "order[ut]", "rusage[mem=90/task]", "rusage[]"]
    ),
    unique=True,
    max_size=4,
).map(" ".join)  # fmt: skip


def without_memory(text: str) -> str:
    return re.sub(r" ?rusage\[\]", "", re.sub(r"mem=[0-9]*(GB)?,?", "", text))


@given(
    text=SOUND | st.lists(PARTS, max_size=14).map("".join),
    tasks=st.integers(1, 64),
    memory=st.integers(1, 4096).map(lambda number: number * 16 * MIB),
    site=SITES,
)
@example(text="rusage[" * 500, tasks=1, memory=MIB, site=HookSite())
@example(text="(" * 2000 + ")" * 2000, tasks=1, memory=MIB, site=HookSite())
def test_only_the_memory_changes_and_is_read_as_it_was_meant(
    text: str, tasks: int, memory: int, site: HookSite
):
    done = rewrite(text, Wish(memory=Bytes(memory), tasks=tasks, site=site))
    if done is None:
        return
    found = understood(done.text, site)
    assert found.memory_of_job(tasks) == done.memory
    parts = tasks if found.memory and found.memory.per == "task" else found.hosts_for(tasks)
    assert memory <= done.memory < (memory + GIB) * parts
    assert without_memory(done.text) == without_memory(text)
