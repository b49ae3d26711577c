"""``llsummary -l``: every step at length, as they come, each under its job."""

from collections.abc import Iterable, Iterator

from jobcast.batch.record import Step
from jobcast.batch.screens.loadleveler import llq
from jobcast.batch.screens.loadleveler.llq_long import long_listing
from jobcast.batch.screens.loadleveler.llq_usage import usage
from jobcast.batch.snapshot import Snapshot
from jobcast.printable import printable
from jobcast.zone import read_zone


def long_listings(steps: Iterable[Step], site: Snapshot, *, extended: bool) -> Iterator[str]:
    """Yield lines on each step; those of what it and its earlier runs have used, too, if `extended`."""
    zone, before = read_zone(site.zone), ""
    for step in steps:
        job = llq.job_of(step)
        if job != before:
            yield f"================== Job {printable(job)} =================="
            yield f"Job Id: {printable(job)}"
            before = job
        yield from long_listing(step, site)
        if extended:
            yield from usage(step, zone)
