"""The commands of ``jobcast batch``, those under names of LoadLeveler and LSF among them; each is one line here."""

LOADLEVELER = {
    name: f"jobcast.cli.loadleveler.{name}:command"
    for name in (
        "llsubmit",
        "llq",
        "llstatus",
        "llclass",
        "llcancel",
        "llhold",
        "llprio",
        "llmodify",
        "llpreempt",
        "llsummary",
        "llctl",
        "llfavorjob",
        "llfavoruser",
    )
}
"""LoadLeveler's commands; the program called by such a name runs that command."""

_DEEDS = ("bkill", "bstop", "bresume")

LSF: dict[str, str] = {
    name: f"jobcast.cli.lsf.deeds:{name}" if name in _DEEDS else f"jobcast.cli.lsf.{name}:command"
    for name in (
        "bsub",
        "bjobs",
        "bpeek",
        "bqueues",
        "bhosts",
        "bslots",
        *_DEEDS,
        "btop",
        "bacct",
    )
}
"""LSF's commands, likewise."""

OWN = {
    "start": "jobcast.cli.batch_start:command",
    "stop": "jobcast.cli.batch_stop:command",
    "submit": "jobcast.cli.batch_submit:command",
    "queue": "jobcast.cli.batch_queue:command",
    "replay": "jobcast.cli.batch_replay:command",
    "links": "jobcast.cli.batch_links:command",
}
"""What neither of them has."""

COMMANDS = {**OWN, **LOADLEVELER, **LSF}
"""Command to the module that holds it, in the order of ``jobcast batch --help``, whose lines are ``commands.NAME``."""

LINKED = {"loadleveler": LOADLEVELER, "lsf": LSF}
"""Batch system to the commands that go by its names."""
