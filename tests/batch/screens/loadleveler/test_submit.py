"""llsubmit says in IBM's words what became of a job command file."""

from jobcast.batch.order import Answer, Done, Outcome
from jobcast.batch.screens.loadleveler.submit import submitted, through_filter


def taken(steps: int, *warnings: str) -> Answer:
    outcomes = tuple(Outcome(name=f"n01.12.{number}", done=Done.YES) for number in range(steps))
    return Answer(outcomes=outcomes, job="n01.12", warnings=warnings)


def test_a_job_of_one_step_is_told_by_its_id():
    assert submitted(taken(1)) == ['llsubmit: The job "n01.12" has been submitted.']


def test_a_job_of_several_steps_is_told_with_their_number_after_what_the_filter_did():
    assert submitted(taken(3, through_filter("/site/filter.sh"))) == [
        'llsubmit: Processed command file through Submit Filter: "/site/filter.sh".',
        'llsubmit: The job "n01.12" with 3 job steps has been submitted.',
    ]


def test_a_refused_job_is_told_line_by_line_and_harms_no_terminal():
    said = "nightly.cmd:1:5: clas: LoadLeveler has no such keyword.\n\x1b[2Jnightly.cmd:2:9: no"
    answer = Answer(outcomes=(Outcome(name="nightly.cmd", done=Done.REFUSED, said=said),))
    assert submitted(answer) == [
        "llsubmit: nightly.cmd:1:5: clas: LoadLeveler has no such keyword.",
        "llsubmit: \\x1b[2Jnightly.cmd:2:9: no",
        "llsubmit: This job has not been submitted to LoadLeveler.",
    ]
