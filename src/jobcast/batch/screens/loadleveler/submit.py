"""``llsubmit``: what became of a job command file, in IBM's words.

"llsubmit - Submit a job" in Using and Administering LoadLeveler.
"""

from collections.abc import Iterator

from jobcast.batch.order import Answer, Done
from jobcast.printable import printable

_COMMAND = "llsubmit: "


def through_filter(program: str) -> str:
    """Return what is said of a job command file that went through the site's filter, as a warning of the answer."""
    return f'Processed command file through Submit Filter: "{program}".'


def submitted(answer: Answer) -> list[str]:
    """Return the lines about a submission: what was taken not as it stands, then the job, or why it isn't one."""
    return [f"{_COMMAND}{printable(line)}" for line in _lines(answer)]


def _lines(answer: Answer) -> Iterator[str]:
    for warning in answer.warnings:
        yield from warning.splitlines()
    refused = [outcome for outcome in answer.outcomes if outcome.done is not Done.YES]
    for outcome in refused:
        yield from outcome.said.splitlines()
    steps = len(answer.outcomes)
    if refused or not steps:
        yield "This job has not been submitted to LoadLeveler."
    elif steps == 1:
        yield f'The job "{answer.job}" has been submitted.'
    else:
        yield f'The job "{answer.job}" with {steps} job steps has been submitted.'
