"""The model that answers: followed while others train, activate and roll back, and taught by feedback."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jobcast.errors import JobcastError
from jobcast.job import Request, Submission
from jobcast.predict.base import Model
from jobcast.predict.live import FinishedRun
from jobcast.predict.models import load
from jobcast.predict.shelf import Shelf
from jobcast.store.feedback import BEGINNING, FeedbackJournal, FinishedEntry
from jobcast.store.lines import Place
from jobcast.units import Bytes, Seconds


# Not frozen: it learns, and moves on in the journal of feedback.
@dataclass(kw_only=True, slots=True)
class Loaded:
    """A model in memory."""

    name: str
    """Its folder on the shelf."""
    model: Model
    """It answers, and learns."""
    place: Place
    """How far in the journal of feedback it has learnt."""
    runs_learnt: int = 0
    """Finished runs of the journal from which it has learnt."""

    def catch_up(self, feedback: FeedbackJournal) -> int:
        """Learn what was told since; return how many runs taught something. Raises StoreError."""
        entries, self.place = feedback.after(self.place)
        taught = self.model.learn([_run(entry) for entry in entries]) if entries else 0
        self.runs_learnt += taught
        return taught


class Follower:
    """Sees which model the shelf says is active, and loads it."""

    def __init__(self, store: Path) -> None:
        self.shelf = Shelf(store / "models")
        self.feedback = FeedbackJournal(store)
        self.loaded: Loaded | None = None
        """The one that answers; None before the first."""
        self.trouble: JobcastError | None = None
        """Why the active model can't be loaded; the one before it goes on answering."""
        self._refused: str | None = None

    def wanted(self) -> str | None:
        """Return the name of the model to load now, if it is another one than answers; None where all is well."""
        active = self.shelf.active()
        if active is None or active == self._refused or (self.loaded and self.loaded.name == active):
            return None
        return active

    def load(self, name: str) -> Loaded | JobcastError:
        """Return the model of that name, having learnt all feedback; or why it can't be loaded.

        Changes nothing here, so that another thread may do it while the present model answers.
        """
        try:
            model = load(self.shelf.folder(name))
            loaded = Loaded(name=name, model=model, place=BEGINNING)
            loaded.catch_up(self.feedback)
        except JobcastError as error:
            return error
        return loaded

    def take(self, name: str, found: Loaded | JobcastError) -> None:
        """Let the model that was loaded answer from now on, or remember why it can't be."""
        if isinstance(found, Loaded):
            self.loaded, self.trouble, self._refused = found, None, None
        else:
            self.trouble, self._refused = found, name


def _run(entry: FinishedEntry) -> FinishedRun:
    submission = Submission(
        at=_moment(entry),
        user=entry.user,
        group=entry.group,
        project=entry.project,
        queue=entry.queue,
        name=entry.name,
        command=entry.command,
        cwd=entry.cwd,
        description=entry.description,
        request=Request(
            cores=entry.cores_requested,
            memory=None if entry.memory_requested is None else Bytes(entry.memory_requested),
            run_limit=None if entry.run_limit is None else Seconds(entry.run_limit),
            gpus=entry.gpus_requested,
            interactive=entry.interactive,
        ),
    )
    return FinishedRun(
        submission=submission,
        finished_at=entry.finish_time,
        memory_peak=None if entry.memory_peak is None else Bytes(entry.memory_peak),
        run_time=None if entry.run_time is None else Seconds(entry.run_time),
    )


def _moment(entry: FinishedEntry) -> datetime:
    return entry.submit_time or entry.finish_time
