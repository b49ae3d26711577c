"""Writes a history as the lsb.acct of LSF 10.1, so that jobcast's own reader brings it into the store.

Source: lsb.acct(5). What the history does not know stands there as LSF writes it for a plain job.
"""

from pathlib import Path

import polars as pl

from jobcast.units import KIB, MIB, PIB

_DONE, _EXIT = 64, 32
_INTERACTIVE = 0x4000000
_TERMINATIONS = {"memory_limit": 16, "run_limit": 5}
_BY_OWNER = 14
"""exitInfo: TERM_MEMLIMIT, TERM_RUNLIMIT and TERM_OWNER."""


def write_acct(history: pl.DataFrame, path: Path) -> None:
    """Write the jobs in their order, and among them `BROKEN` records that no reader should believe."""
    lines = records(history).to_list()
    for number, record in enumerate(_broken(history), start=1):
        lines.insert(number * len(history) // (BROKEN + 1), record)
    path.write_text("\n".join(lines) + "\n", "utf-8")


def records(history: pl.DataFrame) -> pl.Series:
    """Return the JOB_FINISH record of each job, without line end."""
    return history.select(pl.concat_str(_fields(), separator=" ")).to_series()


def _fields() -> list[pl.Expr | str]:
    """Return the fields of a record, in the order of the manual."""
    resources = pl.concat_str(
        pl.when(pl.col("memory_requested").is_not_null())
        .then(pl.format("rusage[mem={}] ", pl.col("memory_requested") // MIB))
        .otherwise(pl.lit("")),
        pl.format("span[hosts={}]", "span_hosts"),
    )
    name = pl.coalesce(pl.format("{}[{}]", "name", "array_index"), "name")
    killed = pl.when(pl.col("state") == "cancelled").then(_BY_OWNER).otherwise(0)
    ended = pl.col("exit_reason").replace_strict(_TERMINATIONS, default=None).fill_null(killed)
    status = pl.when(pl.col("state") == "done").then(_DONE).otherwise(_EXIT)
    system_time = (pl.col("cpu_time") * 0.04).floor()
    cores = pl.col("cores_requested")
    host = pl.col("hosts").list.first()
    return [
        *(_text(pl.lit("JOB_FINISH")), _text(pl.lit("10.1")), _seconds("finish_time"), pl.col("job_id")),
        *(_fixed("1001"), pl.when(pl.col("interactive")).then(_INTERACTIVE).otherwise(0) + 3, cores),
        *(_seconds("submit_time"), _fixed("0 0"), _seconds("start_time"), _text("user"), _text("queue")),
        *(_text(resources), _fixed('"" "" "login1"'), _text("cwd"), _fixed('"" "" "" "" 0 1')),
        *(_text(pl.format("{}*{}", cores, host)), status, _fixed("1.0"), _text(name), _text("command")),
        *(pl.col("cpu_time") - system_time, system_time, _fixed('0 0 -1 0 0 0 0 0 0 0 -1 0 0 0 0 0 -1 ""')),
        *(_text("project"), _wait_status(), cores, _fixed('"" ""'), pl.col("array_index").fill_null(0)),
        *(_measured("memory_peak"), _fixed('0 "" "" "" "" 0 ""'), ended, _fixed('"" -1')),
        *(_text(pl.format("/{}/{}/{}", "project", "group", "user")), _fixed('"" "" "" -1 "" "" 0 "" 0 ""')),
        *(_text("description"), _fixed("0 0"), pl.col("run_limit").cast(pl.Int64).fill_null(-1)),
        *(_fixed("0"), _measured("memory_mean"), _text(pl.format("select[type == local] {}", resources))),
        _fixed('"" -1 "" -1 0 "" 0 0 "" -1 "" 0 "" 0.0 0.0 0.0 0.0 0.0 1 "" -1 0 0 0'),
    ]


def _fixed(text: str) -> pl.Expr:
    return pl.lit(text)


def _text(column: pl.Expr | str) -> pl.Expr:
    """Quote a text as LSF does: a quote within stands twice; no text is an empty one."""
    value = pl.col(column) if isinstance(column, str) else column
    return pl.format('"{}"', value.fill_null("").str.replace_all('"', '""', literal=True))


def _seconds(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.Int64).floordiv(1_000_000)


def _measured(column: str) -> pl.Expr:
    """Return bytes as KB; 0 where nothing was measured."""
    return pl.col(column).floordiv(KIB).fill_null(0)


def _wait_status() -> pl.Expr:
    """Return the exit code as wait(2) gives it: 128 + n was signal n."""
    code = pl.col("exit_code")
    return pl.when(code > 128).then(code - 128).otherwise(code * 256)


BROKEN = 3
"""Records that `write_acct` adds: what full disks, clocks that jump and wrong counters leave behind."""


def _broken(history: pl.DataFrame) -> list[str]:
    """Return a record that was cut off, one of a job that ended before it began, one with 4 PiB of memory."""
    quarter = max(1, len(history) // (BROKEN + 1))
    part = pl.int_range(1, BROKEN + 1)
    spoilt = (
        history.gather_every(quarter, quarter)
        .head(BROKEN)
        .with_columns(
            job_id=pl.format("{}", pl.col("job_id").cast(pl.Int64) + _ELSEWHERE),
            finish_time=pl.when(part == 2)
            .then(pl.col("start_time").dt.offset_by("-1h"))
            .otherwise("finish_time"),
            memory_peak=pl.when(part == 3).then(4 * PIB).otherwise("memory_peak"),
        )
    )
    cut, *others = records(spoilt)
    return [cut[: len(cut) // 2], *others]


_ELSEWHERE = 5_000_000
"""Added to the job numbers of broken records, which no other job has."""
