"""Keywords of lsb.params and lsf.conf."""

import pytest

from jobcast.language import say
from jobcast.machine import CPUS, MEMORY
from jobcast.schedule.expression import Binary, Constant, Name
from jobcast.schedule.policy import Queue, VictimOrder
from jobcast.systems.lsf.policy.reader import read, read_site
from tests.systems.lsf.policy.files import params, queue, told


def test_without_files_there_are_no_queues_and_no_machines():
    found = read({})
    assert (found.policy.queues, found.policy.default_queue, found.cluster.machines) == ({}, "", ())
    assert (found.policy.order, found.keywords) == ((Name("queue_priority"),), ())


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("PREEMPT_FOR = LEAST_RUN_TIME MINI_JOB", "victim_order", VictimOrder.LEAST_RUN_TIME),
        ("PREEMPT_FOR = OPTIMAL_MINI_JOB", "victim_order", VictimOrder.LATEST_START),
        ("PREEMPT_JOBTYPE = BACKFILL", "preempt_backfilled", True),
        ("PREEMPT_JOBTYPE = EXCLUSIVE", "preempt_backfilled", False),
        ("PREEMPTABLE_RESOURCES = mem verdi", "released_by_suspension", {CPUS, MEMORY, "verdi"}),
        ("MAX_USER_PRIORITY = 100", "order", (Name("queue_priority"), Name("user_priority"))),
        ("DEFAULT_QUEUE = q", "default_queue", "q"),
        ("DEFAULT_QUEUE = none q", "default_queue", "q"),
        ("", "default_queue", "default"),
    ],
)
def test_a_keyword_of_the_whole_cluster_shapes_the_policy(line, field, value):
    assert getattr(queue(lsb_params=params(line)).policy, field) == value


@pytest.mark.parametrize(
    ("line", "standing", "reason"),
    [
        ("PREEMPT_FOR = GROUP_MAX", "corrected", "suspended jobs count against limits all the same"),
        (
            "PREEMPT_JOBTYPE = AFFINITY",
            "corrected",
            "exclusive jobs and those with affinity may be preempted in any case",
        ),
        ("PREEMPT_JOBTYPE = NONE", "refused", "not known: NONE; there are AFFINITY BACKFILL EXCLUSIVE"),
        ("MBD_SLEEP_TIME = 0", "refused", '"0" will not do; write a whole number from 1 on'),
        ("PLAN = Y", "corrected", say("lsf_policy.plan_alone")),
        ("PLAN = N", "ignored", "only bears on ALLOCATION_PLANNER=Y in lsb.params"),
        (
            "JOB_PRIORITY_OVER_TIME = 3/20",
            "ignored",
            "only bears on MAX_USER_PRIORITY, which is not set",
        ),
        ("JOB_PRIORITY_OVER_TIME = soon", "refused", '"soon" is no whole number; write 0, 1, 2 ...'),
        ("DEFAULT_QUEUE = qq", "corrected", "there is no queue qq; left out. Did you mean q?"),
        ("RESOURCE_RESERVE_PER_SLOT = Y", "understood", ""),
        (
            "MAX_JOB_NUM = 1000",
            "ignored",
            "where and how long files are kept",
        ),
    ],
)
def test_what_was_made_of_it_is_told(line, standing, reason):
    assert told(queue(lsb_params=params(line)), line.partition(" =")[0]) == (standing, reason)


def test_priority_grows_while_a_job_waits():
    found = queue(lsb_params=params("MAX_USER_PRIORITY = 100", "JOB_PRIORITY_OVER_TIME = 3/20"))
    growing = Binary("+", Name("user_priority"), Binary("*", Name("wait"), Constant(3 / 1200)))
    assert found.policy.order == (Name("queue_priority"), growing)


def test_the_queue_that_lsf_makes_itself_has_the_lowest_priority():
    assert queue().policy.queues["default"] == Queue(
        name="default", priority=1, backfill=False, reserves=False
    )


def test_the_unit_of_memory_is_that_of_lsf_conf_where_case_counts():
    assert read_site({"lsf.conf": 'LSF_UNIT_FOR_LIMITS="gb"'}).params.memory_unit == "G"
    found = read_site({"lsf.conf": "lsf_unit_for_limits=GB\nLSF_UNIT_FOR_LIMITS=EB"})
    assert found.params.memory_unit == "M"
    assert [(line.standing, line.reason) for line in found.configuration.keywords] == [
        ("unknown", "Did you mean LSF_UNIT_FOR_LIMITS?"),
        ("refused", '"EB" is no unit of memory; write KB, MB, GB, TB or PB'),
    ]


def test_of_two_sections_the_last_counts():
    found = read({"lsb.params": params("MBD_SLEEP_TIME = 10") + "\n" + params("DEFAULT_QUEUE = q")})
    assert [(line.line, line.standing) for line in found.keywords] == [(2, "corrected"), (5, "understood")]
