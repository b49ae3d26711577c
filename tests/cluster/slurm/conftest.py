"""One Slurm for all tests of a run that ask for it."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.cluster.slurm.daemons import DidNotStartError
from tests.cluster.slurm.running import Cluster, started


@pytest.fixture(scope="session")
def cluster(_no_home: None) -> Iterator[Cluster]:
    """Return a real Slurm; where there can be none, the test is skipped and the reason told."""
    with ExitStack() as stack:
        try:
            running = stack.enter_context(started())
        except DidNotStartError as error:
            pytest.skip(f"no Slurm here: {error}")
        yield running
