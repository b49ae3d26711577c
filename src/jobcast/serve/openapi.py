"""The OpenAPI document, made from the structures of requests and answers and from the table of operations."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

import jobcast
from jobcast.advice import Advice, Change, Kept
from jobcast.forecast import Basis, MemoryForecast, RunTimeForecast
from jobcast.job import Job, Request, Submission
from jobcast.predict.card import Card
from jobcast.serve import answered, asked
from jobcast.serve.described import REFUSALS, Answer, Content, Operation
from jobcast.serve.docstrings import field_docs, in_json
from jobcast.serve.operations import OPERATIONS
from jobcast.store import advice

_SCHEMAS = "#/components/schemas/{name}"
_NOUNS: Mapping[type, tuple[type, ...]] = {
    asked.SubmittedJob: (Submission, Request),
    asked.FinishedJob: (Job, Submission, Request),
    answered.BasisSent: (Basis,),
    answered.MemorySent: (MemoryForecast,),
    answered.RunTimeSent: (RunTimeForecast,),
    answered.ChangeSent: (Change,),
    answered.KeptSent: (Kept,),
    answered.AdviceSent: (Advice,),
    answered.ModelSent: (Card,),
    advice.Entry: (Submission, Request),
    advice.ChangeEntry: (Change,),
    advice.KeptEntry: (Kept,),
}
"""Structure to the dataclasses that describe its fields where it doesn't."""
_ABOUT = """Forecasts of what batch jobs will need, and advice about what they ask for.

Over the Unix socket the kernel tells who asks: everybody may ask for forecasts and read what was advised to them,
administrators may do everything. On this host everybody may ask for forecasts over TCP. From elsewhere a bearer token
(`jobcast token add NAME`) brings its own rights; where the site has set up a certificate but given out no token,
everybody may ask for forecasts.

All refusals are a `Problem` with a fixed word: also 404 (`no_path`) and 405 (`no_method`) of paths that are not
listed here. Only what is no HTTP is answered 400, and what comes beyond the limit of connections 503, in plain text.
What is left out of a request, or null, nobody knows."""


def document() -> dict[str, Any]:
    """Return the OpenAPI document, as it is read from JSON: whoever changes it changes nothing else."""
    told = {
        "openapi": "3.1.0",
        "info": {
            "title": "jobcast",
            "version": jobcast.__version__,
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "."}],
        "paths": _paths(),
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "From `jobcast token add NAME`; not needed on this host, nor over the Unix socket.",
                }
            },
        },
    }
    return dict(msgspec.json.decode(msgspec.json.encode(told)))


def _paths() -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for (method, path), operation in OPERATIONS.items():
        paths.setdefault(path, {})[method.lower()] = _operation(operation)
    return paths


def _operation(operation: Operation) -> dict[str, Any]:
    summary, _, more = operation.about.partition("\n")
    told = {"summary": summary.removesuffix("."), "description": more.strip()}
    if operation.right:
        told["description"] = f"{told['description']}\n\nNeeds the right `{operation.right}`.".strip()
    return {
        "operationId": operation.name,
        "tags": [operation.group],
        **{key: text for key, text in told.items() if text},
        **({"parameters": list(operation.parameters)} if operation.parameters else {}),
        **(
            {"requestBody": {"required": True, "content": _contents(operation.asks)}}
            if operation.asks
            else {}
        ),
        "responses": {
            str(status): answer
            for status, answer in sorted((_refusals(operation) | _answers(operation)).items())
        },
        **({"security": [{}, {"token": []}]} if "no_token" in _words(operation) else {}),
    }


def _words(operation: Operation) -> set[str]:
    return {
        *operation.refusals,
        *(("no_token", "not_allowed") if operation.right else ()),
        *(("too_slow", "too_large", "packed") if operation.asks else ()),
        "unavailable",
        "fault",
    }


def _refusals(operation: Operation) -> dict[int, Any]:
    by_status: dict[int, dict[str, str]] = {}
    for word, (status, text) in REFUSALS.items():
        if word in _words(operation):
            by_status.setdefault(status, {})[word] = text
    return {status: _refusal(texts) for status, texts in by_status.items()}


def _refusal(texts: Mapping[str, str]) -> dict[str, Any]:
    problems = {
        word: msgspec.to_builtins(answered.Problem(error=word, message=text)) for word, text in texts.items()
    }
    return {
        "description": "; ".join(f"`{word}`: {text}" for word, text in texts.items()) + ".",
        "content": _contents((Content(kinds=(answered.Problem,), examples=problems),)),
    }


def _answers(operation: Operation) -> dict[int, Any]:
    return {status: _answer(answer) for status, answer in operation.answers.items()}


def _answer(answer: Answer) -> dict[str, Any]:
    return {"description": answer.about, "content": _contents(answer.contents)}


def _contents(contents: Iterable[Content]) -> dict[str, Any]:
    return {content.media_type: _content(content) for content in contents}


def _content(content: Content) -> dict[str, Any]:
    examples = {name: {"value": value} for name, value in content.examples.items()}
    return {
        "schema": _one_of(content.kinds) if content.kinds else dict(content.schema),
        **({"examples": examples} if examples else {}),
    }


def _one_of(kinds: Iterable[type]) -> dict[str, Any]:
    references = [{"$ref": _SCHEMAS.format(name=kind.__name__)} for kind in kinds]
    return references[0] if len(references) == 1 else {"oneOf": references}


def _schemas() -> dict[str, Any]:
    """Return the schemas of all structures that are asked for or answered, with what the source says of them."""
    contents = [
        content
        for operation in OPERATIONS.values()
        for content in (
            *operation.asks,
            *(one for answer in operation.answers.values() for one in answer.contents),
        )
    ]
    kinds = {kind for content in contents for kind in content.kinds}
    kinds |= {answered.MemorySent, answered.RunTimeSent, answered.ReasonSent, answered.Problem}
    ordered = sorted(kinds, key=lambda kind: kind.__name__)
    _, schemas = msgspec.json.schema_components(ordered, schema_hook=_either, ref_template=_SCHEMAS)
    for kind in _structures():
        if kind.__name__ in schemas:
            _describe(schemas[kind.__name__], kind)
    return schemas


def _either(kind: type) -> dict[str, Any]:
    """Return the schema of a base of structures: one of them."""
    return _one_of(kind.__subclasses__())


def _structures() -> list[type[msgspec.Struct]]:
    found = (one for module in (asked, answered, advice) for one in vars(module).values())
    return [one for one in found if isinstance(one, type) and issubclass(one, msgspec.Struct)]


def _describe(schema: dict[str, Any], kind: type[msgspec.Struct]) -> None:
    """Add what the source says of the fields, and that answers hold all of them, null or not."""
    docs: dict[str, str] = {}
    for one in (*_NOUNS.get(kind, ()), kind):
        docs |= field_docs(one)
    for name, field in schema["properties"].items():
        if name in docs:
            field["description"] = docs[name]
    if "description" in schema:
        schema["description"] = in_json(schema["description"])
    if kind.__module__ == answered.__name__:
        schema["required"] = list(schema["properties"])
