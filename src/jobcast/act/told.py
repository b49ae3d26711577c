"""What a hook says to whoever submits: one line for each change, in the language of that person."""

from jobcast.advice import Advice, Change, ChangeKind, Mode, Subject
from jobcast.language import say
from jobcast.units import format_duration, format_memory


def told(advice: Advice) -> tuple[str, ...]:
    """Return the lines; none in the modes that say nothing, and none of what the job gets by a change it asked for."""
    if advice.mode in {Mode.OFF, Mode.SHADOW}:
        return ()
    return tuple(_line(change) for change in advice.changes)


def _line(change: Change) -> str:
    subject = say(f"hook.{change.subject}")
    after = shown(change.subject, change.after)
    if change.kind is ChangeKind.RAISE:
        before = shown(change.subject, change.before or 0)
        return say("hook.told_raise", subject=subject, before=before, after=after)
    if change.made:
        return say("hook.told_made", subject=subject, after=after)
    return say(f"hook.told_{change.kind}", subject=subject, after=after)


def shown(subject: Subject | str, amount: float) -> str:
    """Return an amount for people."""
    return format_memory(int(amount)) if subject == Subject.MEMORY else format_duration(amount)
