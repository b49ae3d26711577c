"""Which jobs are submitted, and when."""

from dataclasses import dataclass, fields

import numpy as np

from jobcast.demo.colocation.families import NATURES, Families
from jobcast.demo.colocation.machines import racks_of
from jobcast.demo.colocation.plan import DAY, Floats, Plan, Rows, Stream

_AT_HOME = 0.5
"""Share of jobs that run in the rack of their family."""

_MEMORY_SIGMA = 0.6
_BY_MEMORY = 2.2
"""Power with which memory beyond what is usual for the family makes a job easier to disturb."""
_FRAIL_SIGMA = 0.5
"""Of what else does so."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Jobs:
    """n jobs, in order of their submission; equal only to itself."""

    family: Rows
    """(n,)"""
    number: Rows
    """(n,): in its name, without a meaning."""
    submitted: Rows
    """(n,): seconds since the trace's start."""
    size: Floats
    """(n,): instances, beside other jobs of its family."""
    pace: Floats
    """(n,): run time, likewise."""
    memory: Floats
    """(n,): use of memory, likewise."""
    frailty: Floats
    """(n,): how easily disturbed, likewise."""
    rack: Rows
    """(n,): where it runs."""

    def __len__(self) -> int:
        """Return the number of jobs."""
        return len(self.family)

    def take(self, rows: Rows | slice) -> "Jobs":
        """Return the jobs at `rows`, in that order."""
        return Jobs(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


def draw_jobs(plan: Plan, families: Families) -> Jobs:
    """Return all jobs."""
    rng = plan.rng(Stream.JOBS)
    n = plan.jobs
    family = _choose(families, n, rng)
    begin, end = (part[family] * plan.days for part in (families.begin, families.end))
    day = np.minimum(begin + (end - begin) * rng.uniform(size=n), plan.days - 1e-6).astype(np.int64)
    late = rng.normal(0, 400, n).astype(np.int64)
    second = np.where(families.daily[family], families.second[family] + late, rng.integers(DAY, size=n))
    submitted = day * DAY + second % DAY
    order = np.argsort(submitted, kind="stable")
    memory = np.exp(rng.normal(0, _MEMORY_SIGMA, n))
    away = rng.integers(racks_of(plan.machines).max() + 1, size=n)
    return Jobs(
        family=family[order],
        number=rng.permutation(n) + 1,
        submitted=submitted[order],
        size=np.exp(rng.normal(0, 0.25, n)),
        pace=np.exp(rng.normal(0, 0.2, n)),
        memory=memory,
        frailty=memory**_BY_MEMORY * np.exp(rng.normal(0, _FRAIL_SIGMA, n)),
        rack=np.where(rng.uniform(size=n) < _AT_HOME, families.rack[family[order]], away),
    )


def _choose(families: Families, count: int, rng: np.random.Generator) -> Rows:
    """Return a family for each job: first by the class's share, then by the family's weight."""
    chance = np.zeros(len(families.kind))
    for kind, nature in NATURES.items():
        of = families.kind == kind
        chance[of] = nature.share * families.weight[of] / families.weight[of].sum()
    return rng.choice(len(chance), count, p=chance / chance.sum()).astype(np.int64)
