"""Expressions, written as they may be read again."""

from jobcast.schedule.expression import Binary, Constant, Expression, Name, Unary


def written(tree: Expression) -> str:
    """Return an expression as text, with brackets around whatever is nested."""
    match tree:
        case Constant(bool(truth)):
            return "true" if truth else "false"
        case Constant(str(text)):
            return f'"{text}"'
        case Constant(value):
            return str(value)
        case Name(name):
            return name
        case Unary(operator, operand):
            return f"{operator}{_bracketed(operand)}"
        case Binary(operator, left, right):
            return f"{_bracketed(left)} {operator} {_bracketed(right)}"


def _bracketed(tree: Expression) -> str:
    text = written(tree)
    return f"({text})" if isinstance(tree, Binary) else text
