"""What failed runs in the store's history cost: the section "failures" of a report, by itself."""

from datetime import datetime

from jobcast import clock, config
from jobcast.cli.person import people
from jobcast.cli.report_screen import show_section
from jobcast.cli.report_source import Stored, period_of, see_forward
from jobcast.cli.screen import print_json, talk
from jobcast.cli.session import Session
from jobcast.cli.working import working
from jobcast.language import say
from jobcast.report.formats.data import as_dict
from jobcast.report.scope import Prices, Scope
from jobcast.report.summary import Reader, summarise

_SECTION = "failures"
_TOLD = ("since", "until", "timezone", "filters", "currency", "jobs")


def show_store(
    session: Session, since: datetime | None, until: datetime | None, *, everybody: bool, as_json: bool
) -> None:
    """Print it for people, or as JSON. Raises UsageError and StoreError."""
    settings = session.settings
    zone = settings[config.TIMEZONE]
    see_forward(since, until, zone)
    source = Stored(session)
    scope = Scope(
        period=period_of(source, since, until, zone),
        filters={"user": people(session, (), everybody=everybody)},
        prices=Prices(
            core_hour=settings[config.PRICE_CORE_HOUR],
            gib_hour=settings[config.PRICE_GIB_HOUR],
            currency=settings[config.PRICE_CURRENCY],
        ),
    )
    with working():
        jobs, reader = source.jobs(scope.period), Reader(collect=source.collect)
        report = summarise(jobs, scope, made=clock.now(), sections=(_SECTION,), reader=reader)
    if as_json:
        told = as_dict(report)
        print_json({**{name: told[name] for name in _TOLD}, **told["sections"][_SECTION]})
        return
    show_section(report, _SECTION)
    talk(say("failures_waste.next_report"))
