"""Writes into docs/{en,zh}/dialects.md what is made of each keyword, from the tables by which files are read.

``python docs/make_dialects.py`` renews both pages; ``python docs/make_dialects.py zh`` prints one, renewed.
Only what stands between ``<!-- generated: NAME -->`` and ``<!-- end -->`` is touched.
"""

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from jobcast.language import LANGUAGES, Phrase, say, speaking
from jobcast.systems.dialect import Standing
from jobcast.systems.loadleveler.tables import keyword_tables
from jobcast.systems.lsf.policy.keywords import documented
from jobcast.systems.slurm.policy import keywords, scheduler

HERE = Path(__file__).parent
_BLOCK = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
_HEADS = {"en": "| Keyword | It is | What is made of it |", "zh": "| 关键字 | 处理 | 说明 |"}

Reasons = Mapping[str, Phrase]


def renewed(language: str) -> str:
    """Return the page of `language` with its generated blocks made anew."""
    text = (HERE / language / "dialects.md").read_text("utf-8")
    with speaking(language):
        return _BLOCK.sub(lambda block: block[1] + _MAKERS[block[2]](language) + block[3], text)


def _lsf(language: str) -> str:
    return _deeper(documented(language))


def _loadleveler(_language: str) -> str:
    return _deeper(keyword_tables())


def _deeper(tables: str) -> str:
    """Put the headings of a system's tables below that of the system."""
    return "\n" + re.sub(r"^###", "####", tables.rstrip("\n"), flags=re.MULTILINE) + "\n\n"


def _slurm(ignored: Reasons, refused: Reasons) -> Callable[[str], str]:
    """Return who makes the table of keywords that shape nothing."""

    def table(language: str) -> str:
        rows = (*_rows(Standing.IGNORED, ignored), *_rows(Standing.REFUSED, refused))
        return "\n".join(("", _HEADS[language], "|---|---|---|", *rows, "", ""))

    return table


def _rows(standing: Standing, reasons: Reasons) -> Iterator[str]:
    """Yield a row for each reason, with its keywords."""
    for reason in dict.fromkeys(phrase.say() for phrase in reasons.values()):
        names = sorted((name for name, phrase in reasons.items() if phrase.say() == reason), key=str.lower)
        yield f"| {' '.join(f'`{name}`' for name in names)} | {say(f'standing.{standing}')} | {reason} |"


_MAKERS: Mapping[str, Callable[[str], str]] = {
    "lsf": _lsf,
    "loadleveler": _loadleveler,
    "slurm_top": _slurm(keywords.IGNORED, keywords.REFUSED),
    "slurm_scheduler": _slurm(scheduler.PARTS_IGNORED, scheduler.PARTS_REFUSED),
    "slurm_nodes": _slurm(keywords.NODE_WORDS, {}),
    "slurm_gres": _slurm(keywords.GRES_WORDS, {}),
    "slurm_partitions": _slurm(keywords.PARTITION_WORDS, keywords.PARTITION_REFUSED),
}


def main() -> None:
    """Print one page, or renew both."""
    if sys.argv[1:]:
        sys.stdout.write(renewed(sys.argv[1]))
        return
    for language in LANGUAGES:
        (HERE / language / "dialects.md").write_text(renewed(language), "utf-8")


if __name__ == "__main__":
    main()
