"""llmodify gives a step other values, in all places where they stand, or says why not."""

from dataclasses import replace

import pytest

from jobcast.batch.intake.loadleveler import read
from jobcast.batch.intake.loadleveler_modified import modified
from jobcast.batch.order import Modify
from jobcast.program import Enforce, Enforcement
from jobcast.systems.loadleveler.configuration import read_site
from tests.batch.intake.command_files import ANN, BARE, order, step

M = 1 << 20
SITE = read_site(
    {
        "LoadL_config": "SCHEDULE_BY_RESOURCES = ConsumableCpus ConsumableMemory\n"
        "ENFORCE_RESOURCE_USAGE = ConsumableMemory\nACCT = A_ON A_VALIDATE",
        "LoadL_admin": "small: type = class\nwall_clock_limit = 1:00:00\n"
        "large: type = class\nnice = 3\nwall_clock_limit = 10:00:00\ncore_limit = 2mb\njob_cpu_limit = 60\n"
        "warning: type = class\nwall_clock_limit = 10:00,30\n"
        "tiny: type = class\nwall_clock_limit = 60\n"
        "narrow: type = class\nnofile_limit = 10\n"
        "ann: type = user\naccount = NWP OCEAN",
    }
)
NO_LIMIT = (
    "is no limit of time: write [[hours:]minutes:]seconds, above 0 or unlimited, hard limit first,"
    " the soft one not above it"
)
STEP = step(
    "class = small",
    "account_no = NWP",
    "wall_clock_limit = 600",
    "nofile_limit = 100",
    "resources = ConsumableCpus(2) ConsumableMemory(10 mb)",
    site=SITE,
)


def change(**wish: object) -> object:
    return modified(STEP, Modify(step="n01.12.0", **wish), SITE)


def saying(**keywords: str) -> dict[str, str]:
    return {**STEP.notes.keywords, **keywords}


def test_nothing_that_is_not_named_changes():
    assert change() == STEP


def test_a_step_in_another_class_has_its_limits_and_priority_of_processes():
    assert change(queue="large") == replace(
        STEP,
        job=replace(STEP.job, queue="large"),
        program=replace(
            STEP.program,
            nice=3,
            limits={"core": (2 * M, 2 * M), "nofile": (100, 100)},
            job_cpu_limit=(60, 60),
        ),
        notes=replace(STEP.notes, keywords=saying(**{"class": "large"})),
        told={**STEP.told, "LOADL_STEP_CLASS": "large", "LOADL_STEP_NICE": "3"},
    )


def test_a_run_limit_may_come_with_the_class_that_allows_it():
    found = change(queue="large", run_limit=36000)
    assert (found.job.queue, found.job.run_limit, found.notes.keywords) == (
        "large",
        36000,
        saying(**{"class": "large", "wall_clock_limit": "36000"}),
    )


ASKS = ("account_no = NWP", "resources = ConsumableCpus(1) ConsumableMemory(10 mb)")
WARNED = step("class = small", "wall_clock_limit = 10:00,9:00", *ASKS, site=SITE)


@pytest.mark.parametrize(
    ("wish", "limits"),
    [
        ({"run_limit": 1200}, (1200, 1140, "1200,1140")),
        ({"run_limit": 1200, "soft_run_limit": 900}, (1200, 900, "1200,900")),
        ({"soft_run_limit": 590}, (600, 590, "600,590")),
        ({"run_limit": 50}, (50, None, "50")),
        ({"run_limit": 600}, (600, 540, "10:00,9:00")),
        ({"queue": "large"}, (600, 540, "10:00,9:00")),
        ({"queue": "warning", "run_limit": 50}, (50, 30, "50")),
    ],
)
def test_a_soft_run_limit_that_is_not_named_keeps_its_distance_from_the_hard_one(wish, limits):
    found = modified(WARNED, Modify(step="n01.12.0", **wish), SITE)
    assert (found.job.run_limit, found.soft_run_limit, found.notes.keywords["wall_clock_limit"]) == limits


def test_a_step_in_another_class_keeps_the_limits_that_it_copied_as_far_as_that_one_allows():
    lines = ("class = small", *ASKS, "core_limit = copy", "nofile_limit = copy", "stack_limit = copy")
    text = "\n".join([*(f"# @ {line}" for line in lines), "# @ queue"])
    theirs = {"core": (0, None), "nofile": (64, 1024)}
    (copied,) = read(replace(order(text), limits=theirs), SITE, ANN).steps
    assert copied.program.limits == theirs
    found = [modified(copied, Modify(step="n01.12.0", queue=name), SITE) for name in ("large", "narrow")]
    assert [each.program.limits for each in found] == [
        {"core": (0, 2 * M), "nofile": (64, 1024)},
        {"core": (0, None), "nofile": (10, 10)},
    ]


def test_a_step_in_another_class_is_warned_at_the_soft_run_limit_of_that_one():
    found = step("class = warning", *ASKS, site=SITE)
    assert found.soft_run_limit == 30
    assert modified(found, Modify(step="n01.12.0", queue="small"), SITE).soft_run_limit is None


def test_account_comment_and_start_are_told_where_they_were():
    assert change(account="OCEAN", comment="GRAPES", begin=1_800_000_000, sysprio=7) == replace(
        STEP,
        job=replace(STEP.job, project="OCEAN", begin=1_800_000_000),
        notes=replace(
            STEP.notes,
            comment="GRAPES",
            favoured=7,
            keywords=saying(account_no="OCEAN", comment="GRAPES"),
        ),
        told={**STEP.told, "LOADL_STEP_ACCT": "OCEAN"},
    )


def test_another_amount_of_memory_is_enforced_too():
    assert change(memory_per_task=20 * M + 1) == replace(
        STEP,
        job=replace(STEP.job, demand=replace(STEP.job.demand, per_task={"cpus": 2, "memory": 21 * M})),
        notes=replace(STEP.notes, keywords=saying(resources="ConsumableCpus(2) ConsumableMemory(21 mb)")),
        enforcement=Enforcement(policy=Enforce.SHARES, memory=21 * M),
    )


def test_another_number_of_cpus_stands_beside_the_other_resources():
    assert change(cpus_per_task=3) == replace(
        STEP,
        job=replace(STEP.job, demand=replace(STEP.job.demand, per_task={"cpus": 3, "memory": 10 * M})),
        notes=replace(STEP.notes, keywords=saying(resources="ConsumableMemory(10 mb) ConsumableCpus(3)")),
    )


def test_cpus_and_memory_may_be_asked_for_together_where_none_were():
    bare = step("class = small", "account_no = NWP", site=SITE)
    wish = Modify(step="n01.12.0", cpus_per_task=2, memory_per_task=M)
    found = modified(bare, wish, SITE)
    assert not isinstance(found, str)
    assert (dict(found.job.demand.per_task), found.notes.keywords["resources"]) == (
        {"cpus": 2, "memory": M},
        "ConsumableMemory(1 mb) ConsumableCpus(2)",
    )


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        (
            {"cpus_per_task": 0},
            (
                "ConsumableCpus can't have the count '0': a whole number, above 0,"
                " for memory with a unit such as mb or gb"
            ),
        ),
        ({"queue": "larg"}, "there is no class larg; Did you mean large?"),
        ({"queue": "tiny"}, "the run limit must be from 1 to 60 seconds, not 600"),
        ({"queue": "narrow"}, "nofile_limit: more than 10, the hard limit of the class"),
        ({"run_limit": 3601}, "the run limit must be from 1 to 3600 seconds, not 3601"),
        ({"soft_run_limit": 601}, f"'600,601' {NO_LIMIT}"),
        ({"soft_run_limit": 0}, f"'600,0' {NO_LIMIT}"),
        ({"run_limit": 0}, "the run limit must be from 1 to 3600 seconds, not 0"),
        ({"account": "NW"}, "ann may not use the account 'NW'; Did you mean NWP?"),
        (
            {"memory_per_task": 0},
            (
                "ConsumableMemory can't have the count '0': a whole number, above 0,"
                " for memory with a unit such as mb or gb"
            ),
        ),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(wish, reason):
    assert change(**wish) == reason


def test_memory_that_does_not_count_cannot_be_asked_for():
    assert modified(step(), Modify(step="n01.12.0", memory_per_task=M), BARE) == (
        "SCHEDULE_BY_RESOURCES doesn't list ConsumableMemory, so it doesn't count"
    )
