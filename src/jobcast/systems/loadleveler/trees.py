"""Expression trees: read within bounds, joined without growing deep."""

import re
from collections.abc import Sequence

from jobcast.language import say
from jobcast.schedule.expression import Binary, Expression, parse
from jobcast.systems.loadleveler.statement import RefusedError

_MOST_OPERATORS = 200
"""Of one expression: each may make the tree deeper."""
_OPERATOR = re.compile(r"[-+*/%<>=!&|]+")


def read_tree(text: str) -> Expression:
    """Read an expression. Raises ExpressionError with the position, RefusedError where it is endless."""
    if len(_OPERATOR.findall(text)) > _MOST_OPERATORS:
        raise RefusedError(say("loadleveler.endless_expression", most=_MOST_OPERATORS))
    return parse(text)


def joined(operator: str, trees: Sequence[Expression]) -> Expression:
    """Join at least one tree by an operator, in their order."""
    if len(trees) == 1:
        return trees[0]
    middle = len(trees) // 2
    return Binary(operator, joined(operator, trees[:middle]), joined(operator, trees[middle:]))
