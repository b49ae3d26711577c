"""What bqueues, bhosts and bslots show."""

from dataclasses import replace

import pytest
from hypothesis import given

from jobcast.batch.screens.lsf import machines, queues
from jobcast.batch.snapshot import Backfill
from jobcast.machine import CPUS, MEMORY
from jobcast.printable import printable
from jobcast.schedule.policy import FairShare, Hold, PreemptRule, Queue
from tests.batch.screens.lsf.any import snapshots
from tests.batch.screens.lsf.expecting import drawn, expected
from tests.batch.screens.lsf.made_up import SNAPSHOT

QUEUES = queues.ordered(SNAPSHOT)


def test_queues_stand_in_the_order_of_their_priority_with_the_slots_of_their_jobs():
    assert drawn(queues.listing(QUEUES, SNAPSHOT)) == expected("bqueues")


def test_long_listings_of_queues_tell_limits_and_policies():
    assert drawn(queues.at_length(QUEUES, SNAPSHOT)) == expected("bqueues-l")


def test_a_long_name_is_shortened_unless_it_may_be_wide():
    queue = Queue(name="queue_of_a_long_name")
    shown = [list(queues.listing([queue], SNAPSHOT, wide=wide))[1].split()[0] for wide in (False, True)]
    assert shown == ["*of_a_long_name", "queue_of_a_long_name"]


def test_a_queue_that_reserves_memory_or_preempts_says_so():
    queue = Queue(
        name="a",
        exclusive=True,
        interruptible=60,
        hold=Hold(resources=frozenset({CPUS, MEMORY}), longest=600, pause=60),
        refused_users=frozenset({"eve"}),
    )
    policy = replace(
        SNAPSHOT.policy,
        fair_share=FairShare(),
        preemption=(PreemptRule(queue="a", victims=("b",)), PreemptRule(queue="z", victims=("a",))),
    )
    assert list(queues.at_length([queue], replace(SNAPSHOT, policy=policy)))[-6:] == [
        "SCHEDULING POLICIES:  FAIRSHARE BACKFILL INTERRUPTIBLE_BACKFILL PREEMPTIVE PREEMPTABLE EXCLUSIVE",
        "",
        "USERS:  all ~eve",
        "HOSTS:  all",
        "Maximum resource reservation time: 600 seconds",
        "",
    ]


@pytest.mark.parametrize(("zone", "status"), [("UTC", "Open:Inact_Win"), ("Asia/Shanghai", "Open:Active")])
def test_windows_are_told_in_the_time_of_the_site(zone, status):
    # Noon of that Thursday in UTC is eight in the evening in Shanghai.
    evening = (3 * 86_400 + 19 * 3600, 3 * 86_400 + 21 * 3600)
    assert queues.status(Queue(name="a", windows=(evening,)), replace(SNAPSHOT, zone=zone)) == status


def test_each_machine_has_its_line():
    assert drawn(machines.listing(SNAPSHOT.machines, SNAPSHOT)) == expected("bhosts")


def test_wide_lines_tell_why_a_machine_is_closed():
    assert drawn(machines.listing(SNAPSHOT.machines, SNAPSHOT, wide=True)) == expected("bhosts-w")


def test_long_listings_of_machines_tell_what_is_free():
    assert drawn(machines.at_length(SNAPSHOT.machines[:2], SNAPSHOT)) == expected("bhosts-l")


def test_shared_resources_are_told_with_what_is_left():
    snapshot = replace(SNAPSHOT, floating={"verdi": 7, "other": 1}, floating_used={"verdi": 3})
    assert list(machines.shared(snapshot)) == [
        "RESOURCE                 TOTAL       RESERVED       LOCATION",
        "verdi                      4.0            3.0       n1 n2 n3 n4",
        "other                      1.0            0.0       n1 n2 n3 n4",
    ]


def test_gaps_tell_slots_time_and_where():
    assert drawn(machines.backfill(SNAPSHOT.backfill, with_hosts=True)) == expected("bslots-l")


def test_a_gap_without_end_is_unlimited():
    gaps = (Backfill(slots=2, seconds=9001), Backfill(slots=1, seconds=None))
    assert list(machines.backfill(gaps)) == [
        "SLOTS          BACKFILL WINDOW",
        "2              2 hours 30 minutes 1 second",
        "1              UNLIMITED",
    ]


def test_without_gaps_there_is_no_window():
    assert list(machines.backfill(())) == ["No backfill window exists at this time"]


@given(snapshots())
def test_any_snapshot_is_drawn(snapshot):
    names = queues.ordered(snapshot)
    for lines in (
        queues.listing(names, snapshot),
        queues.at_length(names, snapshot),
        machines.listing(snapshot.machines, snapshot),
        machines.at_length(snapshot.machines, snapshot),
        machines.shared(snapshot),
        machines.backfill(snapshot.backfill, with_hosts=True),
    ):
        assert all(printable(line) == line for line in lines)
