"""The waste by rescheduling, for people and for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from jobcast.cli.figures import amount, share
from jobcast.cli.screen import talk, tell
from jobcast.cli.table import Column, print_table
from jobcast.language import say
from jobcast.report.formats.figures import plain
from jobcast.units import Seconds, format_duration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobcast.report.trace.spread import Spread
    from jobcast.report.trace.summary import Summary
    from jobcast.train.failures.by_class import ClassOfJobs

MEM_S, CPU_S = 100, 20_000
"""More than half of the paper's rescheduled instances waste more than this (T · mem, T · cpu)."""
_COUNTS = ("after_running", "before_running", "more_than_once", "never_done", "unmeasured")
_COMPARED = ("cpu", "mem", "run_s", "elapsed_s")


def as_dict(summary: Summary) -> dict[str, Any]:
    """Return all of it as JSON values; times are in seconds, 100 of cpu one core, of mem a whole machine."""
    compared = summary.compared
    return {
        "rows": summary.rows,
        "rows_set_aside": summary.doubted_rows,
        "instances": compared.all_instances,
        "rescheduled": asdict(summary.waste),
        "mem_s": _spread(summary.memory, summary.above("mem_s", MEM_S)),
        "cpu_s": _spread(summary.cores, summary.above("cpu_s", CPU_S)),
        "normal": asdict(compared.normal),
        "failed": asdict(compared.failed),
        "ratios": {name: compared.ratio(name) for name in _COMPARED},
    }


def _spread(spread: Spread | None, above: float | None) -> dict[str, Any] | None:
    """Return a distribution; `above` is the share above what more than half of the paper's instances waste."""
    if spread is None:
        return None
    quantiles = {f"p{100 * part:g}": plain(value) for part, value in spread.quantiles.items()}
    return {
        "instances": spread.count,
        "zero_share": spread.zero_share,
        "above_share": above,
        "quantiles": quantiles,
        "distribution": [[plain(amount), plain(part)] for amount, part in spread.points],
    }


def show(summary: Summary, classes: Sequence[ClassOfJobs] = (), *, drawn: bool) -> None:
    """Print it for people, with the classes of jobs where these are known, and that it can be drawn if it isn't.

    It tells of one instance at least.
    """
    waste, compared = summary.waste, summary.compared
    share_of_all = f"{waste.instances / compared.all_instances:.3%}"
    told = {"instances": f"{waste.instances:,}", "all": f"{compared.all_instances:,}"}
    tell(say("failures_waste.rescheduled", **told, share=share_of_all, jobs=f"{waste.jobs:,}"))
    if waste.instances:
        _show_waste(summary)
    if classes:
        tell()
        _show_classes(classes)
    _show_set_aside(summary)
    if waste.instances and not drawn:
        talk(say("failures_waste.next_picture"))


def _show_waste(summary: Summary) -> None:
    waste = summary.waste
    _show_counts(summary)
    tell()
    lost = {"cores": amount(waste.core_hours), "machines": amount(waste.machine_hours)}
    tell(say("failures_waste.lost", hours=amount(waste.lost_hours), **lost))
    _show_spreads(summary)
    tell()
    _show_compared(summary)


def _show_counts(summary: Summary) -> None:
    found = [(say(f"failures_waste_count.{name}"), getattr(summary.waste, name)) for name in _COUNTS]
    shown = [(name, count) for name, count in found if count]
    total = summary.waste.instances
    print_table(
        [
            Column(heading=say("failures_waste.of_these"), cells=[name for name, _ in shown]),
            Column(
                heading=say("failures_waste.instances"),
                cells=[f"{count:,}" for _, count in shown],
                right=True,
            ),
            Column(
                heading=say("failures_waste.share"),
                cells=[share(count / total) for _, count in shown],
                right=True,
            ),
        ]
    )


def _show_spreads(summary: Summary) -> None:
    if summary.memory is None or summary.cores is None:
        return
    quantiles = list(zip(summary.memory.quantiles.items(), summary.cores.quantiles.values(), strict=True))
    print_table(
        [
            Column(
                heading=say("failures_waste.of_instances"),
                cells=[say("failures_waste.at_most", share=f"{part:.0%}") for (part, _), _ in quantiles],
            ),
            Column(heading="T × mem", cells=[amount(mem) for (_, mem), _ in quantiles], right=True),
            Column(heading="T × cpu", cells=[amount(cpu) for _, cpu in quantiles], right=True),
        ]
    )
    told = {"mem": share(summary.above("mem_s", MEM_S)), "cpu": share(summary.above("cpu_s", CPU_S))}
    tell(say("failures_waste.above", **told, mem_s=MEM_S, cpu_s=f"{CPU_S:,}"))


def _show_compared(summary: Summary) -> None:
    compared = summary.compared
    kinds = (compared.normal, compared.failed)
    ratios = [compared.ratio(name) for name in _COMPARED]
    print_table(
        [
            Column(
                heading=say("failures_waste.mean"),
                cells=[say(f"failures_waste_mean.{name}") for name in _COMPARED],
            ),
            *(
                Column(
                    heading=say(f"failures_waste_kind.{heading}"),
                    cells=[_mean(name, getattr(kind, name)) for name in _COMPARED],
                    right=True,
                )
                for heading, kind in zip(("normal", "failed"), kinds, strict=True)
            ),
            Column(
                heading=say("failures_waste.ratio"),
                cells=["-" if ratio is None else f"×{ratio:.2f}" for ratio in ratios],
                right=True,
            ),
        ]
    )


def _show_classes(classes: Sequence[ClassOfJobs]) -> None:
    figures = {
        "jobs": [f"{one.jobs:,}" for one in classes],
        "failed": [f"{one.failed:,}" for one in classes],
        "failed_share": [share(one.failed_share) for one in classes],
        "run_time": [_mean("run_s", one.run_time) for one in classes],
        "cpu": [amount(one.cpu, 2) for one in classes],
        "memory": [amount(one.memory, 2) for one in classes],
        "instances": [amount(one.instances, 1) for one in classes],
    }
    numbers = Column(
        heading=say("failures_waste_class.number"), cells=[str(number) for number in range(len(classes))]
    )
    columns = (
        Column(heading=say(f"failures_waste_class.{name}"), cells=cells, right=True)
        for name, cells in figures.items()
    )
    print_table([numbers, *columns])


def _mean(name: str, value: float | None) -> str:
    if value is None or not name.endswith("_s"):
        return amount(value, 2)
    return format_duration(Seconds(value))


def _show_set_aside(summary: Summary) -> None:
    """Say what was left out, if anything was."""
    waste = summary.waste
    reasons = ", ".join(
        f"{say(f'failures_waste_aside.{reason}')} {count:,}" for reason, count in waste.set_aside.items()
    )
    if reasons:
        tell(say("failures_waste.set_aside", reasons=reasons))
    if waste.after_done:
        tell(say("failures_waste.after_done", instances=f"{waste.after_done:,}"))
    if summary.doubted_rows:
        tell(say("failures_waste.doubted", rows=f"{summary.doubted_rows:,}", all=f"{summary.rows:,}"))
