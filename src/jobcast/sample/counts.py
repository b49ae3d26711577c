"""What became of the records of a source."""

from collections import Counter
from dataclasses import dataclass, field

from jobcast.history import Rows, count_reasons
from jobcast.store import Appended


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """Records by what became of them: `read` is the sum of `new`, `known` and all of `set_aside`."""

    new: int = 0
    """Runs that the store did not have."""
    known: int = 0
    """Runs that the store had already, or that the source holds twice."""
    set_aside: dict[str, int] = field(default_factory=dict)
    """Reason to number of records, most frequent first."""
    not_finished: int = 0
    """Records of jobs that still wait or run; they are no part of `read`."""

    @property
    def read(self) -> int:
        """Return how many finished jobs the source spoke of."""
        return self.new + self.known + sum(self.set_aside.values())

    def __add__(self, other: "Counts") -> "Counts":
        """Return the counts of both sources together."""
        reasons = Counter(self.set_aside) + Counter(other.set_aside)
        return Counts(
            new=self.new + other.new,
            known=self.known + other.known,
            set_aside=dict(reasons.most_common()),
            not_finished=self.not_finished + other.not_finished,
        )


def counts_of(rows: Rows, appended: Appended) -> Counts:
    """Count one batch."""
    return Counts(
        new=appended.new,
        known=appended.known,
        set_aside=count_reasons(rows.set_aside),
        not_finished=rows.not_finished,
    )
