"""Settings: declared once here, then set by file, environment or flag, the later winning.

Files: ``/etc/jobcast/jobcast.toml``, ``~/.config/jobcast/jobcast.toml``, ``./jobcast.toml``; or only the one
that the environment variable JOBCAST_CONFIG names. In the environment the setting ``sample.overlap`` is
JOBCAST_SAMPLE_OVERLAP. What a setting means stands in the catalogue of texts, under ``setting``.
"""

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast

from jobcast.errors import ConfigError
from jobcast.language import say
from jobcast.setting import (
    Setting,
    read_batch_socket,
    read_chance,
    read_command,
    read_days,
    read_executor,
    read_factor,
    read_folder,
    read_language,
    read_limit_unit,
    read_mark,
    read_maybe_file,
    read_memory_unit,
    read_models,
    read_name,
    read_names,
    read_port,
    read_price,
    read_probability,
    read_retries,
    read_seconds,
    read_socket,
    read_truth,
    read_url,
    read_workers,
)
from jobcast.spelling import likeliest
from jobcast.zone import read_zone

T = TypeVar("T")


LANG = Setting(name="lang", read=read_language, default="")
STORE = Setting(name="store", read=read_folder, default="~/.local/share/jobcast")
CLUSTER = Setting(name="cluster", read=read_name, default="default")
TIMEZONE = Setting(name="timezone", read=read_zone, default="local")
MEMORY_UNIT = Setting(name="memory_unit", read=read_memory_unit, default="M")
LIMIT_UNIT: Setting[str | None] = Setting(name="limit_unit", read=read_limit_unit, default="")
MEMORY_PER_TASK = Setting(name="memory_per_task", read=read_truth, default="false")
RISK = Setting(name="risk", read=read_probability, default="0.05")
RISK_RUN_TIME = Setting(name="risk_run_time", read=read_probability, default="0.01")
SAMPLE_MIN_INTERVAL = Setting(name="sample.min_interval", read=read_seconds, default="60", unit="s")
SAMPLE_OVERLAP = Setting(name="sample.overlap", read=read_seconds, default="3600", unit="s")
ADMINISTRATORS: Setting[tuple[str, ...]] = Setting(name="administrators", read=read_names, default="")
PRICE_CORE_HOUR = Setting(name="price.core_hour", read=read_price, default="0")
PRICE_GIB_HOUR = Setting(name="price.gib_hour", read=read_price, default="0")
PRICE_CURRENCY = Setting(name="price.currency", read=str.strip, default="")
MODELS_KEEP = Setting(name="models.keep", read=read_models, default="10")
HOOK_RULES: Setting[Path | None] = Setting(name="hook.rules", read=read_maybe_file, default="")
HOOK_DEADLINE = Setting(name="hook.deadline", read=read_seconds, default="0.2", unit="s")
SERVE_SOCKET = Setting(name="serve.socket", read=read_socket, default="auto")
SERVE_HOST = Setting(name="serve.host", read=read_name, default="127.0.0.1")
SERVE_PORT = Setting(name="serve.port", read=read_port, default="8470")
SERVE_WORKERS = Setting(name="serve.workers", read=read_workers, default="2")
SERVE_CERTIFICATE: Setting[Path | None] = Setting(name="serve.certificate", read=read_maybe_file, default="")
SERVE_KEY: Setting[Path | None] = Setting(name="serve.key", read=read_maybe_file, default="")

BATCH_FOLDER: Setting[Path | None] = Setting(name="batch.folder", read=read_maybe_file, default="")
BATCH_SOCKET = Setting(name="batch.socket", read=read_batch_socket, default="auto")
BATCH_SYSTEM: Setting[tuple[str, ...]] = Setting(name="batch.system", read=read_names, default="")
BATCH_HOST = Setting(name="batch.host", read=read_name, default="127.0.0.1")
BATCH_PORT = Setting(name="batch.port", read=read_port, default="0")
BATCH_CERTIFICATE: Setting[Path | None] = Setting(name="batch.certificate", read=read_maybe_file, default="")
BATCH_KEY: Setting[Path | None] = Setting(name="batch.key", read=read_maybe_file, default="")
BATCH_EXECUTOR = Setting(name="batch.executor", read=read_executor, default="local")
BATCH_KEEP_DAYS = Setting(name="batch.keep_days", read=read_days, default="30")
BATCH_PARTITION = Setting(name="batch.partition", read=str.strip, default="")
BATCH_MEMORY_RETRIES = Setting(name="batch.memory_retries", read=read_retries, default="0")
BATCH_MEMORY_FACTOR = Setting(name="batch.memory_factor", read=read_factor, default="2")
BATCH_SENDMAIL: Setting[tuple[str, ...]] = Setting(name="batch.sendmail", read=read_command, default="")
BATCH_WEBHOOK = Setting(name="batch.webhook", read=read_url, default="")

FAILURES_LOWER_AT: Setting[float | None] = Setting(name="failures.lower_at", read=read_chance, default="")
FAILURES_LOWERED_FOR = Setting(name="failures.lowered_for", read=read_seconds, default="86400", unit="s")
FAILURES_HOLD_AT: Setting[float | None] = Setting(name="failures.hold_at", read=read_chance, default="")
FAILURES_RETRIES = Setting(name="failures.retries", read=read_retries, default="0")
FAILURES_RETRY_BELOW = Setting(name="failures.retry_below", read=read_mark, default="0.5")

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
        FAILURES_LOWER_AT,
        FAILURES_LOWERED_FOR,
        FAILURES_HOLD_AT,
        FAILURES_RETRIES,
        FAILURES_RETRY_BELOW,
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
