"""One worker: an event loop that answers on sockets which all workers share."""

import asyncio
import signal
from collections.abc import Callable
from secrets import token_bytes

import uvloop

from jobcast import clock
from jobcast.advice import advice_id
from jobcast.serve.app import make_app
from jobcast.serve.crowd import Crowd
from jobcast.serve.protocol import Server, configured
from jobcast.serve.service import Service
from jobcast.serve.settings import Listening, Settings

_ID_BYTES = 8


def run(settings: Settings, listening: Listening, parent: int, ready: Callable[[], None]) -> None:
    """Answer until a signal or the end of the parent, at the other end of the pipe `parent`, asks to stop.

    `ready` is called as soon as it answers wherever it listens.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_answer(settings, listening, parent, ready))


async def _answer(settings: Settings, listening: Listening, parent: int, ready: Callable[[], None]) -> None:
    service = Service(settings, now=clock.now, new_id=new_id)
    app = make_app(service)
    crowd = Crowd()
    servers = [(Server(configured(app, crowd)), listening.plain)]
    if listening.secure:
        tls = {"ssl_certfile": listening.certificate, "ssl_keyfile": listening.key}
        servers.append((Server(configured(app, crowd, lifespan="off", **tls)), listening.secure))
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    loop.add_reader(parent, stopping.set)
    tasks = [asyncio.create_task(server.serve(list(sockets))) for server, sockets in servers]
    waiting = asyncio.create_task(stopping.wait())
    beside = [waiting, asyncio.create_task(_tell([server for server, _ in servers], ready))]
    await asyncio.wait([waiting, *tasks], return_when=asyncio.FIRST_COMPLETED)
    for server, _ in servers:
        server.should_exit = True
    for task in beside:
        task.cancel()
    await asyncio.gather(*tasks)


async def _tell(servers: list[Server], ready: Callable[[], None]) -> None:
    for server in servers:
        await server.answers.wait()
    ready()


def new_id() -> str:
    """Return a name for an advice, by chance."""
    return advice_id(int.from_bytes(token_bytes(_ID_BYTES)))
