"""The model that answers: followed while others train, activate and roll back, and taught by feedback."""

import logging
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from jobcast.errors import JobcastError, ModelError
from jobcast.features.ending import ending
from jobcast.job import Request, Submission
from jobcast.language import say
from jobcast.predict.base import Model
from jobcast.predict.card import read_card
from jobcast.predict.live import FinishedRun, learns_from
from jobcast.predict.models import load
from jobcast.predict.shelf import Shelf
from jobcast.store.feedback import BEGINNING, FeedbackJournal, FinishedEntry
from jobcast.store.lines import Place
from jobcast.units import Bytes, Seconds

_AT_ONCE = 64
"""Runs that are learnt before others get their turn: some milliseconds."""

_LOOKS_BETWEEN, _LOOKS_AGAIN = 40, 2400
"""Looks after which a refused model is tried again where its files changed, and where they did not: 10 s, 10 min."""

logger = logging.getLogger("jobcast.serve")


# Not frozen: it learns, and moves on in the journal of feedback.
@dataclass(kw_only=True, slots=True)
class Loaded:
    """A model in memory."""

    name: str
    """Its folder on the shelf."""
    model: Model
    """It answers, and learns."""
    place: Place
    """How far the journal of feedback was read."""
    waiting: deque[FinishedEntry] = field(default_factory=deque)
    """What was read and is not learnt yet."""
    runs_learnt: int = 0
    """Finished runs of the journal from which it has learnt."""
    instead: JobcastError | None = None
    """Why the active model can't be loaded, where this one stands in for it."""

    def learn_some(self, feedback: FeedbackJournal) -> bool:
        """Learn a few of the runs that were told since; tell whether there were any. Raises StoreError.

        Whoever is told that there were none knows that all are learnt, also where several call in turn.
        """
        read = None
        while not self.waiting and self.place != read:
            read = self.place
            entries, self.place = feedback.after(read)
            self.waiting.extend(entries)
        runs = [_run(self.waiting.popleft()) for _ in range(min(_AT_ONCE, len(self.waiting)))]
        if runs:
            self.runs_learnt += self.model.learn(runs)
        return bool(runs)


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
        self._stamp: frozenset[tuple[str, int, int]] = frozenset()
        self._looks = 0

    def wanted(self) -> str | None:
        """Look, and return the name of the model to load now, if it is another one than answers; None otherwise.

        One that could not be loaded is wanted again after a while.
        """
        active = self.shelf.active()
        if active is None or (self.loaded and self.loaded.name == active):
            return None
        return None if active == self._refused and not self._again(active) else active

    def _again(self, name: str) -> bool:
        """Tell whether a model that was refused may be another by now."""
        self._looks += 1
        if self._looks % _LOOKS_BETWEEN:
            return False
        return self._looks >= _LOOKS_AGAIN or _stamp(self.shelf.path / name) != self._stamp

    def load(self, name: str) -> Loaded | JobcastError:
        """Return the model of that name, having learnt all feedback that is new to it; or why it can't be loaded.

        Where nothing answers yet, the last one that was active before and can be loaded stands in for it.
        Changes nothing here, so that another thread may do it while the present model answers.
        """
        found = self._load(name)
        if isinstance(found, Loaded) or self.loaded is not None:
            return found
        for earlier in self.shelf.earlier():
            standing_in = self._load(earlier)
            if isinstance(standing_in, Loaded):
                standing_in.instead = found
                return standing_in
        return found

    def _load(self, name: str) -> Loaded | JobcastError:
        try:
            model = load(self.shelf.folder(name))
            since = learns_from(model.card)
            place = self.feedback.since(since) if since else BEGINNING
            loaded = Loaded(name=name, model=model, place=place)
            while loaded.learn_some(self.feedback):
                pass
        except JobcastError as error:
            return error
        except Exception as error:  # damage has many faces, and the present model goes on answering
            logger.exception("model %s can't be loaded", name)
            why = f"{type(error).__name__}: {error}"
            return ModelError(say("serve.broken_model", name=name, why=why), hint="jobcast train")
        return loaded

    def forget_feedback(self) -> None:
        """Remove the days of feedback that are new to no model which answers or did. Raises ModelError or StoreError.

        The service, which writes that journal, has the right to; the history has these jobs by now.
        """
        begins = [learns_from(read_card(self.shelf.path / name)) for name in self.shelf.in_turn()]
        known = [begin for begin in begins if begin]
        if known and len(known) == len(begins):
            self.feedback.forget(min(known))

    def take(self, name: str, found: Loaded | JobcastError) -> None:
        """Let what `load` returned answer from now on, and remember why the model of that name does not."""
        error = found.instead if isinstance(found, Loaded) else found
        if isinstance(found, Loaded):
            self.loaded = found
        self.trouble, self._refused = error, None if error is None else name
        self._stamp, self._looks = _stamp(self.shelf.path / name), 0
        if error is not None and self.loaded is not None:
            text = say("active.stands_in", name=self.loaded.name, why=error.message)
            self.trouble = ModelError(text, hint=error.hint)


def _stamp(folder: Path) -> frozenset[tuple[str, int, int]]:
    """Return what tells the files of a model from those that stood there at another time."""
    try:
        files = [(path, path.stat()) for path in folder.rglob("*")]
    except OSError:  # somebody is at it
        return frozenset()
    return frozenset((str(path), stat.st_size, stat.st_ctime_ns) for path, stat in files)


def _run(entry: FinishedEntry) -> FinishedRun:
    failed = entry.state == "failed"
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
        job_id=entry.job_id,
        array_index=entry.array_index,
        memory_peak=None if failed or entry.memory_peak is None else Bytes(entry.memory_peak),
        run_time=None if failed or entry.run_time is None else Seconds(entry.run_time),
        ending=ending(failed=failed, reason=entry.exit_reason, exit_code=entry.exit_code),
    )


def _moment(entry: FinishedEntry) -> datetime:
    return entry.submit_time or entry.finish_time
