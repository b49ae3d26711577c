"""The examples of the practice note and of the guide, from configuration files and bsub's options to the second.

Source: the note on backfill that `founding` is made from; "Backfill on memory" in Administering IBM Spectrum LSF.
"""

from jobcast.decision import Cause, Requeue, Reserve, Resume, Start, Suspend
from jobcast.systems.lsf.policy.reader import Site, read_site
from jobcast.units import MIB
from tests.systems.lsf.policy.files import texts
from tests.systems.lsf.scenarios import Lsf, clock


def founding(**changed: str) -> Site:
    return read_site(
        {**texts("founding"), **{name.replace("_", "."): text for name, text in changed.items()}}
    )


def two_jobs_run_and_a_large_one_reserves(site: Site) -> Lsf:
    cluster = Lsf(site, at="00:26:46")
    cluster.bsub("631", "-n 8 -W 10 sleep 600", at="00:26:46")
    cluster.bsub("632", "-n 8 -W 10 sleep 600", at="00:26:50")
    cluster.bsub("633", "-q highQ -n 32 large", at="00:27:30")
    return cluster


def reserved(cluster: Lsf, job: str) -> list[tuple[str, int | None, int]]:
    """Return when a job reserved how many slots, with the predicted start."""
    return [
        (at, each.start, sum(holds["cpus"] for holds in each.holds.values()))
        for at, each in cluster.decisions(Reserve, job)
        if isinstance(each, Reserve)
    ]


def test_only_the_job_that_ends_in_time_takes_reserved_slots():
    cluster = two_jobs_run_and_a_large_one_reserves(founding())
    cluster.bsub("634", "-q highQ -n 2 sleep 60", at="00:30:30")
    cluster.bsub("635", "-q highQ -n 2 -W 15 sleep 60", at="00:30:30")
    cluster.bsub("636", "-q highQ -n 2 -W 5 sleep 60", at="00:30:30")
    cluster.until("00:36:50")
    assert cluster.started() == {
        "631": "00:26:46",
        "632": "00:26:50",
        "636": "00:30:30",
        "633": "00:36:50",
    }
    assert cluster.killed() == {"636": "00:35:30", "631": "00:36:46", "632": "00:36:50"}
    start = clock("00:36:50")
    assert reserved(cluster, "633")[:3] == [
        ("00:27:30", start, 16),
        ("00:30:30", start, 14),
        ("00:35:30", start, 16),
    ]


def test_jobs_of_a_queue_without_backfill_take_no_reserved_slots():
    cluster = two_jobs_run_and_a_large_one_reserves(founding())
    cluster.bsub("645", "-q lowQ -n 2 -W 3 sleep 60", at="00:30:30")
    cluster.bsub("646", "-q highQ -n 2 -W 3 sleep 60", at="00:31:00")
    cluster.until("00:36:00")
    assert cluster.started() == {"631": "00:26:46", "632": "00:26:50", "646": "00:31:00"}


def test_backfill_is_a_right_of_the_queue_of_the_short_job_not_of_the_one_that_reserves():
    before = texts("founding")["lsb.queues"].replace("BACKFILL     = Y\n", "")
    moved = before.replace("QUEUE_NAME   = lowQ\n", "QUEUE_NAME   = lowQ\nBACKFILL     = Y\n")
    cluster = two_jobs_run_and_a_large_one_reserves(founding(lsb_queues=moved))
    cluster.bsub("750", "-q lowQ -n 8 -W 3 sleep 60", at="00:30:30")
    cluster.bsub("751", "-q highQ -n 2 -W 3 sleep 60", at="00:30:30")
    cluster.until("00:36:00")
    assert cluster.started() == {"631": "00:26:46", "632": "00:26:50", "750": "00:30:30"}


def test_memory_that_is_reserved_is_lent_to_short_jobs():
    cluster = Lsf(read_site(texts("memory")))
    for job in ("1", "2", "3"):
        cluster.bsub(job, "-q reservation -W 300 -R 'rusage[mem=400]' work", at="00:00:00")
    cluster.bsub("4", "-q backfill -W 400 -R 'rusage[mem=50]' work", at="00:01:00")
    cluster.bsub("5", "-q backfill -W 100 -R 'rusage[mem=50]' work", at="00:02:00")
    cluster.bsub("6", "-q backfill -W 100 -R 'rusage[mem=300]' work", at="00:03:00")
    cluster.bsub("7", "-q backfill -W 400 work", at="00:04:00")
    cluster.until("00:19:59")
    assert cluster.started() == {"1": "00:00:00", "2": "00:00:00", "5": "00:02:00", "7": "00:04:00"}
    cluster.until("05:00:00")
    # Job 3 gives all back after 20 cycles and pauses for one, in which the next that fits goes.
    assert cluster.started() | {"4": "00:20:00", "3": "05:00:00", "6": "05:00:00"} == cluster.started()
    assert cluster.killed() == {"5": "01:42:00", "1": "05:00:00", "2": "05:00:00"}
    first, held = cluster.decisions(Reserve, "3")[0]
    assert isinstance(held, Reserve)
    assert (first, dict(held.holds["hostA"])) == ("00:00:00", {"cpus": 1, "memory": 224 * MIB})
    assert [each.reason.cause for _, each in cluster.decisions(Start, "5")] == [Cause.BACKFILL_LENT]
    assert cluster.decisions(Reserve, "6") == []


def test_a_parallel_job_reserves_memory_for_the_tasks_that_fit():
    four_hosts = {
        **texts("memory"),
        "lsb.params": "Begin Parameters\nRESOURCE_RESERVE_PER_TASK = Y\nEnd Parameters\n",
    }
    cluster = Lsf(read_site(four_hosts))
    for job in ("1", "2", "3"):
        cluster.bsub(job, "-q reservation -n 4 -W 300 -R 'rusage[mem=100]' work", at="00:00:00")
    cluster.until("00:01:00")
    assert cluster.started() == {"1": "00:00:00", "2": "00:00:00"}
    [(at, held)] = cluster.decisions(Reserve, "3")
    assert isinstance(held, Reserve)
    assert (at, held.start, dict(held.holds["hostA"])) == (
        "00:00:00",
        clock("05:00:00"),
        {"cpus": 2, "memory": 224 * MIB},
    )


HOST = "Begin Host\nHOST_NAME MXJ\nh 4\nEnd Host\n"
THREE = """
Begin Queue
QUEUE_NAME = normal
PRIORITY = 30
PREEMPTION = PREEMPTIVE[normal2 normal1+1]
End Queue
Begin Queue
QUEUE_NAME = normal2
PRIORITY = 20
PREEMPTION = PREEMPTIVE[normal1]
End Queue
Begin Queue
QUEUE_NAME = normal1
PRIORITY = 10
JOB_CONTROLS = SUSPEND[brequeue $LSB_JOBID]
End Queue
"""


def test_higher_queues_preempt_and_the_victims_own_queue_tells_what_happens_to_them():
    cluster = Lsf(read_site({"lsb.hosts": HOST, "lsb.queues": THREE}))
    cluster.bsub("1", "-q normal1 -n 2 work", at="00:00:00", runs="01:00:00")
    cluster.bsub("2", "-q normal2 -n 2 work", at="00:00:00", runs="01:00:00")
    cluster.bsub("3", "-q normal -n 4 work", at="00:10:00", runs="01:00:00")
    cluster.until("05:00:00")
    assert [at for at, _ in cluster.decisions(Requeue, "1")] == ["00:10:00"]
    assert [at for at, _ in cluster.decisions(Suspend, "2")] == ["00:10:00"]
    assert [at for at, _ in cluster.decisions(Resume, "2")] == ["01:10:00"]
    assert cluster.ended() == {"3": "01:10:00", "2": "02:00:00", "1": "02:10:00"}


SCAVENGER = """
Begin Queue
QUEUE_NAME = scavenger
PRIORITY = 1
BACKFILL = Y
RUNLIMIT = 60
INTERRUPTIBLE_BACKFILL = 120
REQUEUE_EXIT_VALUES = 99
End Queue
"""


def test_an_interruptible_job_runs_in_the_gap_and_waits_again_when_it_ends():
    queues = texts("founding")["lsb.queues"] + SCAVENGER
    cluster = two_jobs_run_and_a_large_one_reserves(founding(lsb_queues=queues))
    cluster.bsub("700", "-q scavenger -n 2 work", at="00:30:30", runs="00:30:00")
    cluster.until("00:36:50")
    assert cluster.started()["700"] == "00:30:30"
    assert [at for at, _ in cluster.decisions(Requeue, "700")] == ["00:36:50"]
    assert cluster.started()["633"] == "00:36:50"
