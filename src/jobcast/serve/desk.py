"""Where submissions are answered: forecast, rules, journal. The same desk serves hooks and callers of the API."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jobcast.act.advise import advise
from jobcast.act.rules import Verdict
from jobcast.advice import Advice, Change, Mode
from jobcast.forecast import FailureForecast, Forecast, MemoryForecast, RunTimeForecast
from jobcast.job import Submission
from jobcast.serve.active import Follower, Loaded
from jobcast.serve.watched import WatchedRules
from jobcast.store.advice import API, AdviceJournal, ChangeEntry, Entry, KeptEntry, shortened


@dataclass(frozen=True, kw_only=True, slots=True)
class Asker:
    """On whose behalf a submission is answered."""

    system: str
    """Name of the hook; `API` for programs."""
    name: str | None
    """Login name or token; None where nobody knows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """One submission, and what became of it."""

    submission: Submission
    """As it was asked for."""
    forecast: Forecast | None
    """None where no model answers, or the rules want none."""
    verdict: Verdict
    """What the rules of the site say about it."""
    advice: Advice
    """What to change."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """All that an answer rests on."""

    follower: Follower
    """Knows the model that answers."""
    rules: WatchedRules
    """Know how far to go."""
    journal: AdviceJournal
    """Keeps what was answered."""
    new_id: Callable[[], str]
    """Gives each advice a name of its own."""

    def answer(self, submissions: Sequence[Submission], loaded: Loaded | None) -> list[Answered]:
        """Answer submissions in their order by the model that is `loaded`, if any; nothing is noted yet."""
        verdicts = [self.rules.now.verdict(one) for one in submissions]
        forecasts: list[Forecast | None] = [None] * len(submissions)
        wanted = [place for place, verdict in enumerate(verdicts) if verdict.mode is not Mode.OFF]
        if loaded and wanted:
            told = loaded.model.forecast([submissions[place] for place in wanted])
            for place, one in zip(wanted, told, strict=True):
                forecasts[place] = one
        return [
            Answered(
                submission=submission,
                forecast=forecast,
                verdict=verdict,
                advice=advise(
                    submission,
                    forecast,
                    verdict,
                    advice_id=self.new_id(),
                    model=loaded.name if loaded else None,
                ),
            )
            for submission, forecast, verdict in zip(submissions, forecasts, verdicts, strict=True)
        ]

    def note(self, answers: Sequence[Answered], asker: Asker, at: datetime) -> None:
        """Write what was answered into the journal, before the answer goes out. Raises StoreError."""
        entries = [_entry(one, asker, at) for one in answers if one.verdict.mode is not Mode.OFF]
        if entries:
            self.journal.append(entries)

    def note_refusal(self, submission: Submission, why: str, asker: Asker, at: datetime) -> None:
        """Write down that a rule of the site forbade a submission. Raises StoreError."""
        mode = self.rules.now.verdict(submission).mode
        self.journal.append(
            [Entry(id=self.new_id(), at=at, mode=mode, refused=why, **_who(submission, asker))]
        )


def _entry(answered: Answered, asker: Asker, at: datetime) -> Entry:
    advice, forecast = answered.advice, answered.forecast
    memory = forecast.memory if forecast and isinstance(forecast.memory, MemoryForecast) else None
    run_time = forecast.run_time if forecast and isinstance(forecast.run_time, RunTimeForecast) else None
    failure = forecast.failure if forecast and isinstance(forecast.failure, FailureForecast) else None
    return Entry(
        id=advice.id,
        at=at,
        mode=advice.mode,
        model=advice.model,
        changes=tuple(_change(one, asker) for one in advice.changes),
        kept=tuple(KeptEntry(subject=one.subject, reason=one.reason) for one in advice.kept),
        memory_half=memory.quantiles.get(0.5) if memory else None,
        memory_request=memory.request if memory else None,
        run_limit=run_time.limit if run_time else None,
        failure=round(failure.probability, 6) if failure else None,
        level=memory.basis.level if memory else None,
        runs=memory.basis.runs if memory else None,
        **_who(answered.submission, asker),
    )


def _change(change: Change, asker: Asker) -> ChangeEntry:
    """Return a change as it is kept; what a program asked changes nothing."""
    return ChangeEntry(
        subject=change.subject,
        kind=change.kind,
        before=change.before,
        after=change.after,
        made=change.made and asker.system != API,
    )


def _who(submission: Submission, asker: Asker) -> dict[str, Any]:
    texts = ("user", "group", "project", "queue", "name", "command", "cwd")
    return {
        "system": asker.system,
        "asked_by": asker.name,
        "cores": submission.request.cores,
        **{name: shortened(getattr(submission, name)) for name in texts},
    }
