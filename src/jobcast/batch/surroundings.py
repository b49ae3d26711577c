"""What the manager's loop asks of the world: the clock, and the readers and rules that a site has set up."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from jobcast.batch.completing import Complete
from jobcast.batch.ends import Retry
from jobcast.batch.intake.base import Intake, Submitter
from jobcast.batch.ledger import Ledger
from jobcast.batch.order import SubmitCommand, SubmitCommandFile
from jobcast.batch.two_clocks import TwoClocks


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """What the loop asks of the world."""

    now: Callable[[], datetime]
    """The clock."""
    clocks: TwoClocks
    """It, and whether somebody has set it."""
    zone: tzinfo
    """Of the site."""
    read: Callable[[Ledger, SubmitCommandFile | SubmitCommand, Submitter], Intake]
    """Reads a submission."""
    complete: Complete
    """Fills in what submissions leave open."""
    retry: Retry
    """What is run again."""
