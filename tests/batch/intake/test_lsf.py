"""What bsub is told becomes steps."""

import shlex
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.batch.intake.base import Intake, Submitter
from jobcast.batch.intake.lsf import read
from jobcast.batch.intake.lsf_told import told_at_start
from jobcast.batch.order import SubmitCommand
from jobcast.batch.record import Notes, Notify, Submitted
from jobcast.machine import CPUS, MEMORY, Share
from jobcast.program import Enforcement, Exits, Program
from jobcast.schedule.job import After, BatchJob, Demand, Ending, Layout
from jobcast.schedule.policy import Policy, Queue
from jobcast.systems.lsf.policy.reader import read_site
from tests.made_up import HOSTILE
from tests.systems.lsf.policy.files import texts

G, M = 1 << 30, 1 << 20
PLAIN = read_site({})
POLICY = Policy(
    name="", queues={"normal": Queue(name="normal"), "night": Queue(name="night")}, default_queue="normal"
)
SITE = replace(PLAIN, configuration=replace(PLAIN.configuration, policy=POLICY))
WHO = Submitter(
    user="chen",
    groups=("asic", "users"),
    home="/home/chen",
    host="n01",
    job="12",
    at=datetime(2026, 1, 1, 12, tzinfo=UTC),
    named=lambda: {"prep": ("7",)},
)
ENVIRONMENT = {"HOME": "/home/chen", "PATH": "/bin"}


def bsub(line: str, script: str = "", site: Any = SITE, **more: Any) -> Intake:
    more = {"directory": "/data", "environment": ENVIRONMENT, **more}
    order = SubmitCommand(arguments=tuple(shlex.split(line)), script=script, **more)
    return read(order, site, WHO)


def step(line: str, script: str = "", site: Any = SITE) -> Submitted:
    intake = bsub(line, script, site)
    assert intake.refusals == ()
    return intake.steps[0]


def test_a_command_becomes_one_step_with_all_that_its_owner_and_the_scheduler_want_to_know():
    line = (
        "-q night -n 4 -W 1:30 -P tpu -J syn -Jd 'model a' -M 2GB -R 'rusage[mem=4G] span[hosts=1]' -w 'done(prep)'"
        " -o log.%J -N make all"
    )
    assert bsub(line) == Intake(
        steps=(
            Submitted(
                job=BatchJob(
                    id="12",
                    demand=Demand(
                        tasks=4,
                        per_task={CPUS: 1},
                        per_machine={MEMORY: 4 * G},
                        layout=Layout(machines_max=1),
                    ),
                    queue="night",
                    user="chen",
                    group="asic",
                    project="tpu",
                    run_limit=5400,
                    after=After(job="7", ending=Ending.DONE),
                ),
                program=Program(
                    arguments=(),
                    script="make all\n",
                    directory="/data",
                    environment=ENVIRONMENT,
                    output="log.12",
                    error="log.12",
                    append=True,
                ),
                notes=Notes(
                    dialect="lsf",
                    name="syn",
                    command="make all",
                    comment="model a",
                    unix_group="asic",
                    host="n01",
                    notify=Notify.COMPLETE,
                    notify_user="chen",
                    keywords={
                        "-N": "",
                        "-q": "night",
                        "-n": "4",
                        "-W": "1:30",
                        "-P": "tpu",
                        "-J": "syn",
                        "-Jd": "model a",
                        "-M": "2GB",
                        "-R": "rusage[mem=4G] span[hosts=1]",
                        "-w": "done(prep)",
                        "-o": "log.%J",
                    },
                ),
                enforcement=Enforcement(memory=2 * G, kill_over_memory=True),
                told={
                    "LSB_JOBID": "12",
                    "LSB_JOBINDEX": "0",
                    "LSB_BATCH_JID": "12",
                    "LSB_JOBNAME": "syn",
                    "LSB_QUEUE": "night",
                    "LSB_PROJECT_NAME": "tpu",
                    "LSB_SUB_HOST": "n01",
                    "LSB_SUB_USER": "chen",
                    "LSB_UNIXGROUP": "asic",
                    "LSFUSER": "chen",
                    "LS_SUBCWD": "/data",
                    "LSB_OUTPUTFILE": "log.12",
                    "LSB_ERRORFILE": "log.12",
                },
            ),
        )
    )


def test_each_element_of_an_array_has_its_index_and_its_files():
    steps = bsub("-J 'sim[1-4:3]%2' -oo out.%J.%I -eo err.%I -i in.%I run").steps
    assert [
        (each.job.id, each.job.array, each.job.array_limit, each.notes.name, each.program.output)
        for each in steps
    ] == [("12[1]", "12", 2, "sim", "out.12.1"), ("12[4]", "12", 2, "sim", "out.12.4")]
    assert [(each.told["LSB_JOBINDEX"], each.told["LSB_JOBNAME"]) for each in steps] == [
        ("1", "sim[1]"),
        ("4", "sim[4]"),
    ]
    assert (steps[1].program.error, steps[1].program.input, steps[1].program.append) == (
        "err.4",
        "in.4",
        False,
    )


SCRIPT = """#!/bin/bash
#BSUB -n 2 -J first   # a comment
# BSUB -q night
#BSUB -R "rusage[mem=100]"
echo $LSB_JOBID
"""


def test_options_in_a_script_count_below_those_of_the_command_line():
    found = step("-J second -R 'rusage[mem=200]'", SCRIPT)
    assert (found.job.queue, found.job.demand.tasks, found.notes.name) == ("night", 2, "second")
    assert found.job.demand.per_machine == {MEMORY: 200 * M}
    assert found.program.script == SCRIPT + "\n"
    assert found.notes.command == (
        '#!/bin/bash;#BSUB -n 2 -J first   # a comment;# BSUB -q night;#BSUB -R "rusage[mem=100]";echo $LSB_JOBID'
    )


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("-C 0 -F 1GB -S 8 -D 2G", {"limits": {
            "core": (0, 0), "data": (2 * G, 2 * G), "fsize": (G, G), "stack": (8 * M, 8 * M),
        }}),
        ("-c 1:00", {"job_cpu_limit": (3600, 3600)}),
        ("-cwd sub/%J", {"directory": "/data/sub/12"}),
        ("-cwd '$HOME/%P'", {"directory": "/home/chen/default"}),
        ("-cwd ../../..", {"directory": "/"}),
        ("-env none", {"environment": {}}),
        ("-env 'all, ~PATH, A=1'", {"environment": {"HOME": "/home/chen", "A": "1"}}),
        ("-env PATH", {"environment": {"PATH": "/bin"}}),
        ("-e err", {"error": "err", "append": True}),
        ("-o logs/", {"output": "logs/12.out", "error": "logs/12.out", "append": True}),
        ("-o %J%%J%X", {"output": "12%12%X", "error": "12%12%X", "append": True}),
    ],
)  # fmt: skip
def test_options_shape_the_program(options, expected):
    plain = Program(arguments=(), script="run\n", directory="/data", environment=ENVIRONMENT, append=True)
    assert step(f"{options} run").program == replace(plain, **expected)


@pytest.mark.parametrize(
    ("options", "notify"),
    [
        ("-o f", Notify.NEVER),
        ("-o f -N", Notify.COMPLETE),
        ("-o f -Ne", Notify.ERROR),
        ("-o f -B", Notify.START),
        ("-o f -B -N", Notify.ALWAYS),
        ("", Notify.COMPLETE),
    ],
)
def test_mail_goes_out_where_it_is_asked_for_or_no_file_takes_the_output(options, notify):
    assert step(f"{options} run").notes.notify is notify


def test_what_runs_before_and_behind_the_job_is_run_by_a_shell_as_its_owner():
    assert step("-E 'mkdir x' -Ep 'rm -r x' run").exits == Exits(
        user_prolog=("/bin/sh", "-c", "mkdir x"), user_epilog=("/bin/sh", "-c", "rm -r x")
    )


def test_what_has_no_effect_is_told():
    assert bsub("-k dir -mig 5 -r run").warnings == (
        "-mig is taken, and nothing is done for it here",
        "-k is taken, and nothing is done for it here",
        "no -o: what the job prints is not kept",
    )


@pytest.mark.parametrize(
    ("line", "script", "refusal"),
    [
        ("-q nigth run", "", "nigth: No such queue. Job not submitted."),
        ("", "", "Empty job. Job not submitted."),
        ("-n 4", "#BSUB -n 2\0\n", "a zero byte stands in the command, its options or its script. Job not submitted."),
        ("-Is bash", "", ("-Is: interactive jobs aren't run here. leave it out; -K waits for the end of the job."
            " Job not submitted.")),
        ("-o a -eo b run", "", ("of output and errors one would be added to its file, and the other written over it."
            " use -o with -e, or -oo with -eo. Job not submitted.")),
        ("-M none run", "", ("LSF would refuse what stands after -M. write an amount such as 4000, 4GB or 512MB."
            " Job not submitted.")),
        ("-c x run", "", ("LSF would refuse what stands after -c. \"x\" is no run time; write minutes or"
            " hours:minutes, such as 90 or 1:30, more than 0. Job not submitted.")),
        ("-env 1=2 run", "", ("LSF would refuse what stands after -env. write all or none, then NAME, NAME=value or"
            " ~NAME, with commas between. Job not submitted.")),
        ("", "#BSUB -J 'a\nrun", "line 1 of the script: a quote isn't closed in -J 'a. Job not submitted."),
        ("", "#BSUB -n 2 run\nrun", "a line #BSUB holds options only; run is none. Job not submitted."),
        ("-W 1 -sp 3 run", "", ("LSF would refuse what stands after -sp. priorities of users need MAX_USER_PRIORITY in"
            " lsb.params. Job not submitted.")),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_refused_with_the_reason(line, script, refusal):
    assert bsub(line, script) == Intake(refusals=(refusal,))


@pytest.mark.parametrize("directory", ["", "data", "../data", "/da\0ta"])
def test_a_directory_that_depends_on_where_the_manager_is_or_cannot_be_is_refused(directory):
    said = "the directory of the submission is no absolute path. Job not submitted."
    assert bsub("run", directory=directory) == Intake(refusals=(said,))


@pytest.mark.parametrize(
    ("queue", "options", "refusal"),
    [
        (
            Queue(name="normal", run_limit_max=600),
            "-W 11",
            "normal: RUNLIMIT: Cannot exceed queue's hard limit(s)",
        ),
        (Queue(name="normal", users=frozenset({"ada", "verif"})), "", "normal: User cannot use the queue"),
        (Queue(name="normal", refused_users=frozenset({"chen"})), "", "normal: User cannot use the queue"),
    ],
)
def test_a_queue_refuses_in_lsfs_words(queue, options, refusal):
    policy = replace(POLICY, queues={"normal": queue})
    site = replace(PLAIN, configuration=replace(PLAIN.configuration, policy=policy))
    assert bsub(f"{options} run", site=site).refusals == (f"{refusal}. Job not submitted.",)


def test_only_a_group_that_somebody_is_a_member_of_can_be_named():
    site = replace(SITE, user_groups={"verif": frozenset({"chen"}), "tpu": frozenset({"ada"})})
    assert [step(f"-G {group} run", site=site).job.group for group in ("users", "verif")] == [
        "users",
        "verif",
    ]
    for group in ("tpu", "root"):
        assert bsub(f"-G {group} run", site=site).refusals == (
            f"{group}: User is not a member of the user group. Job not submitted.",
        )


def test_a_fault_within_a_requirement_is_shown_where_it_stands():
    assert bsub("-R rusage[mem=x] run").refusals == (
        (
            "this can't be taken as it stands, at column 12:\nrusage[mem=x]\n           ^\n"
            "write an amount there, such as 4000, 4GB or 4GB/task. Job not submitted."
        ),
    )


def test_a_long_script_is_refused_for_an_array_that_would_hold_it_a_thousand_times():
    assert bsub("-J a[1-1000]", "x" * (1 << 20)).refusals == (
        "the script is longer than 65 KiB. Job not submitted.",
    )


def test_the_files_of_a_real_site_fill_in_what_a_job_leaves_open():
    site = read_site(texts("site"))
    assert step("-q urgent run", site=site).job.queue == "urgent"


def test_the_start_tells_the_hosts():
    assert told_at_start((Share(machine="a", tasks=2), Share(machine="b", tasks=1))) == {
        "LSB_MCPU_HOSTS": "a 2 b 1 ",
        "LSB_DJOB_NUMPROC": "3",
        "LSB_MAX_NUM_PROCESSORS": "3",
        "LSB_HOSTS": "a a b",
    }
    assert "LSB_HOSTS" not in told_at_start((Share(machine="a", tasks=5000),))


@given(
    st.lists(
        st.one_of(
            st.sampled_from(["-n", "-q", "-o", "-R", "-J", "-M", "-x", "-env", "-cwd", "a[1-3]", HOSTILE]),
            st.text(),
        )
    ),
    st.one_of(st.text(), st.text().map(lambda text: f"#BSUB {text}\nrun")),
)
def test_whatever_is_asked_is_taken_or_refused(arguments, script):
    intake = read(SubmitCommand(arguments=tuple(arguments), script=script, directory="/data"), SITE, WHO)
    assert bool(intake.steps) != bool(intake.refusals)
