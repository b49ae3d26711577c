"""The routes that hooks ask: each batch system in its own words, and memPrediction's old esub in those of 2024."""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qsl, unquote_to_bytes

from starlette.types import Receive, Scope, Send

from jobcast.act.told import told
from jobcast.advice import Advice, Change, ChangeKind, Kept, KeptReason, Mode, Subject
from jobcast.errors import InputError
from jobcast.fields import submission
from jobcast.forecast import MemoryForecast
from jobcast.job import Submission
from jobcast.language import LANGUAGES, speaking
from jobcast.serve import metrics
from jobcast.serve.access import Caller, Right
from jobcast.serve.desk import Asker
from jobcast.serve.http import JSON, RefusedError, read_body, send_bytes
from jobcast.serve.routes import allowed, answering
from jobcast.serve.service import Service, outcome
from jobcast.systems.encoding import decode
from jobcast.systems.hooks.base import HookCall, HookReply, NotAsked, SubmissionHook, Understood
from jobcast.systems.hooks.registry import HOOKS, hook
from jobcast.units import MIB, Bytes, to_mib

_HEADERS = b"x-jobcast-"
"""Headers of this beginning are fields of the call, beside those of the query."""
_MOST_FIELDS = 64
_OLD = "memprediction"
_RUN_BY_USERS = {"lsf", "loadleveler"}
"""Hooks whose stubs run in the process of whoever submits, who could tell them any name."""


async def hooked(service: Service, scope: Scope, receive: Receive, send: Send) -> None:
    """``POST /v1/hook/NAME``: what a stub was given by its batch system, answered in the words of that."""
    name = scope["path"].rpartition("/")[2]
    if name not in HOOKS:
        raise RefusedError(404, "no_hook", f"hooks are {', '.join(HOOKS)}")
    caller = allowed(service, scope, Right.FORECAST)
    call = HookCall(body=await read_body(scope, receive), fields=_fields(scope), at=service.now())
    language = call.fields.get("lang", "")[:2]
    with speaking(language if language in LANGUAGES else service.settings.language):
        reply = _reply(service, hook(name), call, caller)
    await send_bytes(send, reply.body, reply.media_type.encode())


def _reply(service: Service, system: SubmissionHook, call: HookCall, caller: Caller) -> HookReply:
    """Understand, refuse or advise, note, and answer."""
    count = metrics.SUBMISSIONS.labels
    understood = system.read(call, service.settings.site)
    if isinstance(understood, NotAsked):
        count(system.name, understood.reason).inc()
        return system.silence(call)
    understood = _of_caller(understood, system.name, caller)
    asked, asker = understood.submission, Asker(system=system.name, name=caller.name)
    refusals = (service.rules.now.refusal(one, system.name) for one in (asked, *understood.others))
    if (why := next(filter(None, refusals), None)) is not None:
        if not understood.trial:
            service.desk.note_refusal(asked, why, asker, call.at)
        count(system.name, "refused").inc()
        return system.refuse(understood, why)
    (answered,) = service.desk.answer([asked], service.follower.loaded)
    if answered.advice.mode is Mode.OFF:
        count(system.name, "off").inc()
        return system.silence(call)
    said = system.express(understood, answered.advice, memory_limit=answered.verdict.memory_limit)
    if not understood.trial:
        service.desk.note([replace(answered, advice=said.advice)], asker, call.at)
    count(system.name, outcome(said.advice)).inc()
    return system.reply(understood, said, told(said.advice, understood.steps))


def _of_caller(understood: Understood, system: str, caller: Caller) -> Understood:
    """Take the user whom the kernel tells, where the stub tells none or runs in the process of whoever submits.

    slurmctld and API servers ask on behalf of others, and so may who administers the service.
    """
    own = system in _RUN_BY_USERS and Right.READ not in caller.rights
    if caller.is_user and (own or understood.submission.user is None):
        return replace(understood, submission=replace(understood.submission, user=caller.name))
    return understood


def _fields(scope: Scope) -> Mapping[str, str]:
    """Return what stands in the query, and in the headers of our own; their values may be percent-encoded."""
    query = scope["query_string"].decode("latin-1")
    try:
        fields = dict(parse_qsl(query, keep_blank_values=True, errors="replace", max_num_fields=_MOST_FIELDS))
    except ValueError as error:
        raise RefusedError(400, "bad_request", str(error)) from error
    for name, value in scope["headers"]:
        if name.startswith(_HEADERS):
            fields[name.removeprefix(_HEADERS).decode("latin-1")] = decode(unquote_to_bytes(value))
    return fields


async def memprediction(service: Service, scope: Scope, receive: Receive, send: Send) -> None:
    """``POST /memPrediction``: the form of memPrediction's esub; the answer is an integer in MB, and nothing else.

    Where nothing can be said the status is 503 with the reason, which that esub takes for no answer: what curl
    prints is then no number. That esub applies the amount itself, whatever the mode; only the bounds of the rules
    hold for it.
    """
    caller = allowed(service, scope, Right.FORECAST)
    fields, at, loaded = _form(await read_body(scope, receive)), service.now(), answering(service)
    try:
        asked = submission(fields, at, service.settings.timezone)
    except InputError as error:
        raise RefusedError(503, "bad_form", error.message) from error
    (answered,) = service.desk.answer([_named(asked)], loaded)
    if answered.forecast is None:
        raise RefusedError(503, "off", "the rules want no forecast for such a job")
    if not isinstance(answered.forecast.memory, MemoryForecast):
        raise RefusedError(503, "no_forecast", "nothing similar is known")
    amount = to_mib(int(answered.verdict.memory_bounds.hold(answered.forecast.memory.request)))
    set_by_it = replace(answered, advice=_applied(answered.advice, amount))
    metrics.SUBMISSIONS.labels(_OLD, outcome(set_by_it.advice)).inc()
    service.desk.note([set_by_it], Asker(system=_OLD, name=caller.name), at)
    await send_bytes(send, b"%d\n" % amount, JSON)


def _named(asked: Submission) -> Submission:
    """Leave out what that esub sends as the job's name: the project, or ``None``."""
    return replace(asked, name=None) if asked.name in {"None", asked.project} else asked


def _applied(advice: Advice, amount_mib: int) -> Advice:
    """Return what that esub makes of the answer: it asks where a job leaves memory open, and sets what it is told."""
    after = Bytes(amount_mib * MIB)
    change = Change(subject=Subject.MEMORY, kind=ChangeKind.SET, before=None, after=after, made=True)
    kept = Kept(subject=Subject.RUN_LIMIT, reason=KeptReason.NOT_WANTED)
    return replace(advice, changes=(change,), kept=(kept,))


def _form(body: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(body.decode("utf-8", "replace"), errors="replace", max_num_fields=_MOST_FIELDS))
    except ValueError as error:
        raise RefusedError(503, "bad_form", str(error)) from error
