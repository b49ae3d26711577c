"""What Slurm needs so that it asks jobcast at submission: Lua beside slurm.conf, and LuaSocket.

job_submit.lua runs within slurmctld, once for each job of everybody; cli_filter.lua in each sbatch, salloc and srun,
where users can get round it. One of the two is enough, and the first is the better one. Both are a few lines
that call ``jobcast.lua``, so that a site with scripts of its own adds a line to these instead.
"""

import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from jobcast.act.hooks.base import Address, Plan, StubFile
from jobcast.act.hooks.placing import is_ours
from jobcast.act.hooks.template import fill, path_of, values_of
from jobcast.errors import ConfigError
from jobcast.language import Phrase, phrase, say

_MODULE = "jobcast.lua"
_SCRIPTS = ("job_submit.lua", "cli_filter.lua")
_HTTP_PORT = 80


class SlurmStub:
    """How the hook of Slurm is installed."""

    name = "slurm"

    def usual_folder(self, environment: Mapping[str, str]) -> Path:
        """Return the directory of slurm.conf: that of SLURM_CONF, else /etc/slurm."""
        return Path(environment.get("SLURM_CONF", "/etc/slurm/slurm.conf")).parent

    def plan(self, address: Address, folder: Path) -> Plan:
        """Return the scripts for `folder`; those that a site has written itself are left to it."""
        own = [name for name in _SCRIPTS if (folder / name).exists() and not is_ours(folder / name)]
        values = {"MODULE": _quoted(str(folder / _MODULE))}
        files = [StubFile(path=folder / _MODULE, content=fill(_MODULE, _values(address)), mode=0o644)]
        files += [
            StubFile(path=folder / name, content=fill(name, values), mode=0o644, stays=_names_lua(folder))
            for name in _SCRIPTS
            if name not in own
        ]
        return Plan(files=tuple(files), by_hand=_by_hand(folder, own), undo=_undo(folder, own))

    def file(self, folder: Path) -> Path:
        """Return the module that both scripts call."""
        return folder / _MODULE

    def read(self, text: str) -> Address:
        """Return what the module says."""
        values = values_of(_MODULE, text)
        host, port = _plain(values["HOST"]), int(values["PORT"])
        return Address(
            socket=path_of(_plain(values["SOCKET"])),
            url=f"http://{host}:{port}" if host else None,
            token_file=path_of(_plain(values["TOKEN_FILE"])),
            deadline_s=float(values["DEADLINE"]),
        )


_PLUGIN = re.compile(
    rb"^[ \t]*(?:JobSubmit|CliFilter)Plugins[ \t]*=[^#\n]*\blua\b", re.IGNORECASE | re.MULTILINE
)


def _names_lua(where: Path) -> bool:
    """Tell whether slurm.conf wants scripts: without the one that it names, slurmctld does not start."""
    try:
        return bool(_PLUGIN.search((where / "slurm.conf").read_bytes()))
    except OSError:
        return False


def _by_hand(where: Path, own: list[str]) -> tuple[Phrase, ...]:
    module = where / _MODULE
    merge = {
        "job_submit.lua": phrase("hook_slurm.merge_job_submit", file=where / "job_submit.lua", module=module),
        "cli_filter.lua": phrase("hook_slurm.merge_cli_filter", file=where / "cli_filter.lua", module=module),
    }
    return (
        phrase("hook_slurm.lua_socket"),
        *(merge[name] for name in own),
        phrase("hook_slurm.settings", file=where / "slurm.conf"),
        phrase("hook_slurm.reconfigure"),
    )


def _undo(where: Path, own: list[str]) -> tuple[Phrase, ...]:
    merged = [phrase("hook_slurm.unmerge", file=where / name) for name in own]
    return (*merged, phrase("hook_slurm.undo", file=where / "slurm.conf"), phrase("hook_slurm.reconfigure"))


def _values(address: Address) -> dict[str, str]:
    """Return the values of the template, as Lua writes them."""
    host, port = _host(address.url) if address.url else ("", _HTTP_PORT)
    return {
        "SOCKET": _quoted(str(address.socket or "")),
        "HOST": _quoted(host),
        "PORT": str(port),
        "TOKEN_FILE": _quoted(str(address.token_file or "")),
        "DEADLINE": f"{address.deadline_s:.3f}",
    }


def _host(url: str) -> tuple[str, int]:
    """Return address and port of a service without TLS: LuaSocket has none.

    A name is refused: to look it up can take seconds, and no deadline holds for that.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or _HTTP_PORT
        ipaddress.IPv4Address(host)
    except ValueError:
        parts, host, port = urlsplit(""), "", 0
    if parts.scheme != "http" or not host or parts.path.strip("/"):
        raise ConfigError(say("hook_slurm.bad_url", url=url), hint=say("hook_slurm.bad_url_cure"))
    return host, port


_ODD = re.compile(r"[^ -~]|[\"\\]")


def _quoted(text: str) -> str:
    """Return a text as a string of Lua, byte by byte where a letter could end it."""
    raw = text.encode("utf-8", "surrogateescape").decode("latin-1")
    return '"' + _ODD.sub(lambda letter: f"\\{ord(letter[0]):03d}", raw) + '"'


_CODE = re.compile(r"\\(\d{3})")


def _plain(quoted: str) -> str:
    """Return what `_quoted` was made from."""
    raw = _CODE.sub(lambda code: chr(int(code[1])), quoted.strip('"'))
    return raw.encode("latin-1").decode("utf-8", "surrogateescape")
