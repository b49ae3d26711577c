"""The OpenAPI document, made from the structures of requests and answers and from the table of operations."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import msgspec

import jobcast
from jobcast.advice import Advice, Change, Kept
from jobcast.forecast import Basis, FailureForecast, MemoryForecast, RecentRuns, RunTimeForecast
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
    answered.FailureSent: (FailureForecast,),
    answered.RecentSent: (RecentRuns,),
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
listed here. Only what is no HTTP is answered 400 in plain text.
What is left out of a request, or null, nobody knows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Interface:
    """What is described in one document."""

    title: str
    about: str
    operations: Mapping[tuple[str, str], Operation]
    """Method and path to what is to be known of them."""
    refusals: Mapping[str, tuple[int, str]]
    """Fixed word to status and what it means."""
    modules: tuple[ModuleType, ...]
    """With the structures that are asked for and answered."""
    answering: tuple[ModuleType, ...]
    """Those of them whose structures hold all of their fields, null or not."""
    more: tuple[type, ...] = ()
    """Structures that stand in others only."""
    schemas: Mapping[str, Any] = field(default_factory=dict)
    """Further ones by name, of what is no structure."""
    when: str = "From `jobcast token add NAME`; not needed on this host, nor over the Unix socket."
    """When a token is needed."""


def document(interface: Interface | None = None) -> dict[str, Any]:
    """Return the OpenAPI document, as it is read from JSON: whoever changes it changes nothing else.

    Of the forecast service where no other interface is given.
    """
    interface = interface or SERVICE
    told = {
        "openapi": "3.1.0",
        "info": {
            "title": interface.title,
            "version": jobcast.__version__,
            "description": interface.about,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "."}],
        "paths": _paths(interface),
        "components": {
            "schemas": {**_schemas(interface), **interface.schemas},
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": interface.when,
                }
            },
        },
    }
    return dict(msgspec.json.decode(msgspec.json.encode(told)))


def _paths(interface: Interface) -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for (method, path), operation in interface.operations.items():
        paths.setdefault(path, {})[method.lower()] = _operation(operation, interface)
    return paths


def _operation(operation: Operation, interface: Interface) -> dict[str, Any]:
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
            for status, answer in sorted((_refusals(operation, interface) | _answers(operation)).items())
        },
        **({"security": [{}, {"token": []}]} if "no_token" in _words(operation) else {}),
    }


def _words(operation: Operation) -> set[str]:
    return {
        *operation.refusals,
        *(("no_token", "not_allowed") if operation.right else ()),
        *(("too_slow", "too_large", "packed") if operation.asks else ()),
        "too_many_connections",
        "busy",
        "unavailable",
        "fault",
    }


def _refusals(operation: Operation, interface: Interface) -> dict[int, Any]:
    by_status: dict[int, dict[str, str]] = {}
    for word, (status, text) in interface.refusals.items():
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


def _schemas(interface: Interface) -> dict[str, Any]:
    """Return the schemas of all structures that are asked for or answered, with what the source says of them."""
    contents = [
        content
        for operation in interface.operations.values()
        for content in (
            *operation.asks,
            *(one for answer in operation.answers.values() for one in answer.contents),
        )
    ]
    kinds = {kind for content in contents for kind in content.kinds}
    kinds |= {answered.Problem, *interface.more}
    ordered = sorted(kinds, key=lambda kind: kind.__name__)
    _, schemas = msgspec.json.schema_components(ordered, schema_hook=_either, ref_template=_SCHEMAS)
    for kind in _structures(interface):
        if kind.__name__ in schemas:
            _describe(schemas[kind.__name__], kind, interface)
    return schemas


def _either(kind: type) -> dict[str, Any]:
    """Return the schema of a base of structures: one of them."""
    return _one_of(kind.__subclasses__())


def _structures(interface: Interface) -> list[type[msgspec.Struct]]:
    found = (one for module in interface.modules for one in vars(module).values())
    return [one for one in found if isinstance(one, type) and issubclass(one, msgspec.Struct)]


def _describe(schema: dict[str, Any], kind: type[msgspec.Struct], interface: Interface) -> None:
    """Add what the source says of the fields, and that answers hold all of them, null or not."""
    docs: dict[str, str] = {}
    for one in (*_NOUNS.get(kind, ()), kind):
        docs |= field_docs(one)
    for name, about in schema["properties"].items():
        if name in docs:
            about["description"] = docs[name]
    if "description" in schema:
        schema["description"] = in_json(schema["description"])
    if kind.__module__ in {module.__name__ for module in interface.answering}:
        schema["required"] = list(schema["properties"])


SERVICE = Interface(
    title="jobcast",
    about=_ABOUT,
    operations=OPERATIONS,
    refusals=REFUSALS,
    modules=(asked, answered, advice),
    answering=(answered,),
    more=(answered.MemorySent, answered.RunTimeSent, answered.FailureSent, answered.ReasonSent),
)
"""The forecast service."""
