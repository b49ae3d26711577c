"""Shorthands for submitting job command files in tests."""

from datetime import UTC, datetime

from jobcast.batch.intake.base import Intake, Submitter
from jobcast.batch.intake.loadleveler import read
from jobcast.batch.order import SubmitCommandFile
from jobcast.batch.record import Submitted
from jobcast.systems.loadleveler.configuration import read_site
from jobcast.systems.loadleveler.site import Site

ANN = Submitter(  # noqa: S604 - the login shell of a user
    user="ann",
    groups=("met", "users"),
    home="/home/ann",
    shell="/bin/ksh",
    host="login1.centre.example",
    job="n01.12",
    at=datetime(2026, 3, 1, 8, 30, tzinfo=UTC),
)
THEIRS = {
    "EDITOR": "vi",
    "MODEL": "GRAPES",
    "TZ": "Asia/Shanghai",
    "HOME": "/elsewhere",
    "LOADL_STEP_ID": "n01.3.0",
}
LOGIN = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "TZ": "Asia/Shanghai",
    "HOME": "/home/ann",
    "USER": "ann",
    "LOGNAME": "ann",
    "SHELL": "/bin/ksh",
}
BARE = read_site({"LoadL_admin": "normal: type = class"})


def order(text: str) -> SubmitCommandFile:
    return SubmitCommandFile(text=text, file="nightly.cmd", directory="/proj/ann", environment=THEIRS)


def submit(*lines: str, site: Site = BARE) -> Intake:
    return read(order("\n".join([*(f"# @ {line}" for line in lines), "# @ queue"])), site, ANN)


def step(*lines: str, site: Site = BARE) -> Submitted:
    found = submit(*lines, site=site)
    assert (found.refusals, found.warnings) == ((), ())
    (only,) = found.steps
    return only
