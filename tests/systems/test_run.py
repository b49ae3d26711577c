"""Programs of the site that are run on somebody's behalf can't harm whoever runs them."""

import os
import pwd
import threading

import pytest

from jobcast.errors import CommandError
from jobcast.systems.base import Command
from jobcast.systems.run import Behalf, Endings, run, run_for

ME = Behalf(user=pwd.getpwuid(os.geteuid()).pw_name, environment={"PATH": os.defpath})


def _sh(line: str, told: bytes = b"", seconds: float = 20.0) -> Endings:
    return run_for(ME, ("/bin/sh", "-c", line), told, seconds=seconds)


def test_it_is_told_much_while_it_answers_and_ends_as_it_does():
    told = b"x" * (8 << 20)
    assert _sh("sleep 0.3; cat; echo no >&2; exit 3", told) == Endings(
        exit_code=3, output=told, errors=b"no\n"
    )


@pytest.mark.parametrize("to", ["1", "2"])
def test_one_that_prints_without_end_is_killed_before_its_time(to: str):
    end = _sh(f"yes | head -c 40000000 >&{to}; sleep 600")
    assert (end.exit_code, end.timed_out) == (137, False)
    assert sorted(map(len, (end.output, end.errors))) == [0, 16 << 20]


def test_one_that_takes_too_long_is_killed_with_its_children():
    end = _sh("sleep 600 & cat >&2; sleep 600", b"told", seconds=0.3)
    assert end == Endings(exit_code=137, errors=b"told", timed_out=True)


def test_one_that_runs_when_all_is_to_stop_is_killed_with_its_children():
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    end = run_for(ME, ("/bin/sh", "-c", "sleep 600 & cat >&2; sleep 600"), b"told", seconds=60, stop=stop)
    assert end == Endings(exit_code=137, errors=b"told", stopped=True)


def test_a_command_that_runs_when_all_is_to_stop_is_killed():
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    command = Command(arguments=("/bin/sh", "-c", "exec sleep 600"), timeout_seconds=60)
    with pytest.raises(CommandError) as raised, run(command, told=b"x" * (8 << 20), stop=stop):
        pass
    assert (raised.value.code, raised.value.transient) == (-9, False)


def test_a_command_that_takes_too_long_is_killed_and_may_be_asked_again():
    command = Command(arguments=("/bin/sh", "-c", "exec sleep 600"), timeout_seconds=0.3)
    with pytest.raises(CommandError) as raised, run(command):
        pass
    assert (raised.value.code, raised.value.transient) == (None, True)


def test_a_command_is_told_much_and_slowly_takes_it():
    told = b"x" * (8 << 20)
    with run(
        Command(arguments=("/bin/sh", "-c", "sleep 0.3; cat"), timeout_seconds=60), told=told
    ) as printed:
        assert printed.read() == told


def test_nothing_is_begun_when_all_is_to_stop():
    stop = threading.Event()
    stop.set()
    end = run_for(ME, ("/bin/sh", "-c", "echo begun"), seconds=60, stop=stop)
    assert end == Endings(exit_code=137, stopped=True)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("echo no >&2; exit 3", "/bin/sh ended with 3: no"),
        ("exit 3", "/bin/sh ended with 3, and said nothing"),
    ],
)
def test_how_a_command_ended_badly_is_told_whether_it_says_something_or_not(line: str, told: str):
    command = Command(arguments=("/bin/sh", "-c", line), timeout_seconds=20)
    with pytest.raises(CommandError) as raised, run(command):
        pass
    assert (raised.value.message, raised.value.code) == (told, 3)
