"""llsubmit: a file, or what comes on standard input, goes to the manager as it stands, with its surroundings."""

import os

import pytest
from click.testing import CliRunner

from jobcast.batch.order import Answer, Done, Outcome, SubmitCommandFile
from jobcast.cli.main import program
from jobcast.cli.taken_along import limits

TEXT = "#!/bin/sh\n# @ class = normal\n# @ queue\ndate\n"


@pytest.fixture(autouse=True)
def taken(manager):
    """Have every job taken, as one of two steps."""
    steps = tuple(Outcome(name=f"n01.12.{number}", done=Done.YES) for number in range(2))
    manager.answer = lambda _order: Answer(outcomes=steps, job="n01.12", warnings=("as a filter said",))


@pytest.fixture
def umask():
    before = os.umask(0o027)
    yield 0o027
    os.umask(before)


def test_a_file_is_submitted_with_its_surroundings(ll, manager, monkeypatch, tmp_path, umask):
    (tmp_path / "job.cmd").write_text(TEXT)
    monkeypatch.setattr(os, "environ", {"PATH": "/bin", "MODEL": "GRAPES"})
    result = ll("llsubmit job.cmd")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        'llsubmit: as a filter said\nllsubmit: The job "n01.12" with 2 job steps has been submitted.\n'
    )
    assert manager.orders == [
        SubmitCommandFile(
            text=TEXT,
            file="job.cmd",
            directory=str(tmp_path),
            environment={"PATH": "/bin", "MODEL": "GRAPES"},
            umask=umask,
            limits=limits(),
        )
    ]


def test_standard_input_is_submitted_and_quiet_prints_the_id_alone(manager, tmp_path):
    result = CliRunner().invoke(program(), ["batch", "llsubmit", "-q", "-"], input=TEXT)
    assert (result.exit_code, result.stdout) == (0, "n01.12\n")
    assert [(order.text, order.file) for order in manager.orders] == [(TEXT, "")]


@pytest.mark.parametrize("words", ["llsubmit job.cmd", "llsubmit -q job.cmd"])
def test_a_refusal_is_told_and_ends_with_1(ll, manager, tmp_path, words):
    (tmp_path / "job.cmd").write_text(TEXT)
    refused = Outcome(name="job.cmd", done=Done.REFUSED, said="job.cmd:2:5: no class\n\x1b[2Jx")
    manager.answer = lambda _order: Answer(outcomes=(refused,))
    result = ll(words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "llsubmit: job.cmd:2:5: no class\nllsubmit: \\x1b[2Jx\n"
        "llsubmit: This job has not been submitted to LoadLeveler.\n"
    )


TOO_LARGE = [
    "error: job.cmd is too large: with the environment that goes along it comes to more than 4 MB",
    "cure:  put programs and data into files of their own, and name these in it",
]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            b"# @ queue\n\0",
            [
                "error: job.cmd is no job command file: it holds NUL characters",
                "cure:  name a text file with lines such as # @ queue",
            ],
        ),
        (b"#" * (4 << 20) + b"\n", TOO_LARGE),
        (b"#" * (10 << 20) + b"\n", TOO_LARGE),
    ],
)
def test_what_can_not_be_sent_is_refused_here(ll, manager, tmp_path, content, said):
    (tmp_path / "job.cmd").write_bytes(content)
    result = ll("llsubmit job.cmd")
    assert (result.exit_code, result.stderr.splitlines()) == (1, said)
    assert manager.orders == []


def test_a_file_that_is_not_there_is_told(ll, manager):
    result = ll("llsubmit none.cmd")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[0] == "error: none.cmd can't be read: No such file or directory"


def test_chinese_of_another_encoding_is_read_and_variables_that_are_no_text_are_left_out(
    ll, manager, monkeypatch, tmp_path
):
    (tmp_path / "job.cmd").write_bytes("# 气象\n# @ queue\n".encode("gb18030"))
    monkeypatch.setattr(os, "environ", {"GOOD": "气象", "BAD": "\udcff"})
    result = ll("llsubmit job.cmd")
    assert result.exit_code == 0
    assert result.stderr == "variables that are no UTF-8 aren't handed on: BAD\n"
    assert [(order.text, order.environment) for order in manager.orders] == [
        ("# 气象\n# @ queue\n", {"GOOD": "气象"})
    ]
