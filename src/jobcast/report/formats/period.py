"""How a report names its period and what it is limited to."""

from datetime import datetime, timedelta

from jobcast.language import Phrase, phrase
from jobcast.report.base import About, Report

_INSTANT = timedelta(microseconds=1)


def told(report: Report) -> str:
    """Return the period, the filters and when it was made as one line, in the language chosen now."""
    return " · ".join(part.say() for part in (finished(report), *filters(report), when_made(report)))


def title(report: Report) -> Phrase:
    """Return what the report is called."""
    return phrase("report.title") if report.about is About.JOBS else phrase("shadow.title")


def empty(report: Report) -> Phrase:
    """Return what is said of a period without anything."""
    return phrase("report.empty") if report.about is About.JOBS else phrase("shadow.empty")


def finished(report: Report) -> Phrase:
    """Return when the jobs finished, or the submissions were answered, in the site's zone."""
    zone = report.period.zone
    since, until = (moment.astimezone(zone) for moment in (report.period.since, report.period.until))
    if report.about is About.SUBMISSIONS:
        return phrase("shadow.period", since=_shown(since), until=_shown(until))
    return phrase("report.period", since=_shown(since), until=_shown(until))


def days(report: Report) -> tuple[str, str]:
    """Return the first and the last day of the period, in the site's zone."""
    zone = report.period.zone
    last = (report.period.until - _INSTANT).astimezone(zone)
    return f"{report.period.since.astimezone(zone):%Y-%m-%d}", f"{last:%Y-%m-%d}"


def filters(report: Report) -> list[Phrase]:
    """Return each filter, such as ``user: chen, fang``."""
    return [
        phrase("report.filter", column=phrase(f"report_column.{column}"), values=", ".join(values))
        for column, values in report.filters.items()
    ]


def when_made(report: Report) -> Phrase:
    """Return when the report was made, in the site's zone."""
    return phrase("report.made", when=_shown(report.made.astimezone(report.period.zone)))


def _shown(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
