"""Which scheduler is chosen, and what it does to a job that can't start: SCHEDULER_TYPE."""

from collections.abc import Collection
from dataclasses import dataclass

from jobcast.language import say
from jobcast.schedule.policy import Blocked, Hold
from jobcast.systems.loadleveler.said import Said
from jobcast.systems.loadleveler.statement import RefusedError
from jobcast.systems.loadleveler.values import one_of, whole_from

_LL_DEFAULT, _BACKFILL, _API, _GANG = "ll_default", "backfill", "api", "gang"
_HOLD, _DEFER = 300, 300
"""Seconds of NEGOTIATOR_PARALLEL_HOLD and NEGOTIATOR_PARALLEL_DEFER where they aren't said."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Planning:
    """What a scheduler does to jobs that can't start."""

    blocked: Blocked
    """With those behind them."""
    depth: int
    """How many get a planned start, Top Dogs."""
    hold: Hold | None
    """How parallel jobs hold machines that become free; None where they don't."""

    external: bool = False
    """Whether another program decides who starts."""

    @property
    def plans(self) -> bool:
        """Tell whether starts are planned and gaps filled."""
        return self.blocked is Blocked.PLAN


def read_planning(said: Said, resources: Collection[str]) -> Planning:
    """Return what the chosen scheduler does; `resources` are those of machines."""
    kind = said.read("scheduler_type", one_of(_LL_DEFAULT, _BACKFILL, _API, _GANG), _LL_DEFAULT)
    if kind == _API:
        said.correct("scheduler_type", say("loadleveler.api"))
    if kind == _GANG:
        said.refuse_key("scheduler_type", RefusedError(say("loadleveler.gang")))
    depth = said.read("max_top_dogs", whole_from(0), 1)
    longest = said.read("negotiator_parallel_hold", whole_from(0), _HOLD)
    pause = said.read("negotiator_parallel_defer", whole_from(0), _DEFER)
    if kind == _LL_DEFAULT:
        said.ignore("max_top_dogs", say("loadleveler.only_backfill"))
        hold = Hold(resources=frozenset(resources), longest=longest, pause=pause)
        return Planning(blocked=Blocked.SKIP, depth=0, hold=hold)
    for key in ("negotiator_parallel_hold", "negotiator_parallel_defer"):
        said.ignore(key, say("loadleveler.only_default"))
    return Planning(blocked=Blocked.PLAN, depth=depth, hold=None, external=kind == _API)
