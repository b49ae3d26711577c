"""A batch manager on four made-up machines, with a morning behind it and a queue before it, for the pictures."""

import random
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.batch.running import Batch

from jobcast.act.executors.base import Consumed
from jobcast.batch.journal import Journal
from jobcast.batch.order import SubmitCommandFile, Suspend
from jobcast.batch.record import Notes, Step, StepState, Submitted
from jobcast.machine import CPUS, Share
from jobcast.program import Program
from jobcast.schedule.job import BatchJob, Demand

_MACHINES, _CPUS, _HOURS = ("n01", "n02", "n03", "n04"), 8, 5
_CONFIG = """SCHEDULER_TYPE = BACKFILL
MAX_TOP_DOGS = 3
SCHEDULE_BY_RESOURCES = ConsumableCpus ConsumableMemory
CLASS = normal(32) normal2(32) normal1(32)
"""
_ADMIN = (
    "".join(
        f"{name}: type = machine\n    resources = ConsumableCpus({_CPUS}) ConsumableMemory(64 gb)\n"
        for name in _MACHINES
    )
    + """
default: type = class
    wall_clock_limit = 02:00:00
    default_resources = ConsumableCpus(1)
normal: type = class
    priority = 100
normal2: type = class
    priority = 50
normal1: type = class
    priority = 0
default: type = user
    default_class = normal1
"""
)
_JOB = """# @ executable = /bin/sleep
# @ arguments = 600
# @ job_name = {name}
# @ job_type = parallel
# @ class = {queue}
# @ comment = {model}
# @ total_tasks = {tasks}
# @ node = {nodes}
# @ wall_clock_limit = {minutes}:00
# @ queue
"""
_MODELS = (("normal", "GRAPES"), ("normal2", "WRF"), ("normal1", "T639"))


@contextmanager
def manager(folder: Path) -> Iterator[str]:
    """Start it below a folder; return the address of its page."""
    chance = random.Random(4)  # noqa: S311 - nothing secret
    _write_morning(folder / "store" / "batch", chance)
    with socket.socket() as probe:  # a port that is free now
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    batch = Batch(
        folder=folder,
        texts={"LoadL_config": _CONFIG, "LoadL_admin": _ADMIN},
        settings={"JOBCAST_BATCH_PORT": str(port), "JOBCAST_CLUSTER": "loom"},
    )
    batch.start()
    try:
        _fill_queue(batch, chance)
        yield f"http://127.0.0.1:{port}/"
    finally:
        batch.end()


def _fill_queue(batch: Batch, chance: random.Random) -> None:
    jobs = []
    for number in range(16):
        queue, model = _MODELS[number % 3]
        nodes = chance.choice((1, 1, 2))
        text = _JOB.format(
            name=f"{model.lower()}-{number:02}",
            queue=queue,
            model=model,
            tasks=nodes * chance.choice((2, 4, 6)),
            nodes=nodes,
            minutes=chance.choice((10, 30, 60)),
        )
        jobs.append(batch.client.do(SubmitCommandFile(text=text, directory="/tmp")).outcomes[0].name)  # noqa: S108
    batch.wait(jobs[0], "running")
    batch.client.do(Suspend(steps=(jobs[0],)))
    batch.wait(jobs[0], "preempted")


def _write_morning(folder: Path, chance: random.Random) -> None:
    """Write steps that ran one after the other on each half of each machine, as if that had been so."""
    folder.mkdir(parents=True)
    journal, now, steps = Journal(folder), time.time(), list[Step]()
    for machine in _MACHINES:
        for half in range(2):
            at = now - 3600 * _HOURS
            while at < now - 600:
                end = min(at + chance.uniform(600, 3600), now - 60)
                steps.append(_over(len(steps), machine, half, at, end))
                at = end + chance.uniform(30, 400)
    journal.settle({}, steps)
    journal.close()


def _over(number: int, machine: str, half: int, begin: float, end: float) -> Step:
    queue, model = _MODELS[(number + half) % 3]
    job = BatchJob(
        id=f"{_MACHINES[0]}.{900 + number}.0",
        demand=Demand(tasks=_CPUS // 2, per_task={CPUS: 1}),
        queue=queue,
        user=f"user{number % 4}",
        run_limit=7200,
    )
    return Step(
        submitted=Submitted(
            job=job,
            program=Program(arguments=("/bin/sleep",), directory="/"),
            notes=Notes(dialect="loadleveler", name=f"{model.lower()}-{number:02}", comment=model),
        ),
        at=begin - 300,
        state=StepState.COMPLETED,
        since=end,
        attempt=1,
        dispatched=begin,
        began=begin,
        ended=end,
        allocation=(Share(machine=machine, tasks=_CPUS // 2),),
        exit_code=0,
        how="exited",
        consumed=Consumed(user_cpu=end - begin, system_cpu=1.0, memory_peak=1 << 30),
    )
