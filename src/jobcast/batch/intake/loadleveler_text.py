"""What a job command file may be as a whole, before its statements are read."""

import re
from collections.abc import Iterator, Sequence

from jobcast.batch.order import SubmitCommandFile
from jobcast.language import say
from jobcast.systems.loadleveler.job_program import JobProgram

_UNCLEAN = re.compile("[\0\ud800-\udfff]")
_LARGEST = 4 << 20
"""Characters of one file."""
_MOST_SCRIPTS = 16 << 20
"""Characters of all steps that run the file itself, together."""
_MOST_ENVIRONMENT = 1 << 20
"""Characters of an environment: the kernel takes little more."""


def faults(order: SubmitCommandFile) -> tuple[str, ...]:
    """Return why a file can't be a job command file, with the place; empty where it can."""
    return (*_of_text(order.text, order.file or "-"), *_of_surroundings(order))


def _of_text(text: str, file: str) -> Iterator[str]:
    if len(text) > _LARGEST:
        yield say("intake.too_large", file=file, size=len(text), most=_LARGEST)
        return
    if (place := text.find("\0")) >= 0:
        yield say("intake.nul", place=_place(text, place, file))
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        yield say("intake.no_utf8", place=_place(text, error.start, file))


def _of_surroundings(order: SubmitCommandFile) -> Iterator[str]:
    if not order.directory.startswith("/") or not _is_clean(order.directory):
        yield say("intake.no_directory")
    names = order.environment
    if not all(map(_is_clean, (order.file, *names, *names.values()))) or any("=" in name for name in names):
        yield say("intake.unclean")
    size = sum(len(name) + len(value) for name, value in order.environment.items())
    if size > _MOST_ENVIRONMENT:
        yield say("intake.large_environment", size=size, most=_MOST_ENVIRONMENT)


def _place(text: str, position: int, file: str) -> str:
    """Return ``file:line:column`` of a character."""
    line_begin = text.rfind("\n", 0, position) + 1
    return f"{file}:{text.count(chr(10), 0, position) + 1}:{position - line_begin + 1}"


def _is_clean(text: str) -> bool:
    """Tell whether the operating system takes a text, and the journal keeps it."""
    return _UNCLEAN.search(text) is None


def too_much(programs: Sequence[JobProgram], file: str) -> tuple[str, ...]:
    """Return why the steps of a file are too large together; empty where they aren't."""
    if sum(len(each.program.script) for each in programs) <= _MOST_SCRIPTS:
        return ()
    return (say("intake.many_scripts", file=file or "-", steps=len(programs)),)


def as_submitted(order: SubmitCommandFile) -> tuple[str, tuple[str, ...]]:
    """Return the text with line ends as Linux wants them, and what is said of that."""
    if "\r\n" not in order.text:
        return order.text, ()
    return order.text.replace("\r\n", "\n"), (say("intake.line_ends", file=order.file or "-"),)
