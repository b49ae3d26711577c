"""What sbatch is told, as jobs of the scheduler."""

import shlex
from datetime import timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.errors import ConfigError
from jobcast.schedule.expression import parse
from jobcast.schedule.job import After, AllOf, AnyOf, BatchJob, Demand, Ending, Layout
from jobcast.systems.slurm.policy import Arrival, directives, read_site, submission
from jobcast.systems.slurm.policy.options import IGNORED, READ, REFUSED, SHORT
from jobcast.units import GIB, MIB
from tests.systems.slurm.policy.made_up import site

AT = 1_800_000_000
TIERS = site("tiers")
PLAIN = read_site(
    {
        "slurm.conf": "SelectTypeParameters=CR_CPU_Memory\nMaxMemPerCPU=1024\nNodeName=n[1-9] CPUs=8 RealMemory=9000\n"
        "PartitionName=all Nodes=ALL Default=YES\n"
    }
)
BARE = read_site(
    {
        "slurm.conf": "SelectTypeParameters=CR_CPU\nNodeName=n[1-9] CPUs=8 RealMemory=9000\n"
        "PartitionName=all Nodes=ALL Default=YES MinNodes=2\n"
    }
)


def _jobs(words: str, where=TIERS) -> tuple[BatchJob, ...]:
    return submission(shlex.split(words), Arrival(id="12", at=AT, user="ann", group="ops"), where)


def _demand(words: str, where=PLAIN) -> Demand:
    return _jobs(words, where)[0].demand


def test_a_whole_submission_becomes_one_job():
    words = (
        "-p gpu -N 2 --ntasks-per-node=4 -c 3 --mem=16G --gres=gpu:a100:2 -t 1:00:00 --begin=now+1hour"
        " -d afterok:1:2 -A lab -C 'avx2&ib' -J nice -L matlab:2 --no-requeue run.sh -p other"
    )
    assert _jobs(words) == (
        BatchJob(
            id="12",
            demand=Demand(
                tasks=8,
                per_task={"cpus": 4},
                per_machine={"gpus": 2, "gpus:a100": 2, "memory": 16 * GIB},
                floating={"matlab": 2},
                layout=Layout(machines_min=2, machines_max=2, tasks_per_machine=4, exclusive=True),
                needs=parse("feature.avx2 && feature.ib"),
            ),
            queue="gpu",
            user="ann",
            group="ops",
            project="lab",
            run_limit=3900,
            estimate=3600,
            begin=AT + 3600,
            after=AllOf(parts=(After(job="1", ending=Ending.DONE), After(job="2", ending=Ending.DONE))),
            restartable=False,
        ),
    )


def test_an_array_becomes_its_elements():
    jobs = _jobs("--array=1-5:2,9%2 run.sh")
    assert [(job.id, job.array, job.array_limit) for job in jobs] == [
        (f"12_{index}", "12", 2) for index in (1, 3, 5, 9)
    ]


@pytest.mark.parametrize(
    ("words", "tasks", "layout"),
    [
        ("", 1, Layout()),
        ("-n 7", 7, Layout()),
        ("-N 3", 3, Layout(machines_min=3, machines_max=3)),
        ("-N2-4 -n16", 16, Layout(machines_min=2, machines_max=4)),
        ("--ntasks-per-node 4", 4, Layout(tasks_per_machine=4)),
        ("-n 10 --ntasks-per-node=4", 10, Layout(tasks_per_machine=4)),
        ("--exclusive", 1, Layout(exclusive=True)),
        ("--exclusive=user", 1, Layout()),
    ],
)
def test_tasks_are_spread_as_asked(words: str, tasks: int, layout: Layout):
    demand = _demand(f"{words} --mem-per-cpu=1M")
    assert (demand.tasks, demand.layout) == (tasks, layout)


def test_a_job_without_memory_has_all_of_its_node_where_no_default_is_set():
    assert _demand("").layout.exclusive
    assert _demand("--mem=0").layout.exclusive
    assert _demand("--mem=0").per_machine == {}


def test_more_memory_than_a_cpu_may_have_brings_more_cpus():
    assert _demand("-c 2 --mem-per-cpu=2500").per_task == {"cpus": 6, "memory": 6 * GIB}


def test_memory_that_is_not_handed_out_must_still_be_there():
    demand = _demand("--mem=2G", BARE)
    assert (demand.per_machine, demand.per_task, demand.needs) == (
        {},
        {"cpus": 1},
        parse(f"memory >= {2 * GIB}"),
    )


def test_a_partition_gives_no_fewer_nodes_than_its_least():
    assert _demand("-n 8", BARE).layout == Layout(machines_min=2)
    assert _demand("-N 1 -n 8", BARE).layout == Layout(machines_min=2, machines_max=2)


@pytest.mark.parametrize(
    ("words", "per_task", "per_machine"),
    [
        ("-n 4 -G 8", {"gpus": 2}, {}),
        ("-n 4 -N 2 --gpus=a100:6", {}, {"gpus": 3, "gpus:a100": 3}),
        ("-n 2 --gpus-per-task=1", {"gpus": 1}, {}),
        ("-N 2 --gpus-per-node=3", {}, {"gpus": 3}),
        ("--gres=gres/gpu:2,bandwidth:5", {}, {"gpus": 2, "bandwidth": 5}),
    ],
)
def test_gpus_are_asked_for_by_task_by_node_and_in_all(
    words: str, per_task: dict[str, int], per_machine: dict[str, int]
):
    demand = _demand(f"{words} --mem-per-cpu=1M")
    assert demand.per_task == {"cpus": 1, "memory": MIB, **per_task}
    assert demand.per_machine == per_machine


def test_a_serial_job_has_a_whole_core():
    assert _demand("", TIERS).per_task == {"cpus": 2, "memory": 4000 * MIB}
    assert _demand("-n 5", TIERS).per_task == {"cpus": 1, "memory": 2000 * MIB}


@pytest.mark.parametrize(
    ("words", "limits"),
    [("", (None, None)), ("-t 30", (2100, 1800)), ("-t 0", (86700, 86400)), ("-t UNLIMITED", (86700, 86400))],
)
def test_a_job_is_killed_when_its_time_and_the_grace_are_over(
    words: str, limits: tuple[int | None, int | None]
):
    (job,) = _jobs(words)
    assert (job.run_limit, job.estimate) == limits


@pytest.mark.parametrize(
    ("text", "second"),
    [("now", AT), ("now+90", AT + 90), ("now+2days", AT + 172800), ("2027-01-15T09:00:00", AT)],
)
def test_a_job_begins_later(text: str, second: int):
    zone = timezone(timedelta(hours=1))
    (job,) = submission([f"--begin={text}"], Arrival(id="1", at=AT, zone=zone), PLAIN)
    assert job.begin == second


def test_one_of_several_jobs_may_be_enough():
    (job,) = _jobs("-d after:3?afternotok:4_1")
    assert job.after == AnyOf(
        parts=(After(job="3", ending=Ending.STARTED), After(job="4_1", ending=Ending.FAILED))
    )


def test_a_script_tells_its_options_until_its_first_command():
    script = '#!/bin/sh\n#SBATCH -n 4 --comment="a b" # four\n# note\n\n#SBATCH -t 5\nrun\n#SBATCH -n 9\n'
    assert directives(script) == ["-n", "4", "--comment=a b", "-t", "5"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--nodse=2", "sbatch has no option nodse"),
        ("-p", "option partition wants a value"),
        ("-p fast", "there is no partition fast"),
        ("-n 0", "ntasks can't be 0"),
        ("-N 4-2", "nodes can't be 4-2"),
        ("--array=5-1", "array can't be 5-1"),
        ("--array=0-100000", "array can't be 0-100000"),
        ("-t soon", "time can't be soon"),
        ("-d singleton", "dependency can't be singleton"),
        ("-C [a|b]", r"constraint can't be \[a|b\]"),
        ("--mem=2G --mem-per-cpu=1G", "exclude each other"),
        ("--exclude=n1", "can't be reckoned with"),
    ],
)
def test_what_sbatch_would_refuse_is_refused(words: str, message: str):
    with pytest.raises(ConfigError, match=message):
        _jobs(words, PLAIN)


def test_a_quotation_that_never_ends_is_refused():
    with pytest.raises(ConfigError, match="never closed"):
        directives('#SBATCH --comment="a')


def test_no_option_is_in_two_tables():
    assert (frozenset(), frozenset(), frozenset()) == (READ & IGNORED, READ & REFUSED, IGNORED & REFUSED)
    assert set(SHORT.values()) <= READ | IGNORED | REFUSED


OPTION = st.sampled_from([*READ, *IGNORED])
VALUE = st.one_of(
    st.sampled_from(["1", "0", "2-4", "1G", "gpu:2", "now+1", "afterok:1", "UNLIMITED"]), st.text(max_size=6)
)


@given(st.lists(st.tuples(OPTION, VALUE), max_size=5))
def test_any_options_make_jobs_or_are_refused(found: list[tuple[str, str]]):
    words = [f"--{name}={value}" for name, value in found]
    try:
        jobs = submission(words, Arrival(id="1", at=AT), TIERS)
    except ConfigError:
        return
    assert all(job.demand.tasks >= 1 and min(job.demand.per_task.values()) > 0 for job in jobs)
