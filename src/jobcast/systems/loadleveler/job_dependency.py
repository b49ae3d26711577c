"""What a step waits for: ``dependency = (step1 == 0) && (step2 != CC_NOTRUN)``.

A step that never ran has the exit code CC_NOTRUN for LoadLeveler, and none for the scheduler: where that code would
do, so does it that the step ends without one.
"""

import operator
import re
from collections.abc import Callable, Collection, Mapping

from jobcast.language import say
from jobcast.schedule.expression import Binary, Constant, Expression, Name, Unary
from jobcast.schedule.job import After, AllOf, AnyOf, Dependency, Ending, Not
from jobcast.spelling import did_you_mean
from jobcast.systems.loadleveler.statement import RefusedError
from jobcast.systems.loadleveler.trees import read_tree
from jobcast.systems.loadleveler.values import shown

NOT_RUN = 1002
RETURN_CODES = {"cc_notrun": NOT_RUN, "cc_removed": 1001}
"""Of a step that never ran, and of one that was removed."""
_COMPARE: dict[str, Callable[[int, int], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_LOWEST = -(1 << 31)
"""No exit code is below."""


_STEP_NAME = re.compile(r"[A-Za-z_.][A-Za-z0-9_.]{0,254}")
_TRUTHS = frozenset({"T", "F"})


def read_step_name(text: str, steps: Collection[str]) -> str:
    """Read the name of a step, which none before has; `steps` are theirs. T, F and numbers mean something else."""
    name = text.strip()
    if _STEP_NAME.fullmatch(name) is None or name in _TRUTHS:
        raise RefusedError(say("loadleveler.bad_step_name", value=shown(text)))
    if name in steps:
        raise RefusedError(say("loadleveler.same_step_name", name=name))
    return name


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
        case Binary(sign, Name(step), right) if sign in _COMPARE:
            return _ended(_id(step, steps), sign, _code(right))
    raise RefusedError(say("loadleveler.bad_dependency"))


def _ended(job: str, sign: str, code: int) -> Dependency:
    """Return that a job has ended with such a code, or without one where CC_NOTRUN would do."""
    with_code = After(job=job, ending=Ending.ENDED, operator=sign, exit_code=code)
    with_any = After(job=job, ending=Ending.ENDED, operator=">=", exit_code=_LOWEST)
    if sign in {"==", "!="} and code == NOT_RUN:
        return Not(part=with_any) if sign == "==" else with_any
    return AnyOf(parts=(with_code, Not(part=with_any))) if _COMPARE[sign](NOT_RUN, code) else with_code


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
