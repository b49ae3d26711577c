"""What ``jobcast doctor`` finds of the hooks: which are installed, whether they are of this version, what they need."""

from collections.abc import Iterator
from pathlib import Path

from jobcast import config
from jobcast.act.hooks.base import Address, Plan
from jobcast.act.hooks.placing import is_ours
from jobcast.act.hooks.registry import STUBS, stub
from jobcast.act.installing import Placed, compare
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


def installed_hooks(settings: config.Config) -> dict[str, Plan]:
    """Return the hooks of which a file stands where it belongs, each with what this version would write."""
    socket, deadline = settings[config.SERVE_SOCKET], settings[config.HOOK_DEADLINE]
    address = Address(socket=socket.absolute(), deadline_s=deadline.total_seconds())
    found = {}
    for name in STUBS:
        try:
            plan = stub(name).plan(address, None)
            if any(is_ours(file.path) for file in plan.files):
                found[name] = plan
        except (ConfigError, StoreError):  # nobody says where it belongs, or nobody may look there
            continue
    return found


def about_hooks(hooks: dict[str, Plan], *, root: Path = Path("/")) -> Iterator[Finding]:
    """Look at the hooks that are installed; where there are none there is nothing to say."""
    for name, plan in hooks.items():
        yield _about_files(name, plan)
        if name in _NEEDS_CURL and not is_installed("curl"):
            yield Finding(f"{name}-hook", FAIL, say("doctor_hooks.no_curl"), say("doctor_hooks.no_curl_cure"))
        if name in _NEEDS_LUA_SOCKET and not any(any(root.glob(place)) for place in _LUA_SOCKET):
            yield Finding(f"{name}-hook", FAIL, say("doctor_hooks.no_lua"), say("doctor_hooks.no_lua_cure"))


def _about_files(name: str, plan: Plan) -> Finding:
    ours = [file for file in plan.files if is_ours(file.path)]
    where = ", ".join(str(file.path) for file in ours)
    differences = compare(Placed(path=file.path, content=file.content, mode=file.mode) for file in ours)
    changed = [one.name for one in differences if one.changes]
    facts = {"files": [str(file.path) for file in ours], "differ": changed}
    if changed:
        text = say("doctor_hooks.differs", files=", ".join(changed))
        return Finding(f"{name}-hook", WARN, text, f"jobcast hook install {name} --dry-run", facts)
    return Finding(f"{name}-hook", OK, say("doctor_hooks.installed", files=where), facts=facts)
