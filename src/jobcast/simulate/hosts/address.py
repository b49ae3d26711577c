"""How compiled functions hand the world on: by its address.

As a tuple it is some four hundred words, since each array is described by seven or nine; a call that passes them all
takes longer than most functions do, and longer yet to be compiled. Here the tuple is laid down once, by the function
that Python calls, and lives as long as that one runs.

Of the interface of numba for new types: https://numba.readthedocs.io/en/stable/extending/low-level.html
"""
# numba has no types for what extends it.
# mypy: disable-error-code="assignment, misc, no-untyped-call, override, untyped-decorator"

import hashlib
from typing import TYPE_CHECKING, Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.typing.templates import AttributeTemplate
from numba.extending import infer_getattr, intrinsic, lower_getattr_generic, models, register_model

if TYPE_CHECKING:
    from jobcast.simulate.hosts.layout import World

_POINTER = ir.IntType(8).as_pointer()


class _Address(types.Type):
    """The type of the address of a named tuple, in compiled functions."""

    def __init__(self, of: Any) -> None:
        self.of = of
        # Names of functions hold those of their types, and the tuple's own has thousands of letters.
        super().__init__(name=f"Address({hashlib.sha256(str(of).encode()).hexdigest()[:16]})")


@register_model(_Address)
class _Model(models.PrimitiveModel):
    def __init__(self, manager: Any, of: Any) -> None:
        super().__init__(manager, of, _POINTER)


@infer_getattr
class _Fields(AttributeTemplate):
    """Which type a field has."""

    key = _Address

    def generic_resolve(self, address: Any, name: str) -> Any:
        return address.of[address.of.fields.index(name)] if name in address.of.fields else None


@lower_getattr_generic(_Address)
def _field(context: Any, builder: Any, address: Any, value: Any, name: str) -> Any:
    """Read a field."""
    tuple_type = context.get_value_type(address.of)
    place = builder.bitcast(value, tuple_type.as_pointer())
    return builder.load(cgutils.gep_inbounds(builder, place, 0, address.of.fields.index(name)))


@intrinsic
def _address(_typing: Any, world: Any) -> Any:
    def lay_down(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.bitcast(cgutils.alloca_once_value(builder, arguments[0]), _POINTER)

    return _Address(world)(world), lay_down


if TYPE_CHECKING:

    def address(world: World) -> World:
        """Return the address of the world for compiled functions, which read it as they would the world itself."""
else:
    address = _address
