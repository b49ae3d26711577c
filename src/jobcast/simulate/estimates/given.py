"""Estimates that were worked out before, such as forecasts as of each submission in the recorded history."""

from jobcast.simulate.estimates.base import Rows


class Given:
    """Tells what it was given."""

    def __init__(self, estimates: Rows, request: Rows) -> None:
        self._estimates: list[int] = estimates.tolist()
        self._request: list[int] = request.tolist()

    def at_submission(self, job: int, now: int) -> int:
        """Return the estimate of `job`; its request where it was given none."""
        del now
        estimate = self._estimates[job]
        return self._request[job] if estimate < 0 else min(estimate, self._request[job])

    def at_finish(self, job: int, now: int) -> None:
        """Learn nothing."""
