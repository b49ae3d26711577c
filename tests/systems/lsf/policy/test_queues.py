"""Keywords of lsb.queues, one by one."""

from dataclasses import replace
from typing import Any

import pytest

from jobcast.language import say
from jobcast.machine import CPUS, MEMORY
from jobcast.schedule.policy import Blocked, Hold, Limit, Method, Queue
from tests.systems.lsf.policy.files import params, queue, told

PLAIN = Queue(name="q", priority=1, backfill=False, reserves=False)
BOTH = frozenset({CPUS, MEMORY})
NIGHT = tuple((day * 86_400 + 72_000, day * 86_400 + 79_200) for day in range(7))


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], {}),
        (["PRIORITY = 30"], {"priority": 30}),
        (["BACKFILL = y"], {"backfill": True}),
        (["BACKFILL = N"], {}),
        (
            ["SLOT_RESERVE = MAX_RESERVE_TIME[5]"],
            {"hold": Hold(resources=frozenset({CPUS}), longest=300, pause=60)},
        ),
        (
            ["SLOT RESERVE = MAX_RESERVE_TIME[5]"],
            {"hold": Hold(resources=frozenset({CPUS}), longest=300, pause=60)},
        ),
        (
            ["RESOURCE_RESERVE = MAX_RESERVE_TIME[20]", "SLOT_RESERVE = MAX_RESERVE_TIME[5]"],
            {"hold": Hold(resources=BOTH, longest=1200, pause=60, sequential=BOTH)},
        ),
        (["RUNLIMIT = 10"], {"run_limit_max": 600}),
        (["RUNLIMIT = 10 2:00"], {"run_limit": 600, "run_limit_max": 7200}),
        (["RUNLIMIT = 60 30"], {"run_limit_max": 1800}),
        (["RUNLIMIT = 10/hostA"], {"run_limit_max": 600}),
        (["ESTIMATED_RUNTIME = 1:00"], {"estimate": 3600}),
        (["CPULIMIT = 100"], {}),
        (
            ["INTERRUPTIBLE_BACKFILL = 60", "BACKFILL = Y", "RUNLIMIT = 10"],
            {"backfill": True, "run_limit_max": 600, "interruptible": 60, "requeue_interrupted": False},
        ),
        (
            ["INTERRUPTIBLE_BACKFILL = 60", "BACKFILL = Y", "RUNLIMIT = 10", "REQUEUE_EXIT_VALUES = 99"],
            {"backfill": True, "run_limit_max": 600, "interruptible": 60, "requeue_interrupted": True},
        ),
        (["INTERRUPTIBLE_BACKFILL = 60", "BACKFILL = Y"], {"backfill": True, "open": False}),
        (["INTERRUPTIBLE_BACKFILL = 60", "RUNLIMIT = 10"], {"run_limit_max": 600, "open": False}),
        (["TASKLIMIT = 4 8 64"], {"max_tasks": 64}),
        (["PROCLIMIT = 32"], {"max_tasks": 32}),
        (["HOSTLIMIT_PER_JOB = 2"], {"max_machines": 2}),
        (["USERS = chen ~li"], {"users": frozenset({"chen"}), "refused_users": frozenset({"li"})}),
        (["USERS = all"], {}),
        (["HOSTS = h1 h2+3 h3@other allremote"], {"machines": frozenset({"h1", "h2"})}),
        (["HOSTS = h1+2 others"], {}),
        (["DISPATCH_WINDOW = 20-22"], {"windows": NIGHT}),
        (["RUN_WINDOW = 20:00-22:00"], {"windows": NIGHT}),
        (["RUN_WINDOW = 19-22", "DISPATCH_WINDOW = 20-23"], {"windows": NIGHT}),
        (["RUN_WINDOW = 20-22", "DISPATCH_WINDOW = 8-9"], {"windows": NIGHT}),
        (["RES_REQ = rusage[mem=500/task]"], {"default_resources": {MEMORY: 500 << 20}}),
        (["RES_REQ = rusage[mem=500]"], {}),
        (['RES_REQ = "rusage[mem=500/task] span[ptile=4]"'], {"default_resources": {MEMORY: 500 << 20}}),
        (["RES_REQ = 'rusage[mem=500/task]'"], {"default_resources": {MEMORY: 500 << 20}}),
        (['USERS = "chen ~li"'], {"users": frozenset({"chen"}), "refused_users": frozenset({"li"})}),
        (['DISPATCH_WINDOW = "20-22"'], {"windows": NIGHT}),
    ],
)
def test_a_queue_is_read(lines: list[str], expected: dict[str, Any]) -> None:
    assert queue(*lines).policy.queues["q"] == replace(PLAIN, **expected)


@pytest.mark.parametrize(
    ("lines", "name", "standing", "reason"),
    [
        (["SLOT_RESERVE = MAX_RESERVE_TIME[5]"], "SLOT_RESERVE", "understood", ""),
        (
            ["SLOT_RESERVE = MAX_RESERVE_TIME[5]", "RESOURCE_RESERVE = MAX_RESERVE_TIME[5]"],
            "SLOT_RESERVE",
            "corrected",
            "RESOURCE_RESERVE is set and goes before it",
        ),
        (
            ["RUNLIMIT = 60 30"],
            "RUNLIMIT",
            "corrected",
            "the default is above the maximum, which counts alone",
        ),
        (
            ["INTERRUPTIBLE_BACKFILL = 60", "BACKFILL = Y"],
            "INTERRUPTIBLE_BACKFILL",
            "refused",
            "needs BACKFILL = Y and a RUNLIMIT in this queue; as in LSF the queue is closed without them",
        ),
        (
            ["RUN_WINDOW = 20-22"],
            "RUN_WINDOW",
            "corrected",
            "jobs start only in it, but are not suspended when it closes",
        ),
        (
            ["RUN_WINDOW = 20-22", "DISPATCH_WINDOW = 8-9"],
            "DISPATCH_WINDOW",
            "refused",
            "never open within RUN_WINDOW, which counts alone",
        ),
        (
            ["TASKLIMIT = 4", "PROCLIMIT = 8"],
            "PROCLIMIT",
            "corrected",
            "TASKLIMIT is set and goes before it",
        ),
        (
            ["EXTENDABLE_RUNLIMIT = BASE[60] INCREMENT[5]"],
            "EXTENDABLE_RUNLIMIT",
            "refused",
            "only bears on ALLOCATION_PLANNER=Y in lsb.params",
        ),
        (
            ["PLAN = Y"],
            "PLAN",
            "corrected",
            (
                "without ALLOCATION_PLANNER=Y in lsb.params no start is planned; jobs that wait hold what"
                " SLOT_RESERVE or RESOURCE_RESERVE says, else nothing"
            ),
        ),
        (["PLAN = N"], "PLAN", "ignored", "only bears on ALLOCATION_PLANNER=Y in lsb.params"),
        (
            ["RUNLIMIT = 0"],
            "RUNLIMIT",
            "refused",
            '"0" is no run time; write minutes or hours:minutes, such as 90 or 1:30, more than 0',
        ),
        (
            ["RES_REQ = select[mem > ] rusage[mem=2]"],
            "RES_REQ",
            "refused",
            say(
                "lsf_policy.bad_requirement",
                column=13,
                cure='write a number, a "text", a name or a bracket there',
            ),
        ),
        (
            ["RES_REQ = rusage[mem=2:duration=10] affinity[core(1)]"],
            "RES_REQ",
            "corrected",
            "has no bearing here: duration affinity",
        ),
        (
            ["HOSTS = all ~h1"],
            "HOSTS",
            "corrected",
            "exceptions (~) need files that tell the machines; all may be used",
        ),
        (
            ["PJOB_LIMIT = 1"],
            "PJOB_LIMIT",
            "refused",
            "needs files that tell the machines and their processors: lsb.hosts, lshosts",
        ),
        (
            ["JOB_CONTROLS = SUSPEND[/tools/stop it]"],
            "JOB_CONTROLS",
            "corrected",
            say("lsf_policy.command_suspends"),
        ),
        (["BACKFIL = Y"], "BACKFIL", "unknown", "Did you mean BACKFILL?"),
        (["COLOUR = red"], "COLOUR", "unknown", "no keyword of lsb.queues that is known here"),
        (["backfill = Y"], "backfill", "understood", ""),
        (['RES_REQ = "rusage[mem=500] span[ptile=4]"'], "RES_REQ", "understood", ""),
        (["QJOB_LIMIT = -"], "QJOB_LIMIT", "understood", ""),
        (
            ["Slot Reserve = MAX_RESERVE_TIME[5]"],
            "Slot Reserve",
            "corrected",
            "read as SLOT_RESERVE: keywords are written with underscores, not blanks",
        ),
        (["SLOT RESERV = 5"], "SLOT RESERV", "unknown", "Did you mean SLOT_RESERVE?"),
    ],
)
def test_what_was_made_of_a_keyword_is_told(lines: list[str], name: str, standing: str, reason: str) -> None:
    assert told(queue(*lines), name) == (standing, reason)


def test_exceptions_from_all_hosts_are_worked_out_where_the_hosts_are_known() -> None:
    hosts = "Begin Host\nHOST_NAME MXJ\nh[1-3] 4\nEnd Host"
    found = queue("HOSTS = all ~h2", lsb_hosts=hosts)
    assert found.policy.queues["q"].machines == {"h1", "h3"}
    assert told(found, "HOSTS") == ("understood", "")


def test_slot_limits_of_a_queue_count_its_slots_and_those_by_host_let_lent_ones_pass() -> None:
    hosts = "Begin Host\nHOST_NAME MXJ\nh[1-2] 4\nh3 8\nEnd Host"
    only = {"queue": frozenset({"q"})}
    lines = ("QJOB_LIMIT = 100", "UJOB_LIMIT = 20", "HJOB_LIMIT = 6", "PJOB_LIMIT = 0.5")
    assert queue(*lines, lsb_hosts=hosts).policy.limits == (
        Limit(name="QJOB_LIMIT of queue q", amount=100, counts=CPUS, only=only),
        Limit(name="UJOB_LIMIT of queue q", amount=20, counts=CPUS, per=("user",), only=only),
        Limit(
            name="HJOB_LIMIT of queue q",
            amount=6,
            counts=CPUS,
            per=("machine",),
            only=only,
            lent_are_free=True,
        ),
        Limit(
            name="PJOB_LIMIT of queue q (2)",
            amount=2,
            counts=CPUS,
            per=("machine",),
            only={**only, "machine": frozenset({"h1", "h2"})},
            lent_are_free=True,
        ),
        Limit(
            name="PJOB_LIMIT of queue q (4)",
            amount=4,
            counts=CPUS,
            per=("machine",),
            only={**only, "machine": frozenset({"h3"})},
            lent_are_free=True,
        ),
    )


def test_the_first_jobs_are_planned_where_lsf_conf_says_so_and_no_queue_holds() -> None:
    found = queue(
        "SLOT_RESERVE = MAX_RESERVE_TIME[5]", "CPULIMIT = 90", lsf_conf="LSB_TIME_RESERVE_NUMJOBS=3"
    )
    assert (found.policy.blocked, found.policy.depth) == (Blocked.PLAN, 3)
    # Without run limit and estimate LSF reckons with the CPU limit.
    assert found.policy.queues["q"] == replace(PLAIN, reserves=True, estimate=5400)
    assert told(found, "SLOT_RESERVE") == ("corrected", "LSB_TIME_RESERVE_NUMJOBS is set and goes before it")


def test_the_planner_plans_for_queues_that_want_it_and_no_queue_holds() -> None:
    lines = (
        "RESOURCE_RESERVE = MAX_RESERVE_TIME[5]",
        "PLAN = MAX_JOBS[7]",
        "EXTENDABLE_RUNLIMIT = BASE[60] GRACE[5]",
    )
    found = queue(
        *lines, lsb_params=params("ALLOCATION_PLANNER = Y", "PLAN = MAX_JOBS[50]", "DEFAULT_QUEUE = q")
    )
    assert (found.policy.blocked, found.policy.depth) == (Blocked.PLAN, 50)
    assert found.policy.queues == {"q": replace(PLAIN, reserves=True, max_planned=7, estimate=3600)}
    assert told(found, "RESOURCE_RESERVE") == ("corrected", "ALLOCATION_PLANNER is set and goes before it")
    assert told(found, "ALLOCATION_PLANNER") == (
        "corrected",
        "starts are planned anew at each decision; LSF keeps a plan that reserves",
    )
    assert told(found, "EXTENDABLE_RUNLIMIT") == (
        "corrected",
        "jobs are reckoned to run BASE and are not killed then, nor is their limit extended",
    )


def test_a_planner_without_anything_to_plan_is_told() -> None:
    found = queue("SLOT_RESERVE = MAX_RESERVE_TIME[5]", lsb_params=params("ALLOCATION_PLANNER = Y"))
    assert found.policy.queues["q"] == replace(PLAIN, reserves=False)
    assert told(found, "ALLOCATION_PLANNER") == (
        "corrected",
        (
            "no queue has PLAN = Y, so no start is planned, and SLOT_RESERVE and RESOURCE_RESERVE don't count either:"
            " nothing is kept for jobs that wait. Write PLAN = Y in lsb.params"
        ),
    )


GAPS = ("BACKFILL = Y", "RUNLIMIT = 10", "INTERRUPTIBLE_BACKFILL = 60", "End Queue")


def test_one_queue_runs_jobs_in_gaps_and_lsf_wants_none_lower() -> None:
    found = queue(
        *("PRIORITY = 20", *GAPS, "Begin Queue", "QUEUE_NAME = low", "PRIORITY = 5", *GAPS),
        *("Begin Queue", "QUEUE_NAME = lowest", "PRIORITY = 2"),
    )
    assert [(queue.name, queue.interruptible, queue.open) for queue in found.policy.queues.values()] == [
        ("q", None, True),
        ("low", 60, True),
        ("lowest", None, True),
        ("default", None, True),
    ]
    assert [
        (line.section, line.standing, line.reason)
        for line in found.keywords
        if line.name == "INTERRUPTIBLE_BACKFILL"
    ] == [
        (
            "q",
            "refused",
            "one queue of a cluster may have it, and queue low has; jobs of this one are backfilled like any others",
        ),
        (
            "low",
            "corrected",
            "LSF wants it in the queue of lowest PRIORITY; queue lowest has a lower one, and its jobs wait behind",
        ),
    ]


@pytest.mark.parametrize(
    ("action", "method"),
    [
        ("SUSPEND[brequeue $LSB_JOBID]", Method.REQUEUE),
        ("SUSPEND[bkill $LSB_JOBID] RESUME[SIGCONT]", Method.REMOVE),
        ("TERMINATE[SIGINT]", Method.SUSPEND),
        ("SUSPEND[SIGTSTP]", Method.SUSPEND),
        ("SUSPEND[CHKPNT]", Method.SUSPEND),
    ],
)
def test_the_suspend_action_of_a_queue_tells_what_happens_to_its_preempted_jobs(
    action: str, method: Method
) -> None:
    high = "Begin Queue\nQUEUE_NAME = high\nPRIORITY = 9\nPREEMPTION = PREEMPTIVE\nEnd Queue"
    found = queue(f"JOB_CONTROLS = {action}", lsb_queues_more=high)
    assert [rule.method for rule in found.policy.preemption] == [method]
