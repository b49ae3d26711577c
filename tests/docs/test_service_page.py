"""The page on the forecast service names its routes, its errors and its limits, and its example can be asked."""

import json
import re

import msgspec
import pytest

from jobcast.advice import KeptReason
from jobcast.serve.access import Right
from jobcast.serve.answered import AdviceSent, MemorySent, OneAnswer, Problem, RunTimeSent
from jobcast.serve.asked import MOST_JOBS, SubmittedJob
from jobcast.serve.http import MOST_BYTES
from jobcast.serve.operations import OPERATIONS
from tests.docs.pages import LANGUAGES, blocks, rows, text_of, words

NAME = "service.md"
TOLD_ABOVE = {"/openapi.json", "/docs", "/docs/{file}"}
"""Told in sentences above the table."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_has_every_route(language: str) -> None:
    told = [word.split()[-1] for row in rows(text_of(NAME, language), 1) for word in words(row[0])]
    paths = [
        re.sub(r"{(\w+)}", lambda name: name[1].upper(), path)
        for _, path in OPERATIONS
        if path not in TOLD_ABOVE
    ]
    assert sorted(told) == sorted(paths)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_job_of_the_example_can_be_asked_about(language: str) -> None:
    (command,) = blocks(text_of(NAME, language), "sh")
    body = command.partition("-d '")[2].rpartition("'")[0]
    assert msgspec.json.decode(body, type=SubmittedJob).memory_mb == 65536


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answer_of_the_example_has_the_fields_of_an_answer(language: str) -> None:
    (text,) = blocks(text_of(NAME, language), "json")
    answer = json.loads(text)
    assert set(answer) == {*OneAnswer.__struct_fields__}
    assert set(answer["memory"]) == {*MemorySent.__struct_fields__}
    assert set(answer["run_time"]) == {*RunTimeSent.__struct_fields__}
    advice = msgspec.convert(answer["advice"], AdviceSent)
    assert [(one.before, one.after) for one in advice.changes] == [
        (65536 * 2**20, answer["memory"]["request_mb"] * 2**20)
    ]
    assert [one.reason for one in advice.kept] == [KeptReason.NOT_WANTED]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_tells_the_form_of_errors_the_limits_and_the_rights(language: str) -> None:
    text = text_of(NAME, language)
    (problem,) = (word for word in words(text) if '"error"' in word)
    assert re.findall(r'"(\w+)":', problem) == ["schema", "error", "message"]
    assert {*Problem.__struct_fields__} == {"schema", "error", "message"}
    assert f"{MOST_JOBS:,}" in text
    assert f"{MOST_BYTES >> 20} MiB" in text
    assert f"{Right.FORECAST}|{Right.FEEDBACK}|{Right.READ}" in text
