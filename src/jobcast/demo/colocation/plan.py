"""What is to be made up, and where each part of it draws its randomness from."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

DAY = 86_400


class Stream(IntEnum):
    """What draws for itself, so that more of one thing leaves the others as they are."""

    PRESSURE = 1
    FAMILIES = 2
    JOBS = 3
    TRIAL_RUN = 4
    INSTANCES = 5
    MACHINES = 6
    USAGE = 7
    FAULTS = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """A co-located cluster to be made up; equal plans give the same bytes."""

    jobs: int = 20_000
    """Batch jobs, each of some 25 instances in the mean."""
    machines: int = 100
    """That run containers and instances side by side."""
    days: int = 8
    """From the trace's start to its end; the real one has 8."""
    seed: int = 7
    """Another number gives another cluster."""
    failing: float = 1.0
    """Times as many jobs fail as in the paper, in each class; at most those that meet a strained machine."""
    gzip: bool = False
    """Pack the tables."""
    faults: bool = False
    """Add rows of bad input of each kind."""

    @property
    def horizon(self) -> int:
        """Return the end of the trace, in seconds since its start."""
        return self.days * DAY

    def rng(self, stream: Stream) -> np.random.Generator:
        """Return the generator of random numbers for one part."""
        return np.random.default_rng([self.seed, stream])
