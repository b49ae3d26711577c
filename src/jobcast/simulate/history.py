"""From the history in the store to a trace: what a site's own jobs asked for and did.

Jobs that never ran hold nothing and are set aside. A job that tells no cores is taken as one of a single core,
and one that tells no submission as submitted when it started; both are counted. A run limit of 0 is none.
"""

from datetime import UTC, datetime, time

import polars as pl

from jobcast.errors import InputError
from jobcast.language import say
from jobcast.simulate.trace import SCHEMA, Taken, Trace, sift
from jobcast.store import Store

_NEEDED = (
    "job_id", "array_index", "step", "submit_time", "start_time", "finish_time", "run_time", "run_limit",
    "cores_requested", "memory_requested", "memory_peak", "gpus_requested", "user", "group", "project",
    "queue", "name", "command", "state",
)  # fmt: skip

STORE = "store"
"""What a trace made from the history is called."""


def read_history(
    store: Store,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    processors: int | None = None,
    cluster: str | None = None,
) -> Trace:
    """Read the jobs of one `cluster` that finished in [since, until), for a machine of so many `processors`.

    Raises StoreError when the history can't be read. Raises InputError when it holds no job of that time, or none
    that can be simulated, when it holds several clusters and none of them is named, or when `processors` is None, as no
    history tells how many there are.
    """
    jobs = store.scan(since, until)
    known = store.collect(jobs.select(pl.col("cluster").unique()))["cluster"].to_list()
    if not known and (since or until):
        _see_any(store, since, until)
    _see_one(known, cluster)
    if cluster is not None:
        jobs = jobs.filter(pl.col("cluster") == cluster)
    rows = store.collect(jobs.select(_NEEDED))
    ran = rows.filter(pl.col("start_time").is_not_null())
    origin = ran.select(_submitted().min()).item() or datetime(2000, 1, 1, tzinfo=UTC)
    origin = origin.replace(microsecond=0)
    return sift(
        Taken(
            name=STORE,
            origin=origin,
            jobs=_to_jobs(ran, origin),
            processors=processors,
            must_request=False,
            set_aside={"never_ran": len(rows) - len(ran)},
            changed=_changed(ran),
        )
    )


def _see_any(store: Store, since: datetime | None, until: datetime | None) -> None:
    """Raise InputError for a history that has jobs, but none of this time: it says which it has."""
    days = store.days()
    if not days:
        return
    newest: datetime = store.collect(
        store.scan(datetime.combine(days[-1], time(), UTC)).select(pl.col("finish_time").max())
    ).item()
    first, last = (moment and f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}" for moment in (since, until))
    if first and last:
        message = say("trace.none_between", since=first, until=last)
    else:
        message = say("trace.none_since", since=first) if first else say("trace.none_until", until=last)
    hint = say("trace.none_cure", first=f"{days[0]}", last=f"{newest.astimezone(UTC):%Y-%m-%d %H:%M}")
    raise InputError(message, hint=hint)


def _see_one(known: list[str], cluster: str | None) -> None:
    """Raise InputError unless it is clear which cluster is meant, and there is such a one."""
    if cluster is not None and cluster not in known:
        raise InputError(
            say("trace.no_cluster", cluster=cluster),
            hint=say("trace.clusters", names=", ".join(sorted(known))),
        )
    if cluster is None and len(known) > 1:
        raise InputError(
            say("trace.several_clusters"), hint=say("trace.name_cluster", names=", ".join(sorted(known)))
        )


def _submitted() -> pl.Expr:
    return pl.coalesce("submit_time", "start_time")


def _changed(ran: pl.DataFrame) -> dict[str, int]:
    return ran.select(
        request_0=(pl.col("run_limit") <= 0).sum(),
        cores_assumed=pl.col("cores_requested").is_null().sum(),
        submit_assumed=pl.col("submit_time").is_null().sum(),
    ).row(0, named=True)


def _to_jobs(ran: pl.DataFrame, origin: datetime) -> pl.DataFrame:
    """Turn columns of the history into those of a trace, in an order that the files don't decide."""
    submitted = _submitted().dt.epoch("s") - int(origin.timestamp())
    lasted = (pl.col("finish_time") - pl.col("start_time")).dt.total_microseconds() / 1e6
    element = pl.when(pl.col("array_index").is_not_null()).then(pl.format("[{}]", "array_index"))
    step = pl.when(pl.col("step").is_not_null()).then(pl.format(".{}", "step"))
    columns = {
        "id": pl.concat_str("job_id", element, step, ignore_nulls=True),
        "submit": submitted,
        "run": pl.coalesce(pl.when(pl.col("run_time") > 0).then("run_time"), lasted).ceil(),
        "request": pl.when(pl.col("run_limit") > 0).then(pl.col("run_limit").ceil()),
        "cores": pl.coalesce("cores_requested", pl.lit(1)),
        "memory": pl.col("memory_requested"),
        "memory_used": pl.col("memory_peak"),
        "gpus": pl.col("gpus_requested"),
        "waited": (pl.col("start_time").dt.epoch("s") - _submitted().dt.epoch("s")).clip(lower_bound=0),
        **{name: pl.col(name) for name in ("user", "group", "project", "queue", "name", "command", "state")},
    }
    jobs = ran.select(
        columns.get(name, pl.lit(None)).cast(kind, strict=False).alias(name) for name, kind in SCHEMA.items()
    )
    return jobs.sort("submit", "id")
