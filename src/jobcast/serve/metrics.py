"""What the service counts, for Prometheus; workers add up through files that they share.

The folder of these files is named by the variable PROMETHEUS_MULTIPROC_DIR, before this module is imported.
"""

import os
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, values
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

_place = "parent"


def take_place(number: int) -> None:
    """Go on counting, in this process, where the worker left off that had this place before."""
    global _place  # noqa: PLW0603 - what a process is, all its counters have to know
    _place = f"worker-{number}"


if (
    "PROMETHEUS_MULTIPROC_DIR" in os.environ
):  # by default files are named by processes, and more with each of them
    values.ValueClass = values.MultiProcessValue(lambda: _place)  # type: ignore[no-untyped-call]

_SECONDS = (0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)

REQUESTS = Counter("jobcast_requests", "Requests that were answered.", ["route", "status"])
SECONDS = Histogram(
    "jobcast_request_seconds", "Seconds from the whole request to its answer.", ["route"], buckets=_SECONDS
)
SUBMISSIONS = Counter(
    "jobcast_submissions",
    "Submissions that hooks asked about, by what became of them.",
    ["system", "outcome"],
)
FEEDBACK = Counter("jobcast_feedback_jobs", "Finished jobs that were told at once.")
LOADS = Counter("jobcast_model_loads", "Models that were loaded, or could not be.", ["outcome"])
MODEL_MADE = Gauge(
    "jobcast_model_made_timestamp_seconds",
    "When the model that answers was made.",
    multiprocess_mode="mostrecent",
)
TROUBLE = Gauge(
    "jobcast_trouble", "1 while a file of the site, or the active model, can't be used.", ["what"],
    multiprocess_mode="livemax",
)  # fmt: skip
WORKERS = Gauge("jobcast_workers", "Processes that answer.", multiprocess_mode="livesum")


def exposition(shared: Path | None) -> bytes:
    """Return all figures in Prometheus' text format; of all workers where they share the folder `shared`."""
    if shared is None:
        return generate_latest()
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(shared))  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def forget(shared: Path, number: int) -> None:
    """Forget what only a living worker counts, of that which had this place."""
    mark_process_dead(f"worker-{number}", path=str(shared))  # type: ignore[no-untyped-call]
