"""``jobcast failures``: which jobs of a co-located cluster fail, what that costs, and whether it can be told before."""

from jobcast.cli.frame import LazyGroup
from jobcast.language import say

COMMANDS: dict[str, str] = {
    "make-up": "jobcast.cli.failures_make_up:command",
    "extract": "jobcast.cli.failures_extract:command",
    "waste": "jobcast.cli.failures_waste:command",
    "train": "jobcast.cli.failures_train:command",
    "evaluate": "jobcast.cli.failures_evaluate:command",
    "explain": "jobcast.cli.failures_explain:command",
    "predict": "jobcast.cli.failures_predict:command",
}
"""Command to the module that holds it, in the order of ``jobcast failures --help``, whose lines are
``failures_commands.NAME``."""


class Failures(LazyGroup):
    """Has lines of its own: ``train`` here isn't ``jobcast train``."""

    def told_of(self, name: str) -> str:
        """Return the line about one command."""
        return say(f"failures_commands.{name}")


command = Failures(
    "failures", commands_by_name=COMMANDS, help=say("failures.help"), epilog=say("failures.examples")
)
