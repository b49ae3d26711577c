"""Shorthands for submitting job command files in tests."""

from datetime import datetime, timedelta, timezone

from jobcast.schedule.job import BatchJob
from jobcast.systems.loadleveler.configuration import read_site
from jobcast.systems.loadleveler.job_command_file import JobCommandFile, JobSubmission, read_job
from jobcast.systems.loadleveler.site import Site
from tests.systems.loadleveler.reading import recorded

SITE = read_site(recorded("weather-centre"))
AT = datetime(2026, 3, 1, 8, 30, tzinfo=timezone(timedelta(hours=8)))
NWP = JobSubmission(id="login1.12", user="nwp", at=AT)


def read(*lines: str, site: Site = SITE) -> JobCommandFile:
    return read_job("\n".join((*(f"# @ {line}" for line in lines), "# @ queue")), site, NWP)


def job(*lines: str, site: Site = SITE) -> BatchJob:
    found = read(*lines, site=site)
    assert found.refusals == ()
    (only,) = found.jobs
    return only


def site(config: str, admin: str = "") -> Site:
    return read_site({"LoadL_config": config, "LoadL_admin": admin})
