"""How keywords that LoadLeveler knows are listed, with what is made of each."""

from collections.abc import Mapping
from dataclasses import dataclass

from jobcast.systems.dialect import Standing


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """One keyword that LoadLeveler knows."""

    name: str
    """As its manuals write it."""
    standing: Standing
    """What is made of it where its value is right."""
    topic: str
    """Which text says so, ``loadleveler_made.TOPIC``."""


def listed(
    understood: Mapping[str, str], ignored: Mapping[str, str], refused: Mapping[str, str]
) -> dict[str, Known]:
    """Return keyword, in small letters, to what is known of it; given topic to keywords with blanks between."""
    return {
        name.lower(): Known(name=name, standing=standing, topic=topic)
        for standing, topics in (
            (Standing.UNDERSTOOD, understood),
            (Standing.IGNORED, ignored),
            (Standing.REFUSED, refused),
        )
        for topic, names in topics.items()
        for name in names.split()
    }
