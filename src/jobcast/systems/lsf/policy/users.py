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
    found: dict[str, _Row] = {}
    for form in book.forms("lsb.users", "User"):
        name = form.text("USER_NAME")
        if name is not None:
            form.title = name
            if name in found:
                found[name].form.supersede()
            most, rate = form.value(count, "MAX_JOBS"), form.value(factor, "JL/P")
            found[name] = _Row(form=form, name=name, most=most, for_processor=rate)
    rows = tuple(found.values())
    return tuple(limit for row in rows for limit in _limits_of(row, rows, groups, machines))


def _limits_of(
    row: _Row, rows: Sequence[_Row], groups: UserGroups, machines: Sequence[Machine]
) -> Iterator[Limit]:
    bare = row.name.removesuffix("@")
    users = groups.members.get(bare, frozenset({bare}))
    others = row.name == "default"
    each = others or row.name.endswith("@")
    only = {} if others else {"user": users}
    but = {"user": _named(rows, groups)} if others and len(rows) > 1 else {}
    if row.most is not None:
        yield Limit(
            name=say("lsf_policy.limit_of_user", keyword="MAX_JOBS", user=row.name),
            amount=row.most,
            counts=CPUS,
            per=("user",) if each else (),
            only=only,
            but=but,
        )
    if row.for_processor is not None:
        if not machines:
            row.form.refuse(say("lsf_policy.needs_machines"), "JL/P")
        yield from PerProcessor(
            name=say("lsf_policy.limit_of_user", keyword="JL/P", user=row.name),
            slots=row.for_processor,
            per=("user", "machine") if each else ("machine",),
            only=only,
            but=but,
        ).limits(machines)


def _named(rows: Sequence[_Row], groups: UserGroups) -> frozenset[str]:
    """Return the users who have a row of their own, also as each of a group (`group@`)."""
    found: set[str] = set()
    for row in rows:
        bare = row.name.removesuffix("@")
        each = row.name.endswith("@") or bare not in groups.members
        found.update(groups.members.get(bare, {bare}) if each and row.name != "default" else ())
    return frozenset(found)
