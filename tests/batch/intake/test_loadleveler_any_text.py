"""Whatever is submitted: it becomes steps or is refused with reasons, and nothing is raised."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jobcast.batch.intake.base import Intake
from jobcast.batch.intake.loadleveler import read
from jobcast.batch.order import SubmitCommandFile
from jobcast.batch.plain import from_json, to_json
from jobcast.batch.record import Submitted
from jobcast.systems.dialect import Standing
from jobcast.systems.loadleveler.configuration import read_site
from jobcast.systems.loadleveler.job_keywords import JOB
from tests.batch.intake.command_files import ANN, BARE, order, submit
from tests.systems.loadleveler.reading import recorded

CENTRE = read_site(recorded("weather-centre"))
VALUE = st.one_of(
    st.text(max_size=30),
    st.text("$(){}[],;:=!\"'\\*/0123456789 gbCOPY_ALLuserhome|&<>\n", max_size=30),
    st.sampled_from([
        "$(user)", "$(comment)", "COPY_ALL; !A; B=c", "1:00:00,30:00", "unlimited,1gb", "copy", "core(2)", "/bin/true",
        "parallel", "yes", "$(nobody)", "'open", "2,4", "rset_mcm_affinity", "always", "12",
    ]),
)  # fmt: skip
LINE = st.one_of(
    st.builds("# @ {} = {}".format, st.sampled_from([known.name for known in JOB.values()]), VALUE),
    st.just("# @ queue"),
    st.builds("#@{}".format, VALUE),
    VALUE,
)


@given(st.lists(LINE, max_size=12).map("\n".join), st.sampled_from([BARE, CENTRE]))
@example("", BARE)
def test_any_file_becomes_steps_or_is_refused(text, site):
    found = read(order(text + "\n# @ queue"), site, ANN)
    assert bool(found.steps) is not bool(found.refusals)
    for step in found.steps:
        assert from_json(to_json(step), Submitted) == step
        program = step.program
        assert all(
            path.startswith("/") for path in (program.directory, program.input, program.output, program.error)
        )
        told = (*program.arguments, *program.environment.values(), *step.told.values())
        assert not any("$(" in value for value in told)


@given(st.text())
@example("\0" * 1000)
@example("# @ queue\udcff")
def test_any_text_is_answered(text):
    assert isinstance(read(order(text), CENTRE, ANN), Intake)


@given(
    st.builds(
        SubmitCommandFile,
        text=st.just("# @ environment = COPY_ALL\n# @ queue"),
        file=st.text(max_size=9),
        directory=st.text(max_size=9).map("/{}".format) | st.text(max_size=3),
        environment=st.dictionaries(st.text(max_size=9), st.text(max_size=9), max_size=4),
    )
)
def test_any_surroundings_are_answered(order):
    found = read(order, BARE, ANN)
    assert bool(found.steps) is not bool(found.refusals)
    for step in found.steps:
        assert from_json(to_json(step), Submitted) == step


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "#" * 10_000_000,
            "nightly.cmd: 10000000 characters are more than a job command file may have, 4194304",
        ),
        ("\0" * 1_000_000, "nightly.cmd:1:1: a NUL character; this is no job command file"),
        ("# @ queue\nab\0", "nightly.cmd:2:3: a NUL character; this is no job command file"),
        ("# @ queue\na\udcd6\udcd0", "nightly.cmd:2:2: this is no UTF-8: convert the file with iconv"),
        ("# @ queue\n" * 10_000, "nightly.cmd: the file has more steps or statements than anybody writes"),
        ("# @ class = normal\n", "nightly.cmd: no step is queued: end each with # @ queue"),
        ("", "nightly.cmd: no step is queued: end each with # @ queue"),
    ],
)
def test_a_file_that_is_none_is_refused_as_a_whole(text, reason):
    assert read(order(text), BARE, ANN) == Intake(refusals=(reason,))


def test_a_large_script_is_not_kept_for_each_of_many_steps():
    text = "# @ queue\n" * 100 + "#" * 1_000_000
    assert read(order(text), BARE, ANN) == Intake(
        refusals=(
            "nightly.cmd: 100 steps that each run this file are too much: name what they run by executable",
        )
    )


def test_line_ends_of_windows_are_told_and_do_not_reach_what_runs():
    plain = "#!/bin/sh\n# @ arguments = a b\n# @ queue\necho $1\n"
    found = read(order(plain.replace("\n", "\r\n")), BARE, ANN)
    assert found == replace(
        read(order(plain), BARE, ANN),
        warnings=("nightly.cmd: line ends of Windows are read as those of Linux",),
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"directory": "work"}, "the directory of the submission is no absolute path"),
        (
            {"file": "a\0b"},
            "the name of the file or the environment holds characters that are no text",
        ),
        (
            {"environment": {"A": "\udc80"}},
            "the name of the file or the environment holds characters that are no text",
        ),
        (
            {"environment": {"A": "x" * (1 << 20)}},
            "the environment has 1048577 characters, more than 1048576",
        ),
    ],
)
def test_surroundings_that_cannot_be_are_refused(change, reason):
    assert read(replace(order("# @ queue"), **change), BARE, ANN) == Intake(refusals=(reason,))


@pytest.mark.parametrize("known", [known for known in JOB.values() if known.name != "queue"])
def test_no_keyword_is_dropped_silently(known):
    found = submit(f"{known.name} = nonsense((")
    said = (*found.refusals, *found.warnings)
    if known.standing is Standing.UNDERSTOOD:
        assert said or any("nonsense((" in str(each) for each in found.steps)
    else:
        assert any(f": {known.name}: " in each for each in said)
