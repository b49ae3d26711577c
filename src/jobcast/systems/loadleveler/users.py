"""Users and groups: priorities, shares, and how much of theirs may run at once."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from jobcast.language import say
from jobcast.schedule.policy import FairShare, Limit
from jobcast.systems.loadleveler.admin_file import Admin
from jobcast.systems.loadleveler.machines import Counted
from jobcast.systems.loadleveler.said import Said, Stanzas
from jobcast.systems.loadleveler.statement import RefusedError, Report
from jobcast.systems.loadleveler.values import most, whole, whole_from

_INTERVAL = 168
"""Hours of FAIR_SHARE_INTERVAL."""
_LEFT = 0.05
"""Part of what was used that still counts after that interval ("Using fair share scheduling")."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Priorities:
    """``priority`` of users or groups, as the policy has it: 0 for those without a stanza."""

    shift: int
    """What those without a stanza have."""
    above: Mapping[str, int]
    """Name to what it has beyond that."""


def read_priorities(kind: str, admin: Admin, report: Report) -> Priorities:
    """Return the priorities of stanzas of a kind, ``user`` or ``group``."""
    shift = admin.default(kind, report).read("priority", whole, 0)
    own = {name: said.read("priority", whole, 0) for name, said in admin.stanzas(kind).items()}
    return Priorities(
        shift=shift, above={name: value - shift for name, value in own.items() if value != shift}
    )


def user_limits(kind: str, admin: Admin, counted: Counted, report: Report) -> Iterator[Limit]:
    """Yield what may run at once of each user or group that a stanza limits, and of each other by the default."""
    for key, counts in (("maxjobs", "jobs"), ("max_total_tasks", counted.place)):
        default = admin.default(kind, report).read(key, most, None)
        own = {name: said for name, said in admin.stanzas(kind).items() if said.own(key)}
        if default is not None:
            but = {kind: frozenset(own)} if own else {}
            yield Limit(name=f"{key} (default {kind})", amount=default, counts=counts, per=(kind,), but=but)
        for name, said in own.items():
            if (amount := said.read(key, most, default)) is not None:
                only = {kind: frozenset({name})}
                yield Limit(name=f"{key} ({kind} {name})", amount=amount, counts=counts, only=only)


def read_fair_share(admin: Admin, config: Said, report: Report) -> FairShare | None:
    """Return the shares of users, else of groups; None where FAIR_SHARE_TOTAL_SHARES doesn't turn them on."""
    total = config.read("fair_share_total_shares", whole_from(0), 0)
    hours = config.read("fair_share_interval", whole_from(1), _INTERVAL)
    kinds = [kind for kind in ("user", "group") if _say_shares(kind, admin, report)]
    for kind in kinds if not total else kinds[1:]:
        text = say("loadleveler.shares_of_users") if total else say("loadleveler.no_shares")
        for said in (admin.default(kind, report), *admin.stanzas(kind).values()):
            if total:
                said.refuse_key("fair_shares", RefusedError(text))
            else:
                said.ignore("fair_shares", text)
    if not total or not kinds:
        return None
    by = kinds[0]
    return FairShare(
        shares=_shares(admin.stanzas(by)),
        others=float(admin.default(by, report).read("fair_shares", whole_from(0), 0)),
        half_life=round(hours * 3600 * math.log(2) / -math.log(_LEFT)),
        by=by,
    )


def _say_shares(kind: str, admin: Admin, report: Report) -> bool:
    return any(
        said.get("fair_shares") for said in (admin.default(kind, report), *admin.stanzas(kind).values())
    )


def _shares(stanzas: Stanzas) -> dict[str, float]:
    return {name: float(said.read("fair_shares", whole_from(0), 0)) for name, said in stanzas.items()}
