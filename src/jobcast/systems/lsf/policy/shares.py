"""FAIRSHARE of lsb.queues and HostPartition of lsb.hosts: who goes first by past use.

The core knows one set of shares for all; LSF has one for each queue. So the first is taken, and others that differ
are told in the report. A group's share is divided among its members for good, where LSF does so anew for those who
have jobs.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from jobcast.language import say
from jobcast.schedule.policy import FairShare
from jobcast.systems.lsf.policy.values import factor

_PAIR = re.compile(r"\[\s*([^\s,\[\]]+)\s*[,\s]\s*([0-9.]+)\s*\]")
_WRAPPED = re.compile(r"\s*(?:USER_SHARES\s*)?\[(\s*\[.*\]\s*)\]\s*", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shares:
    """Users and groups with their shares."""

    named: Mapping[str, float]
    """User or group (with ``@``: each member) to share."""
    default: float
    """``default``: each user who isn't named; ``others`` likewise, since nobody knows how many there will be."""
    together: bool
    """Whether ``others`` stands in it, which means all others together."""


def read_shares(text: str) -> Shares:
    """Read ``USER_SHARES[[user, n] [group@, n] [default, n]]``, or what stands in its brackets."""
    wrapped = _WRAPPED.fullmatch(text)
    inside = wrapped[1] if wrapped else text
    pairs = {match[1]: factor(match[2]) for match in _PAIR.finditer(inside)}
    if not pairs or _PAIR.sub("", inside).strip(" ,\t"):
        raise ValueError(say("lsf_policy.no_shares", value=text))
    together = "others" in pairs
    others = pairs.pop("others", 0.0)
    return Shares(named=pairs, default=pairs.pop("default", others), together=together)


def fair_share(
    shares: Shares, members: Mapping[str, frozenset[str]], within: Mapping[str, Shares], half_life: int
) -> FairShare:
    """Return the rule of the core: shares of users."""
    users: dict[str, float] = {}
    for name, share in shares.named.items():
        if name.endswith("@"):
            users |= dict.fromkeys(members.get(name[:-1], ()), share)
        else:
            users |= dict(_divided(name, share, members, within))
    return FairShare(shares=dict(sorted(users.items())), others=shares.default, half_life=half_life)


def _divided(
    name: str, share: float, members: Mapping[str, frozenset[str]], within: Mapping[str, Shares]
) -> Iterator[tuple[str, float]]:
    """Give the users of a group with what falls to them of its share; a user is a group of its own."""
    parts = _parts(name, members, within)
    whole = sum(parts.values())
    if not whole:
        yield name, share
        return
    # A group is left out of its own parts, so that this comes to an end even where groups contain each other.
    inner = {group: users for group, users in members.items() if group != name}
    for part, weight in parts.items():
        yield from _divided(part, share * weight / whole, inner, within)


def _parts(
    name: str, members: Mapping[str, frozenset[str]], within: Mapping[str, Shares]
) -> dict[str, float]:
    """Return users and groups in a group with their weights; those whom its shares don't name get its default."""
    users = [user for user in sorted(members.get(name, ())) if user not in members]
    own = within.get(name)
    if own is None or not users:
        return dict.fromkeys(users, 1.0)
    named = {part.removesuffix("@"): weight for part, weight in own.named.items()}
    covered = {user for part in named for user in (part, *members.get(part, ()))}
    return {**named, **{user: own.default for user in users if user not in covered}}
