"""What anybody may see of a step: all but its script and environment, which may hold secrets."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from jobcast.batch.plain import to_json
from jobcast.batch.record import Step

if TYPE_CHECKING:
    from jobcast.act.executors.base import Consumed


def shown(step: Step) -> Step:
    """Return a step without what is its owner's business alone."""
    submitted = step.submitted
    program = replace(submitted.program, script="", environment={})
    return replace(step, submitted=replace(submitted, program=program))


class Shown:
    """Steps as JSON for listings, written anew only where they have changed: thousands are listed at once."""

    def __init__(self) -> None:
        self._written: dict[str, tuple[bytes, Consumed]] = {}

    def forget(self, names: Iterable[str]) -> None:
        """Note that steps of these names have changed, but for what they consume."""
        for name in names:
            self._written.pop(name, None)

    def has(self, step: Step) -> bool:
        """Tell whether a step is written down as it is."""
        known = self._written.get(step.id)
        return known is not None and known[1] is step.consumed

    def of(self, step: Step) -> bytes:
        """Return a step as JSON."""
        known = self._written.get(step.id)
        if known is None or known[1] is not step.consumed:
            known = self._written[step.id] = to_json(shown(step)), step.consumed
        return known[0]

    def all_of(self, steps: Mapping[str, Step]) -> list[bytes]:
        """Return many steps as JSON, told by their ids."""
        return [
            known[0]
            if (known := self._written.get(name)) is not None and known[1] is step.consumed
            else self.of(step)
            for name, step in steps.items()
        ]
