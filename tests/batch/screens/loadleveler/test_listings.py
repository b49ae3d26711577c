"""Whole listings of LoadLeveler's commands, over a site with a step in every state; the files hold what is expected."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest

from jobcast.batch.record import StepState
from jobcast.batch.screens.loadleveler import (
    llclass,
    llq,
    llq_long,
    llq_usage,
    llq_why,
    llstatus,
    llstatus_long,
)
from jobcast.batch.screens.loadleveler.llq_long import long_listing
from jobcast.batch.snapshot import MachineStanding, QueueNotes
from jobcast.language import speaking
from jobcast.machine import CPUS, Machine
from jobcast.schedule.job import Demand
from jobcast.schedule.policy import Policy, Queue
from tests.batch.screens.loadleveler.made_up import a_step, every_state, of, parallel, site

WHOLE = site(*every_state(), parallel())
STEPS = WHOLE.steps
CATEGORIES, MACHINE_COLUMNS = llq.categories(UTC), llstatus.columns(WHOLE)
LISTINGS: dict[str, Callable[[], list[str]]] = {
    "llq": lambda: llq.standard(STEPS, UTC),
    "llq-f": lambda: llq.chosen(list(CATEGORIES.values()), STEPS[5:9]),
    "llq-r": lambda: llq.chosen_raw([CATEGORIES[name] for name in ("id", "dd", "o", "c")], STEPS[5:9]),
    "llq-l-waiting": lambda: llq_long.long_listing(STEPS[0], WHOLE),
    "llq-l-parallel": lambda: llq_long.long_listing(STEPS[-1], WHOLE),
    "llq-x": lambda: llq_usage.usage(STEPS[-1], UTC),
    "llq-s": lambda: [*llq_why.why(STEPS[0], WHOLE), *llq_why.why(STEPS[8], WHOLE)],
    "llclass": lambda: llclass.standard(llclass.classes(WHOLE), WHOLE),
    "llclass-l": lambda: [
        line for queue in llclass.classes(WHOLE) for line in llclass.long_listing(queue, WHOLE)
    ],
    "llstatus": lambda: llstatus.standard(WHOLE.machines, WHOLE),
    "llstatus-f": lambda: llstatus.chosen(list(MACHINE_COLUMNS.values()), WHOLE.machines, WHOLE),
    "llstatus-r": lambda: llstatus.chosen_raw([MACHINE_COLUMNS[name] for name in ("n", "l")], WHOLE.machines),
    "llstatus-R": lambda: llstatus.consumable(WHOLE.machines),
    "llstatus-F": lambda: llstatus.floating(WHOLE),
    "llstatus-l": lambda: [
        line for machine in WHOLE.machines for line in llstatus_long.long_listing(machine, WHOLE)
    ],
}


def expected(name: str) -> str:
    return (Path(__file__).parent / "expected" / f"{name}.txt").read_text("utf-8")


@pytest.mark.parametrize("name", LISTINGS)
def test_a_listing_is_drawn_as_expected(name):
    assert "\n".join(LISTINGS[name]()) + "\n" == expected(name)


def test_why_a_step_waits_is_told_in_chinese():
    with speaking("zh"):
        assert "\n".join(LISTINGS["llq-s"]()) + "\n" == expected("llq-s.zh")


def test_long_names_are_cut_but_for_ids():
    step = of(a_step(0), id="a-machine-of-a-long-name.12.0", user="a_user_of_a_long_name", queue="气象" * 9)
    assert llq.standard([step], UTC)[:3] == [
        "Id                            Owner      Submitted   ST PRI Class        Running On ",
        "----------------------------- ---------- ----------- -- --- ------------ -----------",
        "a-machine-of-a-long-name.12.0 a_user_of_  1/13 11:00 I  50  气象气象气象            ",
    ]


def test_what_could_command_a_terminal_is_shown_escaped_and_makes_no_line_of_its_own():
    step = of(
        a_step(0), queue="a\nb\x1b[2J", notes={"name": "\x1b]0;x\x07", "comment": "a\r\nStatus: Completed"}
    )
    lines = [
        *llq.standard([step], UTC),
        *llq_long.long_listing(step, site(step)),
        *llq_why.why(step, site(step)),
    ]
    assert all(line.isprintable() for line in lines)
    assert r"           Job Name: \x1b]0;x\x07" in lines
    assert r"            Comment: a\r\nStatus: Completed" in lines
    assert len([line for line in lines if "Status:" in line and "Completed" not in line]) == 1


@pytest.mark.parametrize(
    ("exit_code", "how", "status"),
    [(0, "exited", 0), (1, "exited", 256), (143, "exited", 36608), (143, "killed", 15), (0, "killed", 0)],
)
def test_a_completion_code_is_that_of_wait(exit_code, how, status):
    step = a_step(8, StepState.COMPLETED, exit_code=exit_code, how=how)
    assert llq.completion_code(step) == str(status)


def test_machines_that_are_down_are_told():
    down = site(machines=tuple(machine_down(machine) for machine in WHOLE.machines))
    lines = llstatus.standard(down.machines, down)
    assert lines[-1] == "The following machines are absent: n01 n02"
    assert [line.split()[4] for line in lines[1:3]] == ["Down", "Down"]
    assert llclass.slots("normal", down) == (0, 8)


def test_which_scheduler_is_in_use_is_told():
    own = replace(WHOLE, policy=replace(WHOLE.policy, external=True))
    assert "The API scheduler is in use" in llstatus.standard(own.machines, own)


def machine_down(standing):
    return replace(standing, up=False)


OF_THE_MANUAL = """\
Name               MaxJobCPU     MaxProcCPU   Free    Max    Description
                  d+hh:mm:ss     d+hh:mm:ss  Slots  Slots

Parallel          2+02:45:00       05:30:00     18     24    Parallel job class
""".splitlines()


def test_the_example_of_the_manual_on_classes_is_drawn_as_it_stands_there():
    machine = Machine(name="n01", resources={}, slots_by_queue={"Parallel": 24})
    limits = {"job_cpu_limit": (None, 182700), "cpu_limit": (None, 19800)}
    snapshot = replace(
        WHOLE,
        policy=Policy(name="", queues={"Parallel": Queue(name="Parallel")}),
        machines=(MachineStanding(machine=machine, up=True, tasks_by_queue={"Parallel": 6}),),
        queue_notes={"Parallel": QueueNotes(comment="Parallel job class", limits=limits)},
    )
    assert llclass.standard(llclass.classes(snapshot), snapshot) == OF_THE_MANUAL


def test_all_words_of_a_script_are_its_arguments_and_all_cpus_count() -> None:
    step = of(a_step(1), notes={"keywords": {}}, demand=Demand(tasks=2, per_task={CPUS: 3}))
    program = replace(step.submitted.program, arguments=("a", "b"))
    step.submitted = replace(step.submitted, program=program)
    lines = [line.strip() for line in long_listing(step, site())]
    assert [line for line in lines if line.startswith(("Args:", "Step Cpus:"))] == [
        "Args: a b",
        "Step Cpus: 6",
    ]
