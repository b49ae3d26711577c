"""What a hook says to whoever submits: one line for each change, in the language of that person."""

from jobcast.advice import Advice, Change, ChangeKind, Mode, Subject
from jobcast.language import say
from jobcast.units import format_duration, format_memory


def told(advice: Advice) -> tuple[str, ...]:
    """Return the lines; none in the modes that say nothing."""
    if advice.mode in {Mode.OFF, Mode.SHADOW}:
        return ()
    return tuple(_line(change) for change in advice.changes)


def _line(change: Change) -> str:
    subject = say(f"hook_subject.{change.subject}")
    after = shown(change.subject, change.after)
    if change.before is not None:
        before = shown(change.subject, change.before)
        if change.kind is ChangeKind.RAISE:
            return say("hook.raise", subject=subject, before=before, after=after)
        if change.made:
            return say("hook.lowered", subject=subject, before=before, after=after)
    return say(f"hook_told.{'made' if change.made else change.kind}", subject=subject, after=after)


def shown(subject: Subject, amount: float) -> str:
    """Return an amount for people."""
    return format_memory(int(amount)) if subject is Subject.MEMORY else format_duration(amount)
