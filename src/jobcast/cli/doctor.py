"""``jobcast doctor``: what jobcast finds on this host; changes nothing."""

import os
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, timedelta
from pathlib import Path

import click
import polars as pl

from jobcast import clock, config
from jobcast.cli import frame
from jobcast.cli.columns import moment
from jobcast.cli.doctor_hooks import about_hooks, about_rules, installed_hooks
from jobcast.cli.doctor_service import about_service
from jobcast.cli.endings import EXPECTED
from jobcast.cli.figures import share
from jobcast.cli.finding import FAIL, OK, WARN, Finding, show_findings
from jobcast.cli.screen import print_json, talk
from jobcast.cli.session import Session, site
from jobcast.cli.table import Column, print_table
from jobcast.errors import BatchSystemError, ConfigError, StoreError
from jobcast.language import say
from jobcast.sample import sampling
from jobcast.store import Store, Summary
from jobcast.systems.base import BatchSystem, Site
from jobcast.systems.registry import BATCH_SYSTEMS
from jobcast.units import GIB, format_duration, format_memory
from jobcast.zone import misread_zone

_LITTLE_ROOM = GIB
_OLD_SAMPLE = timedelta(days=2)
_TEXT_SHOWN = 200
_UNLIKELY = 10
"""So many times what it asked for hardly any job uses: where many do, a unit is wrong."""
_MANY_UNLIKELY = 0.01
"""Share of the jobs; a few such jobs are seen with right units, too."""


@frame.command(help=say("doctor.help"), examples=say("doctor.examples"))
@click.option("--rows", is_flag=True, help=say("doctor.rows"))
@frame.json_option
@click.pass_obj
def command(session: Session, /, *, rows: bool, as_json: bool) -> int:
    """Look around."""
    if rows:
        _show_rows(session.store, as_json=as_json)
        return 0
    findings = list(_findings(session))
    if as_json:
        print_json({"checks": [asdict(finding) for finding in findings]})
    else:
        show_findings(findings)
    return EXPECTED if any(finding.status == FAIL for finding in findings) else 0


def _findings(session: Session) -> Iterator[Finding]:
    """Look at one thing after the other; what can't be looked at is a finding too."""
    try:
        settings = session.settings
    except ConfigError as error:
        yield Finding("settings", FAIL, error.message, error.hint)
        return
    zone = str(settings[config.TIMEZONE])
    files = ", ".join(map(str, settings.files)) or say("doctor.no_files")
    facts = {"files": settings.files, "timezone": zone}
    text = say("doctor.settings", files=files, zone=zone)
    misread = misread_zone() if settings[config.TIMEZONE] is UTC else ""  # a zone by name is another UTC
    if misread:
        text += say("doctor.zone_misread", text=misread)
        yield Finding("settings", WARN, text, say("doctor.zone_misread_cure"), facts)
    else:
        yield Finding("settings", OK, text, facts=facts)
    try:
        yield from _about_store(session.store)
        yield from _about_systems(session.store, settings)
        yield from _about_set_aside(session.store)
        yield _about_amounts(session.store)
        hooks = installed_hooks(settings)
        yield from about_hooks(hooks)
        yield from about_rules(settings, hooks)
        yield from about_service(settings, [hook.address for hook in hooks.values()])
    except StoreError as error:
        yield Finding("store", FAIL, error.message, error.hint)


def _about_store(store: Store) -> Iterator[Finding]:
    summary = store.summary()
    facts = {"path": store.path, **asdict(summary)}
    if summary.jobs:
        yield Finding("store", OK, _contents(store.path, summary), facts=facts)
    else:
        yield Finding(
            "store", WARN, say("doctor.empty", path=store.path), say("doctor.empty_cure"), facts=facts
        )
    where = _nearest_existing(store.path)
    if not os.access(where, os.W_OK):
        yield Finding("writable", FAIL, say("doctor.read_only", path=where), say("store.forbidden_cure"))
    free = shutil.disk_usage(where).free
    little = free < _LITTLE_ROOM
    text = say("doctor.free", amount=format_memory(free))
    cure = say("store.full_cure") if little else ""
    yield Finding("disk", WARN if little else OK, text, cure, facts={"free": free})


def _contents(path: Path, summary: Summary) -> str:
    return say(
        "doctor.contents",
        path=path,
        jobs=f"{summary.jobs:,}",
        days=summary.days,
        first=summary.first_day,
        last=summary.last_day,
        size=format_memory(summary.bytes),
    )


def _nearest_existing(path: Path) -> Path:
    """Return the directory in which the store would be made."""
    while not path.exists():
        path = path.parent
    return path


def _about_systems(store: Store, settings: config.Config) -> Iterator[Finding]:
    found = sampling.installed(BATCH_SYSTEMS)
    known = site(settings, now=clock.now(), memory_per_task=settings[config.MEMORY_PER_TASK])
    for system in found:
        here, failures = sampling.ask_site(system, known, sampling.configured_about_site(settings))
        yield _about_sampling(system, here, store)
        yield from (_about_settings(system, failure) for failure in failures)
    for system in BATCH_SYSTEMS.values():
        if system not in found:
            programs = ", ".join(system.programs)
            yield Finding(system.name, OK, say("doctor.not_here", programs=programs), facts={"found": False})
    if not found:
        yield Finding("systems", WARN, say("doctor.no_system"), say("sample.no_system_cure"))


def _about_sampling(system: BatchSystem, here: Site, store: Store) -> Finding:
    """Tell how far a batch system that is found here was sampled."""
    mark = store.mark(system.name, here.cluster)
    seconds = here.remembers and here.remembers.total_seconds()
    facts = {"found": True, "cluster": here.cluster, "remembers": seconds, **asdict(mark)}
    if mark.reached is None:
        text = say("doctor.never_sampled", cluster=here.cluster)
        return Finding(system.name, WARN, text, "jobcast sample", facts)
    text = say("doctor.sampled", cluster=here.cluster, until=moment(mark.reached, here.timezone))
    age = here.now - mark.reached
    if mark.believed(here.now).reached is None:
        return Finding(
            system.name, WARN, text + say("doctor.future_mark"), say("doctor.future_mark_cure"), facts
        )
    if here.remembers is not None and age > here.remembers:
        kept = format_duration(here.remembers.total_seconds())
        text += say("doctor.forgotten", system=system.name, kept=kept)
        cluster = shlex.quote(here.cluster)
        cure = say("doctor.forgotten_cure", kind=system.accounting, cluster=cluster)
        return Finding(system.name, WARN, text, cure, facts)
    if age > _OLD_SAMPLE:
        return Finding(system.name, WARN, text, "jobcast sample", facts)
    return Finding(system.name, OK, text, facts=facts)


def _about_settings(system: BatchSystem, failure: BatchSystemError) -> Finding:
    """Tell that a batch system did not say all about its site."""
    what = " ".join(failure.message.split())
    text, cure = say("doctor.site_unasked", what=what), say("doctor.site_unasked_cure")
    return Finding(system.name, WARN, text, cure, {"error": failure.message})


def _about_set_aside(store: Store) -> Iterator[Finding]:
    counts = store.collect(
        store.set_aside_records().group_by("reason").len().sort("len", "reason", descending=[True, False])
    )
    reasons = dict(counts.rows())
    if not reasons:
        yield Finding("set-aside", OK, say("doctor.none_set_aside"), facts={"reasons": {}})
        return
    text = " · ".join(f"{reason} {number:,}" for reason, number in reasons.items())
    yield Finding("set-aside", WARN, text, "jobcast doctor --rows", {"reasons": reasons})


def _about_amounts(store: Store) -> Finding:
    """Tell how many jobs used far more than they asked for, of those that tell both."""
    run_time = pl.col("run_time") + 1  # run times are cut to whole seconds, CPU times are not
    used = {
        "memory": pl.col("memory_peak") / pl.col("memory_requested"),
        "cpu": pl.col("cpu_time") / (pl.col("cores_requested") * run_time),
    }
    counts = store.collect(
        store.scan().select(
            *(times.count().alias(f"{name}_of") for name, times in used.items()),
            *((times > _UNLIKELY).sum().alias(f"{name}_over") for name, times in used.items()),
        )
    ).row(0, named=True)
    facts = {name: {"over": counts[f"{name}_over"], "of": counts[f"{name}_of"]} for name in used}
    text = say("doctor.amounts", times=_UNLIKELY, **{name: _of_jobs(**fact) for name, fact in facts.items()})
    if any(fact["over"] > _MANY_UNLIKELY * fact["of"] for fact in facts.values()):
        return Finding("amounts", WARN, text, say("doctor.amounts_cure"), facts)
    return Finding("amounts", OK, text, facts=facts)


def _of_jobs(*, over: int, of: int) -> str:
    """Tell how many of how many jobs."""
    return say("doctor.share", over=f"{over:,}", of=f"{of:,}", share=share(over / of if of else None))


def _show_rows(store: Store, *, as_json: bool) -> None:
    """List what was set aside, by source and line."""
    rows = store.collect(store.set_aside_records().sort("source", "line"))
    if as_json:
        print_json({"set_aside": rows.to_dicts()})
        return
    if rows.is_empty():
        talk(say("doctor.none_set_aside"))
        return
    shown = rows.with_columns(pl.col("text").str.slice(0, _TEXT_SHOWN))
    print_table(
        [
            Column(
                heading=say(f"doctor.row_{series.name}"),
                cells=list(map(str, series)),
                elastic=series.name == "text",
            )
            for series in shown
        ]
    )
    talk(say("doctor.next_rows"))
