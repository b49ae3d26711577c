"""JSON patches, applied after RFC 6902 as an API server does it: what is not as the RFC says is an error."""

import copy
from typing import Any


def applied(document: Any, patch: list[dict[str, Any]]) -> Any:
    """Return the document with all operations of a patch, of which only ``add`` is known."""
    document = copy.deepcopy(document)
    for operation in patch:
        assert operation.keys() == {"op", "path", "value"}
        assert operation["op"] == "add"
        *way, last = [
            step.replace("~1", "/").replace("~0", "~")
            for step in operation["path"].removeprefix("/").split("/")
        ]
        target = document
        for step in way:
            target = target[int(step)] if isinstance(target, list) else target[step]
        assert isinstance(target, dict), f"{operation['path']} leads nowhere"
        target[last] = copy.deepcopy(operation["value"])
    return document
