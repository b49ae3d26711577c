"""What the source says of the fields of structures and dataclasses: the lines under them, for the OpenAPI document."""

import ast
import inspect
import re
from itertools import pairwise
from textwrap import dedent


def field_docs(kind: type) -> dict[str, str]:
    """Return field to what stands under it, in `kind` and in the classes that it extends."""
    docs: dict[str, str] = {}
    for one in reversed(kind.__mro__):
        if one.__module__.startswith("jobcast."):
            docs |= _own(one)
    return docs


def _own(kind: type) -> dict[str, str]:
    (body,) = ast.parse(dedent(inspect.getsource(kind))).body
    docs = {}
    for field, below in pairwise(body.body if isinstance(body, ast.ClassDef) else ()):
        match field, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                docs[name] = in_json(text)
    return docs


def in_json(text: str) -> str:
    """Return a docstring in the words of JSON and Markdown."""
    return re.sub(r"\bNone\b", "null", inspect.cleandoc(text)).replace("``", "`")
