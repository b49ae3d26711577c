"""What a demo prints when all steps are done: the judgement, the largest excesses, what to try next."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from jobcast.cli.screen import tell
from jobcast.cli.table import Column, print_table
from jobcast.language import say
from jobcast.printable import cell_width
from jobcast.units import GIB, format_memory

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobcast.demo.judging import Verdict, WayScore
    from jobcast.demo.tour import Excess, Plan


def show(plan: Plan, verdict: Verdict, excesses: Sequence[Excess]) -> None:
    """Print all of it for people."""
    tell()
    _show_scores(verdict)
    tell()
    if excesses:
        tell(say("demo.most_over_requested"))
        _show_excesses(excesses)
        tell()
    _show_next(plan, excesses)


def _show_scores(verdict: Verdict) -> None:
    ways = (say("demo.as_requested"), say("demo.with_jobcast"), say("demo.perfect_knowledge"))
    rows = [say("demo.memory_time"), say("demo.short"), say("demo.median_error")]
    columns = [Column(heading="", cells=rows)]
    columns += [
        Column(heading=way, cells=_cells(score), right=True)
        for way, score in zip(ways, verdict.scores, strict=True)
    ]
    print_table(columns)
    tell()
    tell(say("demo.of_jobs", jobs=f"{verdict.jobs:,}", silent=f"{verdict.without_request:,}"))
    tell(say("demo.noise", noise=f"×{verdict.noise:.2f}"))


def _cells(score: WayScore) -> list[str]:
    error = "–" if score.median_error is None else f"×{score.median_error:.2f}"
    return [f"{score.memory_time:.1f}", f"{100 * score.short:.1f} %", error]


def _show_excesses(excesses: Sequence[Excess]) -> None:
    columns = (
        Column(heading=say("demo.user"), cells=[excess.user for excess in excesses]),
        Column(heading=say("demo.name"), cells=[excess.name for excess in excesses]),
        Column(heading=say("demo.runs"), cells=[f"{excess.runs:,}" for excess in excesses], right=True),
        Column(
            heading=say("demo.requests"),
            cells=[format_memory(excess.requested) for excess in excesses],
            right=True,
        ),
        Column(
            heading=say("demo.uses"), cells=[format_memory(excess.used) for excess in excesses], right=True
        ),
        Column(heading=say("demo.write"), cells=[_flag(excess) for excess in excesses]),
    )
    print_table(columns)


def _flag(excess: Excess) -> str:
    """Return what to write next time, in whole GB as LSF counts them."""
    return f'bsub -R "rusage[mem={ceil(excess.advised / GIB)}GB]"'


def _show_next(plan: Plan, excesses: Sequence[Excess]) -> None:
    program = f"jobcast --store {plan.place.store}"
    last_day = f"{plan.learnt_until:%Y-%m-%d}"
    lines = [
        (f"{program} report", say("demo.next_report", path=plan.place.report)),
        (f"{program} evaluate --train-end {last_day}", say("demo.next_evaluate")),
        (
            f"jobcast failures evaluate --trace {plan.place.trace_jobs} --model one_layer",
            say("demo.next_failures"),
        ),
        (f"{program} jobs --sort -memory_requested --limit 9", say("demo.next_jobs")),
        (f"{program} doctor --rows", say("demo.next_rows")),
        ("jobcast doctor", say("demo.next_doctor")),
    ]
    if excesses:
        why = f"{program} predict --job_yaml {plan.place.next_job} --explain"
        lines.insert(0, (why, say("demo.next_predict", user=excesses[0].user)))
    label = say("demo.next")
    width = max(cell_width(command) for command, _ in lines)
    for number, (command, meaning) in enumerate(lines):
        head = label if number == 0 else " " * cell_width(label)
        tell(f"{head}  {command}{' ' * (width - cell_width(command))}  {meaning}")
