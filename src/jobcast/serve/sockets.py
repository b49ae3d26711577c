"""Where the service listens: a Unix socket for this host, and TCP."""

import errno
import os
import socket
import stat
from pathlib import Path

from jobcast.errors import ConfigError
from jobcast.language import say
from jobcast.store.durable import make_folder, refusals_explained

_BACKLOG = 1024
_LONGEST_PATH = 107
"""Bytes of a socket's path that Linux takes (unix(7))."""


def listen_unix(path: Path) -> socket.socket:
    """Listen at `path`, where every user of this host may knock; what a killed service left there goes.

    Raises ConfigError when another service answers there, or when the path can't be a socket; StoreError when
    its folder refuses.
    """
    if len(os.fsencode(path)) > _LONGEST_PATH:
        raise ConfigError(say("serve.long_path", path=path), hint=say("serve.socket_cure"))
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with refusals_explained(path):
            make_folder(path.parent)
            _clear(path)
            listener.bind(str(path))
            path.chmod(0o666)
            listener.listen(_BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener


def _clear(path: Path) -> None:
    """Remove a socket at which nobody answers any more."""
    try:
        kind = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(kind):
        raise ConfigError(say("serve.no_socket", path=path), hint=say("serve.socket_cure"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            path.unlink(missing_ok=True)
            return
        except OSError as error:
            raise ConfigError(
                say("serve.taken", where=path, why=error.strerror), hint=say("serve.socket_cure")
            ) from error
    raise ConfigError(say("serve.taken", where=path, why=say("serve.answers")), hint=say("serve.socket_cure"))


def listen_tcp(host: str, port: int) -> socket.socket:
    """Listen at an address of this host. Raises ConfigError when that can't be."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except UnicodeError as error:  # a name that no resolver takes
        raise ConfigError(
            say("serve.taken", where=f"{host}:{port}", why=error), hint=say("serve.host_cure")
        ) from error
    except OSError as error:
        raise _refused(host, port, error) from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise _refused(host, port, error) from error
    return listener


def _refused(host: str, port: int, error: OSError) -> ConfigError:
    cure = say("serve.port_cure") if error.errno == errno.EADDRINUSE else say("serve.host_cure")
    return ConfigError(say("serve.taken", where=f"{host}:{port}", why=error.strerror or error), hint=cure)
