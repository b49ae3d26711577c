"""Lays columns out for the compiled functions, with room for what changes."""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from jobcast.simulate.hosts import layout
from jobcast.simulate.hosts.base import Column, Flags, Jobs, Machines, Rules
from jobcast.simulate.hosts.layout import ABSENT, DONE, SUSPEND, World, record_type
from jobcast.simulate.hosts.program import Program, joined

_PIECES = 8
"""Machines of a plan for which there is room."""


def _records(of: type, rows: int, columns: dict[str, Any]) -> npt.NDArray[np.void]:
    """Return records of zeros, but for these columns; numbers fill theirs."""
    records = np.zeros(rows, record_type(of))
    for name, column in columns.items():
        records[name] = column
    return records


def idle_world(jobs: Jobs, machines: Machines, rules: Rules, plans: int) -> World:
    """Return the world before the first job comes, with room for so many planned starts."""
    rows, resources = machines.capacity.shape
    queues = len(rules.backfills)
    relations = np.zeros((queues, queues), np.int8)
    for rule in rules.preemption:
        kind = 2 if rule.whole and rule.method == SUSPEND else 1
        for victim in rule.victims:
            relations[rule.queue, victim] = max(relations[rule.queue, victim], kind)
    among = np.zeros((len(machines.choices), rows), np.int64)
    for number, choice in enumerate(machines.choices):
        among[number, choice] = machines.liked[number]
    kinds, needs = _kinds(jobs, machines, rules)
    job_records, slots = _jobs(jobs, machines, rules)
    program, begins = joined([machines.order, *rules.start_if])
    of_jobs, orders = joined([*rules.order.line, *rules.order.behind])
    return World(
        one=cast("Any", _one(jobs, rules, int(begins[1]))),
        jobs=cast("Any", job_records),
        kinds=cast("Any", kinds),
        needs=cast("Any", needs),
        queues=cast("Any", _queues(rules, relations, begins[1:])),
        windows=_whole([second for window in rules.windows for span in window for second in span]).reshape(
            -1, 2
        ),
        users=cast("Any", _records(layout.Owner, int(jobs.user.max(initial=0)) + 1, {})),
        groups=cast("Any", _records(layout.Owner, int(jobs.group.max(initial=0)) + 1, {})),
        orders=orders.astype(np.int64) + len(program.codes),
        known_of_jobs=of_jobs.known,
        worth=np.zeros((len(jobs) if len(orders) > 1 else 0, len(orders) - 1)),
        rules=cast("Any", _preempt_rules(rules)),
        victims=_whole([victim for rule in rules.preemption for victim in rule.victims]),
        choose=np.concatenate([np.zeros(0, np.int64), *machines.choices]),
        choices=cast("Any", _choices(machines)),
        relations=relations,
        among=among,
        program=cast("Any", _program(program, of_jobs)),
        known=program.known,
        stack=np.zeros(len(program.codes) + len(of_jobs.codes) + 1),
        capacity=machines.capacity,
        gives=rules.gives,
        tasks_there=np.zeros((rows, queues if begins[-1] > begins[1] else 0), np.int64),
        taken=np.zeros((slots, 2), np.int32),
        running=np.zeros((queues, resources), np.int64),
        **_limits(jobs, rules, rows),
        **_lines(len(jobs)),
        **_books(machines.capacity),
        **_planned(machines.capacity, plans),
        **_pieces(machines.capacity, plans * _PIECES),
    )


def _limits(jobs: Jobs, rules: Rules, rows: int) -> dict[str, Any]:
    return {
        "group": jobs.count,
        "weight": jobs.weight,
        "counted": np.stack([np.zeros_like(rules.most), rules.most], axis=1),
        "limited": jobs.there.count,
        "limited_each": jobs.there.each,
        "limited_most": jobs.there.most,
        "limited_there": jobs.there.holds,
        "used_there": np.zeros((jobs.there.counts, rows), np.int64),
    }


def _lines(room: int) -> dict[str, Any]:
    return {
        "line": np.zeros(room, np.int64),
        "behind": np.zeros(room, np.int64),
        "pending": np.zeros(room, np.int64),
        "due": _records(layout.Ending, room, {}),
        "runs": _records(layout.Ending, room, {}),
        "chosen": np.zeros((room, 2), np.int64),
    }


def _books(capacity: npt.NDArray[np.int64]) -> dict[str, Any]:
    """Return what is free on idle machines, and room to work on that."""
    rows, resources = capacity.shape
    return {
        "scratch": np.zeros((3, rows, resources), np.int64),
        "sums": np.zeros((3, resources), np.int64),
        "places": np.zeros((5, rows), np.int64),
        "values": np.zeros(rows),
        "heads": np.full((2, rows), -1, np.int64),
        "free": np.stack([capacity, np.zeros_like(capacity)]),
        "total": np.stack([capacity.sum(axis=0), np.zeros(resources, np.int64)]),
        "chances": np.zeros((rows, resources), np.int64),
        "amounts": np.zeros(resources, np.int64),
        "kept": np.zeros((2, rows, resources), np.int64),
        "claimed": np.zeros((rows, resources), np.int64),
    }


def widen(world: World, *, plans: bool) -> World:
    """Return the same world, between two passes, with room for twice as many planned starts, or else pieces."""
    if plans:
        return world._replace(**_planned(world.capacity, 2 * len(world.plans)))
    pieces = _pieces(world.capacity, 2 * len(world.pieces))
    pieces["runners"][: len(world.runners)] = world.runners
    pieces["pieces"][: len(world.pieces)] = world.pieces  # the next walk still forgets them
    return world._replace(**pieces)


def _planned(capacity: npt.NDArray[np.int64], plans: int) -> dict[str, Any]:
    return {
        "plans": _records(layout.Planned, plans, {}),
        "holders": np.zeros(plans, np.int64),
        "held": np.zeros((plans, *capacity.shape), np.int64),
    }


def _pieces(capacity: npt.NDArray[np.int64], pieces: int) -> dict[str, Any]:
    resources = capacity.shape[1]
    return {
        "runners": _records(layout.Piece, pieces, {}),
        "pieces": _records(layout.Piece, pieces, {}),
        "left": np.zeros((pieces, resources), np.int64),
        "chances_left": np.zeros((pieces, resources), np.int64),
    }


def _one(jobs: Jobs, rules: Rules, machine_order: int) -> npt.NDArray[np.void]:
    return _records(
        layout.Single,
        1,
        {
            "blocked": rules.blocked,
            "depth": rules.depth,
            "depth_per_user": rules.depth_per_user,
            "window": rules.window,
            "busy_first": rules.busy_first,
            "by_run_time": rules.by_run_time,
            "cycle": rules.cycle,
            "monday": rules.monday,
            "patience": rules.cycle + (layout.WEEK if any(rules.windows) else 0),
            "machine_order": machine_order,
            "two_lines": bool(rules.order.behind) or not np.array_equal(jobs.rank, jobs.behind),
            "moves": bool(rules.order.line or rules.order.behind),
            "order": len(rules.order.line),
            "recalculate": rules.order.recalculate,
            "spare": -1,
        },
    )


def _jobs(jobs: Jobs, machines: Machines, rules: Rules) -> tuple[npt.NDArray[np.void], int]:
    """Return the records, and how many places in `World.taken` they share out."""
    limited = (jobs.run_limit >= 0) & (jobs.run_limit < jobs.run)
    lengths = _whole([max(len(choice), 1) for choice in machines.choices])
    widest = np.where(jobs.kinds.single, 1, lengths[jobs.kinds.choice])[jobs.kind]
    ends = np.cumsum(np.minimum(jobs.tasks, widest))
    asking = np.array([len(program.codes) > 0 for program in rules.start_if], np.bool_)
    columns = {
        "submit": jobs.submit,
        "run": np.where(limited, jobs.run_limit, jobs.run),
        "reckoned": jobs.reckoned,
        "tasks": jobs.tasks,
        "kind": jobs.kind,
        "queue": jobs.queue,
        "user": jobs.user,
        "group": jobs.group,
        "valued_at": -1,
        "rank": jobs.rank,
        "behind": jobs.behind,
        "slot": np.concatenate([[0], ends[:-1]]),
        "first": -1,
        "finish": -1,
        "limit": jobs.run_limit,
        "state": np.where(jobs.refused, DONE, ABSENT),
        "ruled": (jobs.there.count >= 0).any(axis=1) | asking[jobs.queue],
    }
    return _records(layout.Job, len(jobs), columns), int(ends[-1]) if len(ends) else 0


def _choices(machines: Machines) -> npt.NDArray[np.void]:
    begins = _offsets([len(choice) for choice in machines.choices])
    return _records(layout.Choice, len(machines.choices), {"begin": begins[:-1], "end": begins[1:]})


def _program(program: Program, of_jobs: Program) -> npt.NDArray[np.void]:
    of_job = np.where(of_jobs.codes[:, 0] == layout.KNOWN, layout.OF_JOB, of_jobs.codes[:, 0])
    columns = {
        "code": np.concatenate([program.codes[:, 0], of_job]),
        "which": np.concatenate([program.codes[:, 1], of_jobs.codes[:, 1]]),
    }
    return _records(layout.Instruction, len(columns["code"]), columns)


def _kinds(jobs: Jobs, machines: Machines, rules: Rules) -> tuple[npt.NDArray[np.void], npt.NDArray[np.void]]:
    kinds = jobs.kinds
    kind, resource = np.nonzero((kinds.per_task > 0) | (kinds.per_machine > 0))
    offsets = np.searchsorted(kind, np.arange(len(kinds.choice) + 1))
    begins = _offsets([len(choice) for choice in machines.choices])
    records = _records(
        layout.Kind,
        len(kinds.choice),
        {
            "need": offsets[:-1],
            "needs_end": offsets[1:],
            "choice": kinds.choice,
            "choose": begins[kinds.choice],
            "choose_end": begins[kinds.choice + 1],
            "each": kinds.each,
            "spread": kinds.spread,
            "single": kinds.single,
            "alone": kinds.alone,
        },
    )
    columns = {
        "resource": resource,
        "per_task": kinds.per_task[kind, resource],
        "per_machine": kinds.per_machine[kind, resource],
        "given": rules.gives[resource],
    }
    return records, _records(layout.Need, len(kind), columns)


def _queues(rules: Rules, relations: Flags, start_if: Column) -> npt.NDArray[np.void]:
    queues = len(rules.backfills)
    offsets = np.searchsorted([rule.queue for rule in rules.preemption], np.arange(queues + 1))
    windows = _offsets([len(window) for window in rules.windows])
    return _records(
        layout.Queue,
        queues,
        {
            "rule": offsets[:-1],
            "rules_end": offsets[1:],
            "backfills": rules.backfills,
            "reserves": rules.reserves,
            "most_planned": rules.most_planned,
            "is_open": rules.is_open,
            "window": windows[:-1],
            "windows_end": windows[1:],
            "start_if": start_if[:-1],
            "start_if_end": start_if[1:],
            "preemptable": relations.any(axis=0),
            "excluded": (relations == 2).any(axis=0),
        },
    )


def _preempt_rules(rules: Rules) -> npt.NDArray[np.void]:
    begins = _offsets([len(rule.victims) for rule in rules.preemption])
    return _records(
        layout.PreemptRule,
        len(rules.preemption),
        {
            "queue": [rule.queue for rule in rules.preemption],
            "victim": begins[:-1],
            "victims_end": begins[1:],
            "method": [rule.method for rule in rules.preemption],
            "whole": [rule.whole for rule in rules.preemption],
        },
    )


def _whole(values: Sequence[int]) -> Column:
    return np.array(values, np.int64)


def _offsets(sizes: Sequence[int]) -> Column:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes, dtype=np.int64)])
