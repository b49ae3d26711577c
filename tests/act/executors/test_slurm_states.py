"""What became of an attempt, by all that may be known of it."""

from dataclasses import replace
from typing import Any

import pytest

from jobcast.act.executors.base import Attempt, Consumed, End, Ended, Phase
from jobcast.act.executors.slurm_answers import Queued, Report, Told
from jobcast.act.executors.slurm_states import Traces, ended, phase
from jobcast.machine import Share
from jobcast.program import Program

ATTEMPT = Attempt(
    id="a@1",
    job="a",
    user="news",
    program=Program(arguments=("/bin/true",), directory="/"),
    allocation=(Share(machine="n1", tasks=1),),
    memory={"n1": 100 << 20},
)
RAN = {"start": 100.0, "end": 160.0}
NEVER = {"start": 160.0, "end": 160.0}


def queued(state: str, status: int = 0, **moments: Any) -> Queued:
    return Queued(job="7", state=state, status=status, **(moments or RAN))


def said(how: str, code: int, began: float | None = 101.0, **why: str) -> Report:
    return Report(began=began, ended=Told(how=how, exit_code=code, began=began, why=why))


@pytest.mark.parametrize(
    ("traces", "how", "code"),
    [
        ({"queued": queued("COMPLETED")}, End.EXITED, 0),
        ({"queued": queued("FAILED", 3 << 8)}, End.EXITED, 3),
        ({"queued": queued("FAILED", 11)}, End.SIGNALLED, 139),
        ({"queued": queued("OUT_OF_MEMORY", 125 << 8)}, End.OVER_MEMORY, 125),
        (
            {"queued": queued("FAILED", 9), "consumed": Consumed(memory_peak=200 << 20)},
            End.OVER_MEMORY,
            137,
        ),
        ({"queued": queued("FAILED", 9), "consumed": Consumed(memory_peak=50 << 20)}, End.SIGNALLED, 137),
        (
            {
                "queued": queued("FAILED", 1 << 8),
                "consumed": Consumed(memory_peak=200 << 20),
                "task_killed": True,
            },
            End.OVER_MEMORY,
            1,
        ),
        ({"queued": queued("NODE_FAIL")}, End.LOST, 0),
        ({"queued": replace(queued("FAILED", 70 << 8), restarts=1)}, End.LOST, 70),
        ({"queued": replace(queued("CANCELLED"), restarts=1), "report": said("killed", 143)}, End.LOST, 143),
        ({"queued": replace(queued("CANCELLED"), restarts=1), "killed_at": 150.0}, End.KILLED, 0),
        ({"queued": queued("FAILED", 1 << 8), "began": 99.0}, End.LOST, 1),
        ({"queued": queued("FAILED", 1 << 8), "is_number_of_another": True}, End.LOST, 1),
        ({"queued": queued("FAILED", 1 << 8), "began": 100.0}, End.EXITED, 1),
        ({"queued": queued("CANCELLED", **NEVER), "began": 99.0}, End.LOST, 0),
        ({"queued": queued("CANCELLED", **NEVER), "began": 99.0, "killed_at": 150.0}, End.KILLED, 0),
        ({"queued": queued("TIMEOUT", 15)}, End.KILLED, 143),
        ({"queued": queued("CANCELLED", 15)}, End.SIGNALLED, 143),
        ({"queued": queued("CANCELLED", 15), "killed_at": 150.0}, End.KILLED, 143),
        ({"queued": queued("COMPLETED"), "killed_at": 159.9}, End.EXITED, 0),
        (
            {"queued": queued("FAILED", 143 << 8), "killed_at": 150.0, "report": said("killed", 143)},
            End.KILLED,
            143,
        ),
        ({"queued": queued("FAILED", 137 << 8), "report": said("over_memory", 137)}, End.OVER_MEMORY, 137),
        (
            {"queued": queued("FAILED", 143 << 8), "report": said("over_cpu_time", 143)},
            End.OVER_CPU_TIME,
            143,
        ),
        ({"queued": queued("FAILED", 143 << 8), "report": said("killed", 143)}, End.EXITED, 143),
        ({"queued": queued("NODE_FAIL"), "report": said("forged", 0)}, End.LOST, 0),
    ],
)
def test_ends_of_jobs_that_ran(traces: dict[str, Any], how: End, code: int) -> None:
    end = ended(Traces(attempt=ATTEMPT, **traces), 200.0)
    assert (end.how, end.exit_code, end.at) == (how, code, 160.0)
    assert end.began == (101.0 if "report" in traces else traces.get("began", 100.0))


@pytest.mark.parametrize(
    ("traces", "how", "detail"),
    [
        ({"queued": queued("CANCELLED", **NEVER), "killed_at": 159.0}, End.KILLED, ""),
        (
            {"queued": queued("CANCELLED", **NEVER)},
            End.NOT_BEGUN,
            "others ended it in Slurm (CANCELLED)",
        ),
        (
            {
                "queued": queued("FAILED", 127 << 8),
                "report": said("not_begun", 0, None, what="directory", which="/x", error="gone"),
            },
            End.NOT_BEGUN,
            "its directory /x can't be entered: gone",
        ),
        (
            {
                "queued": queued("FAILED", 127 << 8),
                "report": said("not_begun", 0, None, what="forged.key", which="\x1b[1m"),
            },
            End.NOT_BEGUN,
            "it could not be begun: \x1b[1m",
        ),
        (
            {
                "queued": queued("FAILED", 127 << 8),
                "killed_at": 120.0,
                "report": said("killed", 0, None),
            },
            End.KILLED,
            "",
        ),
        ({"queued": None, "killed_at": 120.0}, End.KILLED, ""),
        ({"queued": None}, End.LOST, "neither slurmctld nor accounting knows how it ended"),
    ],
)
def test_ends_of_those_that_never_began(traces: dict[str, Any], how: End, detail: str) -> None:
    at = 200.0 if traces["queued"] is None else 160.0
    assert ended(Traces(attempt=ATTEMPT, **traces), 200.0) == Ended(
        attempt="a@1", began=None, at=at, how=how, exit_code=0, detail=detail
    )


def test_a_job_killed_while_it_stood_still_ended_when_that_was_asked_for() -> None:
    end = ended(Traces(attempt=ATTEMPT, queued=queued("CANCELLED", 9), killed_at=190.0), 200.0)
    assert (end.how, end.at) == (End.KILLED, 190.0)


def test_phases() -> None:
    states = ("PENDING", "CONFIGURING", "RUNNING", "SUSPENDED", "COMPLETING")
    assert [phase(state) for state in states] == [
        Phase.PROLOG,
        Phase.PROLOG,
        Phase.RUNNING,
        Phase.SUSPENDED,
        Phase.EPILOG,
    ]
