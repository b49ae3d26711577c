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
