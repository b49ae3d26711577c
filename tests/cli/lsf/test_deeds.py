"""LSF's commands that submit and change jobs."""

import os

import pytest

from jobcast.batch.order import Answer, Cancel, Done, Favour, Outcome, Resume, SubmitCommand, Suspend
from jobcast.batch.record import StepState
from jobcast.cli.lsf import waiting
from jobcast.errors import BatchSystemError
from tests.batch.screens.lsf.made_up import EMPTY, NOON, ran, step


@pytest.mark.parametrize(
    ("command", "steps"),
    [
        ("bkill 101", ("101",)),
        ("bkill 101 105 101", ("101", "105")),
        ("bkill 102", ("102",)),
        ("bkill 102[3]", ("102[3]",)),
        ("bkill 102[3-9]", ("102[3]", "102[4]")),
        ("bkill 0", ("101", "102[3]", "104", "102[4]", "106")),
        ("bkill -u all -q night 0", ("103",)),
        ("bkill -J sim 0", ("102[3]", "102[4]")),
        ("bkill -J synthesis", ("101",)),
        ("bkill -q normal 101 103", ("101",)),
        ("bkill -s sigterm 101", ("101",)),
        ("bkill -r -s 9 101", ("101",)),
    ],
)
def test_bkill_ends_what_is_chosen(lsf, manager, command, steps):
    done = lsf(*command.split())
    assert manager.orders == [Cancel(steps=steps)]
    assert all(wanted.bare for wanted in manager.wanted)
    assert done.stdout == "".join(f"Job <{step}> is being terminated\n" for step in steps)
    assert (done.stderr, done.exit_code) == ("", 0)


@pytest.mark.parametrize(
    ("command", "order", "said"),
    [
        ("bstop 101", Suspend(steps=("101",), waiting_too=True), "Job <101> is being stopped\n"),
        ("bresume 104", Resume(steps=("104",)), "Job <104> is being resumed\n"),
        ("btop 105", Favour(steps=("105",)), "Job <105> has been moved to position 1 from top.\n"),
        ("bkill -s STOP 101", Suspend(steps=("101",), waiting_too=True), "Job <101> is being stopped\n"),
        ("bkill -s CONT 104", Resume(steps=("104",)), "Job <104> is being resumed\n"),
    ],
)
def test_other_deeds_give_their_orders(lsf, manager, command, order, said):
    done = lsf(*command.split())
    assert manager.orders == [order]
    assert (done.stdout, done.stderr, done.exit_code) == (said, "", 0)


def test_what_cannot_be_done_is_told_and_the_rest_is_done(lsf, manager):
    outcomes = (
        Outcome(name="101", done=Done.YES),
        Outcome(name="103", done=Done.NOT_YOURS),
        Outcome(name="9", done=Done.NO_SUCH),
        Outcome(name="107", done=Done.NOT_NOW),
    )
    manager.answer = Answer(outcomes=outcomes)
    done = lsf("bkill", "101", "103", "9", "107")
    assert done.stdout == "Job <101> is being terminated\n"
    assert done.stderr == (
        "Job <103>: User permission denied\n"
        "Job <9>: No matching job found\n"
        "Job <107>: Job has already finished\n"
    )
    assert done.exit_code == 255


@pytest.mark.parametrize("command", ["bkill 0", "bstop -q night", "bresume -J nothing 0"])
def test_where_nothing_is_chosen_nothing_is_ordered(lsf, manager, command):
    manager.known = EMPTY
    done = lsf(*command.split())
    assert manager.orders == []
    assert (done.stdout, done.stderr, done.exit_code) == ("", "No matching job found\n", 255)


def test_words_and_scripts_that_are_no_utf_8_are_sent_as_text(lsf, manager):
    manager.answer = TAKEN
    lsf("bsub", os.fsdecode("算".encode("gb18030")))
    lsf("bsub", script="echo 算\n".encode("gb18030"))
    assert [order.arguments for order in manager.orders] == [("算",), ()]
    assert manager.orders[1].script == "echo 算\n"


@pytest.mark.parametrize("command", ["bkill", "bstop", "bresume"])
def test_a_job_must_be_chosen_somehow(lsf, manager, command):
    assert (lsf(command).exit_code, manager.orders) == (2, [])


def test_a_fault_within_a_requirement_is_shown_where_it_stands(lsf, manager):
    said = "this can't be taken as it stands, at column 8:\nrusage[\n       ^\ncure. Job not submitted."
    manager.answer = Answer(outcomes=(Outcome(name="", done=Done.REFUSED, said=said),))
    assert lsf("bsub", "make").stderr == f"{said}\n"


def test_a_signal_that_nobody_sends_is_refused(lsf, manager):
    done = lsf("bkill", "-s", "USR1", "101")
    assert (manager.orders, done.exit_code) == ([], 2)


def test_only_the_first_place_can_be_had(lsf, manager):
    assert (lsf("btop", "105", "2").exit_code, manager.orders) == (2, [])


TAKEN = Answer(outcomes=(Outcome(name="101", done=Done.YES),), job="101")


def test_bsub_sends_the_words_with_where_they_were_written(lsf, manager, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLOUR", "red")
    manager.answer = TAKEN
    done = lsf("bsub", "-n", "4", "-q", "night", "-J", "a[1-3]%2", "make", "-j", "--help")
    [order] = manager.orders
    assert isinstance(order, SubmitCommand)
    assert order.arguments == ("-n", "4", "-q", "night", "-J", "a[1-3]%2", "make", "-j", "--help")
    assert (order.directory, order.script, order.environment["COLOUR"]) == (str(tmp_path), "", "red")
    assert (done.stdout, done.stderr, done.exit_code) == ("Job <101> is submitted to queue <night>.\n", "", 0)


def test_bsub_tells_the_queue_of_a_job_that_names_none(lsf, manager):
    manager.answer = TAKEN
    assert lsf("bsub", "make").stdout == "Job <101> is submitted to default queue <normal>.\n"


def test_bsub_reads_a_script_with_its_options(lsf, manager):
    manager.answer = TAKEN
    done = lsf("bsub", "-n", "2", script="#BSUB -q night\nmake\n")
    assert manager.orders[0].script == "#BSUB -q night\nmake\n"
    assert done.stdout == "Job <101> is submitted to queue <night>.\n"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            Answer(
                outcomes=(Outcome(name="", done=Done.REFUSED, said="x: No such queue. Job not submitted."),)
            ),
            "x: No such queue. Job not submitted.\n",
        ),
        (Answer(outcomes=(), warnings=("-k has no effect",)), "-k has no effect\nJob not submitted.\n"),
    ],
)
def test_bsub_says_why_a_job_is_not_taken(lsf, manager, answer, said):
    manager.answer = answer
    done = lsf("bsub", "make")
    assert (done.stdout, done.stderr, done.exit_code) == ("", said, 255)


@pytest.mark.parametrize(
    ("arguments", "script", "said"),
    [
        (("-Z", "make"), "", "bsub has no option -Z"),
        ((), "#BSUB -J 'a\n", "line 1 of the script: a quote isn't closed"),
    ],
)
def test_bsub_refuses_at_once_what_cannot_be_read(lsf, manager, arguments, script, said):
    done = lsf("bsub", *arguments, script=script)
    assert manager.orders == []
    assert done.stderr.startswith(said)
    assert done.stderr.endswith("Job not submitted.\n")
    assert done.exit_code == 255


def test_a_script_that_is_too_large_is_not_sent(lsf, manager):
    done = lsf("bsub", script=b"x" * ((4 << 20) + 1))
    assert manager.orders == []
    assert (done.exit_code, done.stderr.splitlines()) == (
        255,
        [
            "error: the script is too large: with the environment that goes along it comes to more than 4 MB",
            "cure:  put programs and data into files of their own, and name these in it",
        ],
    )


@pytest.mark.parametrize(
    ("last", "code"),
    [
        (ran("101", StepState.COMPLETED, ended=NOON, exit_code=0, how="exited"), 0),
        (ran("101", StepState.COMPLETED, ended=NOON, exit_code=7, how="exited"), 7),
        (ran("101", StepState.REMOVED, ended=NOON, how="killed"), 255),
    ],
)
def test_bsub_k_waits_for_the_end_and_ends_with_its_exit_code(lsf, manager, monkeypatch, last, code):
    monkeypatch.setattr(waiting, "_EVERY", 0)
    manager.answer = TAKEN
    waits, runs = step("101", StepState.IDLE), ran("101", StepState.RUNNING)
    manager.later = [(waits,), (waits,), (runs,), (runs,), (last,)]
    done = lsf("bsub", "-K", "make")
    assert done.stderr == "<<Waiting for dispatch ...>>\n<<Starting on n1>>\n<<Job is finished>>\n"
    assert done.exit_code == code


def test_bsub_k_finds_a_job_that_is_no_longer_shown_among_past_ones(lsf, manager, monkeypatch):
    monkeypatch.setattr(waiting, "_EVERY", 0)
    manager.answer = Answer(outcomes=(Outcome(name="108", done=Done.YES),), job="108")
    manager.later = [(), ()]
    assert lsf("bsub", "-K", "-q", "night", "make").exit_code == 3


def test_bsub_k_gives_up_on_a_job_that_nobody_knows(lsf, manager, monkeypatch):
    monkeypatch.setattr(waiting, "_EVERY", 0)
    manager.answer = Answer(outcomes=(Outcome(name="9", done=Done.YES),), job="9")
    manager.known = EMPTY
    assert lsf("bsub", "-K", "-q", "night", "make").exit_code == 255


def test_bsub_k_waits_while_the_manager_is_started_again(lsf, manager, monkeypatch):
    monkeypatch.setattr(waiting, "_EVERY", 0)
    manager.answer = TAKEN
    last = ran("101", StepState.COMPLETED, ended=NOON, exit_code=7, how="exited")
    manager.later = [(ran("101", StepState.RUNNING),), (last,)]
    answers = manager.snapshot
    silent = iter([False, True, True, False])

    def snapshot(wanted):
        if next(silent, False):
            raise BatchSystemError("nobody answers")
        return answers(wanted)

    monkeypatch.setattr(manager, "snapshot", snapshot)
    assert lsf("bsub", "-K", "-q", "night", "make").exit_code == 7


@pytest.mark.parametrize("line", [("bsub", "make"), ("bjobs",), ("bqueues",), ("bkill", "7"), ("bacct",)])
def test_commands_end_as_lsfs_do_where_no_manager_answers(lsf, manager, monkeypatch, line):
    def nobody(*_asked):
        raise BatchSystemError("nobody answers", hint="jobcast batch start")

    for name in ("do", "snapshot", "past"):
        monkeypatch.setattr(manager, name, nobody)
    done = lsf(*line)
    assert (done.exit_code, done.stderr) == (255, "error: nobody answers\ncure:  jobcast batch start\n")
