"""The weather centre's day on real processes of this machine."""

import getpass
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.batch.running import Batch
from tests.batch.weather_centre import texts
from tests.batch.weather_day import play_day


@pytest.fixture
def batch(tmp_path: Path) -> Iterator[Batch]:
    batch = Batch(folder=tmp_path, texts=texts(getpass.getuser(), tmp_path))
    batch.start()
    yield batch
    batch.end()


def test_a_day_at_the_weather_centre(batch: Batch) -> None:
    play_day(batch, cpus=4)
