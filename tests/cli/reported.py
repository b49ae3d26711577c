"""Seven jobs of three people, which tell all that a report looks at."""

from datetime import datetime, timedelta

from jobcast.units import GIB
from tests.made_up import NEW_YEAR, frame, job

NOW = datetime.fromisoformat("2026-02-01T12:00:00+00:00")


def ran(number: int, user: str, name: str, *, days: float = 0.5, **known: object) -> dict[str, object]:
    """Return a job that ran for two hours and ended so many days after the new year."""
    finish = NEW_YEAR + timedelta(days=days)
    told = {
        "user": user,
        "name": name,
        "finish_time": finish,
        "start_time": finish - timedelta(hours=2),
        "submit_time": finish - timedelta(hours=2 + number),
        "run_time": 7200.0,
        "cores_requested": 4,
        "cpu_time": 7200.0,
        "memory_requested": 16 * GIB,
        "memory_peak": 4 * GIB,
    }
    return job(str(number), **(told | known))


JOBS = frame(
    ran(1, "chen", "place_1", project="comet", run_limit=36000.0),
    ran(2, "chen", "place_2", memory_peak=2 * GIB, run_limit=36000.0),
    ran(3, "chen", "place_3", days=1.5, run_limit=36000.0),
    ran(
        4, "fang", "sim", days=1.5, queue="syn", cores_requested=1, memory_requested=GIB, memory_peak=2 * GIB
    ),
    ran(
        5,
        "fang",
        "sim",
        days=1.75,
        queue="syn",
        cores_requested=1,
        memory_requested=2 * GIB,
        memory_peak=2 * GIB,
        state="failed",
        exit_reason="memory_limit",
        exit_code=137,
    ),
    ran(6, "li", "drc", days=3.25, queue="syn", state="cancelled", memory_peak=None, cpu_time=None),
    ran(7, "li", "drc", days=3.5, memory_requested=5 * GIB, memory_peak=4 * GIB, advised_memory=5 * GIB),
)
