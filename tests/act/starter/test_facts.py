"""What a machine tells of itself."""

import os

from jobcast.act.starter.facts import facts, free_memory, idle_seconds


def test_load_system_and_free_memory_are_told():
    told = facts()
    assert (told["kind"], told["machine"], told["up"]) == ("MachineNews", "", True)
    found = told["facts"]
    assert (found["arch"], found["opsys"]) == (os.uname().machine, "Linux")
    assert found["load"] >= 0
    assert 0 < found["free_memory"] <= os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def test_free_memory_is_what_a_program_could_still_have():
    assert free_memory("MemTotal: 9 kB\nMemFree: 1 kB\nMemAvailable:   5 kB\n") == 5 * 1024
    assert free_memory("MemTotal: 9 kB\n") is None


def test_nobody_has_been_idle_for_less_than_nothing():
    assert idle_seconds(0.0) in {None, 0}
