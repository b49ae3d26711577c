"""An answer of sacct is told from silence."""

from datetime import UTC, datetime
from io import BytesIO

import pytest

from jobcast.errors import OutputError
from jobcast.systems.base import Site
from jobcast.systems.slurm import Slurm

SITE = Site(now=datetime(2026, 11, 22, tzinfo=UTC), cluster="test")


@pytest.mark.parametrize("output", [b"", b"\n", b"\xef\xbb\xbf"])
def test_output_without_even_a_header_line_is_no_answer(output: bytes) -> None:
    with pytest.raises(OutputError, match="no header line"):
        list(Slurm().read_finished(BytesIO(output), "sacct", SITE))
