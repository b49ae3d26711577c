import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jobcast.systems.lsf.resources import parse_requirement

M, G = 1024**2, 1024**3


@pytest.mark.parametrize(
    ("text", "memory"),
    [
        ("rusage[mem=4000]", 4000 * M),
        ("rusage[mem=400.00]", 400 * M),
        ("rusage[mem=12.5GB]", 25 * G // 2),
        ("rusage[mem=2048KB]", 2 * M),
        ("rusage[ mem = 4G ]", 4 * G),
        ("rusage[mem=4000:duration=30m:decay=1]", 4000 * M),
        ("rusage[lic=1,mem=4000]", 4000 * M),
        ("rusage[lic=1:mem=4000]", 4000 * M),
        ("rusage[mem=4G/host]", 4 * G),
        ("rusage[mem=4G/task]", 16 * G),
        ("rusage[mem=4G/job]", 4 * G),
        ("rusage[mem=4G || mem=8G:duration=10]", 4 * G),
        ("rusage[(mem=4G,lic=1) || (mem=8G,lic=2)]", 4 * G),
        ("rusage[mem=(4000 1000):duration=(10 20):decay=(0)]", 4000 * M),
        ("rusage[tmp=5] rusage[mem=4G] rusage[mem=2G]", 4 * G),
        ("select[mem>8000 && hname!='a[1]'] order[r15s:pg] rusage[mem=4G] span[hosts=1]", 4 * G),
        ("type==any && (mem>100 || swp>5) order[ut] rusage[mem=4G]", 4 * G),
        ("select[mem>8000]", None),
        ("rusage[swp=4G]", None),
        ("rusage[mem=0]", None),
        ("rusage[mem=$MEM]", None),
        ("rusage[mem=4G/node]", None),
        ("rusage[mem=4G", None),
        ("", None),
        ("-", None),
        ("{rusage[mem=4G]} || {rusage[mem=8G]}@2", 4 * G),
        ("1*{rusage[mem=6G]} + 3*{select[mem>5] rusage[mem=1G/task]}", 9 * G),
        ("1*{rusage[mem=6G]} + 8*{rusage[mem=1G] span[ptile=4]}", 8 * G),
        ("{1*{rusage[mem=6G]} + 3*{rusage[mem=1G]}} || {rusage[mem=9G]}", 7 * G),
    ],
)
def test_a_job_of_four_tasks_on_an_unknown_number_of_hosts_asks_for(text: str, memory: int | None) -> None:
    assert parse_requirement(text).memory_of_job(4) == memory


@pytest.mark.parametrize(
    ("text", "tasks", "hosts", "memory"),
    [
        ("rusage[mem=4G]", 8, 2, 8 * G),
        ("rusage[mem=4G/task]", 8, 2, 32 * G),
        ("rusage[mem=4G] span[hosts=1]", 8, None, 4 * G),
        ("rusage[mem=4G] span[ptile=4]", 9, None, 12 * G),
        ("rusage[mem=4G]", None, None, 4 * G),
    ],
)
def test_memory_is_that_of_the_whole_job(
    text: str, tasks: int | None, hosts: int | None, memory: int
) -> None:
    assert parse_requirement(text).memory_of_job(tasks, hosts) == memory


def test_the_site_decides_what_an_amount_without_unit_and_scope_means() -> None:
    requirement = parse_requirement("rusage[mem=4]", "G", per_task=True)
    assert requirement.memory_of_job(3) == 12 * G
    assert parse_requirement("rusage[mem=4/host]", "G", per_task=True).memory_of_job(3) == 4 * G


def test_graphics_cards_are_counted_for_the_whole_job() -> None:
    requirement = parse_requirement("select[ngpus>0] rusage[ngpus_physical=2.00/host,mem=4G]")
    assert requirement.gpus_of_job(8, 2) == 4
    assert parse_requirement("rusage[mem=4G]").gpus_of_job(8, 2) is None


@pytest.mark.parametrize(
    ("text", "hosts"),
    [("span[hosts=1]", 1), ("span[ptile=4]", None), ("span[hosts=-1]", None), ("span[ptile='!']", None)],
)
def test_only_span_hosts_says_how_many_hosts(text: str, hosts: int | None) -> None:
    assert parse_requirement(text).span_hosts == hosts


@given(st.text(alphabet="rusagepnmehot[](){}=:,|+*'\"/ 14GMK.-&<>", max_size=80))
@example("{" * 50 + "}" * 50)
@example("1*{rusage[mem=1]}+" * 20)
@example("rusage[" * 40)
def test_no_text_makes_it_fail(text: str) -> None:
    memory = parse_requirement(text).memory_of_job(4, 2)
    assert memory is None or memory > 0
