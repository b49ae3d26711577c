"""``--dependency``: ``afterok:12:13,afterany:14``, with ``?`` instead of ``,`` where one is enough."""

import re

from jobcast.schedule.job import After, AllOf, AnyOf, Dependency, Ending

_ENDINGS = {
    "after": Ending.STARTED,
    "afterany": Ending.ENDED,
    "afterok": Ending.DONE,
    "afternotok": Ending.FAILED,
}
_JOB = re.compile(r"[0-9]+(_[0-9]+)?")


def dependency(text: str) -> Dependency:
    """Return what a job waits for.

    Raises ValueError where the text tells nothing, and for ``singleton``, ``aftercorr``, ``afterburstbuffer`` and
    delays (``after:12+5``), which can't be done.
    """
    if "," in text and "?" in text:
        raise ValueError(text)
    parts: list[Dependency] = []
    for word in re.split("[,?]", text):
        kind, *jobs = word.strip().split(":")
        if kind.lower() not in _ENDINGS or not jobs or not all(map(_JOB.fullmatch, jobs)):
            raise ValueError(text)
        parts += [After(job=job, ending=_ENDINGS[kind.lower()]) for job in jobs]
    if len(parts) == 1:
        return parts[0]
    return AnyOf(parts=tuple(parts)) if "?" in text else AllOf(parts=tuple(parts))
