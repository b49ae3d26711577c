"""What the operating system tells of those who submit."""

import grp
import os
import pwd
from datetime import datetime

from jobcast.batch.intake.base import Submitter


def submitter(user: str, host: str, at: datetime) -> Submitter:
    """Return who a user is; one that has no entry is nobody's, and has no home."""
    try:
        entry = pwd.getpwnam(user)
    except KeyError:
        return Submitter(user=user, host=host, job="", at=at)
    numbers = os.getgrouplist(user, entry.pw_gid)
    first = [entry.pw_gid, *(number for number in numbers if number != entry.pw_gid)]
    return Submitter(
        user=user,
        groups=tuple(map(_group, first)),
        home=entry.pw_dir or "/",
        shell=entry.pw_shell or "/bin/sh",
        host=host,
        job="",
        at=at,
    )


def _group(number: int) -> str:
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)
