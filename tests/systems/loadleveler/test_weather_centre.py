"""The files of the weather centre in the founding text, read whole."""

from jobcast.machine import Cluster, Machine
from jobcast.schedule.expression import Binary, Constant, Name
from jobcast.schedule.policy import Blocked, Extent, Method, Policy, PreemptRule, Queue
from jobcast.systems.dialect import Standing
from jobcast.systems.loadleveler.configuration import read
from jobcast.units import GIB
from tests.systems.loadleveler.reading import recorded

U, C, I = Standing.UNDERSTOOD, Standing.CORRECTED, Standing.IGNORED  # noqa: E741

H = 3600


def queue(name: str, priority: int, hours: int, max_machines: int | None = None) -> Queue:
    return Queue(
        name=name,
        priority=priority,
        run_limit=hours * H,
        run_limit_max=hours * H,
        default_resources={"cpus": 1},
        max_machines=max_machines,
    )


def rule(queue: str, victim: str) -> PreemptRule:
    return PreemptRule(queue=queue, victims=(victim,), extent=Extent.ENOUGH, method=Method.SUSPEND)


def test_its_rules_are_read_whole():
    assert read(recorded("weather-centre")).policy == Policy(
        name="LoadL_config + LoadL_admin",
        queues={
            "normal": queue("normal", 100, 6),
            "normal2": queue("normal2", 50, 24),
            "normal1": queue("normal1", 0, 24, max_machines=16),
        },
        default_queue="normal1",
        order=(Binary("-", Constant(0), Name("queued_at")),),
        recalculate=None,
        blocked=Blocked.PLAN,
        depth=1,
        machine_order=Binary("-", Constant(0), Name("load")),
        load_per_start=0.5,
        preemption=(rule("normal", "normal1"), rule("normal2", "normal1"), rule("normal", "normal2")),
        released_by_suspension=frozenset({"cpus"}),
        user_priorities={"nwp": 10},
    )


def test_its_832_cores_are_read_whole():
    cluster = read(recorded("weather-centre")).cluster
    assert cluster == Cluster(
        machines=tuple(
            Machine(
                name=f"n{number:02d}",
                resources={"cpus": 32, "memory": 100 * GIB},
                slots_by_queue={"normal": 32, "normal2": 32, "normal1": 32},
                facts={"speed": 1.0, "priority": 0},
            )
            for number in range(1, 27)
        )
    )
    assert sum(machine.resources["cpus"] for machine in cluster.machines) == 832


BLANKS = "read as {}: keywords are written with underscores, not blanks"
CONTROL = "Only on machines that run: checked, but a simulation has no load or keyboard."
FILES = "Where LoadLeveler's files are; those given here are read."
PERIODS = "Periods of the negotiator daemon; here decisions are made whenever something happens."
MERGED = (
    "PREEMPT_CLASS[normal] stands there more than once:"
    " its groups count one after the other, as if they stood in one line"
)
ROLE = (
    "Which daemons the machine runs, and its other names; a central manager runs jobs too unless STARTD_RUNS_HERE"
    " is false."
)


def test_what_was_made_of_each_keyword_is_told_whole():
    keywords = read(recorded("weather-centre")).keywords
    assert [(each.line, each.name, each.standing, each.reason) for each in keywords if each.file == "LoadL_config"] == [
        (4, "LOADL_ADMIN", I, "Who administers LoadLeveler, and how daemons trust each other."),
        (5, "RELEASEDIR", I, FILES),
        (6, "LOCAL_CONFIG", I, FILES),
        (7, "ADMIN_FILE", I, FILES),
        (8, "LOG", I, FILES),
        (9, "ACCT", U, ""),
        (11, "SCHEDULER_TYPE", U, ""),
        (12, "MAX_TOP_DOGS", U, ""),
        (14, "SYSPRIO", U, ""),
        (15, "MACHPRIO", U, ""),
        (16, "NEGOTIATOR_INTERVAL", I, PERIODS),
        (17, "NEGOTIATOR_RECALCULATE_SYSPRIO_INTERVAL", U, ""),
        (18, "NEGOTIATOR_LOADAVG_INCREMENT", U, ""),
        (21, "PREEMPTION SUPPORT", C, BLANKS.format("PREEMPTION_SUPPORT")),
        (22, "DEFAULT PREEMPT METHOD", C, BLANKS.format("DEFAULT_PREEMPT_METHOD")),
        (23, "PREEMPT_CLASS[normal]", U, ""),
        (24, "PREEMPT_CLASS[normal2]", U, ""),
        (
            25,
            "PREEMPT_CLASS[normal]",
            C,
            MERGED,
        ),
        (27, "SCHEDULE_BY_RESOURCES", C, "no machine offers CollectiveGroups: jobs that ask for it never start"),
        (28, "ENFORCE_RESOURCE_USAGE", U, ""),
        (30, "CLASS", U, ""),
        (31, "RSET_SUPPORT", I, "Steps that ask for it are bound on every machine."),
        (33, "START", I, CONTROL),
        (34, "SUSPEND", I, CONTROL),
        (35, "CONTINUE", I, CONTROL),
        (36, "VACATE", I, CONTROL),
        (37, "KILL", I, CONTROL),
        (39, "SUBMIT_FILTER", U, ""),
        (40, "JOB_PROLOG", U, ""),
        (41, "JOB_EPILOG", U, ""),
    ]  # fmt: skip
    assert [
        (each.line, each.section, each.name, each.value, each.standing, each.reason)
        for each in keywords
        if each.file == "LoadL_admin"
    ] == [
        (3, "default", "type", "machine", U, ""),
        (4, "default", "resources", "ConsumableCpus(32) ConsumableMemory(100 gb)", U, ""),
        (6, "login1", "type", "machine", U, ""),
        (7, "login1", "central_manager", "true", I, ROLE),
        (8, "login1", "schedd_host", "true", I, ROLE),
        (9, "login1", "submit_only", "true", U, ""),
        *((10 + number, f"n{number:02d}", "type", "machine", U, "") for number in range(1, 27)),
        (38, "default", "type", "class", U, ""),
        (39, "default", "wall_clock_limit", "24:00:00", U, ""),
        (40, "default", "default_resources", "ConsumableCpus(1)", U, ""),
        (42, "normal", "type", "class", U, ""),
        (43, "normal", "class_comment", '"Operational forecasts"', I, "For people to read."),
        (44, "normal", "priority", "100", U, ""),
        (45, "normal", "wall_clock_limit", "06:00:00,05:55:00", U, ""),
        (47, "normal2", "type", "class", U, ""),
        (48, "normal2", "class_comment", '"Forecasts on trial"', I, "For people to read."),
        (49, "normal2", "priority", "50", U, ""),
        (51, "normal1", "type", "class", U, ""),
        (52, "normal1", "class_comment", '"Research"', I, "For people to read."),
        (53, "normal1", "priority", "0", U, ""),
        (54, "normal1", "max_node", "16", U, ""),
        (56, "default", "type", "user", U, ""),
        (57, "default", "default_class", "normal1", U, ""),
        (58, "default", "default_group", "No_Group", U, ""),
        (60, "nwp", "type", "user", U, ""),
        (61, "nwp", "priority", "10", U, ""),
    ]
