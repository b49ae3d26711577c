"""lsb.users: groups of users, and how many slots each may use."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from jobcast.language import say
from jobcast.machine import CPUS, Machine
from jobcast.schedule.policy import Limit
from jobcast.systems.lsf.policy.book import Book
from jobcast.systems.lsf.policy.form import Form
from jobcast.systems.lsf.policy.names import members
from jobcast.systems.lsf.policy.processors import PerProcessor
from jobcast.systems.lsf.policy.shares import Shares, read_shares
from jobcast.systems.lsf.policy.values import count, factor


@dataclass(frozen=True, kw_only=True, slots=True)
class UserGroups:
    """The groups of users."""

    members: dict[str, frozenset[str]]
    """Group to users, those of groups in it too."""
    shares: Mapping[str, Shares]
    """Group to how its share is divided among its members."""


def read_user_groups(book: Book) -> UserGroups:
    """Read the groups of users; who belongs to a group that a program tells is not known."""
    written: dict[str, list[str]] = {}
    shares: dict[str, Shares] = {}
    for form in book.forms("lsb.users", "UserGroup"):
        name, inside = form.text("GROUP_NAME"), (form.text("GROUP_MEMBER") or "").split()
        if name is None:
            continue
        form.title = name
        if "!" in inside or "all" in inside:
            form.refuse(say("lsf_policy.external_group"), "GROUP_MEMBER")
        written[name] = [word.strip("@+") for word in inside if word not in {"!", "all"}]
        own = form.value(read_shares, "USER_SHARES")
        if own is not None:
            shares[name] = own
    return UserGroups(members=members(written), shares=shares)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    form: Form
    name: str
    most: int | None
    for_processor: float | None


def user_limits(book: Book, groups: UserGroups, machines: Sequence[Machine]) -> tuple[Limit, ...]:
    """Return MAX_JOBS and JL/P of each user and group."""
    rows = []
    for form in book.forms("lsb.users", "User"):
        name = form.text("USER_NAME")
        if name is not None:
            form.title = name
            most, rate = form.value(count, "MAX_JOBS"), form.value(factor, "JL/P")
            rows.append(_Row(form=form, name=name, most=most, for_processor=rate))
    return tuple(limit for row in rows for limit in _limits_of(row, rows, groups, machines))


def _limits_of(
    row: _Row, rows: Sequence[_Row], groups: UserGroups, machines: Sequence[Machine]
) -> Iterator[Limit]:
    bare = row.name.removesuffix("@")
    users = groups.members.get(bare, frozenset({bare}))
    each = row.name.endswith("@") or row.name == "default"
    only = {} if row.name == "default" else {"user": users}
    if row.name == "default" and not _strictest(row, rows):
        row.form.refuse(say("lsf_policy.default_user"), "USER_NAME", "MAX_JOBS", "JL/P")
        return
    if row.most is not None:
        yield Limit(
            name=say("lsf_policy.limit_of_user", keyword="MAX_JOBS", user=row.name),
            amount=row.most,
            counts=CPUS,
            per=("user",) if each else (),
            only=only,
        )
    if row.for_processor is not None:
        if not machines:
            row.form.refuse(say("lsf_policy.needs_machines"), "JL/P")
        yield from PerProcessor(
            name=say("lsf_policy.limit_of_user", keyword="JL/P", user=row.name),
            slots=row.for_processor,
            per=("user", "machine") if each else ("machine",),
            only=only,
        ).limits(machines)


def _strictest(row: _Row, rows: Sequence[_Row]) -> bool:
    """Tell whether a limit for everybody else holds for those who are named too: none may do more than it."""
    return all(
        _at_most(other.most, row.most) and _at_most(other.for_processor, row.for_processor) for other in rows
    )


def _at_most(named: float | None, default: float | None) -> bool:
    return default is None or (named is not None and named <= default)
