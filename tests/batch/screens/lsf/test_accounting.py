"""What bacct adds up."""

from datetime import UTC

import pytest
from hypothesis import given

from jobcast.batch.order import Done, Outcome
from jobcast.batch.screens.lsf import accounting
from jobcast.batch.screens.lsf.accounting import Account, Asked
from jobcast.batch.screens.lsf.answers import Deed, done, refused, submitted
from jobcast.printable import printable
from tests.batch.screens.lsf.any import steps
from tests.batch.screens.lsf.expecting import drawn, expected
from tests.batch.screens.lsf.made_up import NOON, STEPS

OVER = [each for each in STEPS if each.state.is_over]


def account(of):
    found = Account()
    for each in of:
        found.add(each)
    return found


def test_the_summary_adds_up_what_finished_jobs_took():
    lines = [*accounting.heading(Asked(users="chen")), *accounting.summary(account(OVER), UTC)]
    assert drawn(lines) == expected("bacct")


def test_a_long_listing_accounts_for_each_job():
    lines = [*accounting.at_length(OVER[0], UTC), *accounting.at_length(OVER[3], UTC)]
    assert drawn(lines) == expected("bacct-l")


def test_what_was_asked_for_is_told():
    asked = Asked(
        users="u v", projects="p", queues="q", hosts="h", states="completed normally", span="completed then"
    )
    assert list(accounting.heading(asked))[2:8] == [
        "  - submitted by users u v, ",
        "  - accounted on projects p.",
        "  - completed normally",
        "  - executed on hosts h.",
        "  - submitted to queues q.",
        "  - completed then",
    ]


@pytest.mark.parametrize(("run", "expansion"), [(0.0, None), (0.01, 6.0), (3.0, 2.0)])
def test_the_expansion_factor_counts_a_second_at_least_and_no_job_that_never_ran(run, expansion):
    found = accounting.Figures(done=True, cpu=0.0, wait=6.0, turnaround=6.0, run=run, ended=NOON)
    assert found.expansion == expansion


@given(steps())
def test_any_finished_step_counts(step):
    found = account([step, step])
    assert found.jobs == 2
    for lines in (accounting.summary(found, UTC), accounting.at_length(step, UTC)):
        assert all(printable(line) == line for line in lines)


@pytest.mark.parametrize(
    ("deed", "outcome", "said"),
    [
        (Deed.KILL, Outcome(name="12", done=Done.YES), ("Job <12> is being terminated", True)),
        (Deed.STOP, Outcome(name="12[3]", done=Done.YES), ("Job <12[3]> is being stopped", True)),
        (Deed.RESUME, Outcome(name="12", done=Done.YES), ("Job <12> is being resumed", True)),
        (Deed.KILL, Outcome(name="9", done=Done.NO_SUCH), ("Job <9>: No matching job found", False)),
        (Deed.KILL, Outcome(name="9", done=Done.NOT_YOURS), ("Job <9>: User permission denied", False)),
        (Deed.KILL, Outcome(name="9", done=Done.NOT_NOW), ("Job <9>: Job has already finished", False)),
        (Deed.TOP, Outcome(name="9", done=Done.REFUSED, said="it\nruns"), ("Job <9>: it\\nruns", False)),
        (Deed.TOP, Outcome(name="9", done=Done.REFUSED), ("Job <9>: Bad request", False)),
    ],
)
def test_each_outcome_is_told_in_lsfs_words(deed, outcome, said):
    assert done(deed, outcome) == said


def test_bsub_tells_the_queue_and_whether_it_was_chosen():
    assert submitted("12", "night", chosen=True) == "Job <12> is submitted to queue <night>."
    assert submitted("12", "normal", chosen=False) == "Job <12> is submitted to default queue <normal>."


@pytest.mark.parametrize(
    ("said", "printed"),
    [
        ("night: No such queue. Job not submitted.", "night: No such queue. Job not submitted."),
        ("its user may not use night", "its user may not use night. Job not submitted."),
        ("没有队列 night", "没有队列 night。Job not submitted."),
        ("没有队列 night。", "没有队列 night。Job not submitted."),
        ("", "Job not submitted."),
    ],
)
def test_a_refusal_ends_in_words_that_scripts_look_for(said, printed):
    assert refused(said) == printed
