"""Output of sacct, made up line by line, and what was read of it."""

from datetime import UTC, datetime
from io import BytesIO

from jobcast.history import Rows
from jobcast.systems.base import Site
from jobcast.systems.slurm import Slurm

SITE = Site(now=datetime(2026, 11, 22, tzinfo=UTC), cluster="test")


FIRST = "JobID|JobName|User|State|ExitCode|ReqMem|ReqCPUS|NNodes"


HEADER = f"{FIRST}|Submit|Start|End|Elapsed|TotalCPU|MaxRSS|NodeList"


def read(text: str, site: Site = SITE) -> Rows:
    """Read text as one batch."""
    (rows,) = Slurm().read_finished(BytesIO(text.encode()), "sacct", site)
    return rows


def job(**fields: str) -> str:
    """Return one line of HEADER."""
    usual = {
        "JobID": "1",
        "JobName": "sim",
        "User": "ann",
        "State": "COMPLETED",
        "ExitCode": "0:0",
        "ReqMem": "1G",
        "ReqCPUS": "4",
        "NNodes": "1",
        "Submit": "2026-11-21T10:00:00",
        "Start": "2026-11-21T10:00:10",
        "End": "2026-11-21T10:01:10",
        "Elapsed": "00:01:00",
        "TotalCPU": "00:30.500",
        "MaxRSS": "",
        "NodeList": "n1",
    }
    return "|".join((usual | fields)[name] for name in HEADER.split("|"))


def step(**fields: str) -> str:
    """Return the line of a step: it has no user, no request and no node list of interest."""
    blank = {"User": "", "ReqMem": "", "JobName": "batch"}
    return job(**{"JobID": "1.batch", **blank, **fields})


def text(*lines: str) -> str:
    return "\n".join((HEADER, *lines)) + "\n"


def only(rows: Rows) -> dict[str, object]:
    """Return the one job of `rows`, without what is null."""
    assert (rows.jobs.height, rows.set_aside) == (1, ())
    return {name: value for name, value in rows.jobs.row(0, named=True).items() if value is not None}
