"""Expressions as instructions for the compiled functions: operands are put on a stack, operators join the last two."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from jobcast.machine import Fact
from jobcast.schedule.expression import Binary, Expression, Name, Unary, compiled, names
from jobcast.simulate.hosts import layout
from jobcast.simulate.hosts.layout import KNOWN, NEGATE, NOT

Values = npt.NDArray[np.float64]
Operands = Mapping[str, tuple[int, int]]
"""Names whose values change, each with the instruction that tells it."""

_JOINS = {
    "||": layout.OR, "&&": layout.AND, "==": layout.EQUAL, "!=": layout.UNEQUAL, "<": layout.LESS,
    "<=": layout.LESS_EQUAL, ">": layout.MORE, ">=": layout.MORE_EQUAL, "+": layout.PLUS, "-": layout.MINUS,
    "*": layout.TIMES, "/": layout.DIVIDED, "%": layout.MODULO,
}  # fmt: skip


class TextError(Exception):
    """An expression asks for a text beside what changes: instructions only know numbers."""


def _no_codes() -> npt.NDArray[np.int64]:
    return np.zeros((0, 2), np.int64)


def _nothing_known() -> Values:
    return np.zeros((0, 0))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Program:
    """Instructions, and what of their operands doesn't change."""

    codes: npt.NDArray[np.int64] = field(default_factory=_no_codes)
    """[instructions, 2]: what to do, and with which operand."""
    known: Values = field(default_factory=_nothing_known)
    """[operands, rows]: nan where unknown."""


def joined(programs: Sequence[Program]) -> tuple[Program, npt.NDArray[np.int64]]:
    """Return programs for the same rows as one, and where in it each begins; the last number is its end."""
    begins = np.cumsum([0, *(len(program.codes) for program in programs)])
    codes, operands = [_no_codes()], 0
    for program in programs:
        shift = np.where(program.codes[:, 0] == KNOWN, operands, 0)
        codes.append(program.codes + np.stack([np.zeros_like(shift), shift], axis=1))
        operands += len(program.known)
    known = [program.known for program in programs if len(program.known)]
    return Program(
        codes=np.concatenate(codes), known=np.concatenate(known) if known else _nothing_known()
    ), begins


class Writer:
    """Writes instructions for rows, such as machines; what doesn't change is worked out once for each of them."""

    def __init__(self, facts: Sequence[Mapping[str, Fact]], operands: Operands) -> None:
        self._facts, self._operands = facts, operands
        self._codes: list[tuple[int, int]] = []
        self._known: list[Values] = []

    def write(self, tree: Expression) -> Program:
        """Return the instructions of an expression. Raises TextError where a text takes part."""
        self._write(tree)
        known = np.array(self._known).reshape(-1, len(self._facts))
        return Program(codes=np.array(self._codes, np.int64), known=known)

    def _write(self, tree: Expression) -> None:
        if names(tree).isdisjoint(self._operands):
            self._codes.append((KNOWN, len(self._known)))
            self._known.append(self._work_out(tree))
            return
        match tree:
            case Name(name):
                self._codes.append(self._operands[name])
            case Unary(sign, operand):
                self._write(operand)
                self._codes.append((NOT if sign == "!" else NEGATE, 0))
            case Binary(sign, left, right):
                self._write(left)
                self._write(right)
                self._codes.append((_JOINS[sign], 0))

    def _work_out(self, tree: Expression) -> Values:
        value = compiled(tree)
        found = [value(facts) for facts in self._facts]
        if any(isinstance(each, str) for each in found):
            raise TextError
        return np.array([np.nan if each is None else float(each) for each in found])
