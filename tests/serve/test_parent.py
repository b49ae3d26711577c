"""The parent of the workers, with workers that do other things than answer."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from tests.serve.running import until

BEGIN = """
import logging, os, signal, sys, time
from jobcast.serve import workers
from jobcast.serve.workers import Workers
logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s")
def tell(*words): os.write(1, (" ".join(map(str, words)) + chr(10)).encode())
"""
Start = Callable[[str], "subprocess.Popen[bytes]"]


@pytest.fixture
def start(tmp_path) -> Iterator[Start]:
    """Return a function that runs Python in a process of its own, which says what it does into the file `said`."""
    with (tmp_path / "said").open("wb") as stream:
        processes = []

        def run(program: str) -> "subprocess.Popen[bytes]":
            command = [sys.executable, "-c", BEGIN + program]
            processes.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=stream))
            return processes[-1]

        yield run
        for process in processes:
            process.stdin.close()
            process.kill()
            process.wait()


@pytest.fixture
def said(tmp_path) -> Callable[[str], int]:
    """Return a function that counts the lines that begin so."""
    return lambda words: sum(line.startswith(words) for line in (tmp_path / "said").read_text().splitlines())


def test_where_no_worker_lives_the_service_gives_up(start, said):
    process = start("sys.exit(Workers(2, work=lambda birth: sys.exit(3), died=lambda place: None).run())")
    assert process.wait(30) == 1
    assert said("workers end as soon as they start; giving up") == 1
    assert said("worker") == 10 + 1


HANGING = """
def work(birth):
    signal.signal(signal.SIGTERM, lambda *_: tell("asked"))
    tell("works")
    while True: signal.pause()
workers._GRACE_SECONDS = 0.3
sys.exit(Workers(2, work=work, died=lambda place: tell("died", place)).run())
"""


def test_workers_that_do_not_end_when_they_are_asked_to_are_ended(start, said):
    process = start(HANGING)
    until(lambda: said("works") == 2)
    process.terminate()
    assert process.wait(30) == 0
    assert (said("asked"), said("died 0"), said("died 1")) == (2, 1, 1)


def test_a_signal_that_comes_before_a_worker_runs_is_heard(start):
    process = start("""
fork = os.fork
def forks():
    os.kill(os.getpid(), signal.SIGTERM)
    return fork()
os.fork = forks
sys.exit(Workers(3, work=lambda birth: signal.pause(), died=lambda place: None).run())
""")
    assert process.wait(30) == 0


def test_a_signal_that_comes_to_a_worker_before_it_runs_ends_that_one_alone(start, said, tmp_path):
    process = start("""
fork, forked = os.fork, []
def forks():
    forked.append(fork())
    if len(forked) == 2 and not forked[-1]: os.kill(os.getpid(), signal.SIGTERM)
    return forked[-1]
os.fork = forks
def work(birth):
    tell("works")
    signal.pause()
sys.exit(Workers(2, work=work, died=lambda place: tell("died", place)).run())
""")
    until(lambda: said("works") == 2)
    assert said("died 1") == 1
    assert "ended with -15; another takes its place" in (tmp_path / "said").read_text()
    process.terminate()
    assert process.wait(30) == 0


RENEWED = """
generation = [0]
def see(): generation[0] += 1
def work(birth):
    tell("generation", generation[0], "place", birth.place)
    {new}
    birth.ready()
    signal.pause()
sys.exit(Workers(2, work=work, died=lambda place: tell("died", place), see=see).run())
"""


def test_old_workers_go_when_all_new_ones_answer_and_places_are_given_anew(start, said):
    process = start(RENEWED.format(new="if birth.place == 3: os.read(0, 1)"))
    until(lambda: said("generation 0") == 2)
    process.send_signal(signal.SIGHUP)
    until(lambda: said("generation 1") == 2)
    assert (said("2 new workers answer"), said("died")) == (0, 0)
    process.stdin.write(b"go")
    process.stdin.flush()
    until(lambda: said("2 new workers answer; the old ones end") == 1)
    until(lambda: said("died 0") + said("died 1") == 2)
    process.send_signal(signal.SIGHUP)
    until(lambda: said("generation 2 place 0") + said("generation 2 place 1") == 2)
    process.terminate()
    assert process.wait(30) == 0


@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("if generation[0]: sys.exit(3)", "worker "),
        ("if generation[0]: workers._RENEWAL_SECONDS, _ = 0, signal.pause()", "the new ones don't answer"),
    ],
)
def test_old_workers_stay_where_new_ones_do_not_come_to_answer(start, said, new, why):
    process = start("workers._RENEWAL_SECONDS = 0.5\n" + RENEWED.format(new=new))
    until(lambda: said("generation 0") == 2)
    for times in range(1, 12):  # more often than workers may die at once
        process.send_signal(signal.SIGHUP)
        until(lambda times=times: said(f"the workers stay as they are: {why}") == times)
        if why != "worker ":
            break
    assert said("died 0") + said("died 1") == 0
    process.terminate()
    assert process.wait(30) == 0
    assert said("generation 0") == 2


def test_a_worker_that_dies_has_its_place_taken(start, said):
    process = start("""
lives = [True]
def work(birth):
    tell("place", birth.place)
    if birth.place == 1 and lives[0]: sys.exit(3)
    signal.pause()
def died(place): lives[0] = False
sys.exit(Workers(2, work=work, died=died).run())
""")
    until(lambda: said("place 1") == 2)
    process.terminate()
    assert process.wait(30) == 0
    assert said("place") == 3
