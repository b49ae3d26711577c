"""The queues of a policy as the jobs of a simulation use them, and whom they turn away."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from jobcast.schedule.policy import Policy, Queue
from jobcast.simulate.hosts.asked import Asked, Named
from jobcast.simulate.hosts.base import Column
from jobcast.simulate.hosts.layout import TASKS
from jobcast.simulate.hosts.program import Program, TextError, Writer

Flags = npt.NDArray[np.bool_]


class SiteQueues:
    """Every queue that a job names, or a policy has."""

    def __init__(self, asked: Asked, policy: Policy) -> None:
        wanted = [name or policy.default_queue for name in asked.queue.names]
        names = tuple(dict.fromkeys([*policy.queues, *wanted]))
        code = np.array([names.index(name) for name in wanted], np.int64)
        self.job_queue = Named(code=code[asked.queue.code], names=names)
        """[jobs]: the queue of each."""
        self.queues = [policy.queues.get(name) if policy.queues else Queue(name=name) for name in names]
        """By code; None for one that the policy doesn't have."""

    def of(self, job: int) -> Queue | None:
        """Return the queue of a job; None where it names one that isn't there."""
        return self.queues[int(self.job_queue.code[job])]

    def _told(self, field: str, absent: int) -> Column:
        """Return for each job what its queue says, -1 or `absent` where it says nothing."""
        values = [absent if queue is None else getattr(queue, field) for queue in self.queues]
        return np.array([absent if value is None else value for value in values], np.int64)[
            self.job_queue.code
        ]

    def priority(self) -> Column:
        """Return the priority of each job's queue."""
        return self._told("priority", 0)

    def run_limit(self, asked: Asked) -> Column:
        """Return the run limit of each job, which its queue may set; -1 for none."""
        limit = asked.run_limit
        for field in ("run_limit", "run_limit_max"):
            limit = np.where(limit > 0, limit, self._told(field, -1))
        return np.where(limit > 0, limit, -1)

    def reckoned(self, asked: Asked, policy: Policy) -> Column:
        """Return the seconds that plans reckon each job to run; -1 for without end."""
        return self.run_limit(asked) if policy.protected == "run_limit" else self.estimated(asked)

    def estimated(self, asked: Asked) -> Column:
        """Return the seconds that each job is estimated to run, at most its run limit; -1 for without end."""
        limit = self.run_limit(asked)
        told = np.where(asked.estimate > 0, asked.estimate, self._told("estimate", -1))
        return np.where((told > 0) & ((limit < 0) | (told < limit)), told, limit)

    def refused(self, asked: Asked) -> Flags:
        """Tell which jobs are turned away, whatever machines there are."""
        known = np.array([queue is not None for queue in self.queues], np.bool_)[self.job_queue.code]
        tasks = np.array([demand.tasks for demand in asked.demands], np.int64)[asked.demand]
        machines = np.array([demand.layout.machines_min for demand in asked.demands], np.int64)[asked.demand]
        most_time = self._told("run_limit_max", -1)
        too_large = _above(tasks, self._told("max_tasks", -1)) | _above(
            machines, self._told("max_machines", -1)
        )
        bad = (tasks < 1) | (asked.run_limit == 0) | (asked.estimate == 0)
        return np.asarray(
            ~known | bad | too_large | _above(asked.run_limit, most_time) | self._not_allowed(asked), np.bool_
        )

    def _not_allowed(self, asked: Asked) -> Flags:
        refused = np.zeros(len(asked.submit), np.bool_)
        for code, queue in enumerate(self.queues):
            if queue is None or not (queue.users or queue.refused_users):
                continue
            here = self.job_queue.code == code
            allowed, banned = _named_by(asked, queue.users), _named_by(asked, queue.refused_users)
            refused |= here & (banned | (~allowed & bool(queue.users)))
        return refused


def start_program(queue: Queue, names: Sequence[str], machines: int) -> Program:
    """Return the instructions that let one more task of a queue begin on a machine; none for always.

    `names` of all queues tell the codes. Raises TextError where texts are compared with what changes.
    """
    if queue.start_if is None:
        return Program()
    operands = {name: (TASKS, code) for code, name in enumerate(names)}
    return Writer([{}] * machines, operands).write(queue.start_if)


def knows_start_of(queue: Queue, policy: Policy) -> bool:
    """Tell whether the engine knows what START_CLASS of a queue asks for."""
    try:
        start_program(queue, tuple(policy.queues), 1)
    except TextError:
        return False
    return True


def _above(amount: Column, most: Column) -> Flags:
    return np.asarray((most >= 0) & (amount > most), np.bool_)


def _named_by(asked: Asked, names: frozenset[str]) -> Flags:
    """Tell which jobs' user or group is among these names."""
    names = names - {""}
    who = [np.array([name in names for name in each.names])[each.code] for each in (asked.user, asked.group)]
    return np.asarray(who[0] | who[1], np.bool_)
