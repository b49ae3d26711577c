"""How many tasks a step has, how they are spread, and which steps are refused."""

import pytest

from jobcast.schedule.job import Layout
from tests.systems.loadleveler.submitting import job, read


@pytest.mark.parametrize(
    ("lines", "tasks", "layout"),
    [
        (["node = 4", "tasks_per_node = 8"], 32, Layout(machines_min=4, machines_max=4, tasks_per_machine=8)),
        (["node = 3"], 3, Layout(machines_min=3, machines_max=3, tasks_per_machine=1)),
        (["tasks_per_node = 8"], 8, Layout(machines_min=1, machines_max=1, tasks_per_machine=8)),
        (["total_tasks = 8"], 8, Layout(machines_min=1, machines_max=1, tasks_per_machine=8)),
        (["node = 2", "total_tasks = 8"], 8, Layout(machines_min=2, machines_max=2, tasks_per_machine=4)),
        (["node = 3", "total_tasks = 8"], 8, Layout(machines_min=3, machines_max=3, geometry=(3, 3, 2))),
        (["task_geometry = {(0,1) (3) (5,4, 2)}"], 6, Layout(machines_min=3, machines_max=3, geometry=(2, 1, 3))),
        (["blocking = unlimited", "total_tasks = 8"], 8, Layout()),
        (["blocking = 4", "total_tasks = 8"], 8, Layout()),
        (["min_processors = 6"], 6, Layout()),
        (["min_processors = 6", "max_processors = 9"], 6, Layout()),
        (["node = 2,5"], 2, Layout(machines_min=2, machines_max=2, tasks_per_machine=1)),
        (["node_usage = not_shared", "blocking = 1", "total_tasks = 2"], 2, Layout(exclusive=True)),
        (["node_usage = slice_not_shared", "min_processors = 2"], 2, Layout(exclusive=True)),
    ],
)  # fmt: skip
def test_tasks_of_parallel_steps_are_spread_as_said(lines, tasks, layout):
    demand = job("job_type = parallel", *lines).demand
    assert (demand.tasks, demand.layout) == (tasks, layout)


def test_a_serial_step_has_one_task_whatever_it_says():
    assert job("node = 4", "tasks_per_node = 8").demand.tasks == 1


RANGE = "the least, {}, must be above 0, not above the most, {}, and not too large"
GEOMETRY = "{!r} is no geometry: write {{(0,1)(2)}}, each task from 0 once"
COUNT = "{} can't have the count {!r}: a whole number, above 0, for memory with a unit such as mb or gb"


@pytest.mark.parametrize(
    ("lines", "keyword", "reason"),
    [
        (
            ["node = 2", "task_geometry = {(0)}"],
            "task_geometry",
            "task_geometry and node can't stand together",
        ),
        (
            ["tasks_per_node = 2", "total_tasks = 4"],
            "total_tasks",
            "total_tasks and tasks_per_node can't stand together",
        ),
        (["node = 2,4", "total_tasks = 8"], "node", "with total_tasks, node is one number"),
        (["node = 4", "total_tasks = 3"], "total_tasks", "3 tasks aren't enough for 4 nodes"),
        (["node = 0"], "node", RANGE.format(0, 0)),
        (["node = four"], "node", "'four' is no number"),
        (["node = 5,2"], "node", RANGE.format(5, 2)),
        (["task_geometry = {(0,1)(1)}"], "task_geometry", GEOMETRY.format("{(0,1)(1)}")),
        (["task_geometry = 0,1"], "task_geometry", GEOMETRY.format("0,1")),
        (["blocking = 4"], "blocking", "blocking wants total_tasks"),
        (["min_processors = 3", "max_processors = 2"], "max_processors", RANGE.format(3, 2)),
        (["resources = ConsumableCpus(0)"], "resources", COUNT.format("ConsumableCpus", "0")),
        (
            ["node_usage = me"],
            "node_usage",
            "'me' can't stand here; there are shared, not_shared, slice_not_shared",
        ),
        (["user_priority = 101"], "user_priority", "101 is not between 0 and 100"),
        (["hold = forever"], "hold", "'forever' can't stand here; there are user, system, usersys"),
        (["class = a b"], "class", "'a b' is not one word"),
        (["class = $(hosts)"], "class", "no statement gives the variable hosts"),
        (["startdate = soon"], "startdate", "'soon' is no date: write month/day/year hour:minute"),
        (
            ["startdate = 02/30/2026"],
            "startdate",
            "'02/30/2026' is no date: write month/day/year hour:minute",
        ),
        (["dependency = first == 0"], "dependency", "no step before is called first"),
        (["coschedule = yes"], "coschedule", "steps of one job aren't started together"),
        (["host_file = hosts"], "host_file", "A file of hosts isn't read: name them by requirements."),
        (["task_affinity = mcm(1)"], "task_affinity", "'mcm(1)' can't stand here: write core(n) or cpu(n)"),
        (
            ['requirements = (Machin == "n1")'],
            "requirements",
            "requirements knows no Machin, at column 2; Did you mean Machine?",
        ),
        (["job_type = bluegene"], "job_type", "Blue Gene machines aren't simulated."),
    ],
)
def test_a_job_that_asks_for_what_cannot_be_is_refused(lines, keyword, reason):
    found = read("job_type = parallel", *lines)
    line = 2 + [each.partition(" ")[0] for each in lines].index(keyword)
    place = f"job command file:{line}:{len('# @  = ') + len(keyword) + 1}"
    assert (found.jobs, found.refusals) == ((), (f"{place}: {keyword}: {reason}",))


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["node = 2,5"], "the least, 2, is taken: jobs don't grow"),
        (["min_processors = 2", "max_processors = 4"], "the least, 2, is taken: jobs don't grow"),
        (["blocking = 2", "total_tasks = 4"], "tasks are spread as they fit, not in blocks"),
    ],
)
def test_what_is_not_taken_as_it_stands_is_told(lines, reason):
    found = read("job_type = parallel", *lines)
    assert [each.reason for each in found.keywords if each.reason] == [reason]
