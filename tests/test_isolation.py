"""Tests can't touch the network, the home directory or the settings of whoever runs them."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest


def test_the_network_is_out_of_reach():
    for way in ("connect", "connect_ex"):
        with socket.socket() as plug, pytest.raises(AssertionError, match="a test wants to reach"):
            getattr(plug, way)(("127.0.0.1", 9))


def test_the_home_directory_is_made_for_each_test():
    assert list(Path.home().iterdir()) == []
    (Path.home() / "left").write_text("")


def test_the_home_directory_is_made_for_each_test_again():
    assert list(Path.home().iterdir()) == []


def test_programs_that_tests_start_live_in_the_same_home():
    shown = subprocess.run(
        [sys.executable, "-c", "import pathlib; print(pathlib.Path.home())"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert Path(shown.strip()) == Path.home()


def test_settings_and_locale_of_the_environment_are_gone():
    assert not [name for name in os.environ if name.startswith(("JOBCAST_", "LC_", "LANG"))]
