"""Estimates that are learnt while the simulation runs: the share of their requests that similar jobs used.

Users round their requests and reuse them, so what is asked for tells little; but those who use a tenth of it do so
again and again. The narrowest family of a job with history tells what share to expect: the median of its last
`RUNS`. Of that, only the `PART` is reckoned with, which is no forecast but pays: a job that is taken for too
short starts in a gap, and where it outlives its estimate, the request is reckoned with instead. Perfect knowledge
lowered like this is better than perfect knowledge, too. How both were chosen, and what others gave, is told
in docs/decisions/0020-run-time-estimates.md.
"""

from collections import deque

from jobcast.simulate.estimates.base import UNKNOWN, Columns

RUNS = 6
"""Finished runs that the median is taken over."""
PART = 0.25
"""Part of the expected run time that is reckoned with."""

Family = tuple[int, ...]


class FamilyShares:
    """Reckons with part of the run time that similar jobs lead to expect.

    Families, from narrow to wide: the user's jobs of the same request and processors, of the same processors, all
    of the user's, everybody's. A job is reckoned with as requested where its user is unknown or no job has
    finished yet.
    """

    def __init__(self, columns: Columns, *, runs: int = RUNS, part: float = PART) -> None:
        self._request: list[int] = columns.request.tolist()
        self._run: list[int] = columns.run.tolist()
        self._user: list[int] = columns.user.tolist()
        self._processors: list[int] = columns.processors.tolist()
        self._runs = runs
        self._part = part
        self._shares: dict[Family, deque[float]] = {}
        """Of each family that has finished runs, the last of them."""

    def at_submission(self, job: int, now: int) -> int:
        """Return part of the expected run time, or the request where nothing is known."""
        del now
        request = self._request[job]
        for family in self._families(job):
            if shares := self._shares.get(family):
                return max(1, int(self._part * _median(shares) * request))
        return request

    def at_finish(self, job: int, now: int) -> None:
        """Take in what share of its request `job` used."""
        del now
        share = self._run[job] / self._request[job]
        for family in self._families(job):
            shares = self._shares.get(family)
            if shares is None:
                shares = self._shares[family] = deque(maxlen=self._runs)
            shares.append(share)

    def _families(self, job: int) -> tuple[Family, ...]:
        """Return the families of a job, the narrowest first; none where its user is unknown."""
        user = self._user[job]
        if user == UNKNOWN:
            return ()
        processors = self._processors[job]
        return (user, processors, self._request[job]), (user, processors), (user,), ()


def _median(shares: deque[float]) -> float:
    ordered, half = sorted(shares), len(shares) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
