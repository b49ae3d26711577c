"""Settings: declared once here, then set by file, environment or flag, the later winning.

Files: ``/etc/jobcast/jobcast.toml``, ``~/.config/jobcast/jobcast.toml``, ``./jobcast.toml``; or only the one
that the environment variable JOBCAST_CONFIG names. In the environment the setting ``sample.overlap`` is
JOBCAST_SAMPLE_OVERLAP. What a setting means stands in the catalogue of texts, under ``setting``.
"""

import os
import shlex
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import nan
from pathlib import Path
from typing import Generic, TypeVar, cast
from urllib.parse import urlsplit

from jobcast.errors import ConfigError
from jobcast.language import LANGUAGES, say
from jobcast.spelling import likeliest
from jobcast.zone import read_zone

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


def _name(text: str) -> str:
    if not text.strip():
        raise ValueError(say("config.empty"))
    return text


def _folder(text: str) -> Path:
    try:
        return Path(_name(text)).expanduser()
    except RuntimeError as error:  # ~name of a user who isn't there
        raise ValueError(say("config.no_home")) from error


def _language(text: str) -> str:
    if text and text not in LANGUAGES:
        raise ValueError(say("config.not_one_of", choices=", ".join(LANGUAGES)))
    return text


def _memory_unit(text: str) -> str:
    if text.upper() not in {"K", "M", "G", "T", "P"}:
        raise ValueError(say("config.not_one_of", choices="K, M, G, T, P"))
    return text.upper()


def _limit_unit(text: str) -> str | None:
    """Read a unit that need not be given."""
    return _memory_unit(text) if text else None


def _truth(text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise ValueError(say("config.not_one_of", choices="true, false"))
    return text.lower() == "true"


_HIGHEST_RISK = 0.5
"""Whoever accepts more than every second job wants less than the median."""


def _probability(text: str) -> float:
    share = _number(text)
    if not 0 < share <= _HIGHEST_RISK:
        raise ValueError(say("config.not_a_probability"))
    return share


def _price(text: str) -> float:
    price = _number(text)
    if not 0 <= price <= _LONG:
        raise ValueError(say("config.no_price"))
    return price


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for part in text.split(",") if (name := part.strip()))


def _maybe_file(text: str) -> Path | None:
    """Read the name of a file that need not be given."""
    return _folder(text) if text.strip() else None


_RUNTIME = Path("/run/jobcast")
"""Where a service that root starts has its socket: every user of the host can reach it."""


def _socket(text: str) -> Path:
    """Read where the service listens; ``auto`` is a place that whoever starts it may write to."""
    return _own_socket("jobcast") if text == "auto" else _folder(text)


def _batch_socket(text: str) -> Path:
    """Read where the batch manager listens; ``auto`` likewise."""
    return _own_socket("jobcast-batch") if text == "auto" else _folder(text)


def _own_socket(name: str) -> Path:
    own = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()) / f"{name}-{os.getuid()}.sock"
    return _RUNTIME / f"{name}.sock" if os.getuid() == 0 or _RUNTIME.is_dir() else own


def _executor(text: str) -> str:
    if text not in {"local", "slurm"}:
        raise ValueError(say("config.not_one_of", choices="local, slurm"))
    return text


_MOST_PORTS, _MOST_WORKERS = 65535, 64


def _port(text: str) -> int:
    """Read a TCP port; 0 is none."""
    if not text.isdecimal() or int(text) > _MOST_PORTS:
        raise ValueError(say("config.no_port"))
    return int(text)


def _workers(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_WORKERS:
        raise ValueError(say("frame.whole_between", least=1, most=_MOST_WORKERS))
    return int(text)


_MOST_MODELS = 10000


def _models(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_MODELS:
        raise ValueError(say("frame.whole_between", least=1, most=_MOST_MODELS))
    return int(text)


_MOST_RETRIES = 10


def _retries(text: str) -> int:
    if not text.isdecimal() or int(text) > _MOST_RETRIES:
        raise ValueError(say("frame.whole_between", least=0, most=_MOST_RETRIES))
    return int(text)


_MOST_TIMES = 100.0


def _factor(text: str) -> float:
    """Read how many times as much is asked for; as much again would be killed again."""
    times = _number(text)
    if not 1 < times <= _MOST_TIMES:
        raise ValueError(say("config.no_factor", most=f"{_MOST_TIMES:g}"))
    return times


def _command(text: str) -> tuple[str, ...]:
    """Read a program and its arguments, as a shell would part them; empty for none. No shell ever sees them."""
    return tuple(shlex.split(text))


def _url(text: str) -> str:
    """Read where something is posted; empty for nowhere."""
    parts = urlsplit(text.strip())
    if text.strip() and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise ValueError(say("config.no_url"))
    return text.strip()


_MOST_DAYS = 36500


def _days(text: str) -> int:
    if not text.isdecimal() or int(text) > _MOST_DAYS:
        raise ValueError(say("frame.whole_between", least=0, most=_MOST_DAYS))
    return int(text)


_LONG = 1e9
"""More seconds than anybody waits, and money than anybody asks for an hour."""


def _seconds(text: str) -> timedelta:
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


LANG = Setting(name="lang", read=_language, default="")
STORE = Setting(name="store", read=_folder, default="~/.local/share/jobcast")
CLUSTER = Setting(name="cluster", read=_name, default="default")
TIMEZONE = Setting(name="timezone", read=read_zone, default="local")
MEMORY_UNIT = Setting(name="memory_unit", read=_memory_unit, default="M")
LIMIT_UNIT: Setting[str | None] = Setting(name="limit_unit", read=_limit_unit, default="")
MEMORY_PER_TASK = Setting(name="memory_per_task", read=_truth, default="false")
RISK = Setting(name="risk", read=_probability, default="0.05")
RISK_RUN_TIME = Setting(name="risk_run_time", read=_probability, default="0.01")
SAMPLE_MIN_INTERVAL = Setting(name="sample.min_interval", read=_seconds, default="60", unit="s")
SAMPLE_OVERLAP = Setting(name="sample.overlap", read=_seconds, default="3600", unit="s")
ADMINISTRATORS: Setting[tuple[str, ...]] = Setting(name="administrators", read=_names, default="")
PRICE_CORE_HOUR = Setting(name="price.core_hour", read=_price, default="0")
PRICE_GIB_HOUR = Setting(name="price.gib_hour", read=_price, default="0")
PRICE_CURRENCY = Setting(name="price.currency", read=str.strip, default="")
MODELS_KEEP = Setting(name="models.keep", read=_models, default="10")
HOOK_RULES: Setting[Path | None] = Setting(name="hook.rules", read=_maybe_file, default="")
HOOK_DEADLINE = Setting(name="hook.deadline", read=_seconds, default="0.2", unit="s")
SERVE_SOCKET = Setting(name="serve.socket", read=_socket, default="auto")
SERVE_HOST = Setting(name="serve.host", read=_name, default="127.0.0.1")
SERVE_PORT = Setting(name="serve.port", read=_port, default="8470")
SERVE_WORKERS = Setting(name="serve.workers", read=_workers, default="2")
SERVE_CERTIFICATE: Setting[Path | None] = Setting(name="serve.certificate", read=_maybe_file, default="")
SERVE_KEY: Setting[Path | None] = Setting(name="serve.key", read=_maybe_file, default="")

BATCH_FOLDER: Setting[Path | None] = Setting(name="batch.folder", read=_maybe_file, default="")
BATCH_SOCKET = Setting(name="batch.socket", read=_batch_socket, default="auto")
BATCH_SYSTEM: Setting[tuple[str, ...]] = Setting(name="batch.system", read=_names, default="")
BATCH_HOST = Setting(name="batch.host", read=_name, default="127.0.0.1")
BATCH_PORT = Setting(name="batch.port", read=_port, default="0")
BATCH_CERTIFICATE: Setting[Path | None] = Setting(name="batch.certificate", read=_maybe_file, default="")
BATCH_KEY: Setting[Path | None] = Setting(name="batch.key", read=_maybe_file, default="")
BATCH_EXECUTOR = Setting(name="batch.executor", read=_executor, default="local")
BATCH_KEEP_DAYS = Setting(name="batch.keep_days", read=_days, default="30")
BATCH_PARTITION = Setting(name="batch.partition", read=str.strip, default="")
BATCH_MEMORY_RETRIES = Setting(name="batch.memory_retries", read=_retries, default="0")
BATCH_MEMORY_FACTOR = Setting(name="batch.memory_factor", read=_factor, default="2")
BATCH_SENDMAIL: Setting[tuple[str, ...]] = Setting(name="batch.sendmail", read=_command, default="")
BATCH_WEBHOOK = Setting(name="batch.webhook", read=_url, default="")

SETTINGS: dict[str, Setting[object]] = {
    setting.name: cast("Setting[object]", setting)
    for setting in (
        LANG,
        STORE,
        CLUSTER,
        TIMEZONE,
        MEMORY_UNIT,
        LIMIT_UNIT,
        MEMORY_PER_TASK,
        RISK,
        RISK_RUN_TIME,
        SAMPLE_MIN_INTERVAL,
        SAMPLE_OVERLAP,
        ADMINISTRATORS,
        PRICE_CORE_HOUR,
        PRICE_GIB_HOUR,
        PRICE_CURRENCY,
        MODELS_KEEP,
        HOOK_RULES,
        HOOK_DEADLINE,
        SERVE_SOCKET,
        SERVE_HOST,
        SERVE_PORT,
        SERVE_WORKERS,
        SERVE_CERTIFICATE,
        SERVE_KEY,
        BATCH_FOLDER,
        BATCH_SOCKET,
        BATCH_HOST,
        BATCH_PORT,
        BATCH_CERTIFICATE,
        BATCH_KEY,
        BATCH_SYSTEM,
        BATCH_EXECUTOR,
        BATCH_PARTITION,
        BATCH_KEEP_DAYS,
        BATCH_MEMORY_RETRIES,
        BATCH_MEMORY_FACTOR,
        BATCH_SENDMAIL,
        BATCH_WEBHOOK,
    )
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Config:
    """The settings of this run: ``config[STORE]`` is a Path, ``config[RISK]`` a float."""

    values: Mapping[str, object]
    """Every setting by its name, read."""
    origins: Mapping[str, str]
    """Where each setting comes from: a file, a variable, a flag, or ``default``."""
    files: tuple[Path, ...]
    """The configuration files that were read."""

    def __getitem__(self, setting: Setting[T]) -> T:
        return cast("T", self.values[setting.name])


def load(flags: Mapping[str, str | None] | None = None) -> Config:
    """Read the settings; `flags` hold what the command line sets, by name, None where it sets nothing.

    Raises ConfigError when a file can't be read, a setting is unknown, or a value is none.
    """
    written = {name: (setting.default, "default") for name, setting in SETTINGS.items()}
    files = tuple(_files())
    for file in files:
        written.update((name, (text, str(file))) for name, text in _from_file(file))
    for name, setting in SETTINGS.items():
        if text := os.environ.get(setting.variable):  # set to nothing is how shells unset for one command
            written[name] = text, setting.variable
    for name, flag in (flags or {}).items():
        if flag is not None:
            written[name] = flag, "--" + name.replace("_", "-")
    return Config(
        values={name: _value(name, *entry) for name, entry in written.items()},
        origins={name: origin for name, (_, origin) in written.items()},
        files=files,
    )


def _value(name: str, text: str, origin: str) -> object:
    try:
        return SETTINGS[name].read(text)
    except ValueError as error:
        raise ConfigError(
            say("config.bad_value", name=name, text=text, origin=origin, why=error),
            hint=say("config.bad_value_cure", name=name, meaning=say(f"setting.{name}")),
        ) from error


def _files() -> Iterator[Path]:
    if named := os.environ.get("JOBCAST_CONFIG"):
        yield Path(named)
        return
    home = Path("~/.config").expanduser()
    for folder in (Path("/etc/jobcast"), home / "jobcast", Path()):
        if (folder / "jobcast.toml").is_file():
            yield folder / "jobcast.toml"


def _from_file(file: Path) -> Iterator[tuple[str, str]]:
    try:
        tree = tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(
            say("config.unreadable", file=file, why=error), hint=say("config.unreadable_cure")
        ) from error
    for name, value in leaves(tree):
        if name not in SETTINGS:
            raise ConfigError(say("config.unknown", name=name, file=file), hint=likeliest(name, SETTINGS))
        yield name, ",".join(map(str, value)) if isinstance(value, list) else str(value)


def leaves(tree: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Yield what stands in mappings within mappings, each under the names that lead to it, joined by dots."""
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value
