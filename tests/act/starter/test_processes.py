"""Processes, as /proc tells them."""

import os

from hypothesis import given
from hypothesis import strategies as st

from jobcast.act.starter import processes
from jobcast.act.starter.processes import Process, children, descendants, look, parse, parse_shares

STAT = b"%d (%s) S 7 9 9 0 -1 4194560 100 0 0 0 150 50 25 25 20 0 1 0 4711 8192 3 18446744073709551615 1 1 0"


@given(st.binary(max_size=15))
def test_whatever_a_program_is_called_its_figures_are_read(name):
    page = os.sysconf("SC_PAGE_SIZE")
    assert parse(42, STAT % (42, name)) == Process(
        pid=42,
        parent=7,
        session=9,
        state="S",
        user=1.75,
        system=0.75,
        start=4711,
        resident=3 * page,
        virtual=8192,
    )


def test_a_process_that_is_gone_is_nothing():
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    assert look(pid) is None


def test_we_descend_from_our_parent():
    assert os.getpid() in {each.pid for each in descendants(os.getppid())}


def test_shares_of_memory_and_swap_are_read():
    rollup = b"5500-7fff ---p 0 00:00 0  [rollup]\nRss: 900 kB\nPss: 300 kB\nSwap: 7 kB\nSwapPss: 5 kB\n"
    assert parse_shares(rollup) == (300 * 1024, 5 * 1024)


def test_each_thread_tells_the_children_that_it_started(tmp_path):
    for thread, told in (("7", "8 9 "), ("70", "10 "), ("71", "")):
        (tmp_path / "7/task" / thread).mkdir(parents=True)
        (tmp_path / "7/task" / thread / "children").write_text(told)
    assert sorted(children(7, str(tmp_path))) == [8, 9, 10]
    assert children(8, str(tmp_path)) == []


def test_descendants_are_found_through_their_parents_too(monkeypatch):
    family = {1: [2, 3], 2: [4], 3: [], 4: []}
    monkeypatch.setattr(processes, "_PARENTS_TELL", True)
    monkeypatch.setattr(processes, "children", family.__getitem__)
    monkeypatch.setattr(processes, "look", lambda pid: parse(pid, STAT % (pid, b"x")))
    assert sorted(each.pid for each in descendants(1)) == [2, 3, 4]
