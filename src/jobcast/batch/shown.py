"""What anybody may see of a step: all but its script and environment, which may hold secrets."""

from collections.abc import Iterable
from dataclasses import replace

from jobcast.batch.plain import to_json
from jobcast.batch.record import Step


def shown(step: Step) -> Step:
    """Return a step without what is its owner's business alone."""
    submitted = step.submitted
    program = replace(submitted.program, script="", environment={})
    return replace(step, submitted=replace(submitted, program=program))


class Shown:
    """Steps as JSON for listings, written anew only where they have changed: thousands are listed at once."""

    def __init__(self) -> None:
        self._written: dict[str, bytes] = {}

    def forget(self, names: Iterable[str]) -> None:
        """Note that steps of these names have changed."""
        for name in names:
            self._written.pop(name, None)

    def of(self, step: Step) -> bytes:
        """Return a step as JSON."""
        if (written := self._written.get(step.id)) is None:
            written = self._written[step.id] = to_json(shown(step))
        return written
