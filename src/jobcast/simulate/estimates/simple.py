"""Estimates without anything to train: as requested, as it will be, and as the user's last two jobs were."""

from jobcast.simulate.estimates.base import UNKNOWN, Columns


class Requested:
    """Reckons that each job runs for as long as it asks for."""

    def __init__(self, columns: Columns) -> None:
        self._request: list[int] = columns.request.tolist()

    def at_submission(self, job: int, now: int) -> int:
        """Return the request."""
        del now
        return self._request[job]

    def at_finish(self, job: int, now: int) -> None:
        """Learn nothing."""


class DoubledRequest(Requested):
    """Reckons that each job runs for twice as long as it asks for.

    Nonsense that helps: it leaves room before the reservation of the job at the head, which short jobs fill
    (Mu'alem and Feitelson 2001).
    """

    def at_submission(self, job: int, now: int) -> int:
        """Return twice the request: the only estimate that outlives it."""
        return 2 * super().at_submission(job, now)


class Actual:
    """Knows how long each job will run, as nobody can: the bound of what estimates are worth."""

    def __init__(self, columns: Columns) -> None:
        self._run: list[int] = columns.run.tolist()

    def at_submission(self, job: int, now: int) -> int:
        """Return the run time."""
        del now
        return self._run[job]

    def at_finish(self, job: int, now: int) -> None:
        """Learn nothing."""


class LastTwo:
    """Reckons with the mean of the two jobs of the same user that finished last (Tsafrir et al. 2007).

    The mean is cut to whole seconds and capped by the request, which is the estimate of jobs whose user is
    unknown or has fewer than two finished.
    """

    def __init__(self, columns: Columns) -> None:
        self._request: list[int] = columns.request.tolist()
        self._run: list[int] = columns.run.tolist()
        self._user: list[int] = columns.user.tolist()
        self._last: dict[int, int] = {}
        self._last_two: dict[int, int] = {}
        """Sum of the two, of users who have as many."""

    def at_submission(self, job: int, now: int) -> int:
        """Return the mean, or the request where there is none."""
        del now
        request = self._request[job]
        last_two = self._last_two.get(self._user[job])
        return request if last_two is None else min(request, last_two // 2)

    def at_finish(self, job: int, now: int) -> None:
        """Take in the run time of `job` as the newest of its user."""
        del now
        user, run = self._user[job], self._run[job]
        if user == UNKNOWN:
            return
        if user in self._last:
            self._last_two[user] = self._last[user] + run
        self._last[user] = run
