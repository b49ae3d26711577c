"""Shortest job first: a scheduler of one's own over the live batch manager, under ``SCHEDULER_TYPE = API``.

``python own_scheduler.py [SOCKET]`` as an operator. It looks at the queue whenever something has happened, and starts
whatever fits, short jobs first. Take it as a beginning: nothing is kept for large jobs here.
"""

import sys
import time
from pathlib import Path

from jobcast.batch.client import Client
from jobcast.batch.order import Dispatch, Done
from jobcast.batch.record import Step, StepState
from jobcast.batch.service import Wanted
from jobcast.batch.snapshot import Snapshot
from jobcast.errors import JobcastError
from jobcast.machine import Allocation, Share

SOCKET = Path("/run/jobcast/jobcast-batch.sock")
LONG = 1 << 40


def run(manager: Client) -> None:
    """Schedule for ever; a manager that is started again is found again."""
    while True:
        try:
            for _ in manager.events():  # the first one comes at once
                schedule(manager)
        except JobcastError as error:
            print(error.message, file=sys.stderr, flush=True)
        time.sleep(1)


def schedule(manager: Client) -> None:
    """Start as many waiting steps as fit, those first that may run the shortest time."""
    now = manager.snapshot(Wanted())
    free = free_now(now)
    waiting = [step for step in now.steps if step.state is StepState.IDLE]
    for step in sorted(waiting, key=lambda step: step.submitted.job.run_limit or LONG):
        allocation = place(step, free)
        if allocation is None:
            continue
        (outcome,) = manager.do(Dispatch(step=step.id, allocation=allocation)).outcomes
        print(step.id, outcome.done, outcome.said, flush=True)
        if (
            outcome.done is not Done.YES
        ):  # the manager knows more than this program: it waits for the next event
            free = free_now(manager.snapshot(Wanted()))


def free_now(now: Snapshot) -> dict[str, dict[str, int]]:
    """Return machine to resource to how much of it nobody has."""
    return {
        each.machine.name: {
            name: amount - each.used.get(name, 0) for name, amount in each.machine.resources.items()
        }
        for each in now.machines
        if each.up and not each.draining
    }


def place(step: Step, free: dict[str, dict[str, int]]) -> Allocation | None:
    """Take room for all tasks, machine by machine; None, and nothing taken, where there is too little."""
    demand, shares, left = step.submitted.job.demand, list[Share](), step.submitted.job.demand.tasks
    for machine, amounts in free.items():
        room = [amounts.get(name, 0) // each for name, each in demand.per_task.items() if each]
        tasks = min([left, *room])
        if tasks > 0:
            shares.append(Share(machine=machine, tasks=tasks))
            left -= tasks
    if left:
        return None
    for share in shares:
        for name, each in demand.per_task.items():
            free[share.machine][name] -= share.tasks * each
    return tuple(shares)


if __name__ == "__main__":
    run(Client(Path(sys.argv[1]) if len(sys.argv) > 1 else SOCKET))
