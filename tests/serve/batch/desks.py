"""A batch manager's desk whose jobs nobody starts, on one made-up machine, asked without a network."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from jobcast.batch.completing import as_it_is
from jobcast.batch.intake.base import Submitter
from jobcast.batch.loop import Loop
from jobcast.batch.picture import Frame
from jobcast.batch.retrying import retry
from jobcast.batch.surroundings import Surroundings
from jobcast.batch.two_clocks import TwoClocks
from jobcast.serve.batch.desk import Desk
from jobcast.serve.batch.door import Door
from jobcast.serve.batch.run import read_submission
from tests.batch import making


class NoExecutor:
    """What is asked of it never happens."""

    name = "local"


def desk(folder: Path, **other: Any) -> Desk:
    """Return a desk on an empty journal in a folder."""
    now = datetime.fromtimestamp(making.AT, UTC)
    around = Surroundings(
        now=lambda: now,
        clocks=TwoClocks(lambda: now, lambda: 0.0),
        zone=UTC,
        read=read_submission,
        complete=as_it_is,
        retry=retry,
    )
    loop = Loop(making.opened(folder), cast("Any", NoExecutor()), around)
    made: dict[str, Any] = {
        "loop": loop,
        "frame": Frame(cluster="made", host="n1", executor="local", zone="UTC"),
        "door": Door(
            operators=lambda: frozenset({"root"}),
            tokens=lambda: (),
            now=lambda: now,
        ),
        "only": None,
        "submitter": lambda user: Submitter(
            user=user, host="n1", job="", at=datetime.fromtimestamp(making.AT, UTC)
        ),
        "read_site": lambda: loop.ledger.site,
        "stopping": asyncio.Event(),
        "filtered": lambda order, _who: order,
    }
    return Desk(**{**made, **other})
