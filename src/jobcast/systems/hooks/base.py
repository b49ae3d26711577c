"""The contract of a submission hook: how a batch system tells of a submission, and how it is told what to change.

Every method is pure. A stub on the submission path (`jobcast.act.hooks`) sends what the batch system gave it and
does what the reply says; all understanding is here, where it can be tested.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from jobcast.advice import Advice
from jobcast.job import Submission


@dataclass(frozen=True, kw_only=True, slots=True)
class HookSite:
    """What a submission does not say about its site."""

    memory_unit: str = "M"
    """LSF_UNIT_FOR_LIMITS: the unit of memory amounts written without one (K, M, G, T, P)."""
    memory_per_task: bool = False
    """RESOURCE_RESERVE_PER_TASK: memory asked for in LSF is meant per task, not per host."""
    limit_unit: str | None = None
    """The unit of LSF's limits (``-M``): LSF_UNIT_FOR_LIMITS, or K where a site sets none; None where nobody knows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HookCall:
    """What a stub sent."""

    body: bytes
    """As the batch system gave it: a parameter file, a job file, a form, an AdmissionReview."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """What the stub knows beside it (``user``, ``cwd``, ``host``, ...): the query of the request."""
    at: datetime
    """When it was asked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Understood:
    """A submission, and what its hook needs to answer."""

    submission: Submission
    """In the words that all batch systems share."""
    others: tuple[Submission, ...] = ()
    """Further jobs that come with it, such as the later steps of a file: what a site requires holds for each."""
    steps: int = 1
    """Of how many jobs `submission` is the first, and the only one that is advised."""
    trial: bool = False
    """Whether somebody only tries what would happen: the answer is the same, but nothing is noted."""
    native: object = None
    """What the same hook's other methods need to know; nobody else looks at it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NotAsked:
    """A call that is not to be answered with advice."""

    reason: str
    """A fixed word: ``modification`` (of a submitted job), ``unreadable``, ``no_job`` or another of the hook's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Expressed:
    """Advice in the words of a batch system."""

    advice: Advice
    """Without the changes that this submission can't be told: they are kept as ``not_expressible``."""
    settings: tuple[tuple[str, str], ...] = ()
    """What to set: name and value, as the hook's own replies write them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HookReply:
    """What goes back to the stub."""

    body: bytes
    """Written so that the stub need not understand it."""
    media_type: str = "text/plain; charset=utf-8"
    """Of `body`."""


class SubmissionHook(Protocol):
    """One kind of batch system at the moment of submission."""

    name: str
    """As it stands in the history's column `system`, and in the path ``/v1/hook/NAME``."""

    def read(self, call: HookCall, site: HookSite) -> Understood | NotAsked:
        """Understand a call; what can't be understood is `NotAsked`, never raised."""
        ...

    def express(self, understood: Understood, advice: Advice, *, memory_limit: bool) -> Expressed:
        """Say the changes that are made in the batch system's words.

        With `memory_limit` the limit at which a job is killed follows the memory that it asks for, where the
        system has both. Only changes with `made` are said; the job's description or comment names the advice.
        """
        ...

    def reply(self, understood: Understood, expressed: Expressed, told: tuple[str, ...]) -> HookReply:
        """Answer: what to set, and the lines for whoever submits."""
        ...

    def refuse(self, understood: Understood, why: str) -> HookReply:
        """Answer that a rule of the site forbids this submission; `why` is for whoever submits."""
        ...

    def silence(self, call: HookCall) -> HookReply:
        """Answer that nothing is to be changed or said."""
        ...
