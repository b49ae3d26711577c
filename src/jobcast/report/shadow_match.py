"""Which finished jobs came of which answered submission."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice

import polars as pl

from jobcast.advice import Subject
from jobcast.features.submit_line import submitted
from jobcast.history import Instant
from jobcast.job import ExitReason
from jobcast.report.measures import DONE, KILLED_FOR_MEMORY, measured
from jobcast.store.advice import ChangeEntry, Entry, shortened

TOLERANCE = timedelta(seconds=60)
"""As far apart an answer and the submission that a batch system noted may lie: a queue of requests, two clocks."""

_BATCH = 20_000
"""Entries that are held as texts at once."""
_KEPT = 4096
"""Characters of a command or path that the journal keeps."""

_CHANGE = {"kind": pl.String, "before": pl.Float64, "after": pl.Float64, "made": pl.Boolean}
_TEXTS = ("id", "name", "command", "cwd")
_WHO = {"user": pl.String, "queue": pl.String, "mode": pl.String}


def _named(subject: Subject) -> dict[str, pl.DataType | type[pl.DataType]]:
    return {f"{subject}_{name}": kind for name, kind in _CHANGE.items()}


_AS_TOLD = pl.Schema(
    {
        "at": Instant,
        **dict.fromkeys(_TEXTS, pl.String),
        **_WHO,
        **_named(Subject.MEMORY),
        **_named(Subject.RUN_LIMIT),
    }
)


def entries_of(journal: Iterable[Entry]) -> pl.DataFrame:
    """Return the entries in columns, without their texts: hashes stand for these, so that millions fit.

    ``entry`` numbers them; ``advice`` is the hash of the advice's id; ``key`` that of user, name, command and cwd,
    or without the name where the submission gives none (``named`` is then false). Of each part of a request
    there are ``_kind``, ``_before``, ``_after`` and ``_made``, null where nothing is to be another.
    """
    rows = map(_row, journal)
    parts = [_hashed(_AS_TOLD.to_frame())]
    while some := list(islice(rows, _BATCH)):
        columns = dict(zip(_AS_TOLD, zip(*some, strict=True), strict=True))
        parts.append(_hashed(pl.DataFrame(columns, _AS_TOLD)))
    whole = pl.concat(parts)
    return whole.filter(pl.col("advice").is_first_distinct()).with_row_index("entry")


def _row(entry: Entry) -> tuple[object, ...]:
    texts = (entry.id, entry.name, shortened(entry.command), shortened(entry.cwd))
    who = (entry.user, entry.queue, entry.mode)
    return (entry.at, *texts, *who, *_change(entry, Subject.MEMORY), *_change(entry, Subject.RUN_LIMIT))


def _change(entry: Entry, subject: Subject) -> tuple[object, ...]:
    change: ChangeEntry | None = next((one for one in entry.changes if one.subject == subject), None)
    return (change.kind, change.before, change.after, change.made) if change else (None,) * len(_CHANGE)


def _hashed(entries: pl.DataFrame) -> pl.DataFrame:
    named = (pl.col("name") != "").fill_null(value=False)
    key = (
        pl.when(named)
        .then(_hash("user", "name", "command", "cwd"))
        .otherwise(_hash("user", "command", "cwd"))
    )
    return entries.with_columns(_hash("id").alias("advice"), key.alias("key"), named.alias("named")).drop(
        _TEXTS
    )


def _hash(*columns: str) -> pl.Expr:
    """Return one number for several texts, the same in both frames of this process; absent is as empty."""
    return pl.concat_str([pl.col(name).fill_null("") for name in columns], separator="\x1f").hash()


def _submitted(commands: pl.Series) -> pl.Series:
    """Return what each line of Slurm submits, as its hook knows it; other commands stay."""
    distinct = commands.unique().drop_nulls()
    return commands.replace_strict(distinct, pl.Series(list(map(submitted, distinct)), dtype=pl.String))


def jobs_of(history: pl.LazyFrame, since: datetime) -> pl.LazyFrame:
    """Return the jobs of `history` that may have been submitted since then, in the columns that are needed.

    ``submission`` is the same for all elements, steps and runs of one job; memory is in GiB, time in hours.
    """
    recent = history.filter(pl.col("submit_time") >= since - TOLERANCE)
    submission = _hash("system", "cluster", "job_id") ^ pl.col("submit_time").hash()
    command = pl.col("command").map_batches(_submitted, return_dtype=pl.String)
    kept = [column.str.slice(0, _KEPT) for column in (command, pl.col("cwd"))]
    overrun = pl.col("exit_reason") == ExitReason.RUN_LIMIT.value
    return (
        measured(recent)
        .with_columns(kept)
        .select(
            submission.alias("submission"),
            pl.col("submit_time").alias("at"),
            pl.when(pl.col("advice_id").is_not_null()).then(_hash("advice_id")).alias("advice"),
            _hash("user", "name", "command", "cwd").alias("named_key"),
            _hash("user", "command", "cwd").alias("nameless_key"),
            pl.col("user").alias("job_user"),
            pl.col("queue").alias("job_queue"),
            "request",
            "peak",
            "hours",
            limit=pl.col("run_limit") / 3600,
            ran=pl.col("run_time") / 3600,
            done=DONE.fill_null(value=False),
            killed=KILLED_FOR_MEMORY.fill_null(value=False),
            overrun=overrun.fill_null(value=False),
        )
    )


def matched(entries: pl.DataFrame, jobs: pl.DataFrame) -> pl.DataFrame:
    """Return for each job that came of an entry a row of both, in the columns of `entries_of` and `jobs_of`.

    A job that carries an advice's id came of that entry, if the user is the same. Of the others those with the
    same user, name, command and working directory belong together (without the name, where the submission gave
    none: LSF then calls the job after its command), and of these the entry and the submission that lie closest
    in time, at most `TOLERANCE` apart; they leave, then come the next closest. Each submission comes of one entry at
    most, and each entry leads to one submission at most, of which all elements, steps and runs count. The queue is
    not compared: a submission may leave it to the batch system.
    """
    numbered = jobs.with_row_index("job")
    by_id = numbered.join(entries.select("advice", "entry", "user"), on="advice").filter(_same_user())
    left = numbered.filter(pl.col("advice").is_null())
    submissions = left.group_by("submission").agg(pl.col("at", "named_key", "nameless_key").first())
    free = entries.join(by_id, on="entry", how="anti")
    pairs = [by_id.select("entry", "job")]
    for named, key in ((True, "named_key"), (False, "nameless_key")):
        found = _closest(
            free.filter(pl.col("named") == named).select("entry", "key", "at"),
            submissions.select("submission", "at", key=key),
        )
        submissions = submissions.join(found, on="submission", how="anti")
        pairs.append(left.join(found, on="submission").select("entry", "job"))
    together = pl.concat(pairs)
    return together.join(entries.drop("at", "advice", "key", "named"), on="entry").join(
        numbered.drop("at", "advice", "named_key", "nameless_key"), on="job"
    )


def _same_user() -> pl.Expr:
    return (pl.col("user") == pl.col("job_user")).fill_null(value=True)


def _closest(entries: pl.DataFrame, submissions: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs of ``entry`` and ``submission``, the closest first taken, until no two of one key are left."""
    none = pl.DataFrame(
        schema={"entry": entries["entry"].dtype, "submission": submissions["submission"].dtype}
    )
    return pl.concat([none, *_rounds(entries, submissions)])


def _rounds(entries: pl.DataFrame, submissions: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield the pairs in which each is the other's closest; without them the next are, and so on."""
    while True:
        entries = entries.join(submissions, on="key", how="semi").sort("at", "entry")
        submissions = submissions.join(entries, on="key", how="semi").sort("at", "submission")
        pairs = _nearest(entries, submissions).join(
            _nearest(submissions, entries), on=("entry", "submission"), how="inner"
        )
        if pairs.is_empty():
            return
        yield pairs
        entries = entries.join(pairs, on="entry", how="anti")
        submissions = submissions.join(pairs, on="submission", how="anti")


def _nearest(these: pl.DataFrame, those: pl.DataFrame) -> pl.DataFrame:
    near = these.join_asof(
        those, on="at", by="key", strategy="nearest", tolerance=TOLERANCE, check_sortedness=False
    )
    return near.select("entry", "submission").drop_nulls()
