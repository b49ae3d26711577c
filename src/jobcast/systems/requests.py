"""How a request is written in the words of each batch system, for people to copy.

A batch system whose words are not known here gets the names of this program.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from jobcast.job import Request
from jobcast.units import GIB, MIB, Bytes, Seconds, format_duration


@dataclass(frozen=True, kw_only=True, slots=True)
class Spread:
    """What the amounts of a request depend on in some batch systems."""

    hosts: int = 1
    """Machines that the job runs on."""
    cores: int = 1
    """All of the job's."""
    memory_per_task: bool = False
    """RESOURCE_RESERVE_PER_TASK: memory is asked for in LSF per task, not per host."""
    lift_limit: bool = False
    """The limit of memory must rise with the request; elsewhere it follows it by itself."""


def written(system: str, request: Request, spread: Spread) -> str:
    """Return the flags that ask for `request`; what it leaves open is not written.

    Amounts are rounded up to what the batch system can express.
    """
    return _WRITERS.get(system, _plain)(request, spread)


def memory_goes_with_cores(system: str, spread: Spread) -> bool:
    """Tell whether a job that asks for other cores may thereby ask for other memory, unless it says so."""
    return spread.hosts > 1 or system == "slurm" or (system == "lsf" and spread.memory_per_task)


def _lsf(request: Request, spread: Spread) -> str:
    """Write for bsub(1); memory is counted per host, or per task where the site says so (lsb.params).

    ``-M`` is the limit at which LSF kills, with TERM_MEMLIMIT.
    """
    words = ["bsub"]
    requirements = []
    if request.cores is not None:
        words.append(f"-n {request.cores}")
        requirements += ["span[hosts=1]"] if spread.hosts == 1 and request.cores > 1 else []
    if request.memory is not None:
        parts = (request.cores or spread.cores) if spread.memory_per_task else spread.hosts
        amount = _amount(request.memory, parts, "GB", "MB")
        words += [f"-M {amount}"] if spread.lift_limit else []
        requirements.append(f"rusage[mem={amount}]")
    if requirements:
        words.append(f'-R "{" ".join(requirements)}"')
    if request.run_limit is not None:
        minutes = ceil(request.run_limit / 60)
        words.append(f"-W {minutes // 60}:{minutes % 60:02d}")
    return " ".join(words)


def _slurm(request: Request, spread: Spread) -> str:
    """Write for sbatch(1); ``--mem`` is counted per node."""
    words = []
    if request.cores is not None:
        tasks = f"--ntasks=1 --cpus-per-task={request.cores}"
        words.append(tasks if spread.hosts == 1 else f"--ntasks={request.cores}")
    if request.memory is not None and spread.hosts == 1:
        words.append(f"--mem={_amount(request.memory, 1, 'G', 'M')}")
    elif request.memory is not None:
        words.append(f"--mem-per-cpu={_amount(request.memory, request.cores or spread.cores, 'G', 'M')}")
    if request.run_limit is not None:
        words.append(f"--time={_clock(request.run_limit)}")
    return "#SBATCH " + " ".join(words)


def _loadleveler(request: Request, spread: Spread) -> str:
    """Write for a job command file; resources are counted per task, and limits know no days."""
    tasks = (request.cores or spread.cores) if spread.hosts > 1 else 1
    lines, resources = [], []
    if request.cores is not None and spread.hosts > 1:
        lines.append(f"# @ total_tasks = {request.cores}")
    elif request.cores is not None:
        resources.append(f"ConsumableCpus({request.cores})")
    if request.memory is not None:
        resources.append(f"ConsumableMemory({_amount(request.memory, tasks, 'gb', 'mb')})")
    if resources:
        lines.append(f"# @ resources = {' '.join(resources)}")
    if request.run_limit is not None:
        minutes = ceil(request.run_limit / 60)
        lines.append(f"# @ wall_clock_limit = {minutes // 60}:{minutes % 60:02d}:00")
    return "; ".join(lines)


def _kubernetes(request: Request, spread: Spread) -> str:
    """Write for a Job's specification; resources are counted per pod."""
    resources = []
    if request.cores is not None:
        resources.append(f'cpu: "{ceil(request.cores / spread.hosts)}"')
    limits = ""
    if request.memory is not None:
        memory = f"memory: {_amount(request.memory, spread.hosts, 'Gi', 'Mi')}"
        resources.append(memory)
        limits = f", limits: {{{memory}}}" if spread.lift_limit else ""
    words = [f"resources: {{requests: {{{', '.join(resources)}}}{limits}}}"] if resources else []
    if request.run_limit is not None:
        words.append(f"activeDeadlineSeconds: {ceil(request.run_limit)}")
    return "; ".join(words)


def _plain(request: Request, spread: Spread) -> str:  # noqa: ARG001 - as the others
    words = []
    if request.cores is not None:
        words.append(f"cores={request.cores}")
    if request.memory is not None:
        words.append(f"memory={_amount(request.memory, 1, 'GB', 'MB')}")
    if request.run_limit is not None:
        words.append(f"run_limit={_clock(request.run_limit)}")
    return " ".join(words)


_WRITERS: dict[str, Callable[[Request, Spread], str]] = {
    "lsf": _lsf,
    "slurm": _slurm,
    "loadleveler": _loadleveler,
    "kubernetes": _kubernetes,
}
"""By the history's column ``system``."""


def _amount(memory: Bytes, parts: int, gib: str, mib: str) -> str:
    """Write the memory of one of so many parts, in GiB where it is a whole number of them, else in MiB."""
    megabytes = ceil(memory / max(parts, 1) / MIB)
    per_gib = GIB // MIB
    return f"{megabytes // per_gib}{gib}" if megabytes % per_gib == 0 else f"{megabytes}{mib}"


def _clock(run_limit: Seconds) -> str:
    return format_duration(ceil(run_limit / 60) * 60)
