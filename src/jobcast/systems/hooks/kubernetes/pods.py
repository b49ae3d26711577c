"""What a Pod or a Job of Kubernetes asks for.

The pods of a Job that run at once are counted together. Containers that only prepare a pod (``initContainers``) are
not looked at.
"""

import math
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from jobcast.job import Request
from jobcast.systems.hooks.kubernetes.quantities import parse_bytes, parse_quantity
from jobcast.units import Bytes, Seconds

Thing = Mapping[str, object]
_MOST = 1_000_000
"""Pods of one Job."""
_MOST_CONTAINERS = 1000
"""Of one pod."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Container:
    """What one container of a pod is to be given."""

    memory: Bytes | None
    """Its request, which is its limit where it names that alone; None where it names neither."""
    memory_limit: Bytes | None
    """Beyond which it is killed."""
    cores: Decimal | None
    """Its request, or its limit."""
    command: str | None
    """What it runs; of one that runs what its image says, the image stands for the program."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Workload:
    """A Pod, or the template of a Job's pods."""

    path: tuple[str, ...]
    """Where the specification of a pod stands within the object."""
    pods: int
    """How many run at once."""
    containers: tuple[Container, ...]
    """Of each pod; at least one."""
    deadline: Seconds | None
    """How long a pod may be active once it is on a node."""
    job_deadline: Seconds | None
    """How long a Job may take with all its waiting and its retries."""

    @property
    def memory_of_pod(self) -> Bytes | None:
        """Return what a pod asks for; None where a container leaves it open."""
        asked = [one.memory for one in self.containers if one.memory is not None]
        return Bytes(sum(asked)) if len(asked) == len(self.containers) else None

    @property
    def request(self) -> Request:
        """Return what all its pods ask for."""
        cores = [one.cores for one in self.containers if one.cores]
        memory = self.memory_of_pod
        return Request(
            cores=math.ceil(sum(cores)) * self.pods if cores else None,
            memory=None if memory is None else Bytes(memory * self.pods),
            run_limit=self.deadline if self.job_deadline is None else self.job_deadline,
            span_hosts=1 if self.pods == 1 else None,
        )


def mapping(value: object) -> Thing:
    """Return an object, empty where there is none. Raises ValueError where it is something else."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ValueError("not understood by this hook")  # noqa: TRY004 - whatever can't be read is one error
    return value


def mappings(value: object) -> list[Thing]:
    """Return a list of objects, empty where there is none. Raises ValueError where it is something else."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise ValueError("not understood by this hook")
    return value


def texts(value: object) -> list[str]:
    """Return a list of texts, empty where there is none. Raises ValueError where it is something else."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError("not understood by this hook")
    return value


def text(value: object) -> str | None:
    """Return a text, None where it is empty or missing. Raises ValueError where it is something else."""
    if value is not None and not isinstance(value, str):
        raise ValueError("not understood by this hook")
    return value or None


def read_pod(thing: Thing) -> Workload:
    """Read a Pod. Raises ValueError where it says what can't be."""
    return _workload(mapping(thing.get("spec")), ("spec",), pods=1, job_deadline=None)


def read_job(thing: Thing) -> Workload:
    """Read a Job of batch/v1. Raises ValueError where it says what can't be."""
    spec = mapping(thing.get("spec"))
    at_once = _number(spec.get("parallelism")) or 1
    pods = min(at_once, _number(spec.get("completions")) or at_once)
    if pods > _MOST:
        raise ValueError("not understood by this hook")
    pod = mapping(mapping(spec.get("template")).get("spec"))
    return _workload(
        pod, ("spec", "template", "spec"), pods=pods, job_deadline=_seconds(spec.get("activeDeadlineSeconds"))
    )


def _workload(pod: Thing, path: tuple[str, ...], *, pods: int, job_deadline: Seconds | None) -> Workload:
    containers = mappings(pod.get("containers"))
    if not 0 < len(containers) <= _MOST_CONTAINERS:
        raise ValueError("not understood by this hook")
    return Workload(
        path=path,
        pods=pods,
        containers=tuple(map(_container, containers)),
        deadline=_seconds(pod.get("activeDeadlineSeconds")),
        job_deadline=job_deadline,
    )


def _container(container: Thing) -> Container:
    resources = mapping(container.get("resources"))
    requests, limits = mapping(resources.get("requests")), mapping(resources.get("limits"))
    limit = _amount(limits.get("memory"))
    cores = next((one for one in (requests.get("cpu"), limits.get("cpu")) if one is not None), None)
    return Container(
        memory=limit if requests.get("memory") is None else _amount(requests.get("memory")),
        memory_limit=limit,
        cores=None if cores is None else parse_quantity(cores),
        command=_command(container),
    )


def _amount(value: object) -> Bytes | None:
    return None if value is None else parse_bytes(value)


def _command(container: Thing) -> str | None:
    program: Sequence[str] = texts(container.get("command"))
    image = text(container.get("image"))
    words = [*(program or ([image] if image else [])), *texts(container.get("args"))]
    return shlex.join(words) or None


def _number(value: object) -> int | None:
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
        raise ValueError("not understood by this hook")
    return value


def _seconds(value: object) -> Seconds | None:
    number = _number(value)
    return Seconds(number) if number else None
