"""``jobcast batch start``: the live batch manager."""

import logging
import os
import pwd
import socket
import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import click

from jobcast import clock, config
from jobcast.act.executors.base import Executor
from jobcast.act.executors.local import LocalExecutor
from jobcast.act.executors.slurm import SlurmExecutor
from jobcast.act.executors.slurm_post import SlurmSite
from jobcast.batch.loop import Loop
from jobcast.batch.retrying import retry
from jobcast.batch.site import Files, LiveSite
from jobcast.cli import frame
from jobcast.cli.failing import failing
from jobcast.cli.screen import talk
from jobcast.cli.session import Session
from jobcast.cli.simulate_site import read_texts
from jobcast.config import Config
from jobcast.errors import ConfigError
from jobcast.language import current, say
from jobcast.machine import CPUS, MEMORY, Machine
from jobcast.serve.access import is_loopback
from jobcast.serve.batch.run import Set, run
from jobcast.serve.batch.sending import Ways
from jobcast.serve.certificate import see_certificate
from jobcast.serve.settings import Listening
from jobcast.serve.sockets import listen_tcp, listen_unix
from jobcast.serve.tokens import read_tokens

_ROOT = 0
_LOG = "%(asctime)s %(levelname)s %(message)s"


@frame.command(help=say("batch_start.help"), examples=say("batch_start.examples"))
@click.option("--system", "files", multiple=True, metavar="FILE", help=say("batch_start.system"))
@click.option("--folder", metavar="DIR", help=say("batch_start.folder"))
@click.option("--socket", metavar="PATH", help=say("batch_start.socket"))
@click.option("--partition", metavar="NAME", help=say("batch_start.partition"))
@click.option("--executor", type=click.Choice(["local", "slurm"]), help=say("batch_start.executor"))
@click.option("--host", metavar="ADDRESS", help=say("batch_start.host"))
@click.option("--port", metavar="N", help=say("batch_start.port"))
@click.option("--certificate", metavar="FILE", help=say("batch_start.certificate"))
@click.option("--key", metavar="FILE", help=say("batch_start.key"))
@click.pass_obj
def command(session: Session, /, *, files: tuple[str, ...], **flags: str | None) -> int:
    """Run jobs until a signal comes."""
    named = ",".join(files) or None
    settings = session.configured(
        **{f"batch.{name}": text for name, text in flags.items()}, **{"batch.system": named}
    )
    logging.basicConfig(level=logging.INFO, format=_LOG)
    logging.getLogger("uvicorn").setLevel(logging.ERROR)  # its warnings are of requests that are none
    folder = settings[config.BATCH_FOLDER] or settings[config.STORE] / "batch"
    host = socket.gethostname().partition(".")[0]
    me = pwd.getpwuid(os.geteuid()).pw_name  # not what LOGNAME says: an operator may do everything
    setup = Set(
        folder=folder,
        store=settings[config.STORE],
        rules=settings[config.HOOK_RULES],
        files=partial(_files, settings, host),
        executor=partial(_executor, settings, folder),
        cluster=settings[config.CLUSTER],
        host=host,
        zone=settings[config.TIMEZONE],
        operators=frozenset({"root", me, *settings[config.ADMINISTRATORS]}),
        retry=partial(
            retry,
            memory_retries=settings[config.BATCH_MEMORY_RETRIES],
            memory_factor=settings[config.BATCH_MEMORY_FACTOR],
        ),
        keep_days=settings[config.BATCH_KEEP_DAYS],
        ways=Ways(
            sendmail=settings[config.BATCH_SENDMAIL],
            webhook=settings[config.BATCH_WEBHOOK],
            cluster=settings[config.CLUSTER],
            zone=settings[config.TIMEZONE],
            language=current(),
        ),
        only=None if os.geteuid() == _ROOT else me,
    )
    _see_open(settings)
    with ExitStack() as closing:
        listening, where = _listen(settings, closing)
        again = run(setup, listening, partial(_tell, where))
    talk(say("batch_start.ended"))
    if again:
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - ourselves
    return 0


def _files(settings: Config, host: str) -> Files:
    here = Machine(name=host, resources={CPUS: len(os.sched_getaffinity(0)), MEMORY: _memory()})
    named = settings[config.BATCH_SYSTEM]
    return Files(texts=read_texts(tuple(map(Path, named))), here=here, failing=failing(settings))


def _executor(settings: Config, folder: Path, site: LiveSite) -> Executor:
    """Return what runs the jobs. Raises ConfigError where it isn't said which of Slurm's partitions does."""
    if settings[config.BATCH_EXECUTOR] == "slurm":
        if not (partition := settings[config.BATCH_PARTITION]):
            raise ConfigError(say("batch_start.no_partition"), hint=say("batch_start.no_partition_cure"))
        where = SlurmSite(partition=partition, path=os.environ.get("PATH", os.defpath))
        return SlurmExecutor(folder / "slurm", where, now=lambda: clock.now().timestamp())
    return LocalExecutor(folder / "spool", tuple(machine.name for machine in site.cluster.machines))


def _memory() -> int:
    """Return the bytes of memory of this host."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _see_open(settings: Config) -> None:
    """Raise ConfigError where the manager would listen beyond this host, but nobody has a token."""
    host = settings[config.BATCH_HOST]
    local = host == "localhost" or is_loopback((host, 0))
    if settings[config.BATCH_PORT] and not local and read_tokens(settings[config.STORE]) is None:
        raise ConfigError(say("batch_start.open"), hint=say("batch_start.open_cure"))


def _listen(settings: Config, closing: ExitStack) -> tuple[Listening, str]:
    """Open the sockets; `closing` closes them, and removes that of this host. Return also where they are."""
    path, port, host = (
        settings[config.BATCH_SOCKET],
        settings[config.BATCH_PORT],
        settings[config.BATCH_HOST],
    )
    certificate, key = settings[config.BATCH_CERTIFICATE], settings[config.BATCH_KEY]
    if certificate:
        see_certificate(certificate, key)
    unix = closing.enter_context(listen_unix(path))
    closing.callback(path.unlink, missing_ok=True)
    if not port:
        return Listening(plain=(unix,)), str(path)
    tcp = closing.enter_context(listen_tcp(host, port))
    where = f"{path}, {'https' if certificate else 'http'}://{host}:{port}"
    if certificate:
        return Listening(plain=(unix,), secure=(tcp,), certificate=certificate, key=key), where
    return Listening(plain=(unix, tcp)), where


def _tell(where: str, loop: Loop) -> None:
    cluster = loop.ledger.state.cluster
    talk(
        say(
            "batch_start.listening",
            where=where,
            machines=len(cluster.machines),
            rules=loop.ledger.site.policy.name,
        )
    )
