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
    from jobcast.simulate.story import Line, Story
    from jobcast.simulate.trace import Trace

_MOST_NAMED = 3
"""Ids in the table; JSON has some more."""


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
        lines = [
            {**asdict(line), "at": moment(line.second), "start_at": moment(line.start) or None}
            for line in story.lines
        ]
        print_json({"job": story.job, "story": lines})
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
                cells=[_before(line) for line in story.lines],
                elastic=True,
            ),
            Column(heading=say("simulate.story_start"), cells=[moment(line.start) for line in story.lines]),
            Column(heading=say("simulate.story_why"), cells=[line.text for line in story.lines]),
        ]
    )


def _before(line: Line) -> str:
    """Return how many stand before the job, and the first of them."""
    if line.what != "waits":
        return ""
    named = ", ".join(line.first[:_MOST_NAMED])
    more = " ..." if line.before > _MOST_NAMED else ""
    return f"{line.before:,}: {named}{more}" if line.before else "0"


def _moment(second: int, trace: Trace) -> str:
    return f"{trace.origin + timedelta(seconds=second):%Y-%m-%d %H:%M:%S}"
