"""What happens to a cluster, as the scheduler is told it; times are whole seconds, never going back.

After a `ClockStepped` they go on from what the clock shows then.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from jobcast.machine import AdvanceReservation, Allocation, Fact, Machine
from jobcast.schedule.job import BatchJob


@dataclass(frozen=True, kw_only=True, slots=True)
class Submitted:
    """A job has come."""

    at: int
    job: BatchJob


@dataclass(frozen=True, kw_only=True, slots=True)
class Finished:
    """A running or suspended job has ended by itself, or because it was killed."""

    at: int
    job: str
    exit_code: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Recalled:
    """A job ended before, and may have been forgotten: somebody who comes now waits for it, or did before a restart."""

    at: int
    job: str
    exit_code: int | None
    """None where it never ran to its end."""
    array: str = ""
    """Id of the array that it was an element of; empty where it was none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Vacated:
    """The attempt of a running or suspended job is over, its processes are gone: it waits again, from its beginning.

    Its machine went down, or an operator, a rule of the site or a new attempt with more memory wants it so. Whoever
    tells it has seen to the end of the processes: no decision answers it. For a job that was told to end (`Kill`)
    it is the end.
    """

    at: int
    job: str
    hold: str = ""
    """``user`` or ``system`` to have it held; empty for neither."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Dispatch:
    """The site's own scheduler wants a waiting job to start on these machines; only under `Policy.external`.

    It starts if it may, fits there now, and its layout allows that; else it goes on waiting, with the reason.
    """

    at: int
    job: str
    allocation: Allocation
    """Where, with all of its tasks."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cancelled:
    """Somebody doesn't want a job any more; where it runs, it must be killed."""

    at: int
    job: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Changed:
    """A waiting or running job is another one now (estimate, hold, priority, run limit); same id."""

    at: int
    job: BatchJob


@dataclass(frozen=True, kw_only=True, slots=True)
class Favoured:
    """An operator sets the order of a waiting job by hand (``llfavorjob``, ``btop``); 0 takes it back."""

    at: int
    job: str
    rank: int
    """Higher goes first, before any priority."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SuspendAsked:
    """An operator suspends a running job (``llpreempt``, ``bstop``); only `ResumeAsked` lets it go on."""

    at: int
    job: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ResumeAsked:
    """An operator lets a job go on that was suspended by hand."""

    at: int
    job: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MachineCame:
    """A machine is there, new or again, or offers something else now."""

    at: int
    machine: Machine


@dataclass(frozen=True, kw_only=True, slots=True)
class MachineLeft:
    """A machine takes no more jobs; those that run there go on until they finish."""

    at: int
    machine: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MachineTold:
    """New facts about a machine, such as ``load``; resets its count of tasks started since the last ones."""

    at: int
    machine: str
    facts: Mapping[str, Fact]


@dataclass(frozen=True, kw_only=True, slots=True)
class Booked:
    """An advance reservation is made, or replaces that of the same name."""

    at: int
    booking: AdvanceReservation


@dataclass(frozen=True, kw_only=True, slots=True)
class ClockStepped:
    """Somebody has set the clock: no time has passed, but it shows another one now.

    How long jobs have run and waited, what they hold and what they were promised moves with it; start dates, advance
    reservations and windows are times of day, and stay.
    """

    at: int
    """By the clock as it was; it shows `at` + `by` from now on."""
    by: int
    """Seconds, below 0 where it was put back."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tick:
    """Nothing happened but time; asked for by `jobcast.schedule.step.next_time`."""

    at: int


Event = (
    Submitted
    | Finished
    | Recalled
    | Vacated
    | Dispatch
    | Cancelled
    | Changed
    | Favoured
    | SuspendAsked
    | ResumeAsked
    | MachineCame
    | MachineLeft
    | MachineTold
    | Booked
    | ClockStepped
    | Tick
)
