"""The page on configuration files tells of each keyword what the readers of the files make of it."""

import re
import subprocess
import sys

import pytest

from jobcast.language import say, speaking
from jobcast.systems.dialect import Standing
from jobcast.systems.slurm.policy import keywords, partitions, scheduler, site
from tests.docs.pages import LANGUAGES, rows, text_of, words
from tests.readme import ROOT

NAME = "dialects.md"
READ = {
    "slurm.conf": site.READ,
    "SchedulerParameters": scheduler.PARTS_READ,
    "NodeName": keywords.OF_NODES,
    "PartitionName": partitions.OF_PARTITIONS,
}
"""What is read of Slurm's files, by a word in the heading of its part; what it does is told by hand."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tables_of_keywords_are_those_that_files_are_read_by(language: str) -> None:
    command = [sys.executable, str(ROOT / "docs" / "make_dialects.py"), language]
    made = subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout
    assert text_of(NAME, language) == made, "python docs/make_dialects.py writes it anew"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_explains_what_can_be_made_of_a_keyword_in_the_words_of_the_program(language: str) -> None:
    with speaking(language):
        standings = [say(f"standing.{standing}") for standing in Standing]
    before_systems = text_of(NAME, language).partition("\n## ")[0]
    told = re.findall(r"^\| (.*?) \|", before_systems, flags=re.MULTILINE)
    assert told[1:] == standings


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("part", READ)
def test_the_page_tells_what_each_keyword_does_that_is_read_of_slurm(part: str, language: str) -> None:
    of_slurm = text_of(NAME, language).partition("\n## Slurm\n")[2].replace("\n### ", "\n## ")
    (section,) = (
        section
        for section in range(1, of_slurm.count("\n## ") + 1)
        if part in of_slurm.split("\n## ")[section].partition("\n")[0]
    )
    by_hand = re.sub(r"<!-- generated.*?<!-- end -->", "", of_slurm, flags=re.DOTALL)
    told = [word for row in rows(by_hand, section) for word in words(row[0])]
    assert sorted(told) == sorted(READ[part])
