"""What a setting is, and how what people write is read: each reader raises ValueError for what it doesn't take."""

import os
import shlex
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from math import nan
from pathlib import Path
from typing import Generic, TypeVar
from urllib.parse import urlsplit

from jobcast.language import LANGUAGES, say

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting(Generic[T]):
    """One thing that a site or user may decide."""

    name: str
    """As it stands in the file; a dot separates the table from the key."""
    read: Callable[[str], T]
    """From what was written to the value; raises ValueError when it is none."""
    default: str
    """As it would be written; empty when there is none."""
    unit: str = ""
    """What a number counts."""

    @property
    def variable(self) -> str:
        """Return the environment variable that sets it."""
        return "JOBCAST_" + self.name.replace(".", "_").upper()


def read_name(text: str) -> str:
    """Read a text that can't be empty."""
    if not text.strip():
        raise ValueError(say("config.empty"))
    return text


def read_folder(text: str) -> Path:
    """Read a path, in which ``~`` is the home of whoever asks."""
    try:
        return Path(read_name(text)).expanduser()
    except RuntimeError as error:  # ~name of a user who isn't there
        raise ValueError(say("config.no_home")) from error


def read_language(text: str) -> str:
    """Read a language; empty for that of the locale."""
    if text and text not in LANGUAGES:
        raise ValueError(say("config.not_one_of", choices=", ".join(LANGUAGES)))
    return text


def read_memory_unit(text: str) -> str:
    """Read a unit of memory."""
    if text.upper() not in {"K", "M", "G", "T", "P"}:
        raise ValueError(say("config.not_one_of", choices="K, M, G, T, P"))
    return text.upper()


def read_limit_unit(text: str) -> str | None:
    """Read a unit that need not be given."""
    return read_memory_unit(text) if text else None


def read_truth(text: str) -> bool:
    """Read true or false."""
    if text.lower() not in {"true", "false"}:
        raise ValueError(say("config.not_one_of", choices="true, false"))
    return text.lower() == "true"


_HIGHEST_RISK = 0.5
"""Whoever accepts more than every second job wants less than the median."""


def read_probability(text: str) -> float:
    """Read a risk that one may accept."""
    share = _number(text)
    if not 0 < share <= _HIGHEST_RISK:
        raise ValueError(say("config.not_a_probability"))
    return share


def read_mark(text: str) -> float:
    """Read a chance of failing from which on something is done."""
    chance = _number(text)
    if not 0 < chance <= 1:
        raise ValueError(say("config.no_chance"))
    return chance


def read_chance(text: str) -> float | None:
    """Read such a chance; empty for never."""
    return read_mark(text) if text.strip() else None


def read_price(text: str) -> float:
    """Read an amount of money."""
    price = _number(text)
    if not 0 <= price <= _LONG:
        raise ValueError(say("config.no_price"))
    return price


def read_names(text: str) -> tuple[str, ...]:
    """Read names with commas between."""
    return tuple(name for part in text.split(",") if (name := part.strip()))


def read_maybe_file(text: str) -> Path | None:
    """Read the name of a file that need not be given."""
    return read_folder(text) if text.strip() else None


_RUNTIME = Path("/run/jobcast")
"""Where a service that root starts has its socket: every user of the host can reach it."""


def read_socket(text: str) -> Path:
    """Read where the service listens; ``auto`` is a place that whoever starts it may write to."""
    return _own_socket("jobcast") if text == "auto" else read_folder(text)


def read_batch_socket(text: str) -> Path:
    """Read where the batch manager listens; ``auto`` likewise."""
    return _own_socket("jobcast-batch") if text == "auto" else read_folder(text)


def _own_socket(name: str) -> Path:
    own = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()) / f"{name}-{os.getuid()}.sock"
    return _RUNTIME / f"{name}.sock" if os.getuid() == 0 or _RUNTIME.is_dir() else own


def read_executor(text: str) -> str:
    """Read what starts jobs."""
    if text not in {"local", "slurm"}:
        raise ValueError(say("config.not_one_of", choices="local, slurm"))
    return text


_MOST_PORTS, _MOST_WORKERS = 65535, 64


def read_port(text: str) -> int:
    """Read a TCP port; 0 is none."""
    if not text.isdecimal() or int(text) > _MOST_PORTS:
        raise ValueError(say("config.no_port"))
    return int(text)


def read_workers(text: str) -> int:
    """Read a number of processes."""
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_WORKERS:
        raise ValueError(say("frame.whole_between", least=1, most=_MOST_WORKERS))
    return int(text)


_MOST_MODELS = 10000


def read_models(text: str) -> int:
    """Read how many models are kept."""
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_MODELS:
        raise ValueError(say("frame.whole_between", least=1, most=_MOST_MODELS))
    return int(text)


_MOST_RETRIES = 10


def read_retries(text: str) -> int:
    """Read how often something is tried again."""
    if not text.isdecimal() or int(text) > _MOST_RETRIES:
        raise ValueError(say("frame.whole_between", least=0, most=_MOST_RETRIES))
    return int(text)


_MOST_TIMES = 100.0


def read_factor(text: str) -> float:
    """Read how many times as much is asked for; as much again would be killed again."""
    times = _number(text)
    if not 1 < times <= _MOST_TIMES:
        raise ValueError(say("config.no_factor", most=f"{_MOST_TIMES:g}"))
    return times


def read_command(text: str) -> tuple[str, ...]:
    """Read a program and its arguments, as a shell would part them; empty for none. No shell ever sees them."""
    return tuple(shlex.split(text))


def read_url(text: str) -> str:
    """Read where something is posted; empty for nowhere."""
    parts = urlsplit(text.strip())
    if text.strip() and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise ValueError(say("config.no_url"))
    return text.strip()


_MOST_DAYS = 36500


def read_days(text: str) -> int:
    """Read a number of days."""
    if not text.isdecimal() or int(text) > _MOST_DAYS:
        raise ValueError(say("frame.whole_between", least=0, most=_MOST_DAYS))
    return int(text)


_LONG = 1e9
"""More seconds than anybody waits, and money than anybody asks for an hour."""


def read_seconds(text: str) -> timedelta:
    """Read a span of time, in seconds."""
    seconds = _number(text)
    if not 0 <= seconds <= _LONG:
        raise ValueError(say("config.negative"))
    return timedelta(seconds=seconds)


def _number(text: str) -> float:
    """Read a number; what is none is not a number, which no bounds hold."""
    try:
        return float(text)
    except ValueError:
        return nan
