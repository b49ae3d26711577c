"""By what those who stand in line are sorted (rule 1 of "How the core decides")."""

from jobcast.schedule.line import Key
from jobcast.schedule.state import Entry


def main_key(entry: Entry) -> Key:
    """Sort the line: smaller goes first."""
    return (-entry.rank, tuple(-value for value in entry.values), entry.submitted, entry.arrival)


def backfill_key(entry: Entry) -> Key:
    """Sort those behind the first that waits."""
    values = tuple(-value for value in entry.backfill_values)
    return (-entry.rank, entry.lowered, values, entry.submitted, entry.arrival)
