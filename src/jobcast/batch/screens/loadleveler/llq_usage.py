"""``llq -x``, and ``-x`` of ``llsummary -l``: what a step has used, its earlier runs too."""

from collections.abc import Iterator
from datetime import tzinfo

from jobcast.act.executors.base import Consumed
from jobcast.batch.record import Run, Step
from jobcast.batch.screens.loadleveler import llq
from jobcast.batch.screens.loadleveler.amounts import UNTOLD, clock, fine_clock, kilobytes, long_date
from jobcast.batch.screens.loadleveler.fields import Field, lines
from jobcast.batch.screens.loadleveler.llq_nodes import RULE
from jobcast.printable import printable


def usage(step: Step, zone: tzinfo) -> list[str]:
    """Return what its last attempt has used so far, then each attempt before it."""
    return [
        RULE,
        f"Resource usage of {printable(step.id)}, run {step.attempt}",
        *lines(_consumed(step.consumed)),
        *lines((f"{name} exit", str(code)) for name, code in step.exits.items()),
        *(line for run in step.runs for line in _earlier(run, zone)),
    ]


def _consumed(consumed: Consumed) -> Iterator[Field]:
    yield "Starter Total Time", fine_clock(consumed.starter_cpu)
    yield "Step User Time", fine_clock(consumed.user_cpu)
    yield "Step System Time", fine_clock(consumed.system_cpu)
    yield "Step Total Time", fine_clock(cpu_seconds(consumed))
    yield "Step maxrss", kilobytes(consumed.memory_peak)
    yield "Step mean rss", kilobytes(consumed.memory_mean)
    yield "Step maxvmem", kilobytes(consumed.virtual_peak)
    yield "Step max processes", UNTOLD if consumed.processes_peak is None else str(consumed.processes_peak)


def cpu_seconds(consumed: Consumed) -> float | None:
    """Return seconds of CPU time of a job; None where nobody measured it."""
    told = [part for part in (consumed.user_cpu, consumed.system_cpu) if part is not None]
    return sum(told) if told else None


def _earlier(run: Run, zone: tzinfo) -> Iterator[str]:
    yield RULE
    yield f"Earlier run {run.number}"
    yield from lines(
        [
            ("Dispatch Time", long_date(run.dispatched, zone)),
            ("Start Time", long_date(run.began, zone)),
            ("Completion Date", long_date(run.ended, zone)),
            ("Completion Code", str(llq.wait_status(run.exit_code, run.how))),
            ("Ended", run.how),
            ("Wall Clock Used", UNTOLD if run.began is None else clock(max(run.ended - run.began, 0))),
            ("Allocated Hosts", " ".join(share.machine for share in run.allocation)),
            *_consumed(run.consumed),
        ]
    )
