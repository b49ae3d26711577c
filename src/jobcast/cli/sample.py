"""``jobcast sample``: from this host's batch systems into the store."""

import shlex
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

import click
import polars as pl

from jobcast import clock, config
from jobcast.cli import frame
from jobcast.cli.columns import moment
from jobcast.cli.endings import EXPECTED, complain
from jobcast.cli.moment import MOMENT
from jobcast.cli.progress import progress
from jobcast.cli.screen import print_json, talk, tell
from jobcast.cli.session import Session, site
from jobcast.cli.summary import as_dict, show
from jobcast.errors import BatchSystemError
from jobcast.language import say
from jobcast.printable import printable
from jobcast.sample.sampling import (
    Manners,
    Question,
    ask,
    ask_site,
    configured_about_site,
    installed,
    may_ask_at,
    next_question,
)
from jobcast.store import Store
from jobcast.store.durable import refusals_explained
from jobcast.store.marks import Mark
from jobcast.systems.base import BatchSystem, Command, Site
from jobcast.systems.registry import BATCH_SYSTEMS


@frame.command(help=say("sample.help"), examples=say("sample.examples"))
@click.option(
    "--system", "names", multiple=True, type=click.Choice(list(BATCH_SYSTEMS)), help=say("sample.system")
)
@click.option("--since", type=MOMENT, metavar="TIME", help=say("sample.since"))
@click.option("--cluster", metavar="NAME", help=say("import.cluster"))
@click.option("-c", "--to-csv", is_flag=True, help=say("sample.to_csv"))
@click.option("-d", "--to-sqlite", is_flag=True, help=say("sample.to_sqlite"))
@click.option("--db", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help=say("sample.db"))
@click.option("--dry-run", is_flag=True, help=say("sample.dry_run"))
@frame.json_option
@click.pass_obj
def command(
    session: Session,
    /,
    *,
    names: tuple[str, ...],
    since: datetime | None,
    cluster: str | None,
    to_csv: bool,
    to_sqlite: bool,
    db: Path | None,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Ask the batch systems."""
    if db and not (to_csv or to_sqlite):
        raise click.UsageError(say("sample.db_and_form"), click.get_current_context())
    settings = session.configured(cluster=cluster)
    copies = db or settings[config.STORE] / "memprediction"
    systems = [BATCH_SYSTEMS[name] for name in names] or installed(BATCH_SYSTEMS)
    if not systems:
        programs = sorted({program for system in BATCH_SYSTEMS.values() for program in system.programs})
        raise BatchSystemError(
            say("sample.no_system", programs=", ".join(programs)), hint=say("sample.no_system_cure")
        )
    sample = _Sample(
        site=site(settings, now=clock.now(), memory_per_task=settings[config.MEMORY_PER_TASK]),
        configured=configured_about_site(settings),
        store=session.store,
        manners=Manners(
            min_interval=settings[config.SAMPLE_MIN_INTERVAL], overlap=settings[config.SAMPLE_OVERLAP]
        ),
        since=since,
        also=_copies(copies, settings[config.TIMEZONE], to_csv=to_csv, to_sqlite=to_sqlite),
    )
    if dry_run:
        commands = [asked for system in systems for asked in sample.commands(system)]
        return _show_commands(commands, as_json=as_json)
    answers = [sample.ask(system) for system in systems]
    _show(answers, settings, as_json=as_json)
    return EXPECTED if any(answer["state"] == "failed" for answer in answers) else 0


Copy = Callable[[pl.DataFrame], None]


@dataclass(frozen=True, kw_only=True)
class _Sample:
    """One call of the command."""

    site: Site
    """What the batch systems don't say of themselves."""
    configured: frozenset[str]
    """Fields of `site` that no batch system may change."""
    store: Store
    """Where the jobs go."""
    manners: Manners
    """How often, and how far back, to ask."""
    since: datetime | None
    """Ask from then on; None asks from the last success."""
    also: Copy | None
    """Where to write memPrediction's files, too; None writes none."""

    def question(self, system: BatchSystem) -> Question:
        """Return what this system would be asked now."""
        return next_question(system, self.mark(system), self.manners, site=self.site, since=self.since)

    def mark(self, system: BatchSystem) -> Mark:
        """Return how far this system was sampled, as far as that can be believed."""
        return self.store.mark(system.name, self.site.cluster).believed(self.site.now)

    def commands(self, system: BatchSystem) -> list[Command]:
        """Return what would be run now."""
        return [*system.query_site(), self.question(system).command]

    def ask(self, system: BatchSystem) -> dict[str, Any]:
        """Ask this system about its site, then for its jobs."""
        here, failures = ask_site(system, self.site, self.configured)
        for failure in failures:
            what = " ".join(failure.message.split())
            talk(say("sample.site_unasked", system=system.name, what=what))
        return replace(self, site=here).ask_jobs(system)

    def ask_jobs(self, system: BatchSystem) -> dict[str, Any]:
        """Ask this system, unless it was asked a moment ago; its failure is an answer too."""
        question = self.question(system)
        answer: dict[str, Any] = {
            "system": system.name,
            "cluster": self.site.cluster,
            "since": question.since,
            "until": question.until,
            "gap": None,
        }
        again = may_ask_at(self.mark(system), self.manners)
        if again is not None and self.site.now < again:
            return {**answer, "state": "too_soon", "again_at": again}
        try:
            with progress(system.name) as watch:
                counts = ask(question, self.site, self.store, watch=watch, also=self.also)
        except BatchSystemError as error:
            complain(error)
            return {**answer, "state": "failed", "error": error.message}
        if counts.new:
            self.store.compact()
        if question.gap:
            answer["gap"] = {"from": question.gap.since, "to": question.gap.until}
        return {**answer, "state": "sampled", "counts": counts}


def _copies(db: Path, zone: tzinfo, *, to_csv: bool, to_sqlite: bool) -> Copy | None:
    """Return what writes memPrediction's own files into `db`; None where none are asked for."""
    if not (to_csv or to_sqlite):
        return None
    from jobcast.systems.memprediction import write_csv, write_sqlite  # noqa: PLC0415

    writers = [writer for wanted, writer in ((to_csv, write_csv), (to_sqlite, write_sqlite)) if wanted]

    def copy(jobs: pl.DataFrame) -> None:
        for write in writers:
            with refusals_explained(db):
                write(jobs, db, zone)

    return copy


def _show_commands(commands: list[Command], *, as_json: bool) -> int:
    """Say what would be run, as lines that can be pasted into a shell."""
    if as_json:
        print_json(
            {
                "dry_run": True,
                "commands": [
                    {"arguments": asked.arguments, "environment": dict(asked.environment)}
                    for asked in commands
                ],
            }
        )
        return 0
    for asked in commands:
        environment = [f"{name}={_quoted(value)}" for name, value in asked.environment]
        tell(" ".join([*environment, *map(_quoted, asked.arguments)]))
    talk(say("sample.nothing_asked"))
    return 0


def _quoted(word: str) -> str:
    """Quote a word for the shell, so that it can be both seen and pasted."""
    if word.isprintable():
        return shlex.quote(word)
    escaped = word.replace("\\", r"\\").replace("'", r"\'")
    return f"$'{printable(escaped)}'"


def _show(answers: list[dict[str, Any]], settings: config.Config, *, as_json: bool) -> None:
    zone = settings[config.TIMEZONE]
    if as_json:
        for answer in answers:
            _talk_of_gap(answer, zone)
        print_json({"systems": [_flat(answer) for answer in answers]})
        return
    for answer in answers:
        times = {name: moment(answer[name], zone) for name in ("since", "until")}
        if answer["state"] == "too_soon":
            talk(say("sample.too_soon", system=answer["system"], again=moment(answer["again_at"], zone)))
        elif answer["state"] == "sampled":
            tell(say("sample.span", system=answer["system"], cluster=printable(answer["cluster"]), **times))
            show(answer["counts"])
            _talk_of_gap(answer, zone)
    talk(say("sample.next"))


def _talk_of_gap(answer: dict[str, Any], zone: tzinfo) -> None:
    """Say what the batch system had forgotten already, and which files know it."""
    if answer["gap"]:
        since, until = (moment(answer["gap"][end], zone) for end in ("from", "to"))
        kind = BATCH_SYSTEMS[answer["system"]].accounting
        talk(say("sample.gap", system=answer["system"], since=since, until=until))
        talk(say("sample.gap_cure", kind=kind, cluster=_quoted(answer["cluster"])))


def _flat(answer: dict[str, Any]) -> dict[str, Any]:
    counts = answer.pop("counts", None)
    return {**answer, **(as_dict(counts) if counts else {})}
