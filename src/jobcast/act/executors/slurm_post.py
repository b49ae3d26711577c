"""What all parts of the Slurm executor have in common: the site, what is remembered, and where news go."""

import asyncio
import logging
import os
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field

from jobcast.act.executors.base import Ended, News
from jobcast.act.executors.slurm_exits import SiteExits
from jobcast.act.executors.slurm_ledger import Entry, Ledger

logger = logging.getLogger("jobcast.batch")


@dataclass(frozen=True, kw_only=True, slots=True)
class SlurmSite:
    """Where and how jobs are run in Slurm."""

    partition: str
    """For this manager alone."""
    python: str = "/usr/bin/python3"
    """On machines: Python 3.11 or newer, its standard library alone."""
    path: str = os.defpath
    """PATH on which machines find scontrol."""
    grace: float = 5.0
    """Seconds between the polite end of a process and the other one."""
    pause_from: float = 0.2
    """Seconds between two questions to slurmctld at least, while things happen."""
    pause_up_to: float = 5.0
    """And at most, when nothing has happened for a while; well below Slurm's MinJobAge."""
    patience: float = 120.0
    """Seconds that Slurm may take to start a job where the scheduler found room."""
    measures_every: float = 30.0
    """Seconds between two readings of what running jobs have taken."""
    facts_every: float = 30.0
    """Seconds between two questions about machines."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """What the parts share while the executor is open."""

    site: SlurmSite
    longest: str
    """Longest time limit of the partition, as sbatch reads it."""
    ledger: Ledger
    exits: SiteExits
    now: Callable[[], float]
    """Tells the second of the epoch."""
    news: "asyncio.Queue[News]"
    bell: asyncio.Event
    """Set where it is worth to look at the queue at once."""
    states: dict[str, str] = field(default_factory=dict)
    """Attempt to the state in which Slurm last told its job to be."""
    untold: set[str] = field(default_factory=set)
    """Attempts whose shepherds haven't been told yet that they have another soft run limit."""
    at_work: set[str] = field(default_factory=set)
    """Attempts that are being started or ended by a task of ours."""
    tasks: set["asyncio.Task[None]"] = field(default_factory=set)
    """What is under way."""

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        """Do something beside what is done now."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self._see_over)

    def _see_over(self, task: "asyncio.Task[None]") -> None:
        self.tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("%s", error, exc_info=error)

    def tell_end(self, entry: Entry, ended: Ended) -> None:
        """Keep how an attempt ended, then tell it, unless that has been done."""
        if entry.ended is not None:
            return
        self.ledger.note(entry, ended=ended)
        self.news.put_nowait(ended)
