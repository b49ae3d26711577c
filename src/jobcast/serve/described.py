"""How the routes of the service are described: what an operation of the OpenAPI document says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jobcast.serve.access import Right

JSON, TEXT, FORM = "application/json", "text/plain", "application/x-www-form-urlencoded"
BYTES = "application/octet-stream"
"""Media types."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """A body of one media type."""

    media_type: str = JSON
    """What the header says."""
    kinds: tuple[type, ...] = ()
    """Structures of which it is one; empty where `schema` says all."""
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})
    """Where it is no structure."""
    examples: Mapping[str, Any] = field(default_factory=dict)
    """Name to a body that is answered well."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What comes back."""

    about: str
    """In a sentence."""
    contents: tuple[Content, ...]
    """Its body, one of these."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """What is to be known of one route."""

    name: str
    """For programs that are made from the document."""
    group: str
    """Under which heading it stands."""
    about: str
    """First a line, then whatever else is to be known."""
    right: Right | None = None
    """What a caller must be allowed to do; None where everybody may ask."""
    parameters: tuple[Mapping[str, Any], ...] = ()
    """In path and query, as OpenAPI writes them."""
    asks: tuple[Content, ...] = ()
    """The body, one of these; empty where there is none."""
    answers: Mapping[int, Answer]
    """Status to answer, where all is well."""
    refusals: tuple[str, ...] = ()
    """Words of `REFUSALS`, beside those that follow from `right` and `asks`."""


REFUSALS: Mapping[str, tuple[int, str]] = {
    "bad_request": (400, "the body is not what is asked for, or the query is too long"),
    "no_token": (401, "this needs a token, or the Unix socket"),
    "not_allowed": (403, "whoever asks does not have the right"),
    "no_hook": (404, "there is no hook of that name"),
    "no_advice": (404, "there is no such advice, or it is somebody else's"),
    "no_file": (404, "there is no such file"),
    "no_path": (404, "there is no such path"),
    "no_method": (405, "that path does not allow this method"),
    "too_slow": (408, "the body did not arrive within ten seconds"),
    "too_large": (413, "the body is larger than 4 MiB"),
    "packed": (415, "the body has a Content-Encoding"),
    "too_many_connections": (
        429,
        "one user has 64 connections at the Unix socket, or one address half of all",
    ),
    "busy": (503, "too many connections are open, of all together"),
    "no_model": (503, "no model answers yet"),
    "no_forecast": (503, "nothing similar is known"),
    "off": (503, "the rules want no forecast for such a job"),
    "bad_form": (503, "the form can't be read"),
    "unavailable": (503, "the store can't be read or written"),
    "fault": (503, "a fault of jobcast; its log tells more"),
}
"""Fixed word to status and what it means: all problems that there are."""
