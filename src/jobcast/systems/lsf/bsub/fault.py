"""What is wrong in a text that a user wrote, and where."""

from jobcast.errors import ConfigError
from jobcast.language import say


class BsubError(ConfigError):
    """A requirement or dependency can't be read, or asks for what can't be done; tells where, and what would do."""

    def __init__(self, text: str, position: int, cure: str) -> None:
        self.position = position
        """Of the first character that can't stand there, from 0."""
        shown = f"{text}\n{' ' * position}^"
        super().__init__(say("lsf_bsub.unreadable", text=shown, column=position + 1), hint=cure)


def in_full(fault: ConfigError) -> str:
    """Return what a fault is and what cures it, as sentences; where it shows a place, the cure stands below."""
    message = fault.message if "\n" in fault.message else f"{fault.message.rstrip('.')}."
    cure = f"{fault.hint.rstrip('.')}." if fault.hint else ""
    return ("\n" if "\n" in message else " ").join(filter(None, (message, cure)))
