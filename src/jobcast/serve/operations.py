"""What can be asked of the service, as its OpenAPI document tells: for each route what goes in and what comes back.

Structures describe themselves; here stands what they can't say. A test holds this against the routes.
"""

from collections.abc import Mapping

from jobcast.fields import KNOWN
from jobcast.serve import example_bodies
from jobcast.serve.access import Right
from jobcast.serve.answered import Accepted, Health, ManyAnswers, Models, OneAnswer, Problem
from jobcast.serve.asked import MOST_JOBS, Feedback, ManyJobs, SubmittedJob
from jobcast.serve.described import BYTES, FORM, TEXT, Answer, Content, Operation
from jobcast.store.advice import Entry
from jobcast.systems.hooks.registry import HOOKS

_AT_SUBMISSION, _AFTERWARDS, _SERVICE = "At submission", "Afterwards", "The service itself"
"""Headings."""

_FORECAST = f"""What a job will need, or up to {MOST_JOBS:,} jobs.

The body is read as JSON, whatever Content-Type says."""

_HOOKED = """A submission, as a batch system's own stub sends it.

`jobcast hook print NAME` prints the stub. The body is what the batch system gave it, whatever Content-Type says; the
answer is in words that the stub understands. A call that can't be understood is answered with nothing to change.

| Hook | Body | Answer |
|---|---|---|
| `lsf` | the parameter file (LSB_SUB_PARM_FILE) | lines: `set NAME=VALUE`, `say ...`, `refuse ...`, last `end` |
| `slurm` | a form of the fields of the job description | such lines |
| `loadleveler` | the job command file | `jobcast/1 VERB LINES BYTES`, lines to say, the file to submit |
| `kubernetes` | an AdmissionReview | an AdmissionReview, with a patch |

What a stub knows beside it (`user`, `cwd`, ...) are fields of the query, or headers that begin with `X-Jobcast-`."""

_MEMPREDICTION = """What memPrediction's esub of 2024 asks: an integer in MB, and nothing else.

Where nothing can be said the status is 503, never an invented number. `strated_time` is that esub's spelling."""

OPERATIONS: Mapping[tuple[str, str], Operation] = {
    ("POST", "/v1/forecast"): Operation(
        name="forecast",
        group=_AT_SUBMISSION,
        about=_FORECAST,
        right=Right.FORECAST,
        asks=(Content(kinds=(SubmittedJob, ManyJobs), examples=example_bodies.FORECAST),),
        answers={
            200: Answer(
                about="Forecast and advice for the job; for `jobs`, of each in their order, all from one model.",
                contents=(Content(kinds=(OneAnswer, ManyAnswers)),),
            )
        },
        refusals=("bad_request", "no_model"),
    ),
    ("POST", "/v1/hook/{name}"): Operation(
        name="hook",
        group=_AT_SUBMISSION,
        about=_HOOKED,
        right=Right.FORECAST,
        parameters=(
            {"name": "name", "in": "path", "required": True, "schema": {"enum": list(HOOKS)}},
            {"name": "lang", "in": "query", "description": "Of messages.", "schema": {"enum": ["en", "zh"]}},
            {
                "name": "fields",
                "in": "query",
                "description": "What else the stub knows.",
                "schema": {"type": "object", "additionalProperties": {"type": "string"}, "maxProperties": 60},
                "example": {"user": "anna", "cwd": "/home/anna/chip"},
            },
        ),
        asks=(
            Content(media_type=BYTES, examples=example_bodies.LSF),
            Content(
                media_type=FORM,
                schema={"type": "object", "additionalProperties": {"type": "string"}},
                examples=example_bodies.SLURM,
            ),
            Content(media_type=TEXT, examples=example_bodies.LOADLEVELER),
            Content(schema={"type": "object"}, examples=example_bodies.KUBERNETES),
        ),
        answers={
            200: Answer(
                about="What to change in the submission, and what to say.",
                contents=(
                    Content(media_type=TEXT),
                    Content(media_type=BYTES, schema={}),
                    Content(schema={"type": "object"}),
                ),
            )
        },
        refusals=("bad_request", "no_hook"),
    ),
    ("POST", "/memPrediction"): Operation(
        name="memPrediction",
        group=_AT_SUBMISSION,
        about=_MEMPREDICTION,
        right=Right.FORECAST,
        asks=(
            Content(
                media_type=FORM,
                schema={
                    "type": "object",
                    "properties": {name: {"type": "string"} for name in KNOWN},
                    "additionalProperties": False,
                },
                examples=example_bodies.MEMPREDICTION,
            ),
        ),
        answers={
            200: Answer(
                about="Memory to ask for, in MB (of 1,048,576 bytes).",
                contents=(Content(schema={"type": "integer", "minimum": 0}),),
            )
        },
        refusals=("bad_form", "no_model", "no_forecast", "off"),
    ),
    ("POST", "/v1/feedback"): Operation(
        name="feedback",
        group=_AFTERWARDS,
        about="Tell of jobs that have just ended: the next forecasts know them at once.",
        right=Right.FEEDBACK,
        asks=(Content(kinds=(Feedback,), examples=example_bodies.FEEDBACK),),
        answers={200: Answer(about="They are written down.", contents=(Content(kinds=(Accepted,)),))},
        refusals=("bad_request",),
    ),
    ("GET", "/v1/models"): Operation(
        name="models",
        group=_AFTERWARDS,
        about="The models on the shelf, and which one answers.",
        right=Right.FORECAST,
        answers={200: Answer(about="Oldest first.", contents=(Content(kinds=(Models,)),))},
    ),
    ("GET", "/v1/advice/{id}"): Operation(
        name="advice",
        group=_AFTERWARDS,
        about="What was advised, to whoever's job it was.\n\nAdvice to others can be read with the right `read`.",
        parameters=(
            {
                "name": "id",
                "in": "path",
                "required": True,
                "description": "As answers, descriptions of jobs and the history name it.",
                "schema": {"type": "string"},
            },
        ),
        answers={200: Answer(about="Its line of the journal.", contents=(Content(kinds=(Entry,)),))},
        refusals=("no_token", "no_advice"),
    ),
    ("GET", "/metrics"): Operation(
        name="metrics",
        group=_SERVICE,
        about="Figures for Prometheus.",
        right=Right.FORECAST,
        answers={200: Answer(about="All workers together.", contents=(Content(media_type=TEXT),))},
    ),
    ("GET", "/healthz"): Operation(
        name="healthz",
        group=_SERVICE,
        about="Whether the service answers at all.",
        answers={200: Answer(about="It does.", contents=(Content(media_type=TEXT),))},
    ),
    ("GET", "/readyz"): Operation(
        name="readyz",
        group=_SERVICE,
        about="Whether forecasts can be had.",
        answers={
            200: Answer(about="They can.", contents=(Content(kinds=(Health,)),)),
            503: Answer(about="No model answers yet.", contents=(Content(kinds=(Health, Problem)),)),
        },
    ),
    ("GET", "/openapi.json"): Operation(
        name="openapi",
        group=_SERVICE,
        about="This document.",
        answers={200: Answer(about="OpenAPI 3.1.", contents=(Content(schema={"type": "object"}),))},
    ),
    ("GET", "/docs"): Operation(
        name="docs",
        group=_SERVICE,
        about="This document as a page.",
        parameters=(
            {
                "name": "lang",
                "in": "query",
                "description": "Of title and introduction; else Accept-Language tells.",
                "schema": {"enum": ["en", "zh"]},
            },
        ),
        answers={
            200: Answer(about="It loads nothing from elsewhere.", contents=(Content(media_type="text/html"),))
        },
    ),
    ("GET", "/docs/{file}"): Operation(
        name="docs_file",
        group=_SERVICE,
        about="What the page loads.",
        parameters=(
            {
                "name": "file",
                "in": "path",
                "required": True,
                "schema": {"type": "string"},
                "example": "start.js",
            },
        ),
        answers={
            200: Answer(
                about="As it is shipped.",
                contents=(Content(media_type="text/css"), Content(media_type="text/javascript")),
            )
        },
        refusals=("no_file",),
    ),
}
"""Method and path to what is to be known, in the order of the page."""
