"""What programs of an attempt find."""

import json
from pathlib import Path

from jobcast.act.plain import to_json
from jobcast.act.starter.launch import Owner
from jobcast.act.starter.surroundings import (
    launch_of_job,
    launch_of_owner,
    launch_of_site,
    told,
    variables,
)
from jobcast.act.starter.wanted import wanted
from tests.act.starter.test_wanted import attempt

OWNER = Owner(name="chen", uid=1001, gid=100)
FOLDER = Path("/spool/1@1")
HOSTILE = {"LD_PRELOAD": "/home/chen/bad.so", "PATH": "/home/chen/bin"}
WANTED = wanted(
    json.loads(to_json(attempt(program={"environment": HOSTILE}, told={"LOADL_STEP_ID": "here.1.0"})))
)


def test_programs_are_told_of_the_attempt_and_of_those_before_them():
    assert told(WANTED, FOLDER, 0, {}) == {
        "LOADL_PROCESSOR_LIST": "a a b",
        "LOADL_HOSTFILE": "/spool/1@1/hosts",
        "LOADL_STEP_ID": "here.1.0",
        "JOBCAST_FOLDER": "/spool/1@1",
    }
    assert told(WANTED, FOLDER, 42, {"prolog": 0, "job": 3, "epilog": 9}) == {
        "LOADL_PROCESSOR_LIST": "a a b",
        "LOADL_HOSTFILE": "/spool/1@1/hosts",
        "LOADL_STEP_ID": "here.1.0",
        "LOADL_PID": "42",
        "LOADL_PROLOG_EXIT_CODE": "0",
        "LOADL_JOB_STEP_EXIT_CODE": "3",
        "JOBCAST_FOLDER": "/spool/1@1",
    }


def test_nothing_of_the_owners_choice_reaches_a_program_that_runs_as_the_site():
    launch = launch_of_site(("/site/prolog",), {"LOADL_STEP_ID": "s"}, 7)
    assert launch.environment == {"PATH": "/bin:/usr/bin", "LOADL_STEP_ID": "s"}
    assert (launch.directory, launch.owner, launch.limits, launch.output) == ("/", None, {}, 7)


def test_programs_of_the_owner_run_in_the_surroundings_of_the_job():
    launch = launch_of_owner(WANTED, OWNER, ("u",), {"LOADL_STEP_ID": "s"}, 7)
    assert launch.environment == {**HOSTILE, "LOADL_STEP_ID": "s"}
    assert (launch.directory, launch.owner) == ("/", OWNER)


def test_a_script_is_run_by_its_shell_unless_it_names_another():
    def arguments(script: str) -> tuple[str, ...]:
        told_ = json.loads(
            to_json(attempt(program={"arguments": ("x",), "script": script, "shell": "/bin/ksh"}))
        )
        return launch_of_job(wanted(told_), OWNER, Path("/s"), {}, frozenset()).arguments

    assert arguments("") == ("x",)
    assert arguments("id") == ("/bin/ksh", "/s", "x")
    assert arguments("#!/bin/sh\nid") == ("/s", "x")


def test_only_lines_that_set_something_are_variables():
    text = "env A=1\nenv B=x y=z\r\nenv =1\nenv C\n env D=1\nexport E=1\nenv A=2\n"
    assert variables(text) == {"A": "2", "B": "x y=z"}
