"""What an esub is told, and what it changes."""

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.errors import ConfigError
from jobcast.systems.hooks.lsf.parameters import read_parameters
from jobcast.systems.lsf.bsub.esub import Sent, changed, parameters, read_changes
from jobcast.systems.lsf.bsub.options import Options, read_options

_OPTIONS = "-q night -n 4,8 -W 1:30 -c 10 -M 2GB -R rusage[mem=4G] -J sim[1-3]%2 -P tpu -x -H -o out"
FULL = Sent(options=read_options([*_OPTIONS.split(), "make", "a b"]))


def test_the_parameters_are_those_of_the_manual():
    assert parameters(FULL, "M") == (
        'LSB_SUB_JOB_NAME="sim[1-3]%2"\n'
        'LSB_SUB_QUEUE="night"\n'
        'LSB_SUB_OUT_FILE="out"\n'
        'LSB_SUB_RES_REQ="rusage[mem=4G]"\n'
        'LSB_SUB_PROJECT_NAME="tpu"\n'
        "LSB_SUB_EXCLUSIVE=Y\n"
        "LSB_SUB_HOLD=Y\n"
        "LSB_SUB_RLIMIT_RSS=2048\n"
        "LSB_SUB_RLIMIT_RUN=5400\n"
        "LSB_SUB_RLIMIT_CPU=600\n"
        "LSB_SUB_NUM_PROCESSORS=4\n"
        "LSB_SUB_MAX_NUM_PROCESSORS=8\n"
        'LSB_SUB_COMMANDNAME="make"\n'
        'LSB_SUB_COMMAND_LINE="make a b"\n'
    )


def test_a_script_is_told_as_the_command_and_a_limit_that_is_none_is_left_out():
    sent = Sent(options=Options(values={"-W": "soon", "-M": "much"}), script="#!/bin/sh\nrun\n")
    assert parameters(sent, "M") == ('LSB_SUB_COMMANDNAME=""\nLSB_SUB_COMMAND_LINE="#!/bin/sh\nrun\n"\n')


_TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=60)


@given(_TEXT, _TEXT)
def test_whatever_users_write_is_read_back(name, command):
    sent = Sent(options=Options(values={"-J": name}, command=(command,)))
    told = read_parameters(parameters(sent, "M").encode())
    assert told is not None
    assert (told["LSB_SUB_JOB_NAME"], told["LSB_SUB_COMMAND_LINE"]) == (name, command)


def test_a_shell_that_sources_the_file_runs_nothing_of_it(tmp_path):
    hostile = '$(touch a) `touch b` "; touch c; " \\$(touch d) \''
    file = tmp_path / "parameters"
    file.write_text(parameters(Sent(options=Options(values={"-J": hostile}, command=(hostile,))), "M"))
    script = '. ./parameters; printf %s "$LSB_SUB_JOB_NAME"'
    done = subprocess.run(["/bin/sh", "-c", script], cwd=tmp_path, capture_output=True, check=True)
    assert done.stdout.decode() == hostile
    assert [path.name for path in tmp_path.iterdir()] == ["parameters"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ('LSB_SUB_QUEUE="short"\n', "-q short -n 4 -R r -x run"),
        ("LSB_SUB_RLIMIT_RUN=421\n", "-q night -n 4 -R r -W 8 -x run"),
        ("LSB_SUB_RLIMIT_RSS=4410\n", "-q night -n 4 -R r -M 4410M -x run"),
        ("LSB_SUB_NUM_PROCESSORS=2\nLSB_SUB_MAX_NUM_PROCESSORS=4\n", "-q night -n 2,4 -R r -x run"),
        ("LSB_SUB_MAX_NUM_PROCESSORS=4\nLSB_SUB_NUM_PROCESSORS=4\n", "-q night -n 4 -R r -x run"),
        ("LSB_SUB_QUEUE=SUB_RESET\nLSB_SUB_EXCLUSIVE=SUB_RESET\n", "-n 4 -R r run"),
        ("LSB_SUB_HOLD=Y\n", "-q night -n 4 -R r -x -H run"),
        ('LSB_SUB_COMMAND_LINE="nice run"\n', "-q night -n 4 -R r -x|nice run"),
        ('\n# a remark\nLSB_SUB_QUEUE="night"\n', "-q night -n 4 -R r -x run"),
    ],
)
def test_changes_become_options(changes, words):
    sent = Sent(options=read_options(["-q", "night", "-n", "4", "-R", "r", "-x", "run"]))
    options, bar, command = words.partition("|")
    wanted = read_options([*options.split(), command] if bar else options.split())
    found = changed(sent, read_changes(changes.encode()), "M")
    assert found == Sent(options=wanted)
    assert read_options(found.arguments) == wanted


def test_an_option_of_the_script_that_is_taken_away_does_not_come_back():
    script = "#!/bin/sh\n#BSUB -q night\nrun # BSUB -x\n"
    sent = Sent(options=Options(values={"-q": "night"}), script=script)
    assert changed(sent, {"LSB_SUB_QUEUE": "SUB_RESET"}, "M") == Sent(
        options=Options(), script="#!/bin/sh\n##BSUB -q night\nrun # BSUB -x\n"
    )
    assert changed(sent, {"LSB_SUB_COMMAND_LINE": "other"}, "M").script == "other"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LSB_SUB_RLIMIT_RUN", "1:00"),
        ("LSB_SUB_NUM_PROCESSORS", "many"),
        ("LSB_SUB_BEGIN_TIME", "5"),
        ("PATH", "/x"),
    ],
)
def test_a_change_that_cannot_be_made_is_told(name, value):
    with pytest.raises(ConfigError, match=f"an esub wants {name} to be {value}"):
        changed(FULL, {name: value}, "M")


@pytest.mark.parametrize("body", [b'LSB_SUB_QUEUE="a', b"LSB_SUB_QUEUE=a\0b\n", b"echo hello\n"])
def test_changes_that_cannot_be_read_are_refused(body):
    with pytest.raises(ConfigError, match="can't be read"):
        read_changes(body)
