"""``jobcast batch``: the live batch manager, and the commands that people know from LoadLeveler and LSF."""

from jobcast.cli.batch_commands import COMMANDS
from jobcast.cli.frame import LazyGroup
from jobcast.language import say

command = LazyGroup("batch", commands_by_name=COMMANDS, help=say("batch.help"), epilog=say("batch.examples"))
