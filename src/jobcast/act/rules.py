"""The rules of a site: for whom the hooks may go how far.

They stand in a TOML file, which the setting ``hook.rules`` names. As in ssh_config, of all rules that match a
submission the first that says something about a matter decides it; what none says, the top of the file does.
"""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import msgspec

from jobcast.act.patterns import Patterns, any_matches, meets
from jobcast.act.requirements import Require, Requirement, read_requirement
from jobcast.advice import Mode
from jobcast.errors import ConfigError
from jobcast.job import Submission
from jobcast.language import say
from jobcast.units import Bytes, parse_duration, parse_memory

T = TypeVar("T")


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one rule says; None where it says nothing."""

    mode: Mode | None = None
    memory: bool | None = None
    """Whether memory may be changed."""
    memory_limit: bool | None = None
    """Whether the limit at which a job is killed (LSF ``-M``) follows the memory that it asks for."""
    run_limit: bool | None = None
    """Whether the run limit may be changed."""
    memory_least: str | None = None
    memory_most: str | None = None
    memory_default: str | None = None
    """Set where a job asks for none and nothing similar is known."""
    run_limit_least: str | None = None
    run_limit_most: str | None = None
    lower_to: float | None = None
    """Share of what was asked for below which nothing is lowered."""
    lower_from: float | None = None
    """A request is lowered where less than this share of it would do."""
    warn_from: float | None = None
    """Whoever submits is told from which chance on that the job will probably fail."""


class Rule(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Terms for the submissions that match all the patterns that are given."""

    user: Patterns = ()
    group: Patterns = ()
    project: Patterns = ()
    queue: Patterns = ()
    name: Patterns = ()
    command: Patterns = ()

    def matches(self, submission: Submission) -> bool:
        """Tell whether the rule is about this submission."""
        return meets(submission, self)


class _File(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    exceptions: tuple[str, ...] = ()
    rule: tuple[Rule, ...] = ()
    require: tuple[Require, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Bounds of one part of a request."""

    least: float = 0.0
    """Bytes or seconds."""
    most: float = float("inf")
    """Bytes or seconds."""

    def hold(self, amount: float) -> float:
        """Return the amount, brought within the bounds; the upper one wins."""
        return min(max(amount, self.least), self.most)


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What the rules say about one submission."""

    mode: Mode = Mode.SHADOW
    """How far the hook may go."""
    memory: bool = True
    """Whether memory may be changed."""
    memory_limit: bool = False
    """Whether LSF's ``-M`` follows."""
    run_limit: bool = False
    """Whether the run limit may be changed."""
    memory_bounds: Limits = Limits()
    """In bytes, of the whole job."""
    run_limit_bounds: Limits = Limits()
    """In seconds."""
    memory_default: Bytes | None = None
    """What a job gets that asks for no memory when nothing similar is known; None leaves it open."""
    lower_to: float = 0.0
    """Nothing is lowered below this share of what was asked for."""
    lower_from: float = 0.9
    """A request stays where at least this share of it is needed."""
    warn_from: float = 0.5
    """A job that fails with this chance or more is told to whoever submits it."""
    exception: bool = False
    """Whether the command is one that is never lowered."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """All rules of a site."""

    top: Terms = field(default_factory=Terms)
    """What holds where no rule says otherwise."""
    rules: tuple[Rule, ...] = ()
    """In the order of the file."""
    exceptions: tuple[str, ...] = ()
    """Patterns of commands that are never lowered: they size themselves by what they asked for."""
    requirements: tuple[Requirement, ...] = ()
    """What submissions have to say."""
    files: tuple[Path, ...] = ()
    """What was read: these rules hold as long as none of the files changes."""

    def verdict(self, submission: Submission) -> Verdict:
        """Return what holds for `submission`."""
        matching = [rule for rule in self.rules if rule.matches(submission)]
        return _verdict((*matching, self.top), exception=any_matches(self.exceptions, submission.command))

    def refusal(self, submission: Submission, system: str) -> str | None:
        """Return why a requirement forbids this submission, in the language chosen now; None where none does.

        Where the mode is off, nothing is required.
        """
        if not self.requirements or self.verdict(submission).mode is Mode.OFF:
            return None
        refusals = (one.refusal(submission, system) for one in self.requirements)
        return next((why for why in refusals if why is not None), None)

    def furthest(self) -> Mode:
        """Return the mode that goes furthest of all that the file names."""
        named = {terms.mode for terms in (self.top, *self.rules)} | {self.top.mode or Mode.SHADOW}
        return max(filter(None, named), key=list(Mode).index)


@lru_cache(maxsize=1024)  # a site has few rules, and they meet in fewer ways than there are jobs
def _verdict(terms: tuple[Terms, ...], *, exception: bool) -> Verdict:
    def first(field: str, otherwise: T) -> T:
        return next((said for one in terms if (said := getattr(one, field)) is not None), otherwise)

    default = first("memory_default", "")
    return Verdict(
        mode=first("mode", Mode.SHADOW),
        memory=first("memory", True),
        memory_limit=first("memory_limit", False),
        run_limit=first("run_limit", False),
        memory_bounds=_limits(first("memory_least", ""), first("memory_most", ""), parse_memory),
        run_limit_bounds=_limits(first("run_limit_least", ""), first("run_limit_most", ""), parse_duration),
        memory_default=parse_memory(default) if default else None,
        lower_to=first("lower_to", 0.0),
        lower_from=first("lower_from", 0.9),
        warn_from=first("warn_from", 0.5),
        exception=exception,
    )


def _limits(least: str, most: str, parse: Callable[[str], float]) -> Limits:
    open_ended = Limits()
    return Limits(
        least=parse(least) if least else open_ended.least, most=parse(most) if most else open_ended.most
    )


def read_rules(path: Path | None) -> Rules:
    """Read the rules of a site; without a file nothing but the modes' defaults hold, and the mode is shadow.

    Raises ConfigError when the file or one that it names can't be read, or says what can't be.
    """
    if path is None:
        return Rules()
    try:
        file = msgspec.convert(tomllib.loads(path.read_text("utf-8")), _File)
        for terms in (file, *file.rule):
            _see(terms)
        requirements = tuple(read_requirement(one, path.parent) for one in file.require)
    except (OSError, ValueError) as error:  # of msgspec too: it names the place
        raise ConfigError(
            say("rules.unreadable", path=path, why=error), hint=say("rules.unreadable_cure")
        ) from error
    return Rules(
        top=file,
        rules=file.rule,
        exceptions=file.exceptions,
        requirements=requirements,
        files=(path, *dict.fromkeys(one.file for one in requirements if one.file)),
    )


def _see(terms: Terms) -> None:
    """Raise ValueError where an amount is none, or two contradict each other."""
    for subject, parse in (("memory", parse_memory), ("run_limit", parse_duration)):
        least, most = (getattr(terms, f"{subject}_{end}") for end in ("least", "most"))
        bounds = _limits(least or "", most or "", parse)
        if bounds.least > bounds.most:
            raise ValueError(say("rules.crossed", subject=subject, least=least, most=most))
    if terms.memory_default and not parse_memory(terms.memory_default):
        raise ValueError(say("rules.no_default"))
    for name in ("lower_to", "lower_from", "warn_from"):
        share = getattr(terms, name)
        if share is not None and not 0 <= share <= 1:
            raise ValueError(say("rules.no_share", name=name, value=share))
