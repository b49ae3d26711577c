"""``jobcast import``: from files into the store."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import click

from jobcast import clock, config
from jobcast.cli import frame
from jobcast.cli.endings import EXPECTED, complain
from jobcast.cli.moment import MOMENT
from jobcast.cli.progress import progress
from jobcast.cli.screen import print_json, talk
from jobcast.cli.session import Session, site
from jobcast.cli.summary import as_dict, show
from jobcast.errors import InputError
from jobcast.language import say
from jobcast.sample.counts import Counts
from jobcast.sample.importing import Source, import_file
from jobcast.sample.keeping import Watch
from jobcast.store import Store
from jobcast.systems.base import Site
from jobcast.systems.registry import FILE_FORMATS

_DATED_BY_THEIR_FILE = {"bjobs"}
"""Kinds that print dates without a year, which only the date of the file can complete."""


@dataclass(kw_only=True, slots=True)  # it counts as it goes
class _Import:
    """One call of the command."""

    kind: str
    """Format of the files, a key of `FILE_FORMATS`."""
    site: Site
    """What the files don't say of themselves."""
    as_of: datetime | None
    """When the files were written; None takes each file's own time."""
    store: Store
    """Where the jobs go."""
    dry_run: bool
    """Count only."""
    counts: Counts = field(default_factory=Counts)
    """What became of the records so far."""
    failed: list[dict[str, str]] = field(default_factory=list)
    """Files that could not be read, each with its error."""

    def run(self, files: Sequence[Path]) -> None:
        """Import each file; one that can't be read does not stop the others."""
        for file in files:
            with progress(file.name) as done:
                try:
                    counts = self._one(file, done)
                except InputError as error:
                    complain(error)
                    self.failed.append({"file": str(file), "error": error.message})
                    continue
            if not counts.read and not counts.not_finished:
                talk(say("import.no_records", path=file))
            self.counts += counts
        if self.counts.new and not self.dry_run:
            self.store.compact()

    def _one(self, file: Path, watch: Watch) -> Counts:
        site = replace(self.site, now=self._asked_at(file))
        source = Source(path=file, form=FILE_FORMATS[self.kind], site=site)
        return import_file(source, self.store, dry_run=self.dry_run, watch=watch)

    def _asked_at(self, file: Path) -> datetime:
        if self.as_of is None and self.kind in _DATED_BY_THEIR_FILE and file.exists():
            return datetime.fromtimestamp(file.stat().st_mtime, UTC)
        return self.as_of or clock.now()


class _ByKind(frame.Spoken):
    """The command, whose help page says a word on each kind."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what each kind is, then what each option does."""
        with formatter.section("KIND"):
            formatter.write_dl([(kind, say(f"import.kind_{kind}")) for kind in FILE_FORMATS])
        super().format_options(ctx, formatter)


@click.command(cls=_ByKind, help=say("import.help"), epilog=say("import.examples"))
@click.argument("kind", type=click.Choice(list(FILE_FORMATS)), metavar="KIND")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--cluster", metavar="NAME", help=say("import.cluster"))
@click.option("--timezone", metavar="ZONE", help=say("import.timezone"))
@click.option("--memory-unit", metavar="K|M|G|T|P", help=say("import.memory_unit"))
@click.option("--memory-per-task", is_flag=True, help=say("import.memory_per_task"))
@click.option("--map", "column_map", metavar="FILE", help=say("import.map"))
@click.option("--as-of", type=MOMENT, metavar="TIME", help=say("import.as_of"))
@click.option("--dry-run", is_flag=True, help=say("import.dry_run"))
@frame.json_option
@click.pass_obj
def command(
    session: Session,
    /,
    *,
    kind: str,
    files: tuple[Path, ...],
    cluster: str | None,
    timezone: str | None,
    memory_unit: str | None,
    memory_per_task: bool,
    column_map: str | None,
    as_of: datetime | None,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Import files of one kind."""
    settings = session.configured(
        cluster=cluster,
        timezone=timezone,
        memory_unit=memory_unit,
        memory_per_task="true" if memory_per_task else None,
    )
    about = site(
        settings,
        now=clock.now(),
        memory_per_task=settings[config.MEMORY_PER_TASK],
        column_map=_map(kind, column_map),
    )
    work = _Import(kind=kind, site=about, as_of=as_of, store=session.store, dry_run=dry_run)
    work.run(files)
    if as_json:
        print_json({**as_dict(work.counts), "dry_run": dry_run, "failed": work.failed})
    elif len(work.failed) < len(files):  # else the errors have said it all
        _show(work)
    return EXPECTED if work.failed else 0


def _map(kind: str, column_map: str | None) -> Path | None:
    """Find the file that names the columns of a table."""
    if kind != "table":
        if column_map:
            raise click.UsageError(say("import.map_without_table"), click.get_current_context())
        return None
    from jobcast.systems.table import find_map  # noqa: PLC0415 - only one kind needs it

    return find_map(column_map) if column_map else None


def _show(work: _Import) -> None:
    show(work.counts)
    if work.dry_run:
        talk(say("import.nothing_written"))
    talk(say("import.next_rows") if work.counts.set_aside else say("import.next_jobs"))
