"""``llq``: steps in a listing, by default or by chosen categories.

"llq - Query job status" in Using and Administering LoadLeveler; the default listing is that of recorded outputs.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import tzinfo

from jobcast.batch.record import Step
from jobcast.batch.screens.loadleveler import states
from jobcast.batch.screens.loadleveler.amounts import short_date
from jobcast.batch.screens.loadleveler.columns import Column, listing, raw
from jobcast.machine import CPUS

NOTHING = "llq: There is currently no job status to report."
"""What is said where no step is to be shown."""
USER_PRIORITY = 50
"""Of a step that was given none."""
_SHORT_TYPES = {True: "PA", False: "SE"}


def job_of(step: Step) -> str:
    """Return the id of its job: that of its array, else its own without the number of the step."""
    job = step.submitted.job
    return job.array or job.id.rpartition(".")[0] or job.id


def job_name(step: Step) -> str:
    """Return the name of its job, its id where it was given none."""
    return step.submitted.notes.name or job_of(step)


def step_name(step: Step) -> str:
    """Return the name of the step, its number where it was given none."""
    return step.submitted.notes.step_name or step.id.rpartition(".")[2]


def arguments(step: Step) -> tuple[str, ...]:
    """Return what its program is given; where no executable is named its own script runs, and isn't among the words."""
    words = step.submitted.program.arguments
    return words[1:] if "executable" in step.submitted.notes.keywords else words


def cpus(step: Step) -> int:
    """Return how many CPUs all its tasks ask for."""
    demand = step.submitted.job.demand
    return demand.tasks * demand.per_task.get(CPUS, 1)


def user_priority(step: Step) -> int:
    """Return its priority among its owner's."""
    given = step.submitted.job.priority
    return USER_PRIORITY if given is None else given


def running_on(step: Step) -> str:
    """Return the first of the machines that it is on, or was; empty for one that waits."""
    on_machines = states.has_machines(step) or step.state.is_over
    return step.allocation[0].machine if on_machines and step.allocation else ""


def completion_code(step: Step) -> str:
    """Return the status of its program as wait(2) codes it; empty before its end."""
    return "" if step.exit_code is None else str(wait_status(step.exit_code, step.how))


def wait_status(exit_code: int, how: str) -> int:
    """Return an exit code as wait(2) codes it; how an attempt ended tells 128 + signal from a code of its own."""
    by_signal = exit_code > 128 and how != "exited"
    return exit_code - 128 if by_signal else exit_code << 8


def standard(steps: Sequence[Step], zone: tzinfo) -> list[str]:
    """Return the default listing with its last line; the column of ids alone grows."""
    by_default: tuple[Column[Step], ...] = (
        Column(title="Id", width=24, value=lambda step: step.id, grows=True),
        Column(title="Owner", width=10, value=lambda step: step.submitted.job.user),
        Column(title="Submitted", width=11, value=lambda step: short_date(step.at, zone)),
        Column(title="ST", width=2, value=lambda step: states.short(step.state)),
        Column(title="PRI", width=3, value=lambda step: str(user_priority(step))),
        Column(title="Class", width=12, value=lambda step: step.submitted.job.queue),
        Column(title="Running On", width=11, value=running_on),
    )
    return [*listing(by_default, steps), "", states.counted(steps)]


def categories(zone: tzinfo) -> dict[str, Column[Step]]:
    """Return what ``llq -f`` and ``-r`` know, by its name without the per cent sign."""

    def date(second: Callable[[Step], float | None]) -> Callable[[Step], str]:
        return lambda step: short_date(second(step), zone)

    return {
        "a": Column(title="Account", width=10, value=lambda step: step.submitted.job.project),
        "c": Column(title="Class", width=10, value=lambda step: step.submitted.job.queue),
        "cc": Column(title="CC", width=5, value=completion_code),
        "dc": Column(title="Completion", width=11, value=date(lambda step: step.ended)),
        "dd": Column(title="Disp. Date", width=11, value=date(lambda step: step.dispatched)),
        "dh": Column(title="Hold Date", width=11, value=date(_held_since)),
        "dq": Column(title="Queue Date", width=11, value=date(lambda step: step.at)),
        "fj": Column(title="FJ", width=2, value=lambda step: "Y" if step.submitted.notes.favoured else "N"),
        "gl": Column(title="LL Group", width=10, value=lambda step: step.submitted.job.group),
        "gu": Column(title="UNIX Group", width=10, value=lambda step: step.submitted.notes.unix_group),
        "h": Column(title="Running On", width=16, value=running_on),
        "id": Column(title="Step Id", width=24, value=lambda step: step.id, grows=True),
        "is": Column(title="Virtual Image", width=13, value=_image_size),
        "jn": Column(title="JobName", width=15, value=job_name),
        "jt": Column(title="Type", width=4, value=lambda step: _SHORT_TYPES[is_parallel(step)]),
        "nh": Column(title="NM", width=4, value=_hosts, right=True),
        "o": Column(title="Owner", width=11, value=lambda step: step.submitted.job.user),
        "p": Column(title="PRI", width=3, value=lambda step: str(user_priority(step))),
        "sn": Column(title="StepName", width=15, value=step_name),
        "st": Column(title="ST", width=2, value=lambda step: states.short(step.state)),
        "tt": Column(title="Tasks", width=5, value=lambda step: str(step.submitted.job.demand.tasks), right=True),
    }  # fmt: skip


def chosen(columns: Sequence[Column[Step]], steps: Sequence[Step]) -> list[str]:
    """Return a listing of chosen categories with its last line (``llq -f``)."""
    return [*listing(columns, steps), "", states.counted(steps)]


def chosen_raw(columns: Sequence[Column[Step]], steps: Iterable[Step]) -> list[str]:
    """Return chosen categories with ``!`` between and nothing around them (``llq -r``)."""
    return raw(columns, steps)


def is_parallel(step: Step) -> bool:
    """Tell whether it has more than one task, or may be on more than one machine."""
    demand = step.submitted.job.demand
    return demand.tasks > 1 or demand.layout.machines_min > 1


def _held_since(step: Step) -> float | None:
    return step.since if states.group(step.state) is states.Group.HELD else None


def _hosts(step: Step) -> str:
    return str(len(step.allocation) or step.submitted.job.demand.layout.machines_min)


def _image_size(step: Step) -> str:
    return step.submitted.notes.keywords.get("image_size", "")
