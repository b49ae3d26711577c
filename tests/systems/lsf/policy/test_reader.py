"""Whole clusters become policies, and every keyword is reported."""

from dataclasses import replace

import pytest

from jobcast.machine import CPUS, MEMORY, Cluster, Machine
from jobcast.schedule.checks import check
from jobcast.schedule.expression import Name
from jobcast.schedule.policy import Blocked, Hold, Policy, Queue
from jobcast.systems.lsf.policy.reader import read
from tests.systems.lsf.policy.files import in_line, recorded, report

HOUR = 3600


def founding_policy() -> Policy:
    hold = Hold(resources=frozenset({CPUS}), longest=HOUR, pause=60)
    plain = Queue(name="lowQ", priority=20, backfill=False, reserves=False, hold=hold)
    return Policy(
        name="lsb.queues",
        queues={"highQ": replace(plain, name="highQ", priority=50, backfill=True), "lowQ": plain},
        default_queue="lowQ",
        order=(Name("queue_priority"),),
        blocked=Blocked.SKIP,
        preempt_backfilled=False,
    )


def test_the_cluster_of_the_practice_note_reserves_slots_and_backfills_from_one_queue():
    found = recorded("founding")
    assert found.policy == founding_policy()
    assert found.cluster == Cluster(
        machines=(Machine(name="hostA", resources={CPUS: 16}), Machine(name="hostB", resources={CPUS: 16}))
    )
    check(found.policy)


@pytest.mark.parametrize("folder", ["founding", "memory", "site", "odd"])
def test_every_keyword_is_reported_once_in_the_order_of_the_files(folder):
    assert [in_line(line) for line in recorded(folder).keywords] == report(folder)


def test_the_cluster_of_the_guide_reserves_memory_also_for_sequential_jobs():
    found = recorded("memory")
    both = frozenset({CPUS, MEMORY})
    assert found.policy.queues == {
        "reservation": Queue(
            name="reservation",
            priority=40,
            backfill=False,
            reserves=False,
            hold=Hold(resources=both, longest=1200, pause=60, sequential=both),
        ),
        "backfill": Queue(name="backfill", priority=30, backfill=True, reserves=False),
        "default": Queue(name="default", priority=1, backfill=False, reserves=False),
    }
    assert found.policy.default_queue == "default"
    assert found.cluster.machines == (
        Machine(
            name="hostA",
            resources={CPUS: 10, MEMORY: 1 << 30},
            facts={"type": "X86_64", "model": "Intel_E5", "ncpus": 10, "speed": 12.5, "mg": True},
        ),
    )


def test_the_whole_policy_of_a_large_site_contradicts_itself_nowhere():
    check(recorded("site").policy)


def test_odd_files_give_a_policy_all_the_same():
    found = recorded("odd").policy
    check(found)
    assert {name: (queue.priority, queue.open) for name, queue in found.queues.items()} == {
        "day": (1, True),
        "night": (30, True),
        "default": (1, True),
    }


def test_files_that_lie_beside_are_told_of_and_not_read():
    found = read({"lsf.sudoers": "LSB_PRE_POST_EXEC_USER=root", "lsb.queues": "", "lsb.acct.1": "x"})
    assert [in_line(line) for line in found.keywords] == [
        "lsf.sudoers:1: lsf.sudoers | ignored has no bearing on scheduling here, and is not read",
        "lsb.acct.1:1: lsb.acct.1 | ignored has no bearing on scheduling here, and is not read",
    ]
