"""Job command files, read into the jobs that the scheduler sees."""

from datetime import UTC, datetime

import pytest

from jobcast.schedule.expression import Binary, Constant, Name
from jobcast.schedule.job import After, AnyOf, BatchJob, Demand, Ending, Layout, Not
from jobcast.systems.dialect import Standing
from jobcast.systems.loadleveler.job_command_file import JobSubmission, read_job
from jobcast.units import MIB
from tests.systems.loadleveler.reading import RECORDINGS
from tests.systems.loadleveler.submitting import AT, NWP, SITE, job, read, site

U, C, I, R, X = (  # noqa: E741
    Standing.UNDERSTOOD,
    Standing.CORRECTED,
    Standing.IGNORED,
    Standing.REFUSED,
    Standing.UNKNOWN,
)


def after(job: str, sign: str, code: int) -> After:
    return After(job=job, ending=Ending.ENDED, operator=sign, exit_code=code)


def test_each_step_of_a_forecast_is_a_job():
    text = (RECORDINGS / "job-command-files" / "forecast.cmd").read_text("utf-8")
    found = read_job(text, SITE, NWP)
    assert found.refusals == ()
    assert found.jobs == (
        BatchJob(
            id="login1.12.0",
            demand=Demand(tasks=1, per_task={"cpus": 1}, layout=Layout(machines_max=1)),
            queue="normal",
            user="nwp",
            group="No_Group",
            project="NWP-OPS",
            run_limit=600,
        ),
        BatchJob(
            id="login1.12.1",
            demand=Demand(
                tasks=256,
                per_task={"cpus": 1, "memory": 2500 * MIB},
                layout=Layout(machines_min=8, machines_max=8, tasks_per_machine=32, exclusive=True),
                needs=Binary("!=", Name("machine"), Constant("n26")),
            ),
            queue="normal",
            user="nwp",
            group="No_Group",
            project="NWP-OPS",
            run_limit=7200,
            priority=80,
            after=after("login1.12.0", "==", 0),
        ),
        BatchJob(
            id="login1.12.2",
            demand=Demand(tasks=1, per_task={"cpus": 1}, layout=Layout(machines_max=1)),
            queue="normal",
            user="nwp",
            group="No_Group",
            project="NWP-OPS",
            run_limit=300,
            priority=80,
            after=AnyOf(
                parts=(after("login1.12.1", "<", 128), Not(part=after("login1.12.1", ">=", -(2**31))))
            ),
            restartable=False,
        ),
    )
    assert [(each.line, each.section, each.name, each.standing, each.reason) for each in found.keywords] == [
        (3, "0", "job_name", U, ""),
        (4, "0", "comment", U, ""),
        (5, "0", "account_no", U, ""),
        (6, "0", "class", U, ""),
        (7, "0", "group", U, ""),
        (8, "0", "output", U, ""),
        (9, "0", "error", U, ""),
        (11, "0", "step_name", U, ""),
        (12, "0", "wall_clock_limit", U, ""),
        (13, "0", "queue", U, ""),
        (15, "1", "step_name", U, ""),
        (16, "1", "dependency", U, ""),
        (17, "1", "job_type", U, ""),
        (18, "1", "node", U, ""),
        (19, "1", "tasks_per_node", U, ""),
        (20, "1", "node_usage", U, ""),
        (21, "1", "network.MPI", I, "Network adapters and switches aren't managed."),
        (22, "1", "resources", U, ""),
        (24, "1", "requirements", U, ""),
        (25, "1", "wall_clock_limit", U, ""),
        (26, "1", "user_priority", U, ""),
        (27, "1", "queue", U, ""),
        (29, "2", "step_name", U, ""),
        (30, "2", "dependency", U, ""),
        (31, "2", "job_type", U, ""),
        (32, "2", "node_usage", U, ""),
        (33, "2", "resources", U, ""),
        (34, "2", "requirements", U, ""),
        (35, "2", "wall_clock_limit", U, ""),
        (36, "2", "restart", U, ""),
        (37, "2", "queue", U, ""),
    ]


def test_a_step_that_says_nothing_has_the_defaults_of_its_site():
    assert job() == BatchJob(
        id="login1.12.0",
        demand=Demand(tasks=1, per_task={"cpus": 1}, layout=Layout(machines_max=1)),
        queue="normal1",
        user="nwp",
        group="No_Group",
    )


@pytest.mark.parametrize("line", ["#@class=normal", "  #  @ CLASS = normal", "#\t@\tClass =\tnormal "])
def test_blanks_and_case_do_not_matter(line):
    assert read_job(f"{line}\n# @ queue", SITE, NWP).jobs[0].queue == "normal"


def test_a_file_without_a_step_is_refused():
    found = read_job("#!/bin/sh\n# @ class = normal\necho\n", SITE, NWP)
    assert (found.jobs, found.refusals) == (
        (),
        ("job command file: no step is queued: end each with # @ queue",),
    )
    assert [(each.name, each.standing, each.reason) for each in found.keywords] == [
        ("class", I, "it stands behind the last # @ queue, so no step has it")
    ]


def test_what_is_no_statement_or_unknown_is_told_and_the_job_is_read():
    found = read("clas = normal", "class normal", "= 3", "")
    assert found.jobs == (job(),)
    assert [(each.name, each.value, each.standing, each.reason) for each in found.keywords] == [
        ("clas", "normal", X, "LoadLeveler has no such keyword. Did you mean class?"),
        ("", "class normal", X, "this is no statement: write keyword = value"),
        ("", "= 3", X, "this is no statement: write keyword = value"),
        ("queue", "", U, ""),
    ]


def test_a_file_of_more_statements_than_anybody_writes_is_refused():
    found = read(*["class = normal"] * 10_001)
    assert (found.jobs, found.keywords) == ((), ())
    assert found.refusals == ("job command file: the file has more steps or statements than anybody writes",)


@pytest.mark.parametrize(
    ("text", "begin"),
    [
        ("03/02/2026 18:30", datetime(2026, 3, 2, 10, 30, tzinfo=UTC)),
        ("03/02/26 18:30:15", datetime(2026, 3, 2, 10, 30, 15, tzinfo=UTC)),
        ("18:30", datetime(2026, 3, 1, 10, 30, tzinfo=UTC)),
        ("12/24", datetime(2026, 12, 23, 16, tzinfo=UTC)),
        ('"03/02/2026 18:30"', datetime(2026, 3, 2, 10, 30, tzinfo=UTC)),
        ("01/01/70 08:00", datetime(1970, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_start_is_read_in_the_zone_of_the_submission(text, begin):
    assert job(f"startdate = {text}").begin == int(begin.timestamp())


@pytest.mark.parametrize(
    ("value", "hold"), [("user", "user"), ("system", "system"), ("usersys", "user system")]
)
def test_a_step_may_be_held(value, hold):
    assert job(f"hold = {value}").hold == hold


def test_variables_stand_for_keywords_and_for_what_is_known_of_the_step():
    found = job(
        "comment = ops", "account_no = $(comment)_$(user)_$(jobid)_$(stepid)", "ll_res_id = $(account_no)"
    )
    assert found.booking == "ops_nwp_12_0"


def test_resources_that_do_not_count_are_left_out_and_told():
    found = read("resources = ConsumableCpus(2) spice(3)")
    assert found.jobs[0].demand.per_task == {"cpus": 2}
    assert [(each.name, each.standing, each.reason) for each in found.keywords if each.reason] == [
        ("resources", C, "SCHEDULE_BY_RESOURCES doesn't list spice, so it doesn't count")
    ]


def test_floating_resources_are_of_the_whole_step():
    licences = site("SCHEDULE_BY_RESOURCES = spice\nFLOATING_RESOURCES = spice(100)")
    lines = (
        "job_type = parallel",
        "node = 2",
        "tasks_per_node = 3",
        "resources = spice(2)",
        "step_resources = spice(1)",
    )
    demand = job(*lines, site=licences).demand
    assert (demand.floating, demand.per_task) == ({"spice": 13}, {"cpus": 1})


def test_resources_of_nodes_are_those_of_the_step_else_of_its_class():
    by_node = site(
        "SCHEDULE_BY_RESOURCES = ConsumableMemory",
        "a: type = class\ndefault_node_resources = ConsumableMemory(4)",
    )
    assert job("class = a", site=by_node).demand.per_machine == {"memory": 4 * MIB}
    own = job("class = a", "node_resources = ConsumableMemory(5)", site=by_node)
    assert own.demand.per_machine == {"memory": 5 * MIB}


def test_tasks_bound_to_cpus_take_as_many():
    assert job("task_affinity = core(4)").demand.per_task == {"cpus": 4}
    assert job("task_affinity = cpu", "resources = ConsumableCpus(2)").demand.per_task == {"cpus": 2}


def test_tasks_take_a_place_where_cpus_do_not_count():
    assert job(site=site("CLASS = a(4)")).demand.per_task == {"cpus": 1}


def test_virtual_memory_is_not_below_the_image():
    found = read("image_size = 4096", "resources = ConsumableVirtualMemory(3 mb)")
    assert found.refusals == (
        (
            "job command file:2:17: resources: SCHEDULE_BY_RESOURCES doesn't list ConsumableVirtualMemory,"
            " so it doesn't count; ConsumableVirtualMemory must not be below image_size"
        ),
    )


def test_a_class_gives_floating_resources_to_steps_that_name_none():
    licences = site(
        "SCHEDULE_BY_RESOURCES = spice\nFLOATING_RESOURCES = spice(100)",
        "a: type = class\ndefault_resources = spice(2)",
    )
    assert job("class = a", site=licences).demand.floating == {"spice": 2}
    assert job("class = a", "resources = spice(0)", site=licences).demand.floating == {}
    assert licences.configuration.policy.queues["a"].default_resources == {"cpus": 1}
    assert [each.reason for each in licences.configuration.keywords if each.name == "default_resources"] == [
        "spice belongs to no machine: only job command files take it by default"
    ]


ADMIN = """
default: type = user
    default_class = small
ann: type = user
    default_class = big
    default_group = ops
    max_node = 2
ops: type = group
    include_users = ann
    total_tasks = 8
big: type = class
    restart = no
"""


def test_users_have_classes_groups_and_sizes_of_their_own():
    strict = site("", ADMIN)
    ann = JobSubmission(id="1", user="ann", at=AT)
    first = read_job("# @ queue", strict, ann).jobs[0]
    assert (first.queue, first.group, first.restartable) == ("big", "ops", False)
    wide = "# @ job_type = parallel\n# @ node = 3\n# @ tasks_per_node = 4\n# @ queue"
    assert read_job(wide, strict, ann).refusals == (
        (
            "job command file:4:5: queue: step 1.0 asks for 3 machines or tasks; its user or group may have 2;"
            " step 1.0 asks for 12 machines or tasks; its user or group may have 8"
        ),
    )
    assert read("group = ops", site=strict).refusals == (
        "job command file:2:5: queue: nwp may not submit for the group ops",
    )
    assert job(site=strict).queue == "small"


def test_enforced_resources_must_be_asked_for_by_the_step_or_its_class():
    strict = site(
        "SCHEDULE_BY_RESOURCES = ConsumableMemory\nENFORCE_RESOURCE_USAGE = ConsumableMemory\n"
        "ENFORCE_RESOURCE_SUBMISSION = true",
        "a: type = class\ndefault_resources = ConsumableMemory(5)",
    )
    assert read(site=strict).refusals == (
        (
            "job command file:1:5: queue: step login1.12.0 doesn't ask for ConsumableMemory,"
            " which ENFORCE_RESOURCE_SUBMISSION wants"
        ),
    )
    assert job("class = a", site=strict).queue == "a"
    assert job("resources = ConsumableMemory(5)", site=strict).queue == "No_Class"
