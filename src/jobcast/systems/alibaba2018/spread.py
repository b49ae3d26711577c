"""Work on parts, each by itself: on this machine's cores, or on the workers of a Dask cluster."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from jobcast.errors import ConfigError
from jobcast.language import say
from jobcast.systems.alibaba2018.workplace import Workplace

Work = Callable[[Workplace, int], None]


class Spread(Protocol):
    """How parts are given to workers."""

    def each(self, work: Work, place: Workplace, parts: int) -> Iterator[None]:
        """Do `work` for all parts, and yield once for each that is done. Raises what `work` raises."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Threads:
    """Workers within this process; Polars and NumPy let others run while they compute."""

    threads: int = 2
    """So many parts are in memory at once."""

    def each(self, work: Work, place: Workplace, parts: int) -> Iterator[None]:
        """Do `work` for all parts."""
        with ThreadPoolExecutor(self.threads) as pool:
            for done in as_completed([pool.submit(work, place, part) for part in range(parts)]):
                yield done.result()


@dataclass(frozen=True, kw_only=True, slots=True)
class Dask:
    """Workers of a Dask cluster, which see the workplace's folder under the same name."""

    client: Any
    """A `distributed.Client`."""

    def each(self, work: Work, place: Workplace, parts: int) -> Iterator[None]:
        """Do `work` for all parts."""
        from distributed import as_completed as completed  # noqa: PLC0415 - an extra

        in_any_order: Callable[..., Any] = completed
        for done in in_any_order(self.client.map(work, [place] * parts, range(parts), pure=False)):
            yield done.result()


@contextmanager
def on_dask(address: str) -> Iterator[Dask]:
    """Give the workers of the scheduler at `address`, or workers of our own on this machine for ``local``.

    Raises ConfigError where Dask isn't installed, or nobody answers.
    """
    try:
        from distributed import Client  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise ConfigError(say("trace.no_dask"), hint="pip install 'jobcast[dask]'") from error
    connect: Callable[..., Any] = Client
    own = {"threads_per_worker": 1, "dashboard_address": None}
    try:
        client = connect(**own) if address == "local" else connect(address, timeout="10s")
    except (OSError, ValueError) as error:
        raise ConfigError(
            say("trace.no_scheduler", address=address, why=error), hint=say("trace.no_scheduler_cure")
        ) from error
    with client:
        yield Dask(client=client)
