"""Who works on loom, on which chips and blocks, and how each one asks for memory."""

from dataclasses import dataclass

import numpy as np

Shares = tuple[tuple[str, float], ...]

ROLES: dict[str, Shares] = {
    "synthesis": (("synth", 0.5), ("sta", 0.3), ("report", 0.2)),
    "design": (("lint", 0.6), ("rtlbuild", 0.3), ("report", 0.1)),
    "layout": (("pnr", 0.5), ("drc", 0.3), ("sta", 0.2)),
    "verification": (("rtlsim", 0.6), ("rtlbuild", 0.15), ("waves", 0.1), ("report", 0.15)),
    "analog": (("spice", 0.85), ("waves", 0.15)),
    "formal": (("prove", 0.7), ("report", 0.3)),
}
"""Role to the tools that its people run, and how often."""

HABITS = ("generous", "generous", "generous", "one number", "careful")
"""Ways to ask for memory, handed out in turn."""

_NAMES = (
    "chen fang ivan mira tomas yuki leila omar anke raj sofia wen noor paul keiko diego hana lukas min ama"
)
_CHIPS = "comet heron onyx maple tundra cobalt saffron quartz willow ember"
_BLOCKS = "cpu fpu l2 noc ddr pcie usb dsp isp npu gpu serdes pll adc pmu dma"
BLOCKS_OF_A_CHIP = 9


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """A user."""

    name: str
    """Login name."""
    role: str
    """Key of `ROLES`; also the user group."""
    chip: str
    """What the person works on; the project of all jobs."""
    habit: str
    """One of `HABITS`: how memory is asked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A part of a chip, and how it grows."""

    chip: str
    """Which one it is a part of."""
    name: str
    """As it stands in commands and paths; ``top`` is the whole chip."""
    size: float
    """On the first day; the median of all is 1."""
    growth: float
    """Natural logarithm of how much it has grown on the last day."""
    jump_at: float
    """The moment when it grows at once, as a fraction of the history; infinite where it never does."""
    jump: float
    """Factor by which it grows then."""


def chips(jobs: int) -> list[str]:
    """Return the chips that a cluster with so many jobs works on: two, and more with each 10,000 jobs."""
    return _numbered(_CHIPS, max(2, min(40, jobs // 10_000)))


def people(names: list[str]) -> list[Person]:
    """Return a team for each chip, one person for each role."""
    seats = [(chip, role) for chip in names for role in ROLES]
    return [
        Person(name=name, role=role, chip=chip, habit=HABITS[number % len(HABITS)])
        for number, (name, (chip, role)) in enumerate(zip(_numbered(_NAMES, len(seats)), seats, strict=True))
    ]


def blocks(chip: str, rng: np.random.Generator) -> list[Block]:
    """Return some blocks of a chip, and its top."""
    chosen = rng.choice(_BLOCKS.split(), BLOCKS_OF_A_CHIP - 1, replace=False)
    sizes = np.exp(rng.normal(0, 0.7, len(chosen)))
    return [
        Block(
            chip=chip,
            name=str(name),
            size=float(size),
            growth=rng.uniform(0, np.log(4 / 3)),
            jump_at=rng.uniform() if rng.uniform() < 1 / 3 else np.inf,
            jump=rng.uniform(1.2, 1.5),
        )
        for name, size in [*zip(chosen, sizes, strict=True), ("top", 4.0)]
    ]


def _numbered(words: str, count: int) -> list[str]:
    """Return so many names: the words, and once they are used up the words with a number behind."""
    names = words.split()
    return [
        names[n % len(names)] + (str(n // len(names) + 1) if n >= len(names) else "") for n in range(count)
    ]
