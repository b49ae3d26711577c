"""What a step waits for: ``dependency = (step1 == 0) && (step2 != CC_NOTRUN)``."""

from collections.abc import Mapping

from jobcast.language import say
from jobcast.schedule.expression import Binary, Constant, Expression, Name, Unary
from jobcast.schedule.job import After, AllOf, AnyOf, Dependency, Ending, Not
from jobcast.spelling import did_you_mean
from jobcast.systems.loadleveler.statement import RefusedError
from jobcast.systems.loadleveler.trees import read_tree

RETURN_CODES = {"cc_notrun": 1002, "cc_removed": 1001}
"""Of a step that never ran, and of one that was removed."""
_COMPARISONS = frozenset(("==", "!=", "<", "<=", ">", ">="))


def read_dependency(text: str, steps: Mapping[str, str]) -> Dependency:
    """Read a dependency; `steps` is name to id of those before. Raises RefusedError or ExpressionError."""
    return _dependency(read_tree(text), steps)


def _dependency(tree: Expression, steps: Mapping[str, str]) -> Dependency:
    match tree:
        case Binary("&&", left, right):
            both = (_dependency(left, steps), _dependency(right, steps))
            return AllOf(parts=tuple(part for each in both for part in _parts(each, AllOf)))
        case Binary("||", left, right):
            both = (_dependency(left, steps), _dependency(right, steps))
            return AnyOf(parts=tuple(part for each in both for part in _parts(each, AnyOf)))
        case Unary("!", operand):
            return Not(part=_dependency(operand, steps))
        case Binary(sign, Name(step), right) if sign in _COMPARISONS:
            return After(job=_id(step, steps), ending=Ending.ENDED, operator=sign, exit_code=_code(right))
    raise RefusedError(say("loadleveler.bad_dependency"))


def _parts(one: Dependency, kind: type[AllOf | AnyOf]) -> tuple[Dependency, ...]:
    """Return the parts of a dependency of that kind, else itself."""
    return one.parts if isinstance(one, AllOf | AnyOf) and isinstance(one, kind) else (one,)


def _id(step: str, steps: Mapping[str, str]) -> str:
    if step not in steps:
        raise RefusedError(say("loadleveler.no_step", name=step), hint=did_you_mean(step, steps))
    return steps[step]


def _code(tree: Expression) -> int:
    match tree:
        case Constant(value) if isinstance(value, int) and not isinstance(value, bool):
            return value
        case Unary("-", operand):
            return -_code(operand)
        case Name(name) if name.lower() in RETURN_CODES:
            return RETURN_CODES[name.lower()]
    raise RefusedError(say("loadleveler.bad_dependency"))
