"""The log file of a fault: what a developer needs to know."""

import os
import platform
import sys
import tempfile
import traceback
from importlib import metadata
from pathlib import Path

import jobcast
from jobcast import clock


def write_log(error: BaseException) -> Path:
    """Write down versions, arguments and traceback; returns the file, in the home or the temporary directory.

    Raises OSError when neither can be written.
    """
    name = f"bug-{clock.now():%Y%m%d-%H%M%S}-{os.getpid()}.log"
    content = _account(error).encode("utf-8", "backslashreplace")
    home = Path("~/.local/state/jobcast").expanduser()
    try:
        home.mkdir(parents=True, exist_ok=True)
        (home / name).write_bytes(content)
    except OSError:
        home = Path(tempfile.gettempdir())
        (home / name).write_bytes(content)
    return home / name


def _account(error: BaseException) -> str:
    libraries = ("click", "filelock", "polars", "rich")
    lines = (
        f"jobcast {jobcast.__version__}, Python {platform.python_version()}, {platform.platform()}",
        ", ".join(f"{name} {metadata.version(name)}" for name in libraries),
        f"arguments: {sys.argv[1:]!r}",
        "",
    )
    return "\n".join(lines) + "\n" + "".join(traceback.format_exception(error))
