"""Small histories for the features: jobs of few families, so that they have a past."""

from datetime import datetime, timedelta
from typing import Any

import hypothesis.strategies as st
import numpy as np
import polars as pl

from jobcast.features.coded import Coded
from jobcast.features.submissions import NUMBERS, TEXTS, Submissions
from jobcast.job import Request, Submission
from jobcast.units import GIB, Bytes
from tests.made_up import NEW_YEAR, frame, job

WORDS = {
    "user": ("chen", "li7", None),
    "project": ("loom", None),
    "queue": ("pnr", "sim"),
    "command": ("pnr -block alu", "pnr -block fpu", "vcs -seed 1", "vcs -seed 2", None),
    "cwd": ("/proj/loom/chen/alu", "/proj/loom/li7/alu"),
}


@st.composite
def histories(draw: st.DrawFn, *, least: int = 1, most: int = 60, few: bool = False) -> pl.DataFrame:
    """Draw finished jobs with measured peaks, in the order of their submission; with `few` all are of one user."""
    fields = _FIELDS | ({"user": st.just("chen"), "queue": st.just("sim")} if few else {})
    jobs = draw(st.lists(st.fixed_dictionaries(fields), min_size=least, max_size=most))
    jobs.sort(key=lambda one: one["submitted"])
    return frame(*(_row(number, **one) for number, one in enumerate(jobs)))


_FIELDS = {
    "submitted": st.integers(0, 200),
    "ran": st.integers(0, 100),
    "peak": st.integers(1, 64),
    "cores": st.sampled_from((1, 4)),
    **{name: st.sampled_from(values) for name, values in WORDS.items()},
}


def _row(
    number: int, *, submitted: int, ran: int, peak: int, cores: int, **texts: str | None
) -> dict[str, Any]:
    begin = NEW_YEAR + timedelta(minutes=submitted)
    return job(
        str(number),
        **texts,
        submit_time=begin,
        start_time=begin,
        finish_time=begin + timedelta(minutes=ran),
        cores_requested=cores,
        memory_requested=16 * GIB,
        memory_peak=peak * GIB // 4,
    )


def submission(row: dict[str, Any], at: datetime) -> Submission:
    """Return the row of a history as somebody would submit it again."""
    texts = {name: row[name] for name in (*WORDS, "name", "description")}
    request = Request(
        cores=row["cores_requested"], memory=Bytes(row["memory_requested"]), interactive=row["interactive"]
    )
    return Submission(at=at, request=request, **texts)


def stack(*parts: Submissions) -> Submissions:
    """Return several submissions in one set of columns, in order."""
    texts = {name: [text for part in parts for text in part.texts[name].texts()] for name in TEXTS}
    return Submissions(
        at=np.concatenate([part.at for part in parts]),
        texts={name: Coded(column, np.arange(len(column))) for name, column in texts.items()},
        numbers={name: np.concatenate([part.numbers[name] for part in parts]) for name in NUMBERS},
    )
