"""What somebody asks the manager to do, and what it answers: one value for all commands, pages and programs.

Steps are named by their ids; the id of a job, or of an array, stands for all its steps.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from jobcast.machine import Allocation
from jobcast.program import Limits


@dataclass(frozen=True, kw_only=True, slots=True)
class SubmitCommandFile:
    """``llsubmit``: a job command file, as it stands."""

    text: str
    file: str = ""
    """Its name, as its owner gave it; empty for standard input. It is run where it names no executable."""
    directory: str
    """Absolute; where it was submitted."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Of whoever submitted it."""
    umask: int = 0o022
    limits: Limits = field(default_factory=dict)
    """Of the process that submitted it, as far as they are known: what ``core_limit = copy`` stands for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SubmitCommand:
    """``bsub``: the words after it."""

    arguments: tuple[str, ...]
    script: str = ""
    """What came on standard input where no command is named."""
    directory: str
    """Absolute; where it was submitted."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Of whoever submitted it."""
    umask: int = 0o022


class HoldKind(StrEnum):
    """Who takes a hold back."""

    USER = "user"
    SYSTEM = "system"


@dataclass(frozen=True, kw_only=True, slots=True)
class Hold:
    """Waiting steps don't start until they are released."""

    steps: tuple[str, ...]
    by: HoldKind = HoldKind.USER


@dataclass(frozen=True, kw_only=True, slots=True)
class Release:
    """Takes holds back; those of the system only for operators."""

    steps: tuple[str, ...]
    by: HoldKind = HoldKind.USER


@dataclass(frozen=True, kw_only=True, slots=True)
class Cancel:
    """Steps aren't wanted any more; running ones are killed."""

    steps: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Suspend:
    """Running steps stand still until they are resumed (``llpreempt``, ``bstop``)."""

    steps: tuple[str, ...]
    waiting_too: bool = False
    """Whether waiting ones are held, as by ``bstop``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Resume:
    """Steps that were suspended by hand go on; held ones are released."""

    steps: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Requeue:
    """Running steps are killed and wait again, from their beginning (``llpreempt -m rq``, ``brequeue``)."""

    steps: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Remove:
    """Running and suspended steps are taken off their machines and don't run again (``llpreempt -m rm``)."""

    steps: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Favour:
    """Steps go before all others, or no longer (``llfavorjob``, ``btop``). For operators."""

    steps: tuple[str, ...]
    favoured: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class FavourUsers:
    """All steps of these users, waiting and to come, go before those of others, or no longer. For operators."""

    users: tuple[str, ...]
    favoured: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Prioritise:
    """``llprio``: the priority of steps among their owner's, set or moved, within 0 to 100."""

    steps: tuple[str, ...]
    to: int | None = None
    """To set it."""
    by: int | None = None
    """To move it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Modify:
    """``llmodify``: other values for a step; those that aren't named stay."""

    step: str
    run_limit: int | None = None
    """Seconds; a longer one only for operators once it runs."""
    soft_run_limit: int | None = None
    """Seconds, not above the run limit, with which it moves where it isn't named; once it runs as `run_limit`."""
    queue: str | None = None
    account: str | None = None
    comment: str | None = None
    begin: int | None = None
    """Second of the epoch."""
    memory_per_task: int | None = None
    """Bytes."""
    cpus_per_task: int | None = None
    sysprio: int | None = None
    """For operators: its rank before all priorities."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Dispatch:
    """The site's own scheduler starts a waiting step (SCHEDULER_TYPE = API). For operators.

    It is refused, with the reason, where the step may not run now, or doesn't fit there.
    """

    step: str
    """Its id; a job or an array stands for nothing here."""
    allocation: Allocation
    """Where, with all of its tasks; its first machine runs the program."""


class MachineOrder(StrEnum):
    """What becomes of a machine (``llctl``)."""

    DRAIN = "drain"
    """Running steps go on, no new ones come."""
    FLUSH = "flush"
    """Running steps are vacated, no new ones come."""
    SUSPEND = "suspend"
    """Running steps stand still, no new ones come."""
    RESUME = "resume"
    """It takes steps again, and those that stood still with it go on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Machines:
    """For operators."""

    order: MachineOrder
    machines: tuple[str, ...] = ()
    """Empty for all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reconfigure:
    """Reads the configuration files again. For operators."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stop:
    """Ends the manager; running steps go on, and are found again. For operators."""

    again: bool = False
    """Whether it starts anew at once, as it was started (``llctl recycle``)."""


Order = (
    SubmitCommandFile
    | SubmitCommand
    | Hold
    | Release
    | Cancel
    | Suspend
    | Resume
    | Requeue
    | Remove
    | Favour
    | FavourUsers
    | Prioritise
    | Modify
    | Dispatch
    | Machines
    | Reconfigure
    | Stop
)


class Done(StrEnum):
    """What came of it."""

    YES = "yes"
    NO_SUCH = "no_such"
    """There is no step, machine or user of that name."""
    NOT_YOURS = "not_yours"
    """It belongs to somebody else, or only operators may."""
    NOT_NOW = "not_now"
    """The step is in a state in which it can't be done."""
    REFUSED = "refused"
    """What is submitted or asked for can't be taken; `Outcome.said` tells why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What came of an order for one step, machine or user."""

    name: str
    """Which one."""
    done: Done
    said: str = ""
    """In the asker's language; empty where there is nothing to say."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came of an order."""

    outcomes: tuple[Outcome, ...]
    """One for each name; of a submission the steps that it became, or one for what was refused."""
    job: str = ""
    """Of a submission: the id of the job, or array."""
    warnings: tuple[str, ...] = ()
    """What was taken, but not as it stands."""
