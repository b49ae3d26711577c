"""Configurations of our own making, and how a report is compared as text."""

from pathlib import Path

from jobcast.systems.dialect import Keyword
from jobcast.systems.slurm.policy import Site, read_site

FOLDER = Path(__file__).parents[3] / "recordings" / "slurm" / "policy"


def site(name: str) -> Site:
    return read_site(texts(name))


def texts(name: str) -> dict[str, str]:
    return {f"/etc/slurm/{file.name}": file.read_text("utf-8") for file in (FOLDER / name).glob("*.conf")}


def told(keywords: tuple[Keyword, ...]) -> str:
    """Return a report as lines of text."""
    return "".join(map(_line, keywords))


def _line(keyword: Keyword) -> str:
    where = f"{keyword.file}:{keyword.line} {keyword.section}".rstrip()
    said = f"{keyword.name}={keyword.value}" if keyword.value else keyword.name
    return f"{where} | {said} | {keyword.standing}{f': {keyword.reason}' if keyword.reason else ''}\n"
