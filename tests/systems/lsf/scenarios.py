"""Clusters of recorded files in which jobs are submitted by bsub's options and run by the core."""

import shlex

from jobcast.decision import Decision, Kill, Start
from jobcast.systems.lsf.bsub.submission import Submitter, submission
from jobcast.systems.lsf.policy.reader import Site
from tests.schedule.driver import Driver


def clock(text: str) -> int:
    """Return the seconds of a time of day."""
    hours, minutes, seconds = map(int, text.split(":"))
    return hours * 3600 + minutes * 60 + seconds


class Lsf:
    """A cluster as its users see it."""

    def __init__(self, site: Site, at: str = "00:00:00") -> None:
        self._site = site
        configuration = site.configuration
        self.driver = Driver(configuration.cluster, configuration.policy, at=clock(at))

    def bsub(self, job: str, options: str, *, at: str, runs: str = "10:00:00") -> None:
        """Submit a job at a time of day, which would run so long."""
        jobs = submission(shlex.split(options), Submitter(id=job, user="chen", now=clock(at)), self._site)
        self.driver.submit(*jobs, at=clock(at), runs=clock(runs))

    def until(self, time: str) -> "Lsf":
        """Go on until a time of day."""
        self.driver.run(until=clock(time))
        return self

    def started(self) -> dict[str, str]:
        """Return the time of day at which each job started."""
        return {each.job: _time(at) for at, each in self.driver.log if isinstance(each, Start)}

    def killed(self) -> dict[str, str]:
        """Return the time of day at which each job was killed."""
        return {each.job: _time(at) for at, each in self.driver.log if isinstance(each, Kill)}

    def ended(self) -> dict[str, str]:
        """Return the time of day at which each job ended, in that order."""
        ends = {name: each.end for name, each in self.driver.jobs.items() if each.end is not None}
        return {name: _time(end) for name, end in sorted(ends.items(), key=lambda pair: pair[1])}

    def decisions(self, kind: type[Decision], job: str) -> list[tuple[str, Decision]]:
        """Return the decisions of one kind about a job, with their times of day."""
        return [
            (_time(at), each) for at, each in self.driver.log if isinstance(each, kind) and each.job == job
        ]


def _time(second: int) -> str:
    return f"{second // 3600:02}:{second % 3600 // 60:02}:{second % 60:02}"
