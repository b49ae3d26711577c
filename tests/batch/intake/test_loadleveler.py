"""What llsubmit is given becomes steps, whole."""

from dataclasses import replace

from jobcast.batch.intake.base import Intake
from jobcast.batch.intake.loadleveler import read
from jobcast.batch.record import Notes, Notify, Submitted
from jobcast.program import Enforce, Enforcement, Exits, Program
from jobcast.schedule.job import After, BatchJob, Demand, Ending, Layout
from jobcast.systems.loadleveler.configuration import read_site
from tests.batch.intake.command_files import ANN, BARE, LOGIN, order, step, submit

NIGHTLY = """#!/bin/ksh
# @ job_name    = nightly
# @ comment     = GRAPES
# @ account_no  = NWP-OPS
# @ class       = normal
# @ output      = $(job_name).$(step_name).$(jobid).$(stepid)
# @ error       = $(output)
# @ environment = COPY_ALL; !EDITOR; TITLE="two words; and more"
# @ arguments   = -d "last night" 24
#
# @ step_name   = prepare
# @ queue
# @ step_name   = model
# @ dependency  = prepare == 0
# @ executable  = bin/grapes.exe
# @ initialdir  = $(home)/run
# @ error       = grapes.err
# @ notification = error
# @ notify_user = ops@centre.example
# @ queue
echo $LOADL_STEP_NAME
"""


def test_a_file_without_an_executable_is_what_its_steps_run_until_one_names_one():
    demand = Demand(tasks=1, per_task={"cpus": 1}, layout=Layout(machines_max=1))
    told = {
        "LOADL_ACTIVE": "0.1.0",
        "LOADL_JOB_NAME": "nightly",
        "LOADL_STEP_ACCT": "NWP-OPS",
        "LOADL_STEP_ARGS": '-d "last night" 24',
        "LOADL_STEP_CLASS": "normal",
        "LOADL_STEP_COMMAND": "nightly.cmd",
        "LOADL_STEP_ERR": "/proj/ann/nightly.prepare.12.0",
        "LOADL_STEP_GROUP": "",
        "LOADL_STEP_ID": "n01.12.0",
        "LOADL_STEP_IN": "/dev/null",
        "LOADL_STEP_INITDIR": "/proj/ann",
        "LOADL_STEP_NAME": "prepare",
        "LOADL_STEP_NICE": "0",
        "LOADL_STEP_OUT": "/proj/ann/nightly.prepare.12.0",
        "LOADL_STEP_OWNER": "ann",
        "LOADL_STEP_TYPE": "SERIAL",
        "LOADL_TOTAL_TASKS": "1",
    }
    program = Program(  # noqa: S604 - what runs scripts that do not say
        arguments=("-d", "last night", "24"),
        script=NIGHTLY,
        shell="/bin/ksh",
        directory="/proj/ann",
        environment={**LOGIN, "MODEL": "GRAPES", "TITLE": "two words; and more"},
        output="/proj/ann/nightly.prepare.12.0",
        error="/proj/ann/nightly.prepare.12.0",
    )
    said = {
        "job_name": "nightly",
        "comment": "GRAPES",
        "account_no": "NWP-OPS",
        "class": "normal",
        "output": "nightly.prepare.12.0",
        "error": "nightly.prepare.12.0",
        "environment": "COPY_ALL; !EDITOR; TITLE=...",
        "arguments": '-d "last night" 24',
        "step_name": "prepare",
    }
    notes = Notes(
        dialect="loadleveler",
        name="nightly",
        step_name="prepare",
        command="nightly.cmd",
        comment="GRAPES",
        unix_group="met",
        host="login1.centre.example",
        notify=Notify.COMPLETE,
        notify_user="ann",
        keywords=said,
    )
    job = BatchJob(id="n01.12.0", demand=demand, queue="normal", user="ann", project="NWP-OPS")
    output = "/home/ann/run/nightly.model.12.1"
    enforcement = Enforcement(policy=Enforce.SHARES)
    assert read(order(NIGHTLY), BARE, ANN) == Intake(
        steps=(
            Submitted(job=job, program=program, notes=notes, told=told, enforcement=enforcement),
            Submitted(
                job=replace(
                    job,
                    id="n01.12.1",
                    after=After(job="n01.12.0", ending=Ending.ENDED, operator="==", exit_code=0),
                ),
                program=replace(
                    program,
                    arguments=("/home/ann/run/bin/grapes.exe", "-d", "last night", "24"),
                    script="",
                    directory="/home/ann/run",
                    output=output,
                    error="/home/ann/run/grapes.err",
                ),
                notes=replace(
                    notes,
                    step_name="model",
                    command="bin/grapes.exe",
                    notify=Notify.ERROR,
                    notify_user="ops@centre.example",
                    keywords={
                        **said,
                        "step_name": "model",
                        "dependency": "prepare == 0",
                        "executable": "bin/grapes.exe",
                        "initialdir": "/home/ann/run",
                        "output": "nightly.model.12.1",
                        "error": "grapes.err",
                        "notification": "error",
                        "notify_user": "ops@centre.example",
                    },
                ),
                told={
                    **told,
                    "LOADL_STEP_COMMAND": "bin/grapes.exe",
                    "LOADL_STEP_ERR": "/home/ann/run/grapes.err",
                    "LOADL_STEP_ID": "n01.12.1",
                    "LOADL_STEP_INITDIR": "/home/ann/run",
                    "LOADL_STEP_NAME": "model",
                    "LOADL_STEP_OUT": output,
                },
                enforcement=enforcement,
            ),
        )
    )


def test_a_site_gives_exits_priorities_and_limits_of_use():
    site = read_site(
        {
            "LoadL_config": "SCHEDULE_BY_RESOURCES = ConsumableCpus ConsumableMemory ConsumableVirtualMemory\n"
            "ENFORCE_RESOURCE_USAGE = ConsumableMemory ConsumableVirtualMemory\n"
            "ENFORCE_RESOURCE_POLICY = hard\nENFORCE_RESOURCE_MEMORY = true\n"
            "JOB_PROLOG = /site/prolog -v\nJOB_USER_PROLOG = /site/user_prolog\n"
            "JOB_USER_EPILOG = /site/user_epilog\nJOB_EPILOG = /site/epilog\nJOBCAST_EXIT_TIMEOUT = 5",
            "LoadL_admin": "normal: type = class\nnice = 5\n",
        }
    )
    found = step("class = normal", "resources = ConsumableCpus(2) ConsumableMemory(10 mb)", site=site)
    assert (found.exits, found.enforcement, found.program.nice, found.told["LOADL_STEP_NICE"]) == (
        Exits(
            prolog=("/site/prolog", "-v"),
            user_prolog=("/site/user_prolog",),
            user_epilog=("/site/user_epilog",),
            epilog=("/site/epilog",),
            longest=5,
        ),
        Enforcement(policy=Enforce.HARD, memory=10 << 20, kill_over_memory=True),
        5,
        "5",
    )


def test_a_keyword_that_nobody_knows_refuses_the_file_and_a_comment_does_not():
    assert submit("clas = normal") == Intake(
        refusals=("nightly.cmd:1:5: clas: LoadLeveler has no such keyword. Did you mean class?",)
    )
    found = submit("author: ann")
    assert (len(found.steps), found.warnings) == (
        1,
        ("nightly.cmd:1:5: author : ann: this is no statement: write keyword = value",),
    )


def test_values_of_the_environment_are_in_no_listing():
    found = step("environment = $MODEL; A=secret; B='x'")
    assert found.notes.keywords == {"environment": "$MODEL; A=...; B=..."}


def test_steps_are_named_by_variables_too_and_each_but_once():
    text = "# @ step_name = $(user).$(stepid)\n# @ queue\n" * 2 + "# @ dependency = ann.1 > 0\n# @ queue\n"
    assert [each.notes.step_name for each in read(order(text), BARE, ANN).steps] == ["ann.0", "ann.1", "2"]
    twice = read(order("# @ step_name = a\n# @ queue\n" * 2), BARE, ANN)
    assert twice.refusals == ("nightly.cmd:3:17: step_name: a step before is called a too",)


def test_faults_are_told_in_the_order_in_which_they_stand():
    assert submit("core_limit = x", "clas = a", "nice = 3", "hold = y").refusals == (
        (
            "nightly.cmd:1:18: core_limit: 'x' is no limit: write hard,soft, each an amount, unlimited or copy,"
            " the soft one not above the hard one"
        ),
        "nightly.cmd:2:5: clas: LoadLeveler has no such keyword. Did you mean class?",
        "nightly.cmd:3:5: nice: LoadLeveler has no such keyword.",
        "nightly.cmd:4:12: hold: 'y' can't stand here; there are user, system, usersys",
    )
