"""Whole listings that are expected, each in a file."""

from collections.abc import Iterable
from pathlib import Path

HERE = Path(__file__).parent / "expected"


def expected(name: str) -> str:
    return (HERE / f"{name}.txt").read_text("utf-8")


def drawn(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
