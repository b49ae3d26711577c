"""JSON patches (RFC 6902) that put values into an object, with the objects around them where those are missing."""

from collections.abc import Iterable, Mapping, Sequence

Patch = list[dict[str, object]]


def patch_of(document: object, values: Iterable[tuple[Sequence[str], object]]) -> Patch:
    """Return the operations that put each value at its path; the document itself stays as it is.

    A path leads through objects and existing places of lists. A null on the way counts as missing.
    """
    operations: Patch = []
    for path, value in values:
        document, depth, added = _put(document, path, value)
        operations.append({"op": "add", "path": pointer(path[:depth]), "value": added})
    return operations


def _put(node: object, path: Sequence[str], value: object) -> tuple[object, int, object]:
    """Return the node with the value in it, how many steps of the path were there to go, and what was added there."""
    key, *rest = path
    if isinstance(node, list):
        inner, depth, added = _put(node[int(key)], rest, value)
        return [*node[: int(key)], inner, *node[int(key) + 1 :]], depth + 1, added
    here: Mapping[str, object] = node if isinstance(node, dict) else {}
    if rest and here.get(key) is not None:
        inner, depth, added = _put(here[key], rest, value)
        return {**here, key: inner}, depth + 1, added
    for further in reversed(rest):
        value = {further: value}
    return {**here, key: value}, 1, value


def pointer(path: Sequence[str]) -> str:
    """Write a path as a JSON pointer (RFC 6901)."""
    return "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in path)
