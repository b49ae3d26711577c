"""Put batches of rows into the store, whatever they were read from."""

from collections.abc import Callable, Iterable

import polars as pl

from jobcast.history import Rows
from jobcast.sample.counts import Counts, counts_of
from jobcast.store import Appended, Store

Watch = Callable[[Counts], None]
"""Called after each batch with what was counted so far."""


def unwatched(_so_far: Counts) -> None:
    """Let the batches pass in silence."""


def keep(rows: Rows, store: Store) -> Appended:
    """Put one batch into the store."""
    store.set_aside(rows.set_aside)
    return store.append(rows.jobs)


def look(rows: Rows, store: Store) -> Appended:
    """Tell what `keep` would do. A run that two batches hold counts as new in both."""
    new = len(store.unknown(rows.jobs))
    return Appended(new=new, known=len(rows.jobs) - new)


def keep_all(
    batches: Iterable[Rows],
    store: Store,
    *,
    dry_run: bool = False,
    watch: Watch = unwatched,
    also: Callable[[pl.DataFrame], None] | None = None,
) -> Counts:
    """Put all batches into the store, one at a time, and count them; `also` sees the jobs of each batch."""
    counts = Counts()
    for rows in batches:
        counts += counts_of(rows, look(rows, store) if dry_run else keep(rows, store))
        if also is not None and not dry_run:
            also(rows.jobs)
        watch(counts)
    return counts
