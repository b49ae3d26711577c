"""What ``jobcast doctor`` finds of the hooks: which are installed, whether they are of this version, what they need."""

import os
import shlex
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from jobcast import config
from jobcast.act.hooks.base import Address, Plan, Stub
from jobcast.act.hooks.placing import is_ours
from jobcast.act.hooks.registry import STUBS, stub
from jobcast.act.installing import Placed, compare
from jobcast.act.rules import read_rules
from jobcast.cli.finding import FAIL, OK, WARN, Finding
from jobcast.errors import ConfigError, StoreError
from jobcast.language import say
from jobcast.systems.run import is_installed

_NEEDS_CURL = {"lsf", "loadleveler"}
_NEEDS_LUA_SOCKET = {"slurm"}
_LUA_SOCKET = (
    *("usr/lib/*/lua/5.*/socket/core.so", "usr/lib/lua/5.*/socket/core.so"),
    *("usr/lib64/lua/5.*/socket/core.so", "usr/local/lib/lua/5.*/socket/core.so"),
)
"""Where Lua looks for it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hook:
    """A hook that is installed."""

    address: Address
    """Where it asks."""
    plan: Plan
    """What this version would write so that it asks there."""


def installed_hooks(settings: config.Config) -> dict[str, Hook]:
    """Return the hooks of which the file that says where they ask stands where it belongs."""
    socket, deadline = settings[config.SERVE_SOCKET], settings[config.HOOK_DEADLINE]
    otherwise = Address(socket=socket.absolute(), deadline_s=deadline.total_seconds())
    found = {}
    for name in STUBS:
        try:
            one = stub(name)
            folder = one.usual_folder(os.environ)
            if is_ours(one.file(folder)):
                found[name] = _installed(one, folder, otherwise)
        except (ConfigError, StoreError, OSError):  # nobody says where it belongs, or nobody may look there
            continue
    return found


def _installed(one: Stub, folder: Path, otherwise: Address) -> Hook:
    """Return a hook as its file says; of a file that tells nothing, as the settings do."""
    try:
        address = one.read(one.file(folder).read_text("utf-8", "surrogateescape"))
        return Hook(address=address, plan=one.plan(address, folder))
    except (ValueError, ConfigError):
        return Hook(address=otherwise, plan=one.plan(otherwise, folder))


def about_hooks(hooks: dict[str, Hook], *, root: Path = Path("/")) -> Iterator[Finding]:
    """Look at the hooks that are installed; where there are none there is nothing to say."""
    for name, hook in hooks.items():
        yield _about_files(name, hook)
        if name in _NEEDS_CURL and not is_installed("curl"):
            yield Finding(f"{name}-hook", FAIL, say("doctor_hooks.no_curl"), say("doctor_hooks.no_curl_cure"))
        if name in _NEEDS_LUA_SOCKET and not any(any(root.glob(place)) for place in _LUA_SOCKET):
            yield Finding(f"{name}-hook", FAIL, say("doctor_hooks.no_lua"), say("doctor_hooks.no_lua_cure"))


def about_rules(settings: config.Config, hooks: Collection[str]) -> Iterator[Finding]:
    """Look at the rules that hooks go by, where there is something to say."""
    if not hooks:
        return
    try:
        rules = read_rules(settings[config.HOOK_RULES])
    except ConfigError as error:
        yield Finding("rules", FAIL, error.message, error.hint)
        return
    limited = any(terms.memory_limit for terms in (rules.top, *rules.rules))
    if limited and "lsf" in hooks and settings[config.LIMIT_UNIT] is None:
        yield Finding(
            "rules", WARN, say("doctor_hooks.no_limit_unit"), say("doctor_hooks.no_limit_unit_cure")
        )


def _about_files(name: str, hook: Hook) -> Finding:
    ours = [file for file in hook.plan.files if is_ours(file.path)]
    where = ", ".join(str(file.path) for file in ours)
    differences = compare(Placed(path=file.path, content=file.content, mode=file.mode) for file in ours)
    changed = [one.name for one in differences if one.changes]
    facts = {"files": [str(file.path) for file in ours], "differ": changed}
    if changed:
        text = say("doctor_hooks.differs", files=", ".join(changed))
        cure = " ".join(["jobcast hook install", name, *_flags(hook.address), "--dry-run"])
        return Finding(f"{name}-hook", WARN, text, cure, facts)
    return Finding(f"{name}-hook", OK, say("doctor_hooks.installed", files=where), facts=facts)


def _flags(address: Address) -> Iterator[str]:
    """Yield the options by which a hook is installed that asks at this address."""
    told = {
        "--socket": address.socket,
        "--url": address.url,
        "--token-file": address.token_file,
        "--certificate": address.certificate or ("FILE" if address.authority else None),
        "--deadline": f"{address.deadline_s:g}",
    }
    for flag, value in told.items():
        if value is not None:
            yield f"{flag} {shlex.quote(str(value))}"
