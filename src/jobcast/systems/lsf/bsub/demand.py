"""What a job takes of the cluster, from its tasks and its resource requirement."""

from math import ceil

from jobcast.machine import CPUS
from jobcast.schedule.job import Demand, Layout
from jobcast.systems.lsf.bsub.requirement import Rules, Wanted, read_requirement
from jobcast.systems.lsf.resources import Per


def demand(res_req: str, tasks: int, rules: Rules | None = None) -> Demand:
    """Return the demand of a job of `tasks` with the requirement of ``bsub -R``.

    Raises BsubError for what can't be read or done.
    """
    rules = rules or Rules()
    return demand_of(read_requirement(res_req, rules), tasks, rules)


def demand_of(wanted: Wanted, tasks: int, rules: Rules) -> Demand:
    """Return the demand of a job of `tasks`.

    An amount for the whole job is taken from its machine where it has only one, else each task takes its part,
    rounded up. Of a floating resource for each host as many hosts count as the job has at least.
    """
    layout = wanted.layout or Layout()
    hosts = ceil(tasks / layout.tasks_per_machine) if layout.tasks_per_machine else 1
    on_one = tasks == 1 or layout.machines_max == 1
    per_task, per_machine, floating = {CPUS: 1}, {}, {}
    for name, amount in wanted.amounts.items():
        if name in rules.floating:
            floating[name] = amount.of_job(tasks, hosts)
        elif amount.per is Per.TASK:
            per_task[name] = amount.value
        elif amount.per is Per.HOST or on_one:
            per_machine[name] = amount.value
        else:
            per_task[name] = ceil(amount.value / tasks)
    return Demand(
        tasks=tasks,
        per_task=per_task,
        per_machine=per_machine,
        floating=floating,
        layout=layout,
        needs=wanted.needs,
        prefers=wanted.prefers,
    )
