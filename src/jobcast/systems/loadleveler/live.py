"""What a site's files say of jobs that run: what is called around them, and how resources are enforced."""

from dataclasses import dataclass, field

from jobcast.language import say
from jobcast.program import Enforce, Exits
from jobcast.systems.loadleveler.resources import ours, scheduled
from jobcast.systems.loadleveler.said import Said
from jobcast.systems.loadleveler.statement import RefusedError
from jobcast.systems.loadleveler.values import names, one_of, shown, truth, whole_from
from jobcast.systems.loadleveler.words import read_arguments

_ACCOUNTING = ("a_on", "a_off", "a_detail", "a_res", "a_validate")
_DEACTIVATE = "deactivate"
_LONGEST = 60
"""Seconds of JOBCAST_EXIT_TIMEOUT where it isn't said."""
_NONE: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveRules:
    """What is done around jobs that run."""

    exits: Exits = field(default_factory=Exits)
    """What is called around each."""
    submit_filter: tuple[str, ...] = ()
    """Program, with its arguments, that each job command file goes through; empty for none."""
    enforced: frozenset[str] = frozenset()
    """Our names of the resources that are enforced."""
    policy: Enforce = Enforce.SHARES
    """How."""
    kill_over_memory: bool = False
    """Whether a step ends that takes more real memory than it asked for."""
    remove_completed: int = 0
    """Seconds for which steps that are over stay in ``llq``."""
    accounting: tuple[str, ...] = ()
    """Words of ACCT in small letters; none, as ``a_off``, turn accounting off."""


def read_live(config: Said) -> LiveRules:
    """Read what LoadL_config says of jobs that run."""
    programs = {
        key: config.read(key, read_program, _NONE)
        for key in ("job_prolog", "job_user_prolog", "job_user_epilog", "job_epilog", "submit_filter")
    }
    enforced = {ours(name) for name in config.words("enforce_resource_usage")} - {_DEACTIVATE}
    listed = config.read("schedule_by_resources", scheduled, _NONE)
    return LiveRules(
        exits=Exits(
            prolog=programs["job_prolog"],
            user_prolog=programs["job_user_prolog"],
            user_epilog=programs["job_user_epilog"],
            epilog=programs["job_epilog"],
            longest=config.read("jobcast_exit_timeout", whole_from(1, 86400), _LONGEST),
        ),
        submit_filter=programs["submit_filter"],
        enforced=frozenset(enforced & {*listed}),
        policy=Enforce(config.read("enforce_resource_policy", one_of(*Enforce), Enforce.SHARES.value)),
        kill_over_memory=config.read("enforce_resource_memory", truth, default=False),
        remove_completed=config.read("negotiator_remove_completed", whole_from(0), 0),
        accounting=config.read("acct", read_accounting, _NONE),
    )


def read_program(text: str) -> tuple[str, ...]:
    """Read the absolute path of a program, and its arguments."""
    words = read_arguments(text)
    if words and not words[0].startswith("/"):
        raise RefusedError(say("loadleveler.no_absolute", value=shown(text)))
    return words


def read_accounting(text: str) -> tuple[str, ...]:
    """Read the words of ACCT."""
    return tuple(one_of(*_ACCOUNTING)(word) for word in names(text))
