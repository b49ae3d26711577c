"""What a hook says to whoever submits, in the language of that person: what changes, and that it will fail."""

from jobcast.act.failing import failing
from jobcast.advice import Advice, Change, ChangeKind, Mode, Subject
from jobcast.language import say
from jobcast.units import format_duration, format_memory


def told(advice: Advice, steps: int = 1) -> tuple[str, ...]:
    """Return the lines, none in the modes that say nothing; of several steps the advice is about the first."""
    if advice.mode in {Mode.OFF, Mode.SHADOW} or not (advice.changes or advice.warning):
        return ()
    warned = () if advice.warning is None else (say("hook.failing", why=failing(advice.warning)),)
    more = (say("hook.first_step", count=steps),) if steps > 1 else ()
    return (*warned, *map(_line, advice.changes), *more)


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
