"""A row of the history is the same job as the noun."""

from dataclasses import asdict

from jobcast.history import SCHEMA
from jobcast.job import Job, JobState
from jobcast.store import to_job
from tests.made_up import NEW_YEAR, frame, job


def test_every_column_reaches_the_noun():
    known = {
        **dict.fromkeys(SCHEMA, "x"),
        **{name: 7 for name, kind in SCHEMA.items() if kind.is_integer()},
        **{name: 7.5 for name, kind in SCHEMA.items() if kind.is_float()},
        **dict.fromkeys(("submit_time", "start_time", "finish_time"), NEW_YEAR),
        "interactive": True,
        "state": "failed",
        "hosts": ["a", "b"],
    }
    noun = to_job(frame(known).to_dicts()[0])
    flat = asdict(noun)
    flat |= {f"{name}_requested": flat["request"].pop(name) for name in ("cores", "memory", "gpus")}
    flat |= flat.pop("request") | flat.pop("usage") | {"hosts": list(noun.hosts or ())}
    assert flat == known


def test_what_is_not_known_stays_unknown():
    noun = to_job(frame(job()).to_dicts()[0])
    assert isinstance(noun, Job)
    assert noun.state is JobState.DONE
    assert noun.hosts is None
    assert noun.request.memory is None
    assert noun.usage.memory_peak is None
    assert noun.array_index is None
