"""Expressions of priorities and requirements: read once into a tree, evaluated without ``eval``.

Grammar: C's, as LoadLeveler has it ("LoadL_config file structure and syntax" in Using and Administering):
``!``, then ``* / %``, ``+ -``, ``< <= > >=``, ``== !=``, ``&&``, ``||``, from left to right; numbers, "texts",
``true`` and ``false``, names. LSF's ``select[...]`` is the same. A name without a value makes what it stands in
unknown, and nothing that is unknown is fulfilled.
"""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from jobcast.errors import ConfigError
from jobcast.language import say
from jobcast.machine import Fact


@dataclass(frozen=True, slots=True)
class Constant:
    """A number, a text, or a truth."""

    value: Fact


@dataclass(frozen=True, slots=True)
class Name:
    """Something that is known when the expression is evaluated."""

    name: str


@dataclass(frozen=True, slots=True)
class Unary:
    """``!`` or ``-`` before an operand."""

    operator: str
    operand: "Expression"


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands and what joins them."""

    operator: str
    left: "Expression"
    right: "Expression"


Expression = Constant | Name | Unary | Binary


class ExpressionError(ConfigError):
    """An expression can't be read; tells where, and what would do."""

    def __init__(self, text: str, position: int, wanted: str) -> None:
        self.position = position
        """Of the first character that can't stand there, from 0."""
        shown = f"{text}\n{' ' * position}^"
        super().__init__(
            say("schedule.bad_expression", text=shown, column=position + 1),
            hint=say("schedule.bad_expression_cure", wanted=wanted),
        )


_LEVELS = (("||",), ("&&",), ("==", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("*", "/", "%"))
"""From the weakest binding to the strongest."""
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)
      | "(?P<text>[^"]*)"
      | (?P<name>[A-Za-z_][\w.]*)
      | (?P<operator>\|\||&&|==|!=|<=|>=|[-<>+*/%!()])
    )""",
    re.VERBOSE,
)
_TRUTHS = {"true": True, "false": False, "t": True, "f": False}
_DEEPEST = 60
"""Nested brackets; nobody writes more, and each costs a level of the stack for every level of operators."""
_LONGEST = 1000
"""Tokens; nobody writes more, and each operator in a row costs a level of the stack when it is evaluated."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    value: str
    position: int


def parse(text: str) -> Expression:
    """Read an expression. Raises ExpressionError with the position of what can't stand there."""
    return _Parser(text).whole()


class _Parser:
    """Precedence climbing over the tokens of one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _tokens(text)
        self._next = 0
        self._depth = 0

    def whole(self) -> Expression:
        if len(self._tokens) > _LONGEST:
            raise ExpressionError(self._text, self._tokens[_LONGEST].position, say("schedule.wanted_shorter"))
        tree = self._level(0)
        if self._peek().kind != "end":
            raise ExpressionError(self._text, self._peek().position, say("schedule.wanted_operator"))
        return tree

    def _level(self, level: int) -> Expression:
        if level == len(_LEVELS):
            return self._operand()
        left = self._level(level + 1)
        while self._peek().kind == "operator" and self._peek().value in _LEVELS[level]:
            joined_by = self._take().value
            left = Binary(joined_by, left, self._level(level + 1))
        return left

    def _operand(self) -> Expression:
        token = self._take()
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ExpressionError(self._text, token.position, say("schedule.wanted_shallower"))
        try:
            return self._started_by(token)
        finally:
            self._depth -= 1

    def _started_by(self, token: _Token) -> Expression:
        if token.kind == "number":
            return Constant(float(token.value) if not token.value.isdigit() else int(token.value))
        if token.kind == "text":
            return Constant(token.value)
        if token.kind == "name":
            truth = _TRUTHS.get(token.value.lower())
            return Name(token.value) if truth is None else Constant(truth)
        if token.value in {"!", "-"}:
            return Unary(token.value, self._operand())
        if token.value == "(":
            inner = self._level(0)
            closing = self._take()
            if closing.value != ")" or closing.kind != "operator":
                raise ExpressionError(self._text, closing.position, '")"')
            return inner
        raise ExpressionError(self._text, token.position, say("schedule.wanted_operand"))

    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        token = self._tokens[self._next]
        self._next = min(self._next + 1, len(self._tokens) - 1)
        return token


def _tokens(text: str) -> list[_Token]:
    tokens, position = [], 0
    end = len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            at = position + len(text[position:]) - len(text[position:].lstrip())
            raise ExpressionError(text, at, say("schedule.wanted_operand"))
        kind = match.lastgroup or ""
        tokens.append(_Token(kind, match[kind], match.start(kind)))
        position = match.end()
    return [*tokens, _Token("end", "", end)]


def names(tree: Expression) -> frozenset[str]:
    """Return every name that stands in an expression."""
    match tree:
        case Name(name):
            return frozenset({name})
        case Unary(_, operand):
            return names(operand)
        case Binary(_, left, right):
            return names(left) | names(right)
        case _:
            return frozenset()


def rename(tree: Expression, meanings: Mapping[str, Expression]) -> Expression:
    """Return the expression with each name of `meanings` replaced by what it means; others stay."""
    match tree:
        case Name(name):
            return meanings.get(name, tree)
        case Unary(sign, operand):
            return Unary(sign, rename(operand, meanings))
        case Binary(sign, left, right):
            return Binary(sign, rename(left, meanings), rename(right, meanings))
        case _:
            return tree


Facts = Mapping[str, Fact]
Evaluated = Callable[[Facts], Fact | None]
"""Facts to a value; None where something that it needs is unknown."""

_COMPARE: dict[str, Callable[[Fact, Fact], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_COMPUTE: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": operator.mod,
}


def compiled(tree: Expression) -> Evaluated:
    """Turn a tree into a function that is cheap to call often."""
    match tree:
        case Constant(value):
            return lambda _facts: value
        case Name(name):
            return lambda facts: facts.get(name)
        case Unary("!", operand):
            inner = compiled(operand)
            return lambda facts: None if (value := inner(facts)) is None else not value
        case Unary(_, operand):
            inner = compiled(operand)
            return lambda facts: None if isinstance(value := inner(facts), str | None) else -value
        case Binary(sign, left, right):
            joined = _joined(sign, compiled(left), compiled(right))
            if names(tree):
                return joined
            always = joined({})
            return lambda _facts: always


def _joined(sign: str, left: Evaluated, right: Evaluated) -> Evaluated:
    if sign == "&&":
        return lambda facts: bool(left(facts)) and bool(right(facts))
    if sign == "||":
        return lambda facts: bool(left(facts)) or bool(right(facts))
    if sign in {"==", "!="}:
        return _equality(left, right, equal=sign == "==")
    return _comparison(sign, left, right) if sign in _COMPARE else _arithmetic(sign, left, right)


def _equality(left: Evaluated, right: Evaluated, *, equal: bool) -> Evaluated:
    def evaluate(facts: Facts) -> Fact | None:
        one, other = left(facts), right(facts)
        return None if one is None or other is None else (one == other) is equal

    return evaluate


def _comparison(sign: str, left: Evaluated, right: Evaluated) -> Evaluated:
    compare = _COMPARE[sign]

    def evaluate(facts: Facts) -> Fact | None:
        one, other = left(facts), right(facts)
        if one is None or other is None or isinstance(one, str) != isinstance(other, str):
            return None
        return compare(one, other)

    return evaluate


def _arithmetic(sign: str, left: Evaluated, right: Evaluated) -> Evaluated:
    compute = _COMPUTE[sign]

    def evaluate(facts: Facts) -> Fact | None:
        one, other = left(facts), right(facts)
        if isinstance(one, str | None) or isinstance(other, str | None) or (sign in "/%" and other == 0):
            return None
        return compute(one, other)

    return evaluate


def evaluate(tree: Expression, facts: Facts) -> Fact | None:
    """Return the value of an expression; None where something that it needs is unknown."""
    return compiled(tree)(facts)
