r"""The file that says which column of a table is which column of the history.

::

    system = "nextflow"        # the history's column `system`; "table" if left out
    null = ["-", ""]           # texts that mean nothing; [""] if left out
    separator = "\t"           # found out if left out

    [columns]
    name = "process"                                # a column, taken as it stands
    description = "tag={tag} input_size={rchar}"    # columns and text; {row} is the row's number
    command = { from = ["script", "name"] }         # the first of these that the table has
    cwd = { from = "workdir", optional = true }     # null where the table has no such column
    memory_peak = { from = "rss", unit = "KB" }     # of bare numbers: B KB MB GB TB PB; 1 KB is 1024 B
    run_time = { from = "realtime", unit = "ms" }   # us ms s min h d; also "1-02:03:04", "3m 2s"
    submit_time = { from = "submit", time = "epoch_ms" }  # iso epoch epoch_ms epoch_us, or strptime
    attempt = { from = "attempt", add = -1 }        # for counts
    queue = { constant = "batch" }
    finish_time = { start = "2024-01-01T00:00:00Z", every = "1min" }  # made up, for an order without times

    [values.state]             # what a source says, and what that means
    COMPLETED = "done"
    CACHED = ""                # not a job that ended
    "*" = "failed"             # anything else

`job_id`, `state` and either `finish_time` or `start_time` with `run_time` are required.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import polars as pl

from jobcast.errors import ConfigError
from jobcast.history import SCHEMA, Instant
from jobcast.job import ExitReason, JobState
from jobcast.language import say
from jobcast.spelling import likeliest
from jobcast.systems.columns import FACTORS

SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
"""Units of time, in seconds."""

MEMORY_UNITS = tuple(f"{letter}{end}" for letter in "KMGTP" for end in ("B", "iB")) + tuple(FACTORS)
"""Units of memory; KB is KiB, as everywhere in jobcast."""

_ALLOWED = {"state": tuple(JobState), "exit_reason": tuple(ExitReason)}
_KNOWN = ("system", "null", "separator", "columns", "values")
_FOR_ALL = ("from", "optional", "constant")
_FOR_KIND = {
    "text": (),
    "memory": ("unit",),
    "duration": ("unit",),
    "time": ("time", "start", "every"),
    "count": ("add",),
    "flag": (),
    "list": (),
}


def kind_of(column: str) -> str:
    """Return how a column of the history is read: text, memory, duration, time, count, flag or list."""
    by_type = {pl.String: "text", pl.Float64: "duration", pl.Boolean: "flag", pl.List(pl.String): "list"}
    if "memory" in column and column != "memory_basis":
        return "memory"
    if SCHEMA[column] == Instant:
        return "time"
    return next((kind for type_, kind in by_type.items() if SCHEMA[column] == type_), "count")


@dataclass(frozen=True, kw_only=True, slots=True)
class ColumnSource:
    """Where one column of the history comes from."""

    column: str
    """The column of the history."""
    templates: tuple[str, ...] = ()
    """Columns of the table in braces, and text; the first of which the table has all columns counts."""
    optional: bool = False
    """The table may have none of them."""
    constant: str | None = None
    """The value of each row; None where it comes from the table."""
    unit: str | None = None
    """Of bare numbers; None where the map names none: bytes or seconds."""
    times: tuple[str, ...] = ("iso",)
    """Forms of time, tried in turn."""
    add: int = 0
    """Added to each count."""
    start: datetime | None = None
    """The made-up time of the first row; None where times are not made up."""
    every: float = 0.0
    """Seconds from one row's made-up time to the next."""

    def needs(self, template: str) -> list[str]:
        """Return the columns of the table that stand in `template`."""
        return [name for name in re.findall(r"\{([^{}]+)\}", template) if name != "row"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ColumnMap:
    """How a table becomes a history."""

    system: str
    """The history's column `system`."""
    null: tuple[str, ...]
    """Texts that mean nothing."""
    separator: str | None
    """What stands between values; None: to be found out."""
    sources: tuple[ColumnSource, ...]
    """One for each column of the history that is mapped."""
    values: Mapping[str, Mapping[str, str]]
    """For columns of the history, what the source's words mean; ``*`` stands for all others."""


def find_map(name_or_path: str) -> Path:
    """Return the file of a map: a path, or the name of one that jobcast brings along.

    Raises ConfigError when there is neither.
    """
    path = Path(name_or_path)
    if path.is_file():
        return path
    shipped = Path(str(files("jobcast.systems.table"))) / "maps"
    names = sorted(file.stem for file in shipped.glob("*.toml"))
    if name_or_path in names:
        return shipped / f"{name_or_path}.toml"
    raise ConfigError(say("systems.no_map", name=name_or_path), hint=likeliest(name_or_path, names))


def load(path: Path) -> ColumnMap:
    """Read a map. Raises ConfigError, which names what is wrong and what would be right."""
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(
            say("systems.bad_map", path=path, why=error), hint=say("systems.bad_map_cure")
        ) from error
    _check(tree, _KNOWN, f"{path}")
    columns, values = _table(tree, "columns", path), _table(tree, "values", path)
    _check(columns, SCHEMA, f"{path}, [columns]")
    _check(values, SCHEMA, f"{path}, [values]")
    _check_required(columns, path)
    for column in values:
        words = _table(values, column, path)
        _check(words.values(), (*_ALLOWED.get(column, words.values()), ""), f"{path}, [values.{column}]")
    return ColumnMap(
        system=str(tree.get("system", "table")),
        null=tuple(_as_list(tree.get("null", [""]))),
        separator=tree.get("separator"),
        sources=tuple(_source(name, entry, path) for name, entry in columns.items()),
        values={
            column: {word: str(meaning) for word, meaning in words.items()}
            for column, words in values.items()
        },
    )


def _table(tree: dict[str, Any], name: str, path: Path) -> dict[str, Any]:
    table = tree.get(name, {})
    if not isinstance(table, dict):
        raise ConfigError(say("systems.map_table", path=path, name=name), hint=_example())
    return table


def _source(column: str, entry: Any, path: Path) -> ColumnSource:
    """Read one line of [columns]."""
    place = f"{path}, {column}"
    if not isinstance(entry, dict):
        entry = {"from": entry}
    kind = kind_of(column)
    _check(entry, (*_FOR_ALL, *_FOR_KIND[kind]), place)
    if len({"from", "constant", "start"} & set(entry)) != 1:
        raise ConfigError(say("systems.map_ways", place=place), hint=_example())
    units = tuple(SECONDS) if kind == "duration" else MEMORY_UNITS
    _check([entry["unit"]] if "unit" in entry else [], units, f"{place}, unit")
    try:
        return ColumnSource(
            column=column,
            templates=tuple(_template(text) for text in _as_list(entry.get("from", []))),
            optional=bool(entry.get("optional", False)),
            constant=str(entry["constant"]) if "constant" in entry else None,
            unit=entry.get("unit"),
            times=tuple(_as_list(entry.get("time", "iso"))),
            add=_count(entry.get("add", 0)),
            start=_start(entry["start"]) if "start" in entry else None,
            every=_every(entry.get("every", "1s")),
        )
    except (TypeError, ValueError) as error:
        raise ConfigError(say("systems.map_wrong", place=place, why=error), hint=_example()) from error


def _example() -> str:
    return say("systems.map_example", example='{ from = "peak_rss", unit = "KB" }')


def _as_list(value: Any) -> list[str]:
    return [str(text) for text in value] if isinstance(value, list) else [str(value)]


def _template(text: str) -> str:
    """Take a text without braces as the name of a column."""
    return text if "{" in text else f"{{{text}}}"


def _start(value: Any) -> datetime:
    """Read when the first row is said to have happened; without a zone, in UTC."""
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError as error:
        raise ValueError(say("systems.not_a_time", text=value)) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _count(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        raise ValueError(say("systems.not_a_count", text=value)) from error


def _every(text: str) -> float:
    """Read a distance such as ``1min``."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(us|ms|s|min|h|d)", str(text))
    if match is None:
        raise ValueError(say("systems.not_a_distance", text=text))
    return float(match[1]) * SECONDS[match[2]]


def _check_required(columns: Mapping[str, Any], path: Path) -> None:
    missing = [name for name in ("job_id", "state") if name not in columns]
    if "finish_time" not in columns and not {"start_time", "run_time"} <= set(columns):
        missing.append(say("systems.map_lacks_finish"))
    if missing:
        raise ConfigError(
            say("systems.map_lacks", path=path, names=", ".join(missing)), hint=say("systems.map_lacks_cure")
        )


def _check(names: Iterable[str], known: Iterable[str], place: str) -> None:
    """Raise ConfigError for the first name that is not known, with the nearest one that is."""
    choices = [str(name) for name in known]
    for name in names:
        if name not in choices:
            raise ConfigError(
                say("systems.map_unknown", place=place, name=name), hint=likeliest(str(name), choices)
            )
