"""Forecasts inside the manager: the active model and the site's rules, asked for each submission as hooks ask them."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from jobcast.act.rules import Rules, Terms, read_rules
from jobcast.act.told import told
from jobcast.advice import Mode
from jobcast.batch.completing import Completed, advised, as_it_is, without
from jobcast.batch.confirming import foreseeing
from jobcast.batch.described import submission_of
from jobcast.batch.record import Submitted
from jobcast.errors import ConfigError, JobcastError
from jobcast.job import Submission
from jobcast.serve.active import Follower, Loaded
from jobcast.serve.desk import Answered, Asker, Desk
from jobcast.serve.watched import Watched, WatchedRules
from jobcast.serve.worker import new_id
from jobcast.store.advice import AdviceJournal

logger = logging.getLogger("jobcast.batch")

_LOOK_SECONDS = 1.0
"""How soon another active model, other rules, and what finished are taken up."""

Admits = Callable[[Submitted], bool]
"""Tells whether the core would take a step."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sources:
    """Where forecasts come from."""

    store: Path
    """With the models, and the journal of what was advised."""
    rules: Path | None
    """Of the site; None where it has none: then what would be changed is only noted."""
    now: Callable[[], datetime]
    """The clock."""


class Forecasts:
    """Completes submissions; whatever goes wrong, they go through as they are."""

    def __init__(self, sources: Sources, admits: Admits, new_id: Callable[[], str] = new_id) -> None:
        """Read the rules; where these can't be used, nothing is changed until they can."""
        self._now, self._admits = sources.now, admits
        self._follower = Follower(sources.store)
        self._rules = _watched(sources.rules)
        self._journal = AdviceJournal(sources.store)
        self._desk = Desk(follower=self._follower, rules=self._rules, journal=self._journal, new_id=new_id)
        self._failing = False

    async def look_after(self) -> None:
        """Follow the active model, the rules and what has finished, until cancelled."""
        while True:
            try:
                await self.look()
            except JobcastError as error:
                logger.warning("%s", error.message)
            except Exception:  # whatever it is, the next look may go well, and submissions go on
                logger.exception("looking after forecasts failed")
            await asyncio.sleep(_LOOK_SECONDS)

    async def look(self) -> None:
        """See once what has changed, and follow it."""
        before = self._rules.trouble
        self._rules.look()
        if self._rules.trouble is not None and before is None:
            logger.error("%s", self._rules.trouble.message)
        if (name := self._follower.wanted()) is not None:
            self._follower.take(name, await asyncio.to_thread(self._loaded, name))
            if self._follower.trouble is not None:
                logger.error("%s", self._follower.trouble.message)
        while self._follower.loaded and self._follower.loaded.learn_some(self._follower.feedback):
            await asyncio.sleep(0)

    def _loaded(self, name: str) -> Loaded | JobcastError:
        """Load a model, and forget of what has finished that no model has to learn any more."""
        found = self._follower.load(name)
        try:
            self._follower.forget_feedback()
        except (JobcastError, OSError) as error:  # it is in nobody's way
            logger.warning("old feedback is kept: %s", error)
        return found

    def close(self) -> None:
        """Let go of the journal of advice."""
        self._journal.lines.close()

    def complete(self, steps: Sequence[Submitted]) -> Completed:
        """Fill in what the steps of one submission leave open, as far as the rules let it."""
        try:
            completed = self._complete(as_it_is(steps).steps)
        except Exception:  # nobody's job hangs on a forecast
            if not self._failing:
                logger.exception("submissions go through without forecasts")
            self._failing = True
            return as_it_is(steps)
        self._failing = False
        return completed

    def _complete(self, steps: Sequence[Submitted]) -> Completed:
        """Ask once for all steps that are alike, such as the elements of an array."""
        at = self._now()
        asked = [submission_of(step, at) for step in steps]
        systems = {submission: step.notes.dialect for submission, step in zip(asked, steps, strict=True)}
        if refusals := self._refusals(systems, at):
            return Completed(steps=tuple(steps), refusals=refusals)
        answers = self._desk.answer(list(systems), self._follower.loaded)
        by_submission = dict(zip(systems, answers, strict=True))
        found, said = [], dict[Submission, Answered]()
        for step, submission in zip(steps, asked, strict=True):
            changed, said[submission] = self._advised(step, by_submission[submission])
            found.append(changed)
        for submission, answered in said.items():
            self._desk.note([answered], Asker(system=systems[submission], name=submission.user), at)
        lines = dict.fromkeys(line for answered in said.values() for line in told(answered.advice))
        return Completed(steps=tuple(found), told=tuple(lines))

    def _refusals(self, systems: dict[Submission, str], at: datetime) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for submission, system in systems.items():
            why = self._rules.now.refusal(submission, system)
            if why is not None:
                self._desk.note_refusal(submission, why, Asker(system=system, name=submission.user), at)
                found[why] = None
        return tuple(found)

    def _advised(self, step: Submitted, answered: Answered) -> tuple[Submitted, Answered]:
        """Make the changes, but for those for which the core would turn the step away."""
        advice, verdict = answered.advice, answered.verdict
        if advice.mode is Mode.OFF:
            return step, answered
        step = foreseeing(step, answered.forecast)
        made = [change for change in advice.changes if change.made]
        alone = {
            each.subject: advised(step, replace(advice, changes=(each,)), verdict, None)[0] for each in made
        }
        advice = without(advice, [subject for subject, one in alone.items() if not self._admits(one)])
        changed, advice = advised(step, advice, verdict, answered.forecast)
        return changed, replace(answered, advice=advice)


def _watched(path: Path | None) -> WatchedRules:
    """Watch the rules of a site, which may be wrong when a manager is started again after a crash."""
    known = list[Rules]()

    def read() -> Rules:
        try:
            rules = read_rules(path)
        except ConfigError:
            if known:
                raise
            rules = Rules(top=Terms(mode=Mode.OFF), files=() if path is None else (path,))
        known.append(rules)
        return rules

    return Watched(read, lambda rules: rules.files)
