"""What the fields of lsb.acct mean, for many records at once.

Measured memory is KB there, times are seconds since 1970. Few requirements, lists of hosts and endings are
common to most jobs: each of them is understood once, whatever the number of jobs that share it.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import polars as pl

from jobcast.systems.base import Site
from jobcast.systems.lsf.acct_layout import CAPTURED, Fields
from jobcast.systems.lsf.endings import Ending, done, ended_badly, exit_code, termination
from jobcast.systems.lsf.finished import group_of, hosts_of
from jobcast.systems.lsf.resources import Asked, asked_for
from jobcast.units import KIB

_DONE, _EXIT = 0x40, 0x20
"""Bits of jStatus in lsbatch.h; a done job may carry those of its post-execution command too."""
_INTERACTIVE = 0x4000000
"""SUB_INTERACTIVE in lsbatch.h, set by bsub -I, -Ip and -Is."""

_STATUS = CAPTURED.index("jStatus")


def is_over(fields: Fields) -> bool:
    """Tell whether the job is done or exited."""
    return bool(int(fields[_STATUS] or 0) & (_DONE | _EXIT))


def to_columns(records: Sequence[Fields], site: Site) -> pl.DataFrame:
    """Return columns of the history, as `Finished` names them."""
    texts = list(zip(*records, strict=True)) or [()] * len(CAPTURED)
    raw = pl.DataFrame(
        [pl.Series(name, column, dtype=pl.String) for name, column in zip(CAPTURED, texts, strict=True)]
    )
    table = raw.select("jStatus", "exitStatus", "exitInfo", "resReq", "effectiveResReq", *_values())
    for keys, understand, columns in (
        (["execHosts"], _hosts, _HOSTS),
        (["chargedSAAP"], _group, _GROUP),
        (["jStatus", "exitStatus", "exitInfo", "started"], _ending, _ENDING),
        (["resReq", "effectiveResReq", "cores_requested", "host_count"], partial(_asked, site), _ASKED),
    ):
        table = table.hstack(_of_distinct(table.select(keys), understand, columns))
    return table


def _values() -> list[pl.Expr]:
    """Return what can be read off a single field."""
    index, name = _positive("idx"), _plain("jobName")
    # LSF shows an array element under the name of the array, ``sim[1-90]%5``.
    of_array = pl.when(index.is_not_null()).then(name).str.extract(r"^([^%]+)\[[^\[%]*\](?:%|$)")
    utime, stime = pl.col("ru_utime").cast(pl.Float64), pl.col("ru_stime").cast(pl.Float64)
    return [
        pl.col("jobId").alias("job_id"),
        index.alias("array_index"),
        pl.coalesce(of_array, name).alias("name"),
        *(_plain(field).alias(column) for field, column in _TEXTS.items()),
        *((_positive(field) * 1_000_000).alias(column) for field, column in _TIMES.items()),
        (pl.col("startTime") != "0").alias("started"),
        _positive("numProcessors").alias("cores_requested"),
        _positive("runLimit").cast(pl.Float64).alias("run_limit"),
        ((pl.col("options").cast(pl.Int64) & _INTERACTIVE) != 0).alias("interactive"),
        (_positive("maxRMem") * KIB).alias("memory_peak"),
        (_positive("avgMem") * KIB).alias("memory_mean"),
        # -1 stands for a job that was not measured.
        pl.when((utime != -1) & (stime != -1)).then(utime + stime).alias("cpu_time"),
        pl.col("execHosts", "chargedSAAP"),
    ]


_TEXTS = {
    "userName": "user",
    "projectName": "project",
    "queue": "queue",
    "command": "command",
    "cwd": "cwd",
    "jobDescription": "description",
}
_TIMES = {"submitTime": "submit_time", "startTime": "start_time", "eventTime": "finish_time"}
"""0 stands for what never happened."""


def _plain(field: str) -> pl.Expr:
    """Return a text, null where it is empty; within quotes a quote stands twice."""
    text = pl.col(field)
    return pl.when(text != "").then(text.str.replace_all('""', '"', literal=True))


def _positive(field: str) -> pl.Expr:
    """Return a number; 0 and -1 stand for none, or for a job too short to be sampled."""
    number = pl.col(field).cast(pl.Int64)
    return pl.when(number > 0).then(number)


Columns = Mapping[str, type[pl.DataType]]


def _of_distinct(
    keys: pl.DataFrame, understand: Callable[..., Sequence[object]], columns: Columns
) -> pl.DataFrame:
    """Return `columns` for each row of `keys`: what `understand` says of it."""
    distinct = keys.unique()
    rows = [understand(*row) for row in distinct.iter_rows()]
    found = pl.DataFrame(rows, schema=columns, orient="row", strict=False)
    joined = keys.join(
        distinct.hstack(found), on=keys.columns, how="left", nulls_equal=True, maintain_order="left"
    )
    return joined.select(*columns)


_HOSTS = {"hosts": pl.String, "host_count": pl.Int64}
_GROUP = {"group": pl.String}
_ENDING = {"state": pl.String, "exit_code": pl.Int32, "exit_reason": pl.String}
_ASKED = {"memory_requested": pl.Int64, "gpus_requested": pl.Int32, "span_hosts": pl.Int32}


def _hosts(quoted: str) -> tuple[str | None, int | None]:
    """Return the hosts, joined by blanks, and their number; the field has one per task, or ``16*host``."""
    hosts = hosts_of(quoted.replace('"', " ").split())
    return " ".join(hosts) or None, len(hosts) or None


def _group(share_path: str | None) -> tuple[str | None]:
    return (group_of(share_path or ""),)


def _ending(status: str, exit_status: str, exit_info: str | None, started: bool) -> Ending:
    if int(status) & _DONE:
        return done()
    return ended_badly(exit_code(int(exit_status)), termination(int(exit_info or 0)), started=started)


def _asked(site: Site, own: str, effective: str | None, tasks: int | None, hosts: int | None) -> Asked:
    return asked_for(_unquoted(own), _unquoted(effective or ""), tasks, hosts, site)


def _unquoted(text: str) -> str:
    return text.replace('""', '"')
