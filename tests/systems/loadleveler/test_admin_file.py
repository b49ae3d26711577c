"""LoadL_admin: stanzas, their defaults, and what is made of machines, classes, users and groups."""

import pytest

from jobcast.machine import Machine
from jobcast.schedule.policy import FairShare, Limit, Queue
from jobcast.systems.dialect import Configuration, Standing
from jobcast.systems.loadleveler.configuration import read
from tests.systems.loadleveler.reading import config, odd

U, C, I, R, X = (  # noqa: E741
    Standing.UNDERSTOOD,
    Standing.CORRECTED,
    Standing.IGNORED,
    Standing.REFUSED,
    Standing.UNKNOWN,
)


def admin(*lines: str) -> Configuration:
    return read({"LoadL_admin": "\n".join(lines)})


def test_stanzas_of_the_manual_are_read_whole():
    found = admin(
        "machine_a: type = machine",
        "      central_manager = true       # defines this machine as the central manager",
        "      adapter_stanzas = adapter_a  # identifies an adapter stanza",
        " ",
        "class_a: type = class",
        "      priority = 50    # priority of this class",
        "user_a: type  = user",
        "      priority  = 50   # priority of this user",
        "group_a: type = group",
        "      priority  = 50   # priority of this group",
        "adapter_a: type = adapter",
        "      adapter_name = en0  #defines an adapter",
    )
    role, adapters = (
        (
            "Which daemons the machine runs, and its other names; a central manager runs jobs too unless"
            " STARTD_RUNS_HERE is false."
        ),
        "Network adapters aren't simulated.",
    )
    assert [
        (each.line, each.section, each.name, each.value, each.standing, each.reason)
        for each in found.keywords
    ] == [
        (1, "machine_a", "type", "machine", U, ""),
        (2, "machine_a", "central_manager", "true", I, role),
        (3, "machine_a", "adapter_stanzas", "adapter_a", I, role),
        (5, "class_a", "type", "class", U, ""),
        (6, "class_a", "priority", "50", U, ""),
        (7, "user_a", "type", "user", U, ""),
        (8, "user_a", "priority", "50", U, ""),
        (9, "group_a", "type", "group", U, ""),
        (10, "group_a", "priority", "50", U, ""),
        (11, "adapter_a", "type", "adapter", I, adapters),
        (12, "adapter_a", "adapter_name", "en0", I, adapters),
    ]
    assert found.policy.queues["class_a"].priority == 50
    assert found.policy.user_priorities == {"user_a": 50}
    assert found.policy.group_priorities == {"group_a": 50}


def test_a_default_stanza_holds_where_one_is_silent_wherever_it_stands():
    found = admin(
        "a: type = class", "b: type = class", "priority = 3", "default: type = class", "priority = 7"
    )
    assert {name: queue.priority for name, queue in found.policy.queues.items()} == {
        "a": 7,
        "b": 3,
        "No_Class": 7,
    }


def test_a_label_may_stand_alone_and_a_keyword_behind_the_type():
    found = admin("a:", "type = class priority = 3", "b: type = class  maxjobs=4")
    assert found.policy.queues["a"].priority == 3
    assert [limit.amount for limit in found.policy.limits] == [4]
    assert [(each.line, each.name, each.value) for each in found.keywords] == [
        (1 + 1, "type", "class"),
        (2, "priority", "3"),
        (3, "type", "class"),
        (3, "maxjobs", "4"),
    ]


def test_what_stands_in_no_stanza_or_an_unknown_one_is_told():
    found = admin(
        "priority = 1",
        "a: type = klass",
        "priority = 2",
        "b: priority = 3",
        "c: type = class",
        "what is this",
    )
    nowhere = (
        "it stands in no stanza: begin one with"
        " label: type = machine, class, user, group, adapter, cluster or region"
    )
    assert odd(found) == [
        ("priority", X, nowhere),
        ("type", X, "LoadLeveler has no stanzas of this type. Did you mean class?"),
        ("priority", X, nowhere),
        ("priority", X, nowhere),
        ("", X, "this is no statement: write keyword = value"),
    ]


def test_keywords_of_other_stanzas_are_unknown():
    assert odd(admin("a: type = user", "pool_list = 1", "maxjob = 3")) == [
        ("pool_list", X, "LoadLeveler has no such keyword."),
        ("maxjob", X, "LoadLeveler has no such keyword. Did you mean maxjobs?"),
    ]


def test_a_class_is_read_whole():
    found = admin(
        "long: type = class",
        "priority = -5",
        "include_users = ann bob",
        "exclude_groups = guests",
        "max_node = 8",
        "max_processors = 64",
        "total_tasks = 32",
        "max_top_dogs = 2",
        "wall_clock_limit = 1:30:00,1:25:00",
        "default_wall_clock_limit = 30:00",
        'class_comment = "two # three"  # four',
    )
    assert found.policy.queues["long"] == Queue(
        name="long",
        priority=-5,
        backfill=False,
        reserves=False,
        hold=found.policy.queues["No_Class"].hold,
        run_limit=1800,
        run_limit_max=5400,
        default_resources={"cpus": 1},
        max_tasks=32,
        max_machines=8,
        users=frozenset({"ann", "bob"}),
        refused_users=frozenset({"guests"}),
        max_planned=2,
    )
    assert odd(found) == []
    assert found.keywords[-1].value == '"two # three"'


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("90", 90),
        ("1:30", 90),
        ("1:00:00", 3600),
        ("10.6", 11),
        ("unlimited", None),
        ("rlim_infinity,60", None),
        ('"60"', 60),
    ],
)
def test_limits_of_time_are_read(value, seconds):
    assert admin("a: type = class", f"wall_clock_limit = {value}").policy.queues["a"].run_limit_max == seconds


@pytest.mark.parametrize("value", ["1-00:00:00", "0", "ten", "60,70", "-5", "1:2:3:4", "copy"])
def test_limits_that_are_none_are_refused(value):
    found = admin("a: type = class", f"wall_clock_limit = {value}")
    assert found.policy.queues["a"].run_limit_max is None
    reason = (
        "is no limit of time: write [[hours:]minutes:]seconds, above 0 or unlimited, hard limit first,"
        " the soft one not above it"
    )
    assert odd(found) == [("wall_clock_limit", R, f"{value!r} {reason}")]


def test_who_is_included_counts_before_who_is_excluded():
    found = admin(
        "a: type = class",
        "include_users = ann",
        "exclude_users = bob",
        "include_groups = ops",
        "exclude_groups = x",
    )
    queue = found.policy.queues["a"]
    assert (queue.users, queue.refused_users) == ({"ann", "ops"}, frozenset())
    assert odd(found) == [
        ("exclude_users", C, "include_users stands there too, and counts alone"),
        ("include_groups", C, "whoever is in either list may submit"),
        ("exclude_groups", C, "include_groups stands there too, and counts alone"),
    ]


def test_what_may_run_at_once_is_limited():
    found = admin(
        "default: type = user",
        "maxjobs = 4",
        "ann: type = user",
        "maxjobs = 2",
        "max_total_tasks = 16",
        "bob: type = user",
        "maxjobs = 9",
        "eve: type = user",
        "maxjobs = -1",
        "max_node = 4",
        "ops: type = group",
        "maxjobs = -1",
        "a: type = class",
        "maxjobs = 3",
        "max_total_tasks = 64",
    )
    assert found.policy.limits == (
        Limit(name="maxjobs (class a)", amount=3, only={"queue": frozenset({"a"})}),
        Limit(name="max_total_tasks (class a)", amount=64, counts="cpus", only={"queue": frozenset({"a"})}),
        Limit(
            name="maxjobs (default user)",
            amount=4,
            per=("user",),
            but={"user": frozenset({"ann", "bob", "eve"})},
        ),
        Limit(name="maxjobs (user ann)", amount=2, only={"user": frozenset({"ann"})}),
        Limit(name="maxjobs (user bob)", amount=9, only={"user": frozenset({"bob"})}),
        Limit(name="max_total_tasks (user ann)", amount=16, counts="cpus", only={"user": frozenset({"ann"})}),
    )
    assert odd(found) == []


def test_tasks_are_limited_by_starters_where_cpus_count_by_themselves():
    lines = "m: type = machine\nresources = ConsumableCpus(4)\na: type = class\nmax_total_tasks = 6"
    found = config("SCHEDULE_BY_RESOURCES = ConsumableCpus", admin=lines)
    assert [limit.counts for limit in found.policy.limits] == ["starters"]
    assert found.cluster.machines[0].resources == {"cpus": 4, "starters": 4}


def test_shares_make_a_fair_share():
    users = "default: type = user\nfair_shares = 1\nann: type = user\nfair_shares = 10\n"
    lines = users + "ops: type = group\nfair_shares = 3"
    found = config("FAIR_SHARE_TOTAL_SHARES = 100", "FAIR_SHARE_INTERVAL = 24", admin=lines)
    assert found.policy.fair_share == FairShare(shares={"ann": 10.0}, others=1.0, half_life=19991)
    assert odd(found) == [
        ("fair_shares", R, "shares are counted of users or of groups, not of both; those of users count")
    ]


def test_shares_of_groups_alone_count_by_group():
    found = config("FAIR_SHARE_TOTAL_SHARES = 100", admin="ops: type = group\nfair_shares = 3")
    assert found.policy.fair_share == FairShare(shares={"ops": 3.0}, others=0.0, half_life=139938, by="group")


def test_shares_are_ignored_until_they_are_turned_on():
    found = admin("ann: type = user", "fair_shares = 10")
    assert found.policy.fair_share is None
    assert found.keywords[-1].reason == "FAIR_SHARE_TOTAL_SHARES doesn't turn fair share on"


def test_machines_that_only_submit_are_interactive_or_run_no_startd_run_no_jobs():
    texts = {
        "LoadL_config": "STARTD_RUNS_HERE = true",
        "LoadL_config.d": "STARTD_RUNS_HERE = false",
        "LoadL_admin": (
            "a: type = machine\nb: type = machine\nsubmit_only = true\nc: type = machine\n"
            "machine_mode = interactive\nd: type = machine\ne: type = machine\nmachine_mode = batch"
        ),
    }
    assert [machine.name for machine in read(texts).cluster.machines] == ["a", "e"]


ADMIN_OF_TWO = """
a.site.org: type = machine
    pool_list = 1 2
b.site.org: type = machine
    pool_list = 2
    speed = 1.5
"""


def test_a_machine_has_classes_pools_features_and_facts_of_its_own():
    texts = {
        "LoadL_config": 'CLASS = small(4)\nARCH = "PPC64"\nOPSYS = AIX61',
        "b/LoadL_config.local": 'Class = { "big" "big" "small" }\nMAX_STARTERS = 2\nFEATURE = { "fast" }',
        "LoadL_admin": ADMIN_OF_TWO,
    }
    assert read(texts).cluster.machines == (
        Machine(
            name="a.site.org",
            resources={"cpus": 4},
            slots_by_queue={"small": 4},
            groups=frozenset({"pool_1", "pool_2"}),
            facts={
                "speed": 1.0, "priority": 0, "arch": "PPC64", "opsys": "AIX61",
                "feature_fast": False, "pool_1": True, "pool_2": True,
            },
        ),
        Machine(
            name="b.site.org",
            resources={"cpus": 2},
            slots_by_queue={"big": 2, "small": 1},
            groups=frozenset({"feature_fast", "pool_2"}),
            facts={
                "speed": 1.5, "priority": 0, "arch": "PPC64", "opsys": "AIX61",
                "feature_fast": True, "pool_1": False, "pool_2": True,
            },
        ),
    )  # fmt: skip


def test_a_machines_own_file_says_only_what_is_its_own():
    texts = {
        "LoadL_config.local.a": "MAX_STARTERS = 2\nSYSPRIO : QDate\nMAIL = mailx",
        "LoadL_config.nobody": "MAX_STARTERS = 3",
        "LoadL_admin": "a: type = machine",
    }
    found = read(texts)
    assert found.policy.order == ()
    assert [(each.name, each.standing, each.reason) for each in found.keywords] == [
        ("MAX_STARTERS", U, ""),
        ("SYSPRIO", I, "it counts only in a file that holds for all machines"),
        ("MAIL", I, "How LoadLeveler sends mail and gets tokens; the manager has settings of its own."),
        ("MAX_STARTERS", I, "no stanza names the machine nobody"),
        ("type", U, ""),
    ]


@pytest.mark.parametrize("value", ["a(2", "(2)", "a(x)", "a b)"])
def test_classes_of_machines_that_cannot_be_read_are_refused(value):
    found = config(f"CLASS = {value}", admin="m: type = machine")
    assert found.cluster.machines[0].slots_by_queue == {}
    assert [(name, standing) for name, standing, _ in odd(found)] == [("CLASS", R)]


def test_what_is_known_but_not_kept_is_refused():
    found = admin(
        "a: type = class",
        "master_node_requirement = true",
        "execution_factor = 2",
        "u: type = user",
        "maxidle = 3",
    )
    assert [(name, standing) for name, standing, _ in odd(found)] == [
        ("master_node_requirement", R),
        ("execution_factor", R),
        ("maxidle", R),
    ]


def test_of_several_default_classes_the_first_counts():
    found = admin("default: type = user", "default_class = short long")
    assert found.policy.default_queue == "short"
    assert odd(found) == [("default_class", C, "of several the first, short, counts")]


def test_a_default_above_the_hard_limit_gives_way_to_it():
    found = admin("a: type = class", "wall_clock_limit = 1:00:00", "default_wall_clock_limit = 2:00:00")
    queue = found.policy.queues["a"]
    assert (queue.run_limit, queue.run_limit_max) == (3600, 3600)
    assert odd(found) == [("default_wall_clock_limit", C, "longer than wall_clock_limit, which counts")]


def test_in_place_of_a_wrong_value_that_of_the_default_stanza_counts():
    found = admin(
        *("default: type = class", "wall_clock_limit = 2:00:00", "priority = 7"),
        *("a: type = class", "wall_clock_limit = 0", "priority = high"),
    )
    queue = found.policy.queues["a"]
    assert (queue.run_limit_max, queue.priority) == (7200, 7)
    assert [each[:2] for each in odd(found)] == [("wall_clock_limit", R), ("priority", R)]


def test_wrong_values_of_both_stanzas_are_told_and_none_counts():
    found = admin("default: type = class", "priority = low", "a: type = class", "priority = high")
    assert found.policy.queues["a"].priority == 0
    assert odd(found) == [("priority", R, "'low' is no number"), ("priority", R, "'high' is no number")]
