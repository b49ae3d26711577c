"""Families: the same thing run again and again by one person, with one command, one request, one habit."""

from typing import Any

import numpy as np
import polars as pl

from jobcast.demo.people import ROLES, Block, Person, blocks, chips, people
from jobcast.demo.tools import TOOLS, Factors, Tool

NO_REQUEST = 1 / 3
"""Share of families that ask for no memory."""
ONE_NUMBER = 64
"""GiB that some people ask for whatever they run."""


def draw_families(jobs: int, rng: np.random.Generator) -> pl.DataFrame:
    """Return the families of a history of so many jobs: about 200 for 5,000 jobs, 6,000 for a million."""
    names = chips(jobs)
    team = people(names)
    parts = {chip: blocks(chip, rng) for chip in names}
    count = max(len(team), round(jobs**0.63))
    owners = (team[number % len(team)] for number in range(count))
    return pl.DataFrame(
        [_family(owner, parts[owner.chip], rng) for owner in owners], infer_schema_length=None
    )


def _family(person: Person, parts: list[Block], rng: np.random.Generator) -> dict[str, Any]:
    program, _ = _choice(ROLES[person.role], rng)
    tool = TOOLS[program]
    block = parts[rng.integers(len(parts))]
    stage, stage_factor = tool.stages[rng.integers(len(tool.stages))]
    flags = [(text, factor) for text, factor in tool.flags if rng.uniform() < 1 / 4]
    words = {
        "program": program,
        "project": person.chip,
        "user": person.name,
        "block": block.name,
        "stage": stage,
        "cores": int(rng.choice(tool.cores)),
        "flags": "".join(f" {text}" for text, _ in flags),
    }
    own = np.exp(rng.normal(0, 0.25))
    memory = float(tool.base * stage_factor * own * np.prod([factor for _, factor in flags]))
    hours = float(tool.hours * stage_factor**0.5 * np.exp(rng.normal(0, 0.3)))
    return {
        **_texts(tool, words, rng),
        **_life(tool, rng),
        "group": person.role,
        "exponent": tool.exponent,
        "noise": tool.noise,
        "memory": memory,
        "hours": hours,
        **{name: getattr(block, name) for name in ("size", "growth", "jump_at", "jump")},
        "asked": _asked(person.habit, memory * block.size**tool.exponent, rng),
        "limit": _limit(hours * block.size**0.5, rng),
    }


def _texts(tool: Tool, words: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    place = "/proj/{project}/{user}/{block}/{program}".format_map(words)
    name = "{program}_{block}".format_map(words)
    return {
        **{column: words[column] for column in ("user", "project", "cores")},
        "tool": words["program"],
        "queue": tool.queue,
        "interactive": tool.interactive,
        "name": name if rng.uniform() < 3 / 4 else None,
        "command": tool.command.format_map({**words, "corner": "{corner}", "run": "{run}"}) + words["flags"],
        "cwd": place + ("/run_{run}" if rng.uniform() < 1 / 2 else f"/{words['stage']}"),
        "description": f"{words['project']} nightly" if tool.nightly else None,
    }


def _life(tool: Tool, rng: np.random.Generator) -> dict[str, Any]:
    """Draw when the family is run, as fractions of the history, and how often beside the others."""
    begin = max(0.0, rng.uniform(-0.8, 0.9))
    elements = int(rng.integers(4, tool.most_elements + 1)) if tool.most_elements > 1 else 1
    return {
        "begin": begin,
        "end": min(1.0, begin + rng.uniform(0.3, 1.2)),
        "weight": float(np.exp(rng.normal(0, 0.8))) / elements**0.7,
        "elements": elements if rng.uniform() < 2 / 3 else 1,
        "nightly": tool.nightly,
    }


def _asked(habit: str, expected: float, rng: np.random.Generator) -> float | None:
    """Return the GiB that a family asks for when its first run needs `expected`."""
    if rng.uniform() < NO_REQUEST:
        return None
    match habit:
        case "generous":
            multiple = float(np.exp(rng.normal(np.log(4), 0.5)))
            return float(2 ** np.ceil(np.log2(max(1.0, expected * multiple))))
        case "one number":
            return float(ONE_NUMBER)
    return float(np.ceil(expected * 1.25 * 4) / 4)


def _limit(expected: float, rng: np.random.Generator) -> float | None:
    """Return the hours asked for by a family whose run takes `expected`: the next usual number beyond thrice."""
    usual = [1, 2, 4, 8, 12, 24, 48, 96, 168]
    if rng.uniform() > 2 / 5:
        return None
    return float(next((hours for hours in usual if hours >= 3 * expected), usual[-1]))


def _choice(shares: Factors, rng: np.random.Generator) -> tuple[str, float]:
    weights = np.array([share for _, share in shares])
    return shares[rng.choice(len(shares), p=weights / weights.sum())]
