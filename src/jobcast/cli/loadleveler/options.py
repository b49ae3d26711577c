"""Options that several of LoadLeveler's commands have."""

from collections.abc import Callable
from typing import Any

import click

from jobcast.language import say

Function = Callable[..., Any]


def quiet(function: Function) -> Function:
    """Give a command ``-q``."""
    return click.option("-q", "quiet", is_flag=True, help=say("ll.quiet"))(function)


def users_and_hosts(function: Function) -> Function:
    """Give a command ``-u`` and ``-h``, whose lists choose steps."""
    with_hosts = click.option("-h", "hosts", metavar="HOSTLIST", help=say("ll.hosts"))(function)
    return click.option("-u", "users", metavar="USERLIST", help=say("ll.users"))(with_hosts)


def jobs(function: Function) -> Function:
    """Give a command the list of jobs and steps that it is about."""
    return click.argument("jobs", nargs=-1, metavar="[JOBLIST]...")(function)
