"""``jobcast policy``: what is made of a batch system's configuration files."""

from __future__ import annotations

import shlex
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jobcast.cli import frame
from jobcast.cli.failing import as_dict, failing, told
from jobcast.cli.policy_limits import limits_as_dicts, show_limits
from jobcast.cli.screen import print_json, talk, tell
from jobcast.cli.simulate_site import read_files
from jobcast.cli.table import Column, print_table
from jobcast.language import say
from jobcast.machine import CPUS
from jobcast.printable import printable
from jobcast.schedule.checks import check
from jobcast.schedule.policy import Blocked
from jobcast.systems.dialect import Standing
from jobcast.units import format_duration

if TYPE_CHECKING:
    from typing import Any

    from jobcast.cli.session import Session
    from jobcast.schedule.policy import Policy, Queue
    from jobcast.systems.dialect import Configuration, Keyword

_NOT_WORTH_A_LINE = (Standing.UNDERSTOOD, Standing.IGNORED)


@frame.command(help=say("dialect.help"), examples=say("dialect.examples"))
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--all", "everything", is_flag=True, help=say("dialect.all"))
@frame.json_option
@click.pass_obj
def command(session: Session, /, *, files: tuple[Path, ...], everything: bool, as_json: bool) -> None:
    """Show a policy."""
    read, rule = read_files(files), failing(session.configured())
    check(read.policy)
    if as_json:
        print_json({**_as_dict(read), "failures": as_dict(rule)})
        return
    if read.policy.queues:
        _show_queues(read.policy)
        tell()
        if read.policy.default_queue:
            tell(say("dialect.default_queue", queue=printable(read.policy.default_queue)))
        if read.policy.blocked is Blocked.PLAN:
            depth = read.policy.depth
            tell(say("dialect.plans_all") if depth is None else say("dialect.plans", depth=depth))
    machines = read.cluster.machines
    cpus = sum(machine.resources.get(CPUS, 0) for machine in machines)
    tell(
        say("dialect.machines", machines=len(machines), cpus=cpus) if machines else say("dialect.no_machines")
    )
    tell()
    if read.policy.limits:
        show_limits(read.policy.limits, everything=everything)
        tell()
    if rule.acts:
        for line in told(rule):
            tell(line)
        tell()
    _show_keywords(read.keywords, everything=everything)
    talk(say("dialect.next", files=" --system ".join(shlex.quote(str(file)) for file in files)))


def _show_queues(policy: Policy) -> None:
    titles = ("queue", "priority", "run_limit", "run_limit_max", "reserves", "backfills", "preempts")
    right = {"priority", "run_limit", "run_limit_max"}
    cells = zip(*(_row(queue, policy) for queue in policy.queues.values()), strict=True)
    print_table(
        [
            Column(
                heading=say(f"policy_column.{title}"),
                cells=texts,
                right=title in right,
                elastic=title == "preempts",
            )
            for title, texts in zip(titles, cells, strict=True)
        ]
    )


def _row(queue: Queue, policy: Policy) -> list[str]:
    victims = dict.fromkeys(
        victim for rule in policy.preemption if rule.queue == queue.name for victim in rule.victims
    )
    return [
        queue.name if queue.open else say("dialect.closed", queue=queue.name),
        str(queue.priority),
        "" if queue.run_limit is None else format_duration(queue.run_limit),
        "" if queue.run_limit_max is None else format_duration(queue.run_limit_max),
        _reserves(queue, policy),
        say("dialect.yes") if queue.backfill else say("dialect.no"),
        ", ".join(victims),
    ]


def _reserves(queue: Queue, policy: Policy) -> str:
    if policy.blocked is Blocked.PLAN:
        return say("dialect.planned") if queue.reserves else say("dialect.no_reservation")
    if queue.hold is None:
        return say("dialect.no_reservation")
    what = ", ".join(sorted(queue.hold.resources))
    return say("dialect.holds", what=what, longest=format_duration(queue.hold.longest))


def _show_keywords(keywords: tuple[Keyword, ...], *, everything: bool) -> None:
    counts = Counter(keyword.standing for keyword in keywords)
    tell(say("dialect.keywords", **{str(standing): counts[standing] for standing in Standing}))
    shown = [each for each in keywords if everything or each.standing not in _NOT_WORTH_A_LINE]
    if not shown:
        return
    cells = {
        "where": [f"{each.file}:{each.line}" for each in shown],
        "keyword": [each.name or each.value for each in shown],
        "made": [say(f"standing.{each.standing}") for each in shown],
        "why": [each.reason for each in shown],
    }
    print_table(
        [
            Column(
                heading=say(f"policy_column.{title}"),
                cells=texts,
                elastic=title == "why",
                wraps=title == "why",
            )
            for title, texts in cells.items()
        ]
    )


def _as_dict(read: Configuration) -> dict[str, Any]:
    return {
        "policy": read.policy.name,
        "default_queue": read.policy.default_queue,
        "blocked": read.policy.blocked,
        "depth": read.policy.depth,
        "queues": [
            {
                "name": queue.name,
                "open": queue.open,
                "priority": queue.priority,
                "run_limit_s": queue.run_limit,
                "run_limit_max_s": queue.run_limit_max,
                "backfill": queue.backfill,
                "reserves": queue.reserves if read.policy.blocked is Blocked.PLAN else queue.hold is not None,
                "holds": [] if queue.hold is None else sorted(queue.hold.resources),
                "hold_s": None if queue.hold is None else queue.hold.longest,
            }
            for queue in read.policy.queues.values()
        ],
        "preemption": [
            {"queue": rule.queue, "victims": list(rule.victims), "extent": rule.extent, "method": rule.method}
            for rule in read.policy.preemption
        ],
        "limits": limits_as_dicts(read.policy.limits),
        "machines": [
            {"name": machine.name, "resources": dict(machine.resources)} for machine in read.cluster.machines
        ],
        "keywords": [
            {
                "file": each.file,
                "line": each.line,
                "section": each.section,
                "name": each.name,
                "value": each.value,
                "standing": each.standing,
                "reason": each.reason,
            }
            for each in read.keywords
        ],
    }
