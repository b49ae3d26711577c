"""``jobcast serve``: forecasts over HTTP."""

import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack

import click

import jobcast
from jobcast import config, language
from jobcast.act.rules import read_rules
from jobcast.cli import frame
from jobcast.cli.screen import talk
from jobcast.cli.session import Session
from jobcast.config import Config
from jobcast.errors import ConfigError
from jobcast.language import say
from jobcast.predict.shelf import Shelf
from jobcast.serve.access import is_loopback
from jobcast.serve.certificate import see_certificate
from jobcast.serve.names import user_id
from jobcast.serve.settings import Listening, Settings
from jobcast.serve.sockets import listen_tcp, listen_unix
from jobcast.serve.tokens import read_tokens
from jobcast.store import version
from jobcast.systems.hooks.base import HookSite

_ROOT = 0
_LOG = "%(asctime)s %(levelname)s %(process)d %(message)s"


@frame.command(help=say("serve.help"), examples=say("serve.examples"))
@click.option("--socket", metavar="PATH", help=say("serve.socket"))
@click.option("--host", metavar="ADDRESS", help=say("serve.host"))
@click.option("--port", metavar="N", help=say("serve.port"))
@click.option("--workers", metavar="N", help=say("serve.workers"))
@click.option("--certificate", metavar="FILE", help=say("serve.certificate"))
@click.option("--key", metavar="FILE", help=say("serve.key"))
@click.option("--rules", metavar="FILE", help=say("serve.rules"))
@click.pass_obj
def command(session: Session, /, *, rules: str | None, **flags: str | None) -> int:
    """Listen, and answer until a signal comes."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is imported: workers are forks
    from jobcast.serve.launch import serve  # noqa: PLC0415 - see above

    settings = session.configured(
        **{f"serve.{name}": text for name, text in flags.items()}, **{"hook.rules": rules}
    )
    logging.basicConfig(level=logging.INFO, format=_LOG)
    logging.getLogger("uvicorn").setLevel(logging.ERROR)  # its warnings are of requests that are none
    _see_files(settings)
    told = _told(settings)
    _see_open(settings, told)
    with ExitStack() as closing:
        listening, where = _listen(settings, closing)
        talk(say("serve.listening", version=jobcast.__version__, where=where))
        talk(say("serve.mode", mode=read_rules(told.rules).furthest()))
        if Shelf(told.store / "models").active() is None:
            talk(say("serve.no_model"))
        code = serve(told, listening, settings[config.SERVE_WORKERS])
    talk(say("serve.ended"))
    return code


def _told(settings: Config) -> Settings:
    """Return what workers are told."""
    store = settings[config.STORE]
    names: tuple[str, ...] = settings[config.ADMINISTRATORS]
    owners = {_ROOT, os.geteuid(), *([store.stat().st_uid] if store.exists() else [])}
    return Settings(
        store=store,
        rules=settings[config.HOOK_RULES],
        administrators=frozenset({*owners, *_administrators(names)}),
        site=HookSite(
            memory_unit=settings[config.MEMORY_UNIT],
            memory_per_task=settings[config.MEMORY_PER_TASK],
            limit_unit=settings[config.LIMIT_UNIT],
        ),
        timezone=settings[config.TIMEZONE],
        language=language.current(),
        open_beyond=settings[config.SERVE_CERTIFICATE] is not None and read_tokens(store) is None,
    )


def _administrators(names: Iterable[str]) -> Iterator[int]:
    """Yield the numbers of these users; a name that nobody has is told, and is no fault."""
    for name in names:
        if (uid := user_id(name)) is None:
            talk(say("serve.no_administrator", name=name))
        else:
            yield uid


def _see_files(settings: Config) -> None:
    """Read what workers will read, so that a fault is told here. Raises ConfigError and StoreError."""
    version.check(settings[config.STORE])
    read_rules(settings[config.HOOK_RULES])
    read_tokens(settings[config.STORE])


def _see_open(settings: Config, told: Settings) -> None:
    """Raise ConfigError where the service would listen beyond this host, but the site has not said to whom."""
    local = is_loopback((settings[config.SERVE_HOST], 0)) or settings[config.SERVE_HOST] == "localhost"
    decided = told.open_beyond or read_tokens(told.store) is not None
    if settings[config.SERVE_PORT] and not (local or decided):
        raise ConfigError(say("serve.open"), hint=say("serve.open_cure"))


def _listen(settings: Config, closing: ExitStack) -> tuple[Listening, str]:
    """Open the sockets; `closing` closes them, and removes that of this host. Return also where they are."""
    path, port = settings[config.SERVE_SOCKET], settings[config.SERVE_PORT]
    certificate, key = settings[config.SERVE_CERTIFICATE], settings[config.SERVE_KEY]
    if certificate:
        see_certificate(certificate, key)
    unix = closing.enter_context(listen_unix(path))
    closing.callback(path.unlink, missing_ok=True)
    if not port:
        return Listening(plain=(unix,)), str(path)
    host = settings[config.SERVE_HOST]
    tcp = closing.enter_context(listen_tcp(host, port))
    where = f"{path}, {'https' if certificate else 'http'}://{host}:{port}"
    if certificate:
        return Listening(plain=(unix,), secure=(tcp,), certificate=certificate, key=key), where
    return Listening(plain=(unix, tcp)), where
