"""A job as the scheduler sees it: who it is, what it asks for, how long it is reckoned to run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from jobcast.schedule.expression import Expression


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """How the tasks of a job may be spread over machines."""

    machines_min: int = 1
    """At least so many machines."""
    machines_max: int | None = None
    """At most so many; None for any number. ``span[hosts=1]`` is 1."""
    tasks_per_machine: int | None = None
    """Exactly so many on each, fewer only on the last (``span[ptile=n]``); None for any number."""
    geometry: tuple[int, ...] = ()
    """Tasks on each machine, in turn (``task_geometry``); empty where it is left open."""
    exclusive: bool = False
    """No other job may run on its machines."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Demand:
    """The request of a job, in the scheduler's terms."""

    tasks: int
    """How many; at least 1."""
    per_task: Mapping[str, int]
    """Resource to amount that each task takes of its machine; all above 0."""
    per_machine: Mapping[str, int] = field(default_factory=dict)
    """Resource to amount that the job takes of each machine it runs on, however many tasks are there."""
    floating: Mapping[str, int] = field(default_factory=dict)
    """Floating resource to amount that the whole job takes."""
    layout: Layout = Layout()
    """How its tasks may be spread."""
    needs: Expression | None = None
    """What a machine must fulfil (``select[...]``, ``requirements``); None where any will do."""
    groups: frozenset[str] = frozenset()
    """A machine must belong to one of these groups, or bear one of these names; empty where any will do."""
    prefers: Expression | None = None
    """Machines with a higher value first, before the site's own order; None where it is indifferent."""


class Ending(StrEnum):
    """What a job waits for of another one."""

    STARTED = "started"
    ENDED = "ended"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class After:
    """Another job must have come so far, and have ended with such an exit code if one is asked."""

    job: str
    """Its id; every element of an array if the id names an array."""
    ending: Ending
    """How far."""
    operator: str = ""
    """One of ``== != < <= > >=`` to compare the exit code by; empty where it doesn't matter."""
    exit_code: int = 0
    """What to compare it with."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AllOf:
    """Every one of these must hold."""

    parts: "tuple[Dependency, ...]"
    """At least one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AnyOf:
    """One of these must hold."""

    parts: "tuple[Dependency, ...]"
    """At least one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Not:
    """The opposite of one; true as soon as that can't hold any more."""

    part: "Dependency"
    """Of what."""


Dependency = After | AllOf | AnyOf | Not


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchJob:
    """One job, or one element of an array, from its submission to its end."""

    id: str
    """Its own, once in a cluster, e.g. ``631`` or ``12[3]``."""
    demand: Demand
    """What it asks for."""
    queue: str = ""
    """Where it was submitted; empty for the policy's default queue."""
    user: str = ""
    """Who submitted it."""
    group: str = ""
    """The user's group; empty where none is known."""
    project: str = ""
    """Project or account; empty where none is named."""
    run_limit: int | None = None
    """Seconds of running after which it is killed; None where it asks for none."""
    estimate: int | None = None
    """Seconds that it is reckoned to run, for scheduling only; None to reckon with the run limit."""
    priority: int | None = None
    """Given by the user among the user's own jobs (``user_priority``, ``bsub -sp``); None where not given."""
    begin: int | None = None
    """It may not start before that second; None where it may at once."""
    after: Dependency | None = None
    """Other jobs that it waits for; None where there are none."""
    hold: str = ""
    """``user``, ``system`` or ``user system`` while it is held; empty where it is not."""
    array: str = ""
    """Id of the array that it is an element of; empty where it is none."""
    array_limit: int | None = None
    """How many elements of that array may run at once; None where as many as fit."""
    booking: str = ""
    """The advance reservation in which it wants to run; empty for none."""
    restartable: bool = True
    """Whether it may be killed and run again from its beginning."""
    failing: float | None = None
    """Chance that it will fail, from 0 to 1, as it was known at its submission; None where it isn't."""
    avoids: frozenset[str] = frozenset()
    """Machines on which it failed before: it is not placed there while others could take it."""
