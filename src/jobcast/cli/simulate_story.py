"""What ``jobcast simulate --why JOB`` prints: what one job waited for, until when, and who was before it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING

from jobcast.cli.screen import print_json
from jobcast.cli.table import Column, print_table
from jobcast.errors import InputError
from jobcast.language import say

if TYPE_CHECKING:
    from jobcast.simulate.story import Story
    from jobcast.simulate.trace import Trace


def story_of(job: str, trace: Trace) -> Story:
    """Return who will watch for a job. Raises InputError where the trace has no such job."""
    from jobcast.simulate.story import Story  # noqa: PLC0415 - loads the core

    if not trace.jobs["id"].is_in([job]).any():
        raise InputError(
            say("simulate.no_job", job=job), hint=say("simulate.no_job_cure", some=trace.jobs["id"][0])
        )
    return Story(job, lambda second: _moment(second, trace))


def tell_story(story: Story, trace: Trace, *, as_json: bool) -> None:
    """Print a story; times are those of the trace, in UTC."""

    def moment(second: int | None) -> str:
        return "" if second is None else _moment(second, trace)

    if as_json:
        print_json({"story": [{**asdict(line), "at": moment(line.second)} for line in story.lines]})
        return
    print_table(
        [
            Column(heading=say("simulate.story_at"), cells=[moment(line.second) for line in story.lines]),
            Column(
                heading=say("simulate.story_what"),
                cells=[say(f"story.{line.what}") for line in story.lines],
            ),
            Column(
                heading=say("simulate.story_before"),
                cells=[f"{line.before:,}" if line.what == "waits" else "" for line in story.lines],
                right=True,
            ),
            Column(heading=say("simulate.story_start"), cells=[moment(line.start) for line in story.lines]),
            Column(
                heading=say("simulate.story_why"), cells=[line.text for line in story.lines], elastic=True
            ),
        ]
    )


def _moment(second: int, trace: Trace) -> str:
    return f"{trace.origin + timedelta(seconds=second):%Y-%m-%d %H:%M:%S}"
