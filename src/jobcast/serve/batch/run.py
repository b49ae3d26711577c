"""Runs a batch manager until a signal, or an operator, ends it."""

import asyncio
import logging
import signal
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from functools import partial
from pathlib import Path

import uvloop
from filelock import FileLock, Timeout

from jobcast import clock
from jobcast.act.executors.base import Executor
from jobcast.batch.accepting import admissible
from jobcast.batch.ends import Retry
from jobcast.batch.feeding import Feeder
from jobcast.batch.intake import loadleveler, lsf
from jobcast.batch.intake.base import Intake, Submitter
from jobcast.batch.intake.loadleveler_filter import FilterEnd, filter_of, filtered
from jobcast.batch.journal import Journal
from jobcast.batch.ledger import Ledger
from jobcast.batch.loop import Loop
from jobcast.batch.opening import keep_now, open_ledger
from jobcast.batch.order import SubmitCommand, SubmitCommandFile
from jobcast.batch.picture import Frame
from jobcast.batch.site import Files, LiveSite, read_live
from jobcast.batch.surroundings import Surroundings
from jobcast.batch.two_clocks import CLOCKS, TwoClocks
from jobcast.errors import ConfigError
from jobcast.language import say
from jobcast.serve.access import Token
from jobcast.serve.batch import garbage
from jobcast.serve.batch.app import make_batch_app
from jobcast.serve.batch.checkpoints import keep_checkpoints
from jobcast.serve.batch.desk import Desk
from jobcast.serve.batch.door import Door, watched_tokens
from jobcast.serve.batch.filters import Filters
from jobcast.serve.batch.forecasts import Forecasts, Sources
from jobcast.serve.batch.notifier import Notifier
from jobcast.serve.batch.people import submitter
from jobcast.serve.batch.sending import Ways
from jobcast.serve.crowd import Crowd
from jobcast.serve.names import login_once
from jobcast.serve.protocol import Server, configured
from jobcast.serve.settings import Listening
from jobcast.serve.watched import Watched
from jobcast.store.durable import make_folder
from jobcast.systems.keyword_lines import keyword_lines
from jobcast.systems.run import Behalf, run_for

logger = logging.getLogger("jobcast.batch")

_LOCK = "manager.lock"
_TOKENS_SECONDS = 1.0
"""Between looks whether the tokens are others."""
_FILTER_SECONDS = 30.0
"""How long a submit filter may take; other submissions go on meanwhile."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Set:
    """How a manager is set up."""

    folder: Path
    """Where its journal lies."""
    store: Path
    """Where the history and the models are, and the tokens of those who ask from elsewhere, or by a browser."""
    rules: Path | None
    """Of the hooks, by which forecasts fill in what submissions leave open; None where a site has none."""
    files: Callable[[], Files]
    """Reads the configuration files."""
    executor: Callable[[LiveSite], Executor]
    """What runs the jobs of a site."""
    cluster: str
    host: str
    zone: tzinfo
    operators: frozenset[str]
    """Login names."""
    retry: Retry
    """What is run again."""
    keep_days: int
    """How long turns are kept that a checkpoint has made needless."""
    ways: Ways
    """How people are told what became of their steps."""
    only: str | None
    """The one user whose jobs can be run; None for everybody's."""


def run(setup: Set, listening: Listening, ready: Callable[[Loop], None]) -> bool:
    """Run a manager, and tell whether it is to start anew.

    Raises ConfigError where another one runs in that folder, and what its files give cause for.
    """
    make_folder(setup.folder)
    setup.folder.chmod(0o711)  # owners of jobs reach their scripts below it; nobody lists it
    try:
        with (
            FileLock(setup.folder / _LOCK, timeout=0, mode=0o600),  # whoever can read it can hold it
            asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
        ):
            return runner.run(_manage(setup, listening, ready))
    except Timeout:
        raise ConfigError(say("batch.twice", folder=setup.folder), hint=say("batch.twice_cure")) from None


async def _manage(setup: Set, listening: Listening, ready: Callable[[Loop], None]) -> bool:
    journal = Journal(setup.folder)
    clocks = TwoClocks(clock.now, clock.seconds, boot=clock.boot(), kept=journal.meta(CLOCKS))
    now = datetime.fromtimestamp(
        clocks.seconds(), setup.zone
    )  # by the clock as it was, where it was set meanwhile
    files = setup.files()
    ledger = open_ledger(journal, files, read_live, at=int(now.timestamp()), monday=_monday(now))
    sources = Sources(store=setup.store, rules=setup.rules, now=clock.now)
    forecasts = Forecasts(sources, partial(admissible, ledger=ledger))
    around = Surroundings(
        now=clock.now,
        clocks=clocks,
        zone=setup.zone,
        read=read_submission,
        complete=forecasts.complete,
        retry=setup.retry,
    )
    loop = Loop(ledger, setup.executor(ledger.site), around)
    if ledger.site.files != files:
        loop.reconfigure(read_live(files))
    else:
        for line in keyword_lines(ledger.site.keywords):
            logger.warning("%s", line)
    tokens = watched_tokens(setup.store, partial(_operators, setup, loop))
    stopping, signalled = asyncio.Event(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, partial(_set, signalled, stopping))
    desk = _desk(setup, loop, tokens, stopping)
    servers = _servers(desk, listening)
    work = [asyncio.create_task(loop.run()), *(asyncio.create_task(serving) for _, serving in servers)]
    waiting = asyncio.create_task(stopping.wait())
    feeder = Feeder(journal, setup.store, setup.cluster, clock.now)
    beside = [
        asyncio.create_task(feeder.run()),
        asyncio.create_task(forecasts.look_after()),
        asyncio.create_task(Notifier(loop, setup.ways, clock.now, setup.folder).run()),
        asyncio.create_task(_tell([server for server, _ in servers], partial(ready, loop))),
        asyncio.create_task(_look_after(tokens)),
        asyncio.create_task(desk.pauses.follow(loop)),
        asyncio.create_task(keep_checkpoints(setup.folder, loop.ledger, setup.keep_days, desk.filters.stop)),
        asyncio.create_task(garbage.keep_out_of_sight()),
    ]
    await asyncio.wait([waiting, *work], return_when=asyncio.FIRST_COMPLETED)
    desk.filters.stop.set()
    for server, _ in servers:
        server.should_exit = True
    for task in (*beside, waiting, work[0]):
        task.cancel()
    try:
        with suppress(asyncio.CancelledError):
            await work[0]
        await asyncio.gather(*work[1:])
        keep_now(loop.ledger)
    finally:
        forecasts.close()
        journal.close()
    return desk.again.is_set() and not signalled.is_set()  # who sends a signal meanwhile wants it to end


def _set(*events: asyncio.Event) -> None:
    for event in events:
        event.set()


def _desk(setup: Set, loop: Loop, tokens: Watched[tuple[Token, ...]], stopping: asyncio.Event) -> Desk:
    filters = Filters()
    return Desk(
        loop=loop,
        frame=Frame(cluster=setup.cluster, host=setup.host, executor=loop.executor, zone=str(setup.zone)),
        door=Door(operators=partial(_operators, setup, loop), tokens=lambda: tokens.now, now=clock.now),
        only=setup.only,
        submitter=lambda user: submitter(user, setup.host, clock.now()),
        read_site=lambda: read_live(setup.files()),
        stopping=stopping,
        filtered=partial(_filtered, loop, filters.stop),
        filters=filters,
    )


def _operators(setup: Set, loop: Loop) -> frozenset[str]:
    """Return the login names of those who may do everything, those among them whom LoadLeveler's files name."""
    site = loop.ledger.site
    return setup.operators | (
        site.loadleveler.administrators if site.dialect == "loadleveler" else frozenset()
    )


def _servers(desk: Desk, listening: Listening) -> list[tuple[Server, Coroutine[None, None, None]]]:
    """Return what answers, without and with TLS."""
    app = make_batch_app(desk)
    crowd = Crowd(exempt=lambda user: login_once(user) in desk.door.operators())
    plain = Server(configured(app, crowd, lifespan="off"))
    found: list[tuple[Server, Coroutine[None, None, None]]] = [(plain, plain.serve(list(listening.plain)))]
    if listening.secure:
        tls = {"ssl_certfile": listening.certificate, "ssl_keyfile": listening.key}
        secure = Server(configured(app, crowd, lifespan="off", **tls))
        found.append((secure, secure.serve(list(listening.secure))))
    return found


async def _look_after(tokens: Watched[tuple[Token, ...]]) -> None:
    """Follow the tokens; where they can't be read, those that were known go on to count."""
    while True:
        await asyncio.sleep(_TOKENS_SECONDS)
        before = tokens.trouble
        await asyncio.to_thread(tokens.look)
        if tokens.trouble is not None and before is None:
            logger.error("%s", tokens.trouble.message)


def _monday(now: datetime) -> int:
    """Return the second at which this week began."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return int((midnight - timedelta(days=midnight.weekday())).timestamp())


async def _tell(servers: list[Server], ready: Callable[[], None]) -> None:
    for server in servers:
        await server.answers.wait()
    ready()


def _filtered(
    loop: Loop, stop: threading.Event, order: SubmitCommandFile, who: Submitter
) -> SubmitCommandFile | str:
    """Send a job command file through the site's filter, as the one who submits it; its faults are his alone."""
    program = filter_of(order, loop.ledger.site.loadleveler, who)
    if program is None:
        return order
    body = order.text.encode("utf-8", "replace")
    behalf = Behalf(user=who.user, environment=program.environment)
    end = run_for(behalf, program.program, body, seconds=_FILTER_SECONDS, stop=stop)
    if end.stopped:
        return say("batch.stopping")
    told = FilterEnd(exit_code=end.exit_code, output=end.output, errors=end.errors, timed_out=end.timed_out)
    return filtered(order, program, told)


def read_submission(ledger: Ledger, order: SubmitCommandFile | SubmitCommand, who: Submitter) -> Intake:
    """Read a submission by the rules that hold now."""
    site = ledger.site
    if isinstance(order, SubmitCommandFile):
        return loadleveler.read(order, replace(site.loadleveler, configuration=site.configuration), who)
    return lsf.read(order, site.lsf, who)
