"""The batch script of an attempt: `jobcast.act.executors.slurm_node`, and what it is to run, as data."""

import base64
import json
import zlib
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jobcast.act.executors.base import Attempt

_NODE = Path(__file__).with_name("slurm_node.py")
_MARK = "jobcast attempt="


def mark(attempt: str) -> str:
    """Return what a job's comment begins with, by which Slurm's jobs are known as runs of ours: two words."""
    return _MARK + plain(attempt)


def plain(name: str) -> str:
    """Return a name without anything that a program could take for more than a name."""
    return quote(name, safe="@+:,[]")


def batch_script(attempt: Attempt, *, python: str, grace: float, path: str) -> str:
    """Return the text that sbatch reads.

    `python` is the interpreter's path on machines, `grace` the seconds between the polite end and the other one,
    `path` the PATH on which machines have scontrol. What users wrote stands in it as base64 alone.
    """
    told = json.dumps(_wanted(attempt) | {"grace": grace, "path": path}).encode()
    packed = base64.b64encode(zlib.compress(told)).decode()
    return f'#!{python} -IS\n{_NODE.read_text("utf-8")}\n\nmain("{packed}")\n'


def _wanted(attempt: Attempt) -> dict[str, Any]:
    program, exits = attempt.program, attempt.exits
    hosts = " ".join(share.machine for share in attempt.allocation for _ in range(share.tasks))
    told = {"JOBCAST_ATTEMPT": attempt.id, "LOADL_PROCESSOR_LIST": hosts, **attempt.told}
    if exits.prolog:  # else it would not begin
        told["LOADL_PROLOG_EXIT_CODE"] = "0"
    return {
        "mark": mark(attempt.id),
        "program": {
            "arguments": program.arguments,
            "script": program.script,
            "shell": program.shell,
            "directory": program.directory,
            "environment": dict(program.environment),
            "input": program.input,
            "output": program.output,
            "error": program.error,
            "append": program.append,
            "umask": program.umask,
            "limits": dict(program.limits),
            "nice": program.nice,
        },
        "told": told,
        "user_prolog": exits.user_prolog,
        "user_epilog": exits.user_epilog,
        "longest": exits.longest,
    }
