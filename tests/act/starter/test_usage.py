"""What the processes of an attempt have taken."""

import resource

from jobcast.act.starter.processes import Process
from jobcast.act.starter.usage import Usage


def process(resident: int, user: float = 0.0) -> Process:
    return Process(
        pid=1,
        parent=0,
        session=1,
        state="R",
        user=user,
        system=0.5,
        start=0,
        resident=resident,
        virtual=10 * resident,
    )


def rusage(user: float, system: float) -> resource.struct_rusage:
    return resource.struct_rusage((user, system, *([0] * 14)))


def test_what_nobody_saw_is_not_told():
    usage = Usage()
    usage.bury(rusage(0.25, 0.5))
    assert usage.told(None) == {"user_cpu": 0.25, "system_cpu": 0.5}
    assert usage.told(2.0) == {"user_cpu": 0.25, "system_cpu": 0.5, "starter_cpu": 2.0}


def test_peaks_are_of_all_together_and_the_mean_is_over_time():
    usage = Usage()
    usage.see([process(100), process(200)], 1.0)
    usage.see([process(100)], 3.0)
    assert usage.told(None) == {
        "user_cpu": 0.0,
        "system_cpu": 0.5,
        "memory_peak": 300,
        "memory_mean": 150,
        "virtual_peak": 3000,
        "processes_peak": 2,
    }


def test_a_process_that_is_over_counts_once():
    usage = Usage()
    usage.see([process(100, user=2.0)], 1.0)
    assert usage.cpu == 2.5
    usage.bury(rusage(2.25, 0.75))
    usage.see([], 0.0)
    assert usage.cpu == 3.0
