"""What bjobs shows of jobs in all states."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.batch.record import Step, StepState
from jobcast.batch.screens.lsf import fields, job_at_length, jobs
from jobcast.batch.screens.lsf.choice import Choice, chosen
from jobcast.batch.screens.lsf.fields import UnknownFieldError, read_format
from jobcast.batch.screens.lsf.job import dependency, state
from jobcast.batch.screens.lsf.jobs import Told
from jobcast.batch.screens.lsf.reasons import pending
from jobcast.batch.snapshot import Waits
from jobcast.decision import Cause
from jobcast.printable import printable
from jobcast.schedule.job import After, AllOf, AnyOf, Ending, Not
from jobcast.systems.base import Site
from jobcast.systems.lsf.bjobs import read_bjobs
from tests.batch.screens.lsf.any import snapshots
from tests.batch.screens.lsf.expecting import drawn, expected
from tests.batch.screens.lsf.made_up import EMPTY, NOON, SNAPSHOT, STEPS, ran, step
from tests.made_up import HOSTILE

BY_ID = {each.id: each for each in STEPS}
SOME = [BY_ID["101"], BY_ID["105"]]


def test_each_job_has_its_line_and_each_further_host_one_below():
    assert drawn(jobs.listing(STEPS, SNAPSHOT)) == expected("bjobs")


def test_wide_lines_hold_whole_names_and_all_hosts():
    assert drawn(jobs.listing(SOME, SNAPSHOT, wide=True)) == expected("bjobs-w")


def test_reasons_stand_below_their_jobs():
    assert drawn(jobs.listing(STEPS[2:7], SNAPSHOT, why=Told.ALL)) == expected("bjobs-p3")


@pytest.mark.parametrize(
    ("told", "lines"),
    [
        (Told.OLD, [" Not enough job slot(s): 2 hosts;"]),
        (Told.KEY, [" Not enough job slot(s);"]),
        (Told.CANDIDATES, [" Not enough job slot(s): 2 hosts;"]),
    ],
)
def test_reasons_are_told_with_more_or_fewer_hosts(told, lines):
    assert jobs.pending_lines(BY_ID["105"], SNAPSHOT, told) == lines


@pytest.mark.parametrize(
    ("asked", "effective"),
    [
        ("", "rusage[mem=2048.00]"),
        ("rusage[mem=4G]", "rusage[mem=2048.00]"),
        ("select[big]", "select[big] rusage[mem=2048.00]"),
    ],
)
def test_the_memory_that_a_forecast_set_is_what_holds(asked, effective):
    one = BY_ID["101"]
    hosts = len(one.allocation)
    keywords = {"-R": asked, "advised_memory": str(2048 * hosts << 20)}
    notes = replace(one.submitted.notes, keywords=keywords)
    advised = replace(one, submitted=replace(one.submitted, notes=notes))
    assert list(job_at_length.listing([advised], SNAPSHOT))[-2] == f" Effective: {effective}"


def test_reasons_are_counted():
    assert drawn(jobs.reason_summary(STEPS, SNAPSHOT)) == expected("bjobs-psum")


def test_arrays_are_counted_by_state():
    assert drawn(jobs.array_summary(STEPS, SNAPSHOT)) == expected("bjobs-A")


def test_long_listings_are_wrapped_at_column_79():
    assert drawn(job_at_length.listing(SOME, SNAPSHOT)) == expected("bjobs-l")


def test_unformatted_listings_have_each_part_on_one_line():
    some = [BY_ID["104"], BY_ID["110"], BY_ID["111"]]
    assert drawn(job_at_length.listing(some, SNAPSHOT, unformatted=True)) == expected("bjobs-UF")


def test_chosen_fields_make_a_table():
    asked = read_format(
        "jobid stat name:-12 finish_time run_time cpu_used time_left max_mem:12 estart_time exit_reason"
    )
    assert drawn(fields.table(STEPS, SNAPSHOT, asked)) == expected("bjobs-o")


def test_fields_may_be_parted_by_a_sign_and_are_then_not_filled_up():
    asked = read_format("jobid jobindex name exec_host pend_reason delimiter='^'")
    assert list(fields.table([BY_ID["101"], BY_ID["102[4]"]], SNAPSHOT, asked, headed=False)) == [
        "101^0^synthesis^4*n1:2*n2^-",
        "102^4^sim[4]^-^The user has reached the per-user job slot limit of the queue;",
    ]


@pytest.mark.parametrize("text", ["jobid nothing", "jobid:x", "jobid:12345"])
def test_a_field_that_is_not_there_is_named(text):
    with pytest.raises(UnknownFieldError, match=f"<{text.split()[-1]}> in the format string"):
        read_format(text)


def test_no_field_at_all_is_refused():
    with pytest.raises(UnknownFieldError, match="No field"):
        read_format("delimiter=','")


FINISHED = ("107", "108", "109", "110", "111")
COLUMNS = ["job_id", "user", "queue", "project", "command", "state", "exit_code", "exit_reason", "run_limit"]
READ = [
    ("107", "chen", "normal", "default", "make all", "done", 0, None, 1800.0),
    ("108", "chen", "normal", "default", "make all", "failed", 3, "exit_code", 1800.0),
    ("109", "chen", "normal", "default", "make all", "failed", 137, "run_limit", 300.0),
    ("110", "chen", "normal", "default", "make all", "failed", 137, "memory_limit", 1800.0),
    ("111", "chen", "normal", "default", "make all", "cancelled", None, None, 1800.0),
]


@pytest.mark.parametrize("form", ["-l", "-UF", "-json"])
def test_what_is_shown_of_finished_jobs_is_read_back_by_the_reader_of_real_output(form):
    if form == "-json":
        text = fields.as_json(STEPS, SNAPSHOT, read_format("all"))
    else:
        text = drawn(job_at_length.listing(STEPS, SNAPSHOT, unformatted=form == "-UF"))
    site = Site(now=datetime.fromtimestamp(NOON, UTC))
    (rows,) = read_bjobs(io.BytesIO(text.encode()), "bjobs", site)
    assert rows.set_aside == ()
    assert rows.jobs.select(COLUMNS).rows() == READ
    first = rows.jobs.row(0, named=True)
    assert (first["finish_time"], first["memory_peak"], first["cpu_time"], first["description"]) == (
        datetime.fromtimestamp(NOON - 600, UTC),
        313 << 20,
        5.5,
        "model a",
    )


@pytest.mark.parametrize("unformatted", [False, True])
@given(st.text(st.characters(codec="ascii", exclude_characters="<>"), min_size=1, max_size=300))
def test_a_command_of_any_length_is_read_back(unformatted, command):
    job = ran(
        "7", StepState.COMPLETED, ended=NOON - 60.0, exit_code=0, how="exited", notes={"command": command}
    )
    text = drawn(job_at_length.listing([job], SNAPSHOT, unformatted=unformatted))
    (rows,) = read_bjobs(io.BytesIO(text.encode()), "bjobs", Site(now=datetime.fromtimestamp(NOON, UTC)))
    assert rows.jobs["command"].to_list() == [
        "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in command)
    ]


def test_json_is_what_programs_take_apart():
    asked = read_format("jobid stat exit_code")
    assert json.loads(fields.as_json([BY_ID["108"], BY_ID["102[3]"]], SNAPSHOT, asked)) == {
        "COMMAND": "bjobs",
        "JOBS": 2,
        "RECORDS": [
            {"JOBID": "108", "STAT": "EXIT", "EXIT_CODE": "3"},
            {"JOBID": "102", "STAT": "RUN", "EXIT_CODE": ""},
        ],
    }


@pytest.mark.parametrize(
    ("choice", "ids"),
    [
        (Choice(), ["101", "102[3]", "103", "104", "105", "102[4]", "106"]),
        (Choice(users=frozenset({"ada"})), ["103", "105"]),
        (Choice(states=frozenset({"DONE"})), ["107"]),
        (Choice(queues=frozenset({"night", "big"})), ["103", "105"]),
        (Choice(projects=frozenset({"tpu"})), ["101"]),
        (Choice(hosts=frozenset({"n2"})), ["101"]),
        (Choice(name="sim"), ["102[3]", "102[4]"]),
        (Choice(name="sim[4]"), ["102[4]"]),
        (Choice(name="*al*"), ["104", "106"]),
        (Choice(name="si?"), []),
        (Choice(numbers=("108", "102"), users=frozenset({"ada"})), ["108", "102[3]", "102[4]"]),
        (Choice(numbers=("102[1-3,9]",)), ["102[3]"]),
        (Choice(numbers=("102[x]", "[3]", "", "102[")), []),
        (Choice(numbers=("101",), queues=frozenset({"night"})), []),
    ],
)
def test_jobs_are_chosen_by_all_that_is_said_of_them(choice, ids):
    assert [each.id for each in chosen(choice, SNAPSHOT)] == ids


def test_a_job_of_loadleveler_stands_for_all_its_steps():
    two = [step("n01.7.0", StepState.IDLE), step("n01.7.1", StepState.IDLE), step("n01.70.0", StepState.IDLE)]
    found = chosen(Choice(numbers=("n01.7",)), replace(EMPTY, steps=tuple(two)))
    assert [each.id for each in found] == ["n01.7.0", "n01.7.1"]


def test_every_state_has_one_of_lsfs_words():
    assert {each.value: state(step("1", each), EMPTY) for each in StepState} == {
        "idle": "PEND",
        "not_queued": "PEND",
        "deferred": "PEND",
        "user_hold": "PSUSP",
        "system_hold": "PSUSP",
        "both_holds": "PSUSP",
        "pending": "RUN",
        "starting": "RUN",
        "running": "RUN",
        "preempt_pending": "RUN",
        "preempted": "SSUSP",
        "resume_pending": "SSUSP",
        "complete_pending": "RUN",
        "remove_pending": "RUN",
        "vacate_pending": "RUN",
        "completed": "EXIT",
        "removed": "EXIT",
        "canceled": "EXIT",
        "not_run": "EXIT",
        "rejected": "EXIT",
    }


@pytest.mark.parametrize(
    ("cause", "values", "sentence"),
    [
        (Cause.NEW, {}, "New job is waiting for scheduling"),
        (
            Cause.RESOURCES,
            {"resource": "memory"},
            "Job's requirements for reserving resource (mem) not satisfied",
        ),
        (
            Cause.FLOATING,
            {"resource": "lic"},
            "Job's requirements for reserving resource (lic) not satisfied",
        ),
        (Cause.SPAN, {"tasks": 4}, "Not enough processors to meet the job's spanning requirement"),
        (Cause.LIMIT, {"limit": "MXJ of n1"}, "Job slot limit reached"),
        (Cause.LIMIT, {"limit": "QJOB_LIMIT of queue a"}, "The queue has reached its job slot limit"),
        (Cause.DEPENDENCY, {"jobs": "7"}, "Job dependency condition not satisfied"),
        ("of_tomorrow", {}, "what it waits for"),
        (Cause.CYCLE, {}, "what it waits for"),
    ],
)
def test_each_cause_has_its_sentence_or_keeps_ours(cause, values, sentence):
    waits = {"1": Waits(sentence="what it waits for", cause=cause, values=values)}
    assert pending(step("1", StepState.IDLE), replace(EMPTY, waits=waits)) == sentence


def test_a_dependency_is_written_as_bsub_takes_it():
    condition = AllOf(
        parts=(
            After(job="7", ending=Ending.DONE),
            AnyOf(
                parts=(
                    After(job="8", ending=Ending.FAILED, operator=">", exit_code=3),
                    Not(part=After(job="9[2]", ending=Ending.STARTED)),
                )
            ),
        )
    )
    assert dependency(condition) == "(done(7) && (exit(8,>3) || !started(9[2])))"


def test_names_of_users_command_no_terminal_and_break_no_line():
    job = step("7", StepState.IDLE, notes={"name": HOSTILE, "command": HOSTILE}, job={"project": HOSTILE})
    for lines in _all([job], replace(SNAPSHOT, steps=(job,))):
        assert all(printable(line) == line for line in lines)


@given(snapshots())
def test_any_snapshot_is_drawn(snapshot):
    for lines in _all(snapshot.steps, snapshot):
        assert all(printable(line) == line for line in lines)


def _all(steps: "list[Step] | tuple[Step, ...]", snapshot):
    yield list(jobs.listing(steps, snapshot))
    yield list(jobs.listing(steps, snapshot, wide=True, why=Told.ALL))
    yield list(jobs.reason_summary(steps, snapshot))
    yield list(jobs.array_summary(steps, snapshot))
    yield list(job_at_length.listing(steps, snapshot))
    yield list(job_at_length.listing(steps, snapshot, unformatted=True))
    yield list(fields.table(steps, snapshot, read_format("all")))
    yield [json.dumps(json.loads(fields.as_json(steps, snapshot, read_format("all"))))]
