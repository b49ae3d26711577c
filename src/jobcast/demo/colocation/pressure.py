"""How hard the containers press on each machine, and what of it instances bear.

Pressure is what the containers want of a machine, as a share of it. It is made of the machine's own level, a
rhythm of the day, bursts that the whole cluster has (a sale), bursts of a rack (one service), and noise.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jobcast.demo.colocation.machines import racks_of
from jobcast.demo.colocation.plan import DAY, Floats, Plan, Rows, Stream

STEP = 300
"""Seconds for which the pressure stays the same, and between two readings."""
BEARABLE = 0.75
"""Pressure up to which no instance is disturbed."""
_LEVEL, _LEVEL_SIGMA = 0.38, 0.04
_RHYTHM = 0.09
"""How far the day's peak, at nine in the evening, is above the mean."""
_NOISE, _MEMORY = 0.035, 0.8
"""Sigma of the noise, and how much of it is left after one step."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bursts:
    """Bursts of one kind."""

    a_day: float
    """How many, in the mean."""
    hours: tuple[float, float]
    """How long they stay up; they rise within half an hour before and fall as fast."""
    height: tuple[float, float]
    """What they add at most."""


OF_THE_CLUSTER = Bursts(a_day=1.3, hours=(0.3, 1.0), height=(0.12, 0.38))
OF_A_RACK = Bursts(a_day=2.5, hours=(0.5, 2.0), height=(0.15, 0.5))
_RAMP = 6
"""Steps."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Pressure:
    """The pressure on each machine during each step; equal only to itself."""

    share: npt.NDArray[np.float32]
    """(machines, steps): 1 is the whole machine."""
    strain: npt.NDArray[np.float32]
    """(machines, steps): what of it is beyond bearing, 0 up to `BEARABLE`, 1 where it is the whole machine."""
    summed: Floats
    """(machines, steps + 1): seconds of strain until the beginning of a step."""

    def at(self, machine: Rows, second: Rows) -> Floats:
        """Return the pressure on machines at moments."""
        return self.share[machine, self._step(second)].astype(np.float64)

    def until(self, machine: Rows, second: Rows) -> Floats:
        """Return the seconds of strain on machines from the trace's start to moments."""
        step = self._step(second)
        within = np.minimum(second, self.share.shape[1] * STEP) - step * STEP
        strained: Floats = self.summed[machine, step] + self.strain[machine, step] * within
        return strained

    def when(self, machine: Rows, strained: Floats) -> Rows:
        """Return the whole second in which machines come to have borne so many seconds of strain."""
        step = np.zeros(len(machine), np.int64)
        for jump in 1 << np.arange(self.share.shape[1].bit_length())[::-1]:  # the last step begun by then
            ahead = np.minimum(step + jump, self.share.shape[1] - 1)
            step = np.where(self.summed[machine, ahead] <= strained, ahead, step)
        strain = np.maximum(self.strain[machine, step], 1e-9)
        within = np.clip((strained - self.summed[machine, step]) / strain, 0, STEP - 1)
        return (step * STEP + within).astype(np.int64)

    def _step(self, second: Rows) -> Rows:
        step: Rows = np.minimum(second // STEP, self.share.shape[1] - 1)
        return step


def draw_pressure(plan: Plan) -> Pressure:
    """Return the pressure of all days."""
    rng = plan.rng(Stream.PRESSURE)
    steps = plan.horizon // STEP
    rack = racks_of(plan.machines)
    share = _noise(plan.machines, steps, rng)
    share += rng.normal(_LEVEL, _LEVEL_SIGMA, plan.machines)[:, None].astype(np.float32)
    share += _rhythm(steps) + _bursts(1, plan, OF_THE_CLUSTER, rng)
    share += _bursts(int(rack.max()) + 1, plan, OF_A_RACK, rng)[rack]
    np.clip(share, 0.03, 1.15, out=share)
    strain = (np.maximum(share - BEARABLE, 0) / (1 - BEARABLE)) ** np.float32(1.5)
    summed = np.zeros((plan.machines, steps + 1))
    np.cumsum(strain * float(STEP), axis=1, dtype=np.float64, out=summed[:, 1:])
    return Pressure(share=share, strain=strain, summed=summed)


def _rhythm(steps: int) -> npt.NDArray[np.float32]:
    hour = np.arange(steps) * STEP % DAY / 3600
    return (_RHYTHM * np.cos((hour - 21) / 24 * 2 * np.pi)).astype(np.float32)


def _noise(machines: int, steps: int, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Return noise that stays for a while: each step keeps a part of the one before."""
    drawn = rng.standard_normal((steps, machines), np.float32) * np.float32(_NOISE * (1 - _MEMORY**2) ** 0.5)
    for step in range(1, steps):
        drawn[step] += np.float32(_MEMORY) * drawn[step - 1]
    return np.ascontiguousarray(drawn.T)


def _bursts(places: int, plan: Plan, kind: Bursts, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Return (places, steps): what the bursts of one kind add; there is at least one of them."""
    steps = plan.horizon // STEP
    count = max(1, rng.poisson(kind.a_day * plan.days * places))
    where = rng.integers(places, size=count)
    begin = rng.integers(steps, size=count)
    length = (rng.uniform(*kind.hours, count) * 3600 / STEP).astype(np.int64)
    height = rng.uniform(*kind.height, count)
    added = np.zeros((places, steps), np.float32)
    rise = np.arange(1, _RAMP) / _RAMP
    for at, first, long, high in zip(where, begin, length, height, strict=True):
        shape = high * np.concatenate([rise, np.ones(long), rise[::-1]])
        end = min(first + len(shape), steps)
        added[at, first:end] = np.maximum(added[at, first:end], shape[: end - first])
    return added
