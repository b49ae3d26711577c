"""Reading each kind of file, against the quickest library call that takes its bytes apart."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import polars as pl

import made_up
import made_up_bjobs
from harness import Operation, Start
from jobcast.demo.cluster import START
from jobcast.systems.base import Site
from jobcast.systems.registry import FILE_FORMATS

_SITE = Site(now=START + timedelta(days=made_up.DAYS + 7), cluster="bench")


def operations(shrink: int) -> list[Operation]:
    """Return one operation for each kind of file."""
    return [
        Operation(
            name=f"read {kind}",
            size=size // shrink,
            prepare=partial(_prepare, write),
            work=partial(_read, kind),
            limit=limit,
            limit_name=limit_name,
        )
        for kind, size, write, limit, limit_name in (
            ("lsb.acct", 200_000, made_up.write_acct, _csv(" ", quote='"'), "polars.read_csv"),
            ("sacct", 200_000, made_up.write_sacct, _csv("|"), "polars.read_csv"),
            ("swf", 1_000_000, made_up.write_swf, _csv(" "), "polars.read_csv"),
            ("bjobs", 83_000, made_up_bjobs.write_bjobs, _split, "bytes.split"),
            ("memprediction", 200_000, made_up.write_memprediction, _csv(",", quote='"'), "polars.read_csv"),
        )
    ]


def _prepare(write: Callable[[pl.DataFrame, Path], None], folder: Path, size: int) -> None:
    write(made_up.history(size), folder)


def _read(kind: str, folder: Path) -> Callable[[], object]:
    def read() -> int:
        rows = (rows for path in sorted(folder.iterdir()) for rows in FILE_FORMATS[kind].read(path, _SITE))
        return sum(batch.jobs.height for batch in rows)

    return read


def _csv(separator: str, quote: str | None = None) -> Start:
    def start(folder: Path) -> Callable[[], object]:
        return lambda: [
            pl.read_csv(
                path,
                separator=separator,
                quote_char=quote,
                has_header=False,
                comment_prefix=";",
                infer_schema=False,
            )
            for path in folder.iterdir()
        ]

    return start


def _split(folder: Path) -> Callable[[], object]:
    return lambda: [path.read_bytes().split(b"\n") for path in folder.iterdir()]
