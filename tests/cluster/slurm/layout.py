"""Where the files of the cluster are, and what stands in them: the templates are in ``etc`` beside this module."""

import random
import secrets
import shutil
import socket
from contextlib import suppress
from pathlib import Path
from string import Template

_TEMPLATES = Path(__file__).with_name("etc")
_OWNERS = {
    "etc": "root",
    "munge": "root",
    "spool": "root",
    "log": "root",
    "work": "root",
    "state": "slurm",
    "db": "mysql",
}
"""Folders of the cluster, and whose they are."""
_PORTS = ("slurmctld_port", "slurmdbd_port", "n1_port", "n2_port")

NO_OP = {script.name: script.read_text() for script in _TEMPLATES.glob("*.lua")}
"""Texts of job_submit.lua and cli_filter.lua that change nothing."""


def environment(folder: Path) -> dict[str, str]:
    """Return what users of the cluster in `folder`, and its daemons, have in their environment."""
    return {"SLURM_CONF": str(folder / "etc/slurm.conf"), "MYSQL_UNIX_PORT": str(folder / "db/socket")}


def lay_out(folder: Path) -> None:
    """Make the folders and files of a cluster, for ports that are free now."""
    folder.chmod(0o755)  # all users read slurm.conf and reach munge
    for name, owner in _OWNERS.items():
        (folder / name).mkdir(mode=0o755)
        shutil.chown(folder / name, owner)
    (folder / "work").chmod(0o1777)  # whoever submits jobs does it from there
    values = {"folder": str(folder), **dict(zip(_PORTS, map(str, _free_ports(len(_PORTS))), strict=True))}
    for template in _TEMPLATES.iterdir():
        text = template.read_text()
        made = folder / "etc" / template.name
        made.write_text(Template(text).substitute(values) if template.suffix == ".conf" else text)
    key = folder / "munge/key"
    key.touch(mode=0o600)
    key.write_bytes(secrets.token_bytes(128))
    with_password = folder / "etc/slurmdbd.conf"
    with_password.chmod(0o600)
    shutil.chown(with_password, "slurm")


def _free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on, below those that the kernel gives to whoever connects somewhere."""
    ports = set[int]()
    while len(ports) < count:
        port = random.randrange(10_000, 32_000)
        with socket.socket() as plug, suppress(OSError):
            plug.bind(("127.0.0.1", port))
            ports.add(port)
    return list(ports)
