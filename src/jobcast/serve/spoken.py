"""In which language somebody wants to be answered."""

from urllib.parse import parse_qs

from starlette.types import Scope

from jobcast.language import LANGUAGES
from jobcast.serve.http import header


def wanted_language(scope: Scope) -> str | None:
    """Return the language that is asked for in the query, or else by the browser; None where neither does."""
    query: bytes = scope["query_string"]
    asked = parse_qs(query.decode("latin-1")).get("lang", [""])[0]
    if asked[:2] in LANGUAGES:
        return asked[:2]
    accepted = (header(scope, b"accept-language") or b"").decode("latin-1").lower()
    words = [word.strip() for word in accepted.split(",")]  # browsers name the one they like best first
    return next((word[:2] for word in words if word[:2] in LANGUAGES), None)
