"""Values as plain JSON and back, checked: what is kept on disk, or goes from one process to another.

Of several classes that may stand in one place, ``kind`` tells which it is. What is as by default is left out.
"""

from collections.abc import Callable
from typing import Any, TypeVar, get_args

import msgspec
from cattrs import BaseValidationError, Converter, transform_error
from cattrs.gen import make_dict_unstructure_fn
from cattrs.strategies import configure_union_passthrough

from jobcast.act.executors.base import News
from jobcast.decision import Decision
from jobcast.errors import InputError
from jobcast.language import say
from jobcast.schedule.event import Event
from jobcast.schedule.expression import Expression
from jobcast.schedule.job import Dependency

T = TypeVar("T")

_UNIONS: tuple[Any, ...] = (Expression, Dependency, Event, Decision, News)


def _make_converter() -> Converter:
    converter = Converter(
        omit_if_default=True,
        unstruct_collection_overrides={frozenset: sorted, tuple: list},
        prefer_attrib_converters=False,
    )
    configure_union_passthrough(int | float | str | bool | None, converter)
    for union in _UNIONS:
        members = {member.__name__: member for member in get_args(union)}
        for member in members.values():
            converter.register_unstructure_hook(member, _telling_kind(member, converter))
        converter.register_structure_hook(union, _by_kind(members, converter))
    return converter


def _telling_kind(member: type, converter: Converter) -> Callable[[Any], dict[str, Any]]:
    fields: Callable[[Any], dict[str, Any]] = make_dict_unstructure_fn(
        member, converter, _cattrs_omit_if_default=True
    )
    return lambda value: {"kind": member.__name__, **fields(value)}


def _by_kind(members: dict[str, type], converter: Converter) -> Callable[[Any, Any], Any]:
    def structure(value: Any, _union: Any) -> Any:
        return converter.structure(value, members[value["kind"]])

    return structure


_CONVERTER = _make_converter()


def to_json(value: Any) -> bytes:
    """Return a value of ours, or a list of some, as JSON in UTF-8."""
    return msgspec.json.encode(_CONVERTER.unstructure(value))


def from_json(text: bytes | str, kind: type[T]) -> T:
    """Return the value of that class that `text` tells. Raises InputError, which tells what is wrong where."""
    try:
        return _CONVERTER.structure(msgspec.json.decode(text), kind)
    except (BaseValidationError, msgspec.DecodeError, KeyError, TypeError, ValueError) as error:
        told = transform_error(error) if isinstance(error, BaseValidationError) else [str(error)]
        raise InputError(say("plain.unreadable", why="; ".join(told))) from error
