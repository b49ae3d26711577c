"""The routes of the service, apart from those of hooks: forecasts, feedback, models, advice, health, metrics."""

import asyncio
from collections.abc import Sequence

import msgspec
from starlette.types import Receive, Scope, Send

from jobcast.advice import is_advice_id
from jobcast.errors import JobcastError
from jobcast.job import Submission
from jobcast.predict.card import read_card
from jobcast.serve import metrics
from jobcast.serve.access import Caller, Right
from jobcast.serve.active import Loaded
from jobcast.serve.answered import Accepted, Health, ManyAnswers, Models, ModelSent, answer, one_answer
from jobcast.serve.asked import Asked, Feedback, entry_of, submission_of
from jobcast.serve.desk import Answered, Asker
from jobcast.serve.http import RefusedError, decoded, read_body, send_bytes, send_json
from jobcast.serve.service import Service
from jobcast.store.advice import API, Entry

_AT_ONCE = 64
"""Jobs of one request that are answered before others get their turn."""
_DAYS_SEARCHED = 400
"""Days of the journal in which an advice is looked for; `jobcast audit` looks in all."""

_ASKED = msgspec.json.Decoder(Asked)
_FEEDBACK = msgspec.json.Decoder(Feedback)
_TEXT = b"text/plain; version=0.0.4; charset=utf-8"


def allowed(service: Service, scope: Scope, right: Right) -> Caller:
    """Return who asks; raises RefusedError when that one may not."""
    caller = service.caller(scope)
    if right in caller.rights:
        return caller
    if caller.name is None:
        raise RefusedError(401, "no_token", f"this needs a token with the right {right}")
    raise RefusedError(403, "not_allowed", f"{caller.name} does not have the right {right}")


def answering(service: Service) -> Loaded:
    """Return the model that answers; raises RefusedError where none does."""
    if service.follower.loaded is None:
        raise RefusedError(503, "no_model", "no model answers yet: jobcast train")
    return service.follower.loaded


async def forecast(service: Service, scope: Scope, receive: Receive, send: Send) -> None:
    """``POST /v1/forecast``: one job, or many."""
    caller = allowed(service, scope, Right.FORECAST)
    asked, at = decoded(_ASKED, await read_body(scope, receive)), service.now()
    loaded, asker = answering(service), Asker(system=API, name=caller.name)
    if asked.jobs is msgspec.UNSET:
        one = await service.together.ask(submission_of(asked, at))
        service.desk.note([one], asker, at)
        await send_json(send, one_answer(one.advice.model or loaded.name, one.forecast, one.advice))
        return
    if asked != Asked(jobs=asked.jobs):
        raise RefusedError(400, "bad_request", "beside jobs nothing else can stand")
    found = await _answer_many(service, [submission_of(job, at) for job in asked.jobs], loaded)
    service.desk.note(found, asker, at)
    sent = [answer(one.forecast, one.advice) for one in found]
    await send_json(send, ManyAnswers(model=loaded.name, answers=sent))


async def _answer_many(service: Service, asked: Sequence[Submission], loaded: Loaded) -> list[Answered]:
    found: list[Answered] = []
    for start in range(0, len(asked), _AT_ONCE):
        found += service.desk.answer(asked[start : start + _AT_ONCE], loaded)
        await asyncio.sleep(0)
    return found


async def feedback(service: Service, scope: Scope, receive: Receive, send: Send) -> None:
    """``POST /v1/feedback``: jobs that have just ended well; families learn from them at once."""
    allowed(service, scope, Right.FEEDBACK)
    told, now = decoded(_FEEDBACK, await read_body(scope, receive)), service.now()
    try:
        entries = [entry_of(job, now) for job in told.jobs]
    except (ValueError, OverflowError) as error:
        raise RefusedError(400, "bad_request", str(error)) from error
    service.follower.feedback.append(entries, now)
    await service.learn()
    metrics.FEEDBACK.inc(len(entries))
    await send_json(send, Accepted(accepted=len(entries)))


async def models(service: Service, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - as all
    """``GET /v1/models``: what is on the shelf, and which model answers."""
    allowed(service, scope, Right.FORECAST)
    loaded = service.follower.loaded
    await send_json(
        send,
        Models(answering=loaded.name if loaded else None, models=await asyncio.to_thread(_shelf, service)),
    )


def _shelf(service: Service) -> list[ModelSent]:
    shelf = service.follower.shelf
    active, sent = shelf.active(), []
    for name in shelf.names():
        try:
            card = read_card(shelf.path / name)
        except JobcastError:
            continue  # removed, or damaged: `jobcast models list` tells
        sent.append(
            ModelSent(
                name=name,
                active=name == active,
                recipe=card.recipe,
                made=card.made,
                risk=card.risk,
                data=card.data,
                scores=card.scores,
            )
        )
    return sent


async def advice(service: Service, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - as all
    """``GET /v1/advice/ID``: what was advised, to whoever's job it was, or to those who may read all."""
    caller = service.caller(scope)
    if caller.name is None:
        raise RefusedError(401, "no_token", "ask over the Unix socket, or with a token")
    found = await _found(service, scope["path"].rpartition("/")[2])
    own = found is not None and caller.is_user and found.user == caller.name
    if found is None or not (own or Right.READ in caller.rights):
        raise RefusedError(404, "no_advice", "there is no such advice, or it is somebody else's")
    await send_json(send, found)


async def _found(service: Service, advice_id: str) -> Entry | None:
    """Look for an advice, one at a time: nobody's search keeps models from being loaded, or other requests waiting."""
    if not is_advice_id(advice_id):
        return None
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(service.searching, service.journal.find, advice_id, _DAYS_SEARCHED)


async def healthz(service: Service, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - as all
    """``GET /healthz``: this worker answers."""
    await send_bytes(send, b"ok\n", b"text/plain")


async def readyz(service: Service, scope: Scope, receive: Receive, send: Send) -> int:  # noqa: ARG001 - as all
    """``GET /readyz``: whether forecasts can be had, and what of the site can't be used."""
    loaded = service.follower.loaded
    trouble = {what: error.message for what, error in service.troubles().items() if error}
    ready = loaded is not None and service.journal.trouble is None
    health = Health(ready=ready, model=loaded.name if loaded else None, trouble=trouble)
    status = 200 if ready else 503
    await send_json(send, health, status)
    return status


async def exposition(service: Service, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - as all
    """``GET /metrics``: figures for Prometheus."""
    allowed(service, scope, Right.FORECAST)
    await send_bytes(send, await asyncio.to_thread(metrics.exposition, service.settings.metrics), _TEXT)
