"""What a submission takes along of its process."""

import resource
from collections.abc import Iterator

import pytest

from jobcast.cli.taken_along import limits


@pytest.fixture
def no_core() -> Iterator[int]:
    """Leave no core files behind for a while; give the hard limit of them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
    yield hard
    resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))


def test_limits_are_soft_and_hard_by_their_names_and_none_where_there_is_none(no_core: int) -> None:
    found = limits()
    assert found["core"] == (0, None if no_core == resource.RLIM_INFINITY else no_core)
    assert {"as", "cpu", "data", "fsize", "memlock", "nofile", "nproc", "rss", "stack"} <= found.keys()
