from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jobcast.systems.base import Site
from jobcast.systems.slurm import Sacct

SITE = Site(now=datetime(2030, 1, 1, tzinfo=UTC))

pytestmark = pytest.mark.shared_data


def test_a_dump_of_xdmod_is_read_without_a_header(shared: Path) -> None:
    (rows,) = Sacct().read(shared / "data/failures/xdmod-slurm-pozidriv.psv.gz", SITE)
    assert (rows.jobs.height, rows.set_aside, rows.not_finished) == (11_704, (), 0)
    assert Counter(rows.jobs["state"]) == {"done": 10_134, "cancelled": 468, "failed": 1_102}
