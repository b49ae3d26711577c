"""What the application of the batch manager answers from."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.requests import Request

from jobcast.batch import picture
from jobcast.batch.intake.base import Submitter
from jobcast.batch.loop import Loop
from jobcast.batch.order import SubmitCommandFile
from jobcast.batch.site import LiveSite
from jobcast.serve.batch.door import Door, Guest, Wrong
from jobcast.serve.batch.filters import Filters
from jobcast.serve.batch.pauses import Pauses
from jobcast.serve.http import RefusedError
from jobcast.serve.spoken import wanted_language

JSON = "application/json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """What there is to answer from."""

    loop: Loop
    frame: picture.Frame
    door: Door
    only: str | None
    """The one user whose jobs can be run here; None for everybody's."""
    submitter: Callable[[str], Submitter]
    """Looks up a user; may take long."""
    read_site: Callable[[], LiveSite]
    """Reads the site's files again; may take long."""
    stopping: asyncio.Event
    """Set to end the manager."""
    filtered: Callable[[SubmitCommandFile, Submitter], SubmitCommandFile | str]
    """Sends a job command file through the site's filter; returns why it is refused, or what is submitted."""
    again: asyncio.Event = field(default_factory=asyncio.Event)
    """Set where it is to start anew then."""
    filters: Filters = field(default_factory=Filters)
    """Where that is done."""
    wrong: Wrong = field(default_factory=Wrong)
    """Wrong tokens."""
    pauses: Pauses = field(default_factory=Pauses)
    """When steps stood still."""


def looking(desk: Desk, request: Request) -> Guest:
    """Return who asks; raises RefusedError where nothing is shown to that one."""
    guest = desk.door.guest(request.scope)
    if guest.looks:
        return guest
    if not guest.name:
        raise RefusedError(401, "no_token", "this needs a token with the right read, batch or operate")
    raise RefusedError(403, "not_allowed", f"{guest.name} does not have the right read, batch or operate")


def spoken(request: Request) -> str:
    """Return the language in which somebody is answered: asked for in the query, else by Accept-Language."""
    return wanted_language(request.scope) or "en"
