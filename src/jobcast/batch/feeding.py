"""Finished steps go into the history by themselves: beside the manager, which never waits for it.

The journal remembers how far it came. Whoever is killed between the history's writing and that note offers the same
steps again, which the history knows by then: nothing is lost, and nothing is written twice.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jobcast.batch.finished import job_of
from jobcast.batch.journal import Journal
from jobcast.batch.plain import to_json
from jobcast.batch.record import Step
from jobcast.errors import JobcastError
from jobcast.history import SET_ASIDE_TEXT, SetAside, sift
from jobcast.job import Job, JobState
from jobcast.predict.shelf import Shelf
from jobcast.store.feedback import FeedbackJournal, FinishedEntry
from jobcast.store.history import Store
from jobcast.store.rows import to_rows

logger = logging.getLogger("jobcast.batch")

FED = "fed"
"""Under which the journal keeps the place of the last step that the history has."""
MOST = 1000
"""Steps that are written at once."""
_EVERY_SECONDS, _MORE_SECONDS, _TROUBLE_SECONDS = 5.0, 1.0, 30.0
"""Between two writings; where more steps wait; where the last one failed."""
_LOCK_SECONDS = 20.0
_SOURCE = "batch"
"""From where records come that can't be true and are set aside."""
_ODD = "not_a_step"


@dataclass(frozen=True, kw_only=True, slots=True)
class Fed:
    """What one writing came to."""

    place: int
    """Of the last step that the history has now."""
    steps: int
    """How many were offered."""


class Feeder:
    """Writes finished steps of one manager into the history of one store."""

    def __init__(self, journal: Journal, store: Path, cluster: str, now: Callable[[], datetime]) -> None:
        """Go on where the journal says; from the beginning where that can't be, which writes nothing twice."""
        self._journal, self._store, self._cluster, self._now = journal, store, cluster, now
        place = int(journal.meta(FED) or 0)
        self.place = place if place <= journal.last_place() else 0
        self.trouble: JobcastError | None = None
        """Why the last writing failed; None where it didn't."""

    async def run(self) -> None:
        """Write every few seconds until cancelled; what fails is tried again, and only told."""
        pause = _EVERY_SECONDS
        while True:
            await asyncio.sleep(pause)
            pause = await self.turn()

    async def turn(self) -> float:
        """Write once what there is; return after how many seconds to do so again."""
        try:
            fed = await asyncio.to_thread(self.feed)
            if fed.place != self.place:
                self._journal.keep({FED: str(fed.place)})
                self.place = fed.place
        except JobcastError as error:
            if self.trouble is None:
                logger.warning("%s", error.message)
            self.trouble = error
            return _TROUBLE_SECONDS
        except Exception:  # whatever it is, jobs go on, and the next time may go well
            logger.exception("feeding the history failed")
            return _TROUBLE_SECONDS
        self.trouble = None
        return _MORE_SECONDS if fed.steps == MOST else _EVERY_SECONDS

    def feed(self) -> Fed:
        """Write the next steps into the history, without noting so; raises JobcastError where that can't be done."""
        found = self._next()
        if not found:
            return Fed(place=self.place, steps=0)
        told, odd = list[tuple[Job, Step]](), list[SetAside]()
        for _, step in found:
            try:
                told.append((job_of(step, self._cluster), step))
            except Exception:  # one of them must not keep all others out of the history
                logger.exception("%s can't be told to the history", step.id)
                text = to_json(step).decode()[:SET_ASIDE_TEXT]
                odd.append(SetAside(source=_SOURCE, line=0, reason=_ODD, text=text))
        self._append(told, odd)
        return Fed(place=found[-1][0], steps=len(found))

    def _next(self) -> list[tuple[int, Step]]:
        journal = Journal(
            self._journal.path.parent, read_only=True
        )  # this is another thread than the manager's
        try:
            return journal.over_after(self.place, MOST)
        finally:
            journal.close()

    def _append(self, told: Sequence[tuple[Job, Step]], odd: Sequence[SetAside]) -> None:
        jobs = [job for job, _ in told]

        def record(row: int) -> tuple[int, str]:
            return 0, to_json(told[row][1]).decode()

        store = Store(
            self._store, lock_seconds=_LOCK_SECONDS
        )  # made anew: each one sweeps once what was merged
        sifted = sift(to_rows(jobs), now=self._now(), source=_SOURCE, record=record)
        store.append(sifted.jobs)
        store.set_aside((*odd, *sifted.set_aside))
        self._teach(jobs)
        store.compact()

    def _teach(self, jobs: Sequence[Job]) -> None:
        """Tell the model that answers now what ended well or failed; it knows a run again that is told twice."""
        if Shelf(self._store / "models").active() is None:
            return
        entries = [
            _entry(job) for job in jobs if job.state is not JobState.CANCELLED and job.start_time is not None
        ]
        if entries:
            journal = FeedbackJournal(self._store)
            try:
                journal.append(entries, self._now())
            finally:
                journal.lines.close()


def _entry(job: Job) -> FinishedEntry:
    request, usage = job.request, job.usage
    return FinishedEntry(
        finish_time=job.finish_time,
        submit_time=job.submit_time,
        job_id=job.job_id if job.step is None else f"{job.job_id}.{job.step}",
        array_index=job.array_index,
        user=job.user,
        group=job.group,
        project=job.project,
        queue=job.queue,
        name=job.name,
        command=job.command,
        cwd=job.cwd,
        description=job.description,
        cores_requested=request.cores,
        memory_requested=request.memory,
        run_limit=request.run_limit,
        gpus_requested=request.gpus,
        interactive=request.interactive,
        memory_peak=usage.memory_peak,
        run_time=usage.run_time,
        state="failed" if job.state is JobState.FAILED else "done",
        exit_code=job.exit_code,
        exit_reason=job.exit_reason,
    )
