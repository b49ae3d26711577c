"""The batch script of an attempt: the starter's modules, packed, and what they are to run, as data."""

import base64
import io
import json
import zipfile
import zlib
from dataclasses import replace
from functools import cache
from pathlib import Path
from urllib.parse import quote

from jobcast.act.executors.base import Attempt
from jobcast.act.plain import to_json

_STARTER = Path(__file__).parents[1] / "starter"
_ELSEWHERE = frozenset({"facts", "flock", "server", "shepherds", "site_exit", "strays"})
"""Modules that only run beside a manager."""
_PACKAGES = ("jobcast", "jobcast/act", "jobcast/act/starter")
_MARK = "jobcast attempt="
_SCRIPT = """\
#!{python} -IS
import base64, os, sys, tempfile
number, modules = tempfile.mkstemp(suffix=".zip")
with os.fdopen(number, "wb") as file:
    file.write(base64.b64decode("{modules}"))
sys.path.insert(0, modules)
try:
    from jobcast.act.starter.slurm_node import main
finally:
    os.unlink(modules)
main("{attempt}")
"""


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
    passed = {"LOADL_PROLOG_EXIT_CODE": "0"} if attempt.exits.prolog else {}  # else it would not begin
    own = replace(
        attempt, told={**attempt.told, **passed}, exits=replace(attempt.exits, prolog=(), epilog=())
    )
    told = {"attempt": json.loads(to_json(own)), "mark": mark(attempt.id), "grace": grace, "path": path}
    packed = base64.b64encode(zlib.compress(json.dumps(told).encode())).decode()
    return _SCRIPT.format(python=python, modules=_modules(), attempt=packed)


@cache
def _modules() -> str:
    """Return the starter's modules as base64 of an archive that Python imports from."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for package in _PACKAGES:
            file.writestr(f"{package}/__init__.py", "")
        for module in sorted(_STARTER.glob("[!_]*.py")):
            if module.stem not in _ELSEWHERE:
                file.writestr(f"jobcast/act/starter/{module.name}", module.read_bytes())
    return base64.b64encode(archive.getvalue()).decode()
