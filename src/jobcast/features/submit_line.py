"""Lines that submit to Slurm: what they submit, without how.

Accounting keeps the line that was typed (SubmitLine), but slurmctld is told only the script and its arguments. Both
must come to one text, or a job would not be known as a run of its family at the moment that counts. What the
options ask for is known from the request anyway.

Source: sbatch(1), srun(1) and salloc(1) of Slurm 22.05.
"""

import re

_SUBMITTERS = re.compile(r"(?:\S*/)?(?:sbatch|srun|salloc)(?:\s+|$)")
_WRAP = re.compile(r"(?:^|\s)--wrap(?:=|\s+)")

_WITHOUT_VALUE = (
    "bcast bell compress contiguous disable-status exact exclusive get-user-env help hold ignore-pbs immediate "
    "kill-command kill-on-bad-exit label multi-prog nice no-allocate no-bell no-kill no-requeue no-shell overcommit "
    "overlap oversubscribe parsable preserve-env propagate pty quiet quit-on-interrupt reboot requeue resv-ports "
    "send-libs share spread-job test-only unbuffered usage use-min-nodes verbose version wait x11"
)
_BARE = frozenset(_WITHOUT_VALUE.split())
"""Long options behind which no word of their own follows; a value stands behind ``=``, if anywhere."""
_BARE_LETTERS = frozenset("hHkOsQvVWXIKlEuZ")


def submitted(command: str) -> str:
    """Return what a line of sbatch, srun or salloc submits: the script's name and its arguments, or what is wrapped.

    Any other command is returned as it is; empty for a line that names no script. The quotes of the line are lost
    already: a value with blanks may leave words behind, the same in each run.
    """
    found = _SUBMITTERS.match(command)
    if found is None:
        return command
    line = command[found.end() :]
    if wrapped := _WRAP.search(line):
        return line[wrapped.end() :].strip()
    words = line.split()
    while words and words[0].startswith("-"):
        option = words.pop(0)
        if words and _wants_word(option):
            del words[0]
    return " ".join([words[0].rpartition("/")[2] or words[0], *words[1:]]) if words else ""


def _wants_word(option: str) -> bool:
    """Tell whether the word behind an option is its value."""
    if option.startswith("--"):
        return "=" not in option and option[2:] not in _BARE
    return len(option) == 2 and option[1] not in _BARE_LETTERS
