"""LSF's commands that show something."""

import os
from dataclasses import replace

import pytest

from jobcast.batch.record import StepState
from jobcast.batch.service import Past, Wanted
from tests.batch.screens.lsf.expecting import expected
from tests.batch.screens.lsf.made_up import EMPTY, NOON, ran, step


def ids(text: str) -> list[str]:
    return [line.split()[0] for line in text.splitlines()[1:] if line[0].isdigit()]


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ("", ["101", "102", "104", "102", "106"]),
        ("-u all", ["101", "102", "103", "104", "105", "102", "106"]),
        ("-u ada", ["103", "105"]),
        ("-a", ["101", "102", "104", "102", "106", "107", "108", "109", "110", "111"]),
        ("-d", ["107", "108", "109", "110", "111"]),
        ("-r", ["101", "102"]),
        ("-p", ["102", "106"]),
        ("-p3", ["102", "106"]),
        ("-s", ["104", "106"]),
        ("-r -s -w", ["101", "102", "104", "106"]),
        ("-u all -q night", ["103"]),
        ("-m n2", ["101"]),
        ("-J sim[4]", ["102"]),
        ("-P tpu", ["101"]),
        ("103 108", ["103", "108"]),
        ("0", ["101", "102", "104", "102", "106"]),
    ],
)
def test_bjobs_shows_the_jobs_that_are_asked_for(lsf, options, shown):
    done = lsf("bjobs", *options.split())
    assert (ids(done.stdout), done.stderr, done.exit_code) == (shown, "", 0)


def test_bjobs_asks_the_manager_for_the_jobs_that_are_named_alone(lsf, manager):
    lsf("bjobs", "102[3]", "n01.7.0")
    assert manager.wanted == [Wanted(steps=("102", "n01.7.0"))]


@pytest.mark.parametrize(
    ("options", "listing"),
    [
        ("-u all -a", "bjobs"),
        ("101 105 -w", "bjobs-w"),
        ("-l 101 105", "bjobs-l"),
        ("-UF 104 110 111", "bjobs-UF"),
        ("-u all -psum", "bjobs-psum"),
        ("-u all -A", "bjobs-A"),
    ],
)
def test_bjobs_draws_in_many_forms(lsf, options, listing):
    done = lsf("bjobs", *options.split())
    assert (done.stdout, done.exit_code) == (expected(listing), 0)


def test_bjobs_shows_chosen_fields(lsf):
    done = lsf("bjobs", "-o", "jobid stat delimiter=','", "-noheader", "-r")
    assert done.stdout == "101,RUN\n102,RUN\n"
    assert '"JOBS": 2' in lsf("bjobs", "-json", "-r").stdout


def test_bjobs_refuses_a_field_that_is_not_there(lsf):
    done = lsf("bjobs", "-o", "jobid colour")
    assert (done.stdout, done.exit_code) == ("", 255)
    assert done.stderr == "<colour> in the format string is not a valid field name.\n"


@pytest.mark.parametrize(
    ("options", "said", "code"),
    [
        ("", "No unfinished job found\n", 0),
        ("-q night", "No unfinished job found in queue <night>\n", 0),
        ("-p", "No pending job found\n", 0),
        ("-d", "No DONE/EXIT job found\n", 0),
        ("-a", "No job found\n", 0),
        ("7", "Job <7> is not found\n", 255),
        ("7[2] a\x1b", "Job <7[2]> is not found\nJob <a\\x1b> is not found\n", 255),
    ],
)
def test_bjobs_says_that_there_is_none(lsf, manager, options, said, code):
    manager.known = EMPTY
    done = lsf("bjobs", *options.split())
    assert (done.stdout, done.stderr, done.exit_code) == ("", said, code)


def test_bqueues(lsf):
    assert lsf("bqueues").stdout == expected("bqueues")
    assert lsf("bqueues", "-l").stdout == expected("bqueues-l")
    one = lsf("bqueues", "night", "nigth")
    assert (ids_of_queues(one.stdout), one.stderr, one.exit_code) == (
        ["night"],
        "nigth: No such queue\n",
        255,
    )


def ids_of_queues(text: str) -> list[str]:
    return [line.split()[0] for line in text.splitlines()[1:]]


def test_a_cluster_without_queues_says_so(lsf, manager):
    manager.known = replace(EMPTY, policy=replace(EMPTY.policy, queues={}))
    assert lsf("bqueues").stderr == "No queue in the cluster\n"


def test_bhosts(lsf):
    assert lsf("bhosts").stdout == expected("bhosts")
    assert lsf("bhosts", "-w").stdout == expected("bhosts-w")
    assert lsf("bhosts", "-l", "n1", "n2").stdout == expected("bhosts-l")
    assert lsf("bhosts", "-s").stdout.startswith("RESOURCE ")
    none = lsf("bhosts", "n9")
    assert (none.stdout, none.exit_code) == ("", 255)
    assert none.stderr == "n9: Bad host name, host group name or cluster name\n"


def test_bslots(lsf, manager):
    assert lsf("bslots", "-l").stdout == expected("bslots-l")
    assert manager.wanted == [Wanted(backfill=True)]
    none = "No backfill window exists at this time\n"
    assert lsf("bslots", "-n", "4").stdout == none
    assert lsf("bslots", "-W", "21").stdout == none
    assert lsf("bslots", "-n", "3", "-W", "20").stdout != none
    assert lsf("bslots", "-W", "x").exit_code == 2


@pytest.mark.parametrize(
    ("requirement", "slots"),
    [
        ("select[slots>=0]", "1*n1 2*n2"),
        ("select[maxmem>20000]", "1*n1"),
        ("select[hname=='n2']", "2*n2"),
        ("select[cpuf>1.2]", "1*n1"),
        ("rusage[mem=5]", "1*n1 2*n2"),
    ],
)
def test_bslots_tells_gaps_on_hosts_that_fulfil_a_requirement(lsf, requirement, slots):
    assert lsf("bslots", "-l", "-R", requirement).stdout.splitlines()[-1] == f"HOSTS: {slots}"


def test_bslots_without_such_a_host_has_no_window(lsf):
    assert lsf("bslots", "-R", "select[maxmem>90000]").stdout == "No backfill window exists at this time\n"
    assert lsf("bslots", "-R", "select[maxmem>").exit_code == 1


def test_bacct_adds_up_what_the_manager_remembers(lsf, manager):
    done = lsf("bacct")
    assert (done.stdout, done.exit_code) == (expected("bacct"), 0)
    assert manager.pasts == [Past(user="chen")]


def test_bacct_accounts_for_single_jobs_at_length(lsf):
    done = lsf("bacct", "-l", "107", "110")
    assert expected("bacct-l") in done.stdout
    assert "Total number of done jobs:             1" in done.stdout


@pytest.mark.parametrize(
    ("options", "jobs"),
    [
        ("-d", "1 0"),
        ("-e", "0 4"),
        ("-d -e", "1 4"),
        ("-m n1", "1 3"),
        ("-q normal -P default -u all", "1 4"),
        ("-D 2026/1/1,2026/1/1", "1 3"),
    ],
)
def test_bacct_counts_what_is_asked_for(lsf, options, jobs):
    lines = lsf("bacct", *options.split()).stdout.splitlines()
    [line] = [line for line in lines if "done jobs" in line]
    words = line.split()
    assert f"{words[5]} {words[-1]}" == jobs


def test_bacct_asks_the_manager_for_a_span(lsf, manager):
    assert (
        lsf("bacct", "-C", "2026/1/1/12:00,2026/1/1/12:59", "-S", "2026/1/1,", "-u", "all", "107").exit_code
        == 0
    )
    [past] = manager.pasts
    assert (past.user, past.job, past.ended_from, past.ended_before) == (None, "107", NOON, NOON + 3600)
    assert past.submitted_from == NOON - 12 * 3600


def test_bacct_finds_nothing(lsf, manager):
    manager.known = EMPTY
    done = lsf("bacct")
    assert (done.stderr, done.exit_code) == ("No matching job found\n", 255)


def test_bacct_says_what_a_span_is(lsf):
    done = lsf("bacct", "-C", "yesterday")
    assert done.exit_code == 2


def running(manager, tmp_path, **program):
    job = ran("5", StepState.RUNNING, program={"directory": str(tmp_path), **program})
    manager.known = replace(EMPTY, steps=(step("4", StepState.IDLE), job))


def test_bpeek_shows_what_a_job_has_printed(lsf, manager, tmp_path):
    (tmp_path / "out").write_text("so far\n")
    (tmp_path / "err").write_text("so bad\n")
    running(manager, tmp_path, output="out", error=str(tmp_path / "err"))
    shown = "<< output from stdout >>\nso far\n<< output from stderr >>\nso bad\n"
    assert lsf("bpeek").stdout == shown
    assert lsf("bpeek", "5").stdout == shown


def test_bpeek_shows_nothing_of_a_job_that_prints_nowhere(lsf, manager, tmp_path):
    running(manager, tmp_path)
    assert lsf("bpeek").stdout == "<< output from stdout >>\n"


def test_bpeek_waits_for_no_pipe_and_needs_a_job_that_runs(lsf, manager, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    running(manager, tmp_path, output="pipe")
    assert (lsf("bpeek").exit_code, lsf("bpeek").stderr) == (255, "pipe: No such file or directory\n")
    assert lsf("bpeek", "4").stderr == "Job <4> : Not yet started.\n"
    assert lsf("bpeek", "9").stderr == "No matching job found\n"
