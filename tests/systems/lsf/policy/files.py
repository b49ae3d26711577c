"""Configuration files in recordings, and reports in short."""

from pathlib import Path

from jobcast.systems.dialect import Configuration, Keyword
from jobcast.systems.lsf.policy.reader import read

FILES = Path(__file__).parents[3] / "recordings" / "lsf" / "policy"


def texts(folder: str) -> dict[str, str]:
    """Return the files of a recorded cluster, by name."""
    return {
        path.name: path.read_text("utf-8")
        for path in sorted((FILES / folder).iterdir())
        if path.suffix != ".txt"
    }


def recorded(folder: str) -> Configuration:
    """Return what is read of a recorded cluster."""
    return read(texts(folder))


def report(folder: str) -> list[str]:
    """Return the report that belongs to a recorded cluster, in English."""
    return (FILES / folder / "report.txt").read_text("utf-8").splitlines()


def queue(*lines: str, **others: str) -> Configuration:
    """Return what is read of one queue, named q, and of other files (``lsb_params="..."``)."""
    text = "\n".join(["Begin Queue", "QUEUE_NAME = q", *lines, "End Queue"])
    return read({"lsb.queues": text, **{name.replace("_", "."): more for name, more in others.items()}})


def params(*lines: str) -> str:
    """Return the text of lsb.params."""
    return "\n".join(["Begin Parameters", *lines, "End Parameters"])


def told(configuration: Configuration, name: str) -> tuple[str, str]:
    """Return what was made of a keyword that stands once in the files, and why."""
    found = [line for line in configuration.keywords if line.name == name]
    assert len(found) == 1, found
    return found[0].standing, found[0].reason


def in_line(line: Keyword) -> str:
    """Show one line of a report."""
    place = f"{line.file}:{line.line} {line.section}".rstrip()
    return f"{place}: {line.name} = {line.value}".rstrip(" =") + f" | {line.standing} {line.reason}".rstrip()
