"""``jobcast batch links``: LoadLeveler's and LSF's names for commands of this program."""

import os
import shutil
import sys
from pathlib import Path

import click

from jobcast.cli import frame
from jobcast.cli.batch_commands import LINKED
from jobcast.cli.screen import talk, tell
from jobcast.errors import InputError
from jobcast.language import say


@frame.command(help=say("links.help"), examples=say("links.examples"))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--system", type=click.Choice(list(LINKED)), multiple=True, help=say("links.system"))
def command(*, folder: Path, system: tuple[str, ...]) -> None:
    """Make links of these names that run this program. Raises InputError where it isn't installed as one."""
    program = own_program()
    if not program.is_file():
        raise InputError(say("links.no_program", path=program), hint="pip install jobcast")
    links = [folder.absolute() / name for chosen in system or LINKED for name in LINKED[chosen]]
    for link in links:
        _see_free(link, program)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for link in links:
            if not os.path.lexists(link):
                link.symlink_to(program)
    except OSError as error:
        raise InputError(
            say("links.refused", folder=folder, why=error.strerror), hint=say("links.cure")
        ) from error
    for link in links:
        tell(f"{link} -> {program}")
    if str(folder.absolute()) not in os.environ.get("PATH", "").split(os.pathsep):
        talk(say("links.next", folder=folder.absolute()))


def own_program() -> Path:
    """Return the file that starts this program, where it is installed as one."""
    return Path(sys.executable).with_name("jobcast")


def _see_free(link: Path, program: Path) -> None:
    """Refuse a name under which another program runs, in that folder or elsewhere on the PATH."""
    found = [link] if os.path.lexists(link) else []
    if elsewhere := shutil.which(link.name):
        found.append(Path(elsewhere))
    for other in found:
        if other.resolve() != program.resolve():
            raise InputError(say("links.taken", name=link.name, path=other), hint=say("links.taken_cure"))
