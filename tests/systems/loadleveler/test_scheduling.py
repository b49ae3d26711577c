"""Which scheduler decides, in which order, and what an expression that can't be read leaves."""

import pytest

from jobcast.schedule.expression import Binary, Constant, Name
from jobcast.schedule.policy import JOB_NAMES, MACHINE_NAMES, Blocked, Hold
from jobcast.systems.dialect import Standing
from jobcast.systems.loadleveler.names import job_order, machine_order
from tests.systems.loadleveler.reading import config, odd

U, C, I, R = Standing.UNDERSTOOD, Standing.CORRECTED, Standing.IGNORED, Standing.REFUSED  # noqa: E741


def test_backfill_plans_the_starts_of_its_top_dogs():
    policy = config("SCHEDULER_TYPE = BACKFILL", "MAX_TOP_DOGS = 4").policy
    assert (policy.blocked, policy.depth) == (Blocked.PLAN, 4)
    queue = policy.queues["No_Class"]
    assert (queue.open, queue.backfill, queue.reserves, queue.hold) == (True, True, True, None)


@pytest.mark.parametrize("lines", [[], ["SCHEDULER_TYPE = LL_DEFAULT"], ["SCHEDULER_TYPE = ll_default"]])
def test_ll_default_lets_parallel_jobs_hold_machines(lines):
    policy = config(*lines).policy
    assert policy.blocked is Blocked.SKIP
    queue = policy.queues["No_Class"]
    assert queue.hold == Hold(resources=frozenset({"cpus"}), longest=300, pause=300)
    assert (queue.open, queue.backfill, queue.reserves) == (True, False, False)


def test_ll_default_holds_for_as_long_as_it_is_told_and_all_that_its_machines_offer():
    admin = "a: type = machine\nresources = ConsumableCpus(4) ConsumableMemory(1 gb)"
    policy = config(
        "NEGOTIATOR_PARALLEL_HOLD = 60",
        "NEGOTIATOR_PARALLEL_DEFER = 30",
        "SCHEDULE_BY_RESOURCES = ConsumableMemory",
        admin=admin,
    ).policy
    held = Hold(resources=frozenset({"cpus", "memory"}), longest=60, pause=30)
    assert policy.queues["No_Class"].hold == held


def test_keywords_of_the_other_scheduler_are_ignored():
    assert [
        each[2] for each in odd_or_ignored("NEGOTIATOR_PARALLEL_HOLD = 60", "SCHEDULER_TYPE = BACKFILL")
    ] == ["only the scheduler LL_DEFAULT knows it"]
    assert [each[2] for each in odd_or_ignored("MAX_TOP_DOGS = 6")] == [
        "only the scheduler BACKFILL knows it"
    ]


def odd_or_ignored(*lines: str) -> list[tuple[str, Standing, str]]:
    return [(each.name, each.standing, each.reason) for each in config(*lines).keywords if each.reason]


def test_under_api_backfill_is_taken_in_place_of_the_other_program():
    found = config("SCHEDULER_TYPE = API", "CLASS = a(2)", admin="n1: type = machine")
    assert (found.policy.blocked, found.policy.external) == (Blocked.PLAN, True)
    assert [(queue.open, queue.reserves) for queue in found.policy.queues.values()] == [(True, True)] * 2
    assert odd(found) == [
        (
            "SCHEDULER_TYPE",
            Standing.CORRECTED,
            (
                "under API another program decides, by rules that stand in no file; a simulation takes BACKFILL, and"
                " maxjobs counts, which API passes over"
            ),
        )
    ]


def test_gang_is_refused_and_backfill_taken():
    found = config("SCHEDULER_TYPE = GANG")
    assert (found.policy.blocked, found.policy.queues["No_Class"].open) == (Blocked.PLAN, True)
    assert odd(found) == [
        ("SCHEDULER_TYPE", R, "time slices of several jobs on one CPU aren't simulated; BACKFILL is taken")
    ]


def test_an_unknown_scheduler_is_refused_with_those_that_there_are():
    assert odd(config("SCHEDULER_TYPE = BACKFIL")) == [
        ("SCHEDULER_TYPE", R, "'BACKFIL' can't stand here; Did you mean backfill?")
    ]


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("0 - (QDate)", Binary("-", Constant(0), Name("queued_at"))),
        ("userprio", Name("user_priority")),
        ("UserSysprio * 10", Binary("*", Name("user_stanza_priority"), Constant(10))),
        ("0", None),
        ("(1 + 2) * 3", None),
    ],
)
def test_sysprio_orders_jobs(text, order):
    assert config(f"SYSPRIO : {text}").policy.order == (() if order is None else (order,))


def test_all_names_of_sysprio_and_machprio_are_names_of_policies():
    sysprio = [
        "ClassSysprio",
        "GroupSysprio",
        "UserSysprio",
        "GroupQueuedJobs",
        "GroupRunningJobs",
        "GroupTotalJobs",
        "UserQueuedJobs",
        "UserRunningJobs",
        "UserTotalJobs",
        "UserPrio",
        "QDate",
        "GroupTotalShares",
        "GroupUsedShares",
        "GroupHasShares",
        "UserTotalShares",
        "UserUsedShares",
        "UserHasShares",
    ]
    assert {job_order(name, {}).name for name in sysprio} <= JOB_NAMES
    plain = {"LoadAvg": "load", "Cpus": "cpus", "Speed": "speed", "MasterMachPriority": "priority"}
    assert {name: machine_order(name)[0].name for name in plain} == plain
    assert set(plain.values()) <= MACHINE_NAMES
    for name, ours in (("Memory", "memory"), ("ConsumableMemory", "free_memory")):
        assert machine_order(name) == (Binary("/", Name(ours), Constant(1024**2)), frozenset())
        assert ours in MACHINE_NAMES


def test_the_default_stanzas_priority_is_that_of_users_without_one():
    admin = "default: type = user\npriority = 5\nann: type = user\npriority = 50\nbob: type = user"
    policy = config("SYSPRIO : UserSysprio", admin=admin).policy
    assert policy.order == (Binary("+", Name("user_stanza_priority"), Constant(5)),)
    assert policy.user_priorities == {"ann": 45}


def test_a_wrong_name_is_told_with_its_place_and_cure():
    found = config("SYSPRIO : 0 - (QDat)", "MACHPRIO : Memory - Laod")
    assert (found.policy.order, found.policy.machine_order) == (
        (),
        Binary("-", Constant(0), Name("load")),
    )
    assert odd(found) == [
        ("SYSPRIO", R, "SYSPRIO knows no QDat, at column 6; Did you mean QDate?"),
        (
            "MACHPRIO",
            R,
            (
                "MACHPRIO knows no Laod, at column 10; there are LoadAvg, Cpus, Memory, Speed, MasterMachPriority,"
                " ConsumableCpus, ConsumableMemory, ConsumableVirtualMemory, ConsumableLargePageMemory, VirtualMemory,"
                " Disk, CustomMetric, Connectivity, FreeRealMemory, PagesFreed, PagesScanned"
            ),
        ),
    ]


def test_an_expression_that_breaks_off_is_told_with_its_place():
    assert odd(config("SYSPRIO : 0-")) == [
        (
            "SYSPRIO",
            R,
            'the value can\'t be read at its column 3; write a number, a "text", a name or a bracket there',
        )
    ]


def test_an_endless_expression_is_refused():
    assert odd(config("SYSPRIO : " + " + ".join(["QDate"] * 5000))) == [
        ("SYSPRIO", R, "the expression has more than 200 operators")
    ]


def test_what_only_machines_that_run_can_tell_orders_them_then():
    found = config("MACHPRIO : FreeRealMemory - CustomMetric")
    assert found.policy.machine_order == Binary("-", Name("free_real_memory"), Name("custom_metric"))
    assert odd(found) == [
        (
            "MACHPRIO",
            C,
            (
                "only a machine that runs can tell CustomMetric, FreeRealMemory; as long as it doesn't,"
                " machines are taken in the order in which they stand"
            ),
        )
    ]


@pytest.mark.parametrize(
    ("lines", "recalculate"),
    [
        ([], 120),
        (["NEGOTIATOR_RECALCULATE_SYSPRIO_INTERVAL = 0"], None),
        (["NEGOTIATOR_RECALCULATE_SYSPRIO_INTERVAL = 30"], 30),
    ],
)
def test_the_order_is_worked_out_anew_as_often_as_told(lines, recalculate):
    assert config(*lines).policy.recalculate == recalculate


def test_load_is_added_for_each_task_that_starts():
    assert config().policy.load_per_start == 0.5
    assert config("NEGOTIATOR_LOADAVG_INCREMENT = .25").policy.load_per_start == 0.25


def test_rounds_of_decisions_have_a_least_distance():
    assert config("NEGOTIATOR_CYCLE_DELAY = 15", "NEGOTIATOR_INTERVAL = 30").policy.cycle == 15
