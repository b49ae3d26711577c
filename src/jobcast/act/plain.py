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

UNIONS: tuple[Any, ...] = (Expression, Dependency, Event, Decision, News)


class Plain:
    """Writes and reads values; made once, since it compiles what it does for each class."""

    def __init__(self, *unions: Any) -> None:
        """Take the unions of classes of which one may stand in a place."""
        self._converter = Converter(
            omit_if_default=True, unstruct_collection_overrides={frozenset: sorted, tuple: list}
        )
        configure_union_passthrough(int | float | str | bool | None, self._converter)
        for union in unions:
            members = {member.__name__: member for member in get_args(union)}
            for member in members.values():
                self._converter.register_unstructure_hook(member, self._telling_kind(member))
            self._converter.register_structure_hook(union, self._by_kind(members))

    def _telling_kind(self, member: type) -> Callable[[Any], dict[str, Any]]:
        fields: Callable[[Any], dict[str, Any]] = make_dict_unstructure_fn(
            member, self._converter, _cattrs_omit_if_default=True
        )
        return lambda value: {"kind": member.__name__, **fields(value)}

    def _by_kind(self, members: dict[str, type]) -> Callable[[Any, Any], Any]:
        def structure(value: Any, _union: Any) -> Any:
            kind = value.get("kind") if isinstance(value, dict) else None
            if kind not in members:
                raise ValueError(say("plain.no_kind", known=" ".join(members)))
            return self._converter.structure(value, members[kind])

        return structure

    def to_json(self, value: Any) -> bytes:
        """Return a value of ours, or a list of some, as JSON in UTF-8."""
        return msgspec.json.encode(self._converter.unstructure(value))

    def from_json(self, text: bytes | str, kind: type[T]) -> T:
        """Return the value of that class that `text` tells. Raises InputError, which tells what is wrong where.

        A union of classes is given as what its name stands for; mypy doesn't take it for a type.
        """
        try:
            return self._converter.structure(msgspec.json.decode(text), kind)
        except (BaseValidationError, msgspec.DecodeError, KeyError, TypeError, ValueError) as error:
            told = transform_error(error) if isinstance(error, BaseValidationError) else [str(error)]
            raise InputError(say("plain.unreadable", why="; ".join(told))) from error
        except RecursionError as error:
            raise InputError(say("plain.unreadable", why=say("plain.nested"))) from error


_PLAIN = Plain(*UNIONS)
to_json, from_json = _PLAIN.to_json, _PLAIN.from_json
