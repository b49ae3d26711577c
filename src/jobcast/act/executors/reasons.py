"""What a shepherd tells by fixed words, for the owner of a job."""

from collections.abc import Callable, Mapping

from jobcast.language import say


def in_words(why: Mapping[str, str]) -> str:
    """Return what the starter tells by a fixed word, in the words of whoever reads it."""
    what = (
        why.get("what", "") if why.get("what", "") in _WORDS else "unexpected"
    )  # an owner may have written it
    told = _WORDS[what](**{"which": "", "error": "", "exit": "", **why})
    in_exit = "exit" in why and not what.startswith("exit_")
    return say("starter.in_exit", exit=why["exit"], why=told) if in_exit else told


def exit_said(last: str) -> str:
    """Return what follows where a prolog or epilog ended badly: its last line, nothing where it printed none."""
    return say("starter.exit_said", last=last) if last else ""


_WORDS: Mapping[str, Callable[..., str]] = {
    "unknown_user": lambda **why: say("starter.unknown_user", **why),
    "other_user": lambda **why: say("starter.other_user", **why),
    "directory": lambda **why: say("starter.directory", **why),
    "input": lambda **why: say("starter.input", **why),
    "output": lambda **why: say("starter.output", **why),
    "error": lambda **why: say("starter.error", **why),
    "script": lambda **why: say("starter.script", **why),
    "executable": lambda **why: say("starter.executable", **why),
    "environment": lambda **why: say("starter.environment", **why),
    "limit": lambda **why: say("starter.limit", **why),
    "nice": lambda **why: say("starter.nice", **why),
    "group": lambda **why: say("starter.group", **why),
    "cpus": lambda **why: say("starter.cpus", **why),
    "unbound": lambda **why: say("starter.unbound", **why),
    "lowered": lambda **why: say("starter.lowered", **why),
    "unexpected": lambda **why: say("starter.unexpected", **why),
    "exit_failed": lambda **why: say("starter.exit_failed", said=exit_said(why["error"]), **why),
    "exit_slow": lambda **why: say("starter.exit_slow", said=exit_said(why["error"]), **why),
    "lost": lambda **why: say("starter.lost", **why),
}
