"""Who comes first: PRIORITY of queues, FAIRSHARE within them, priorities that users give.

Source: "Fairshare scheduling" and "Job priorities" in Administering IBM Spectrum LSF. The core has one order for all
jobs; fair share in some queues only is told from others by the priority of the queue.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from jobcast.language import say
from jobcast.schedule.expression import Binary, Constant, Expression, Name
from jobcast.schedule.policy import FairShare
from jobcast.systems.lsf.policy.book import Book
from jobcast.systems.lsf.policy.form import Form
from jobcast.systems.lsf.policy.params import Params, half_life
from jobcast.systems.lsf.policy.queues import QueueRules
from jobcast.systems.lsf.policy.shares import Shares, fair_share, read_shares
from jobcast.systems.lsf.policy.users import UserGroups

_PRIORITY = Name("queue_priority")
_FAIR = Name("fair_share")


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """Who comes first."""

    order: tuple[Expression, ...]
    """Higher goes first."""
    fair_share: FairShare | None
    """Shares, where there are any."""


def line_of(book: Book, queues: Sequence[QueueRules], groups: UserGroups, params: Params) -> Line:
    """Return the order of all jobs."""
    wishes = _user_priority(params)
    partition = _partition(book)
    sharing = [rules for rules in queues if (rules.form.text("FAIRSHARE") or "N").upper() != "N"]
    if partition is not None:
        for rules in sharing:
            rules.form.correct(say("lsf_policy.overruled", by="HostPartition"), "FAIRSHARE")
        rule = fair_share(partition, groups.members, groups.shares, params.half_life)
        return Line(order=(_FAIR, _PRIORITY, *wishes), fair_share=rule)
    master, shares = _first(sharing)
    if master is None or shares is None:
        for rules in queues:
            rules.form.ignore(
                say("lsf_policy.no_fair_share"), "HIST_HOURS", "FAIRSHARE_QUEUES", "DISPATCH_ORDER"
            )
        return Line(order=(_PRIORITY, *wishes), fair_share=None)
    rule = fair_share(shares, groups.members, groups.shares, half_life(master.form) or params.half_life)
    fair, lifted = _sharing(master, sharing, queues)
    return Line(order=(_lifted(lifted), _among(fair, queues), *wishes), fair_share=rule)


def _user_priority(params: Params) -> tuple[Expression, ...]:
    """Return how priorities that users give count, which they do only where lsb.params allows them."""
    if params.highest_priority is None:
        return ()
    if params.priority_growth is None:
        return (Name("user_priority"),)
    more, every = params.priority_growth
    return (Binary("+", Name("user_priority"), Binary("*", Name("wait"), Constant(more / every))),)


def _partition(book: Book) -> Shares | None:
    """Return the shares of a host partition that spans all hosts; others are refused."""
    found: Shares | None = None
    for form in book.forms("lsb.hosts", "HostPartition"):
        form.title = form.text("HPART_NAME") or form.title
        shares = form.value(read_shares, "USER_SHARES")
        if (form.text("HOSTS") or "").lower() != "all":
            form.discard(say("lsf_policy.part_of_hosts"))
        elif shares is not None:
            found = _noted(form, shares, "USER_SHARES")
    return found


def _noted(form: Form, shares: Shares, keyword: str) -> Shares:
    if shares.together:
        form.correct(say("lsf_policy.others_each"), keyword)
    return shares


def _first(sharing: Sequence[QueueRules]) -> tuple[QueueRules | None, Shares | None]:
    """Return the first queue with shares; queues that have others than those are told so."""
    master, shares = None, None
    for rules in sharing:
        own = rules.form.value(read_shares, "FAIRSHARE")
        if own is not None and shares is None:
            master, shares = rules, _noted(rules.form, own, "FAIRSHARE")
        elif own is not None and master is not None and own != shares:
            rules.form.correct(say("lsf_policy.one_fair_share", queue=master.queue.name), "FAIRSHARE")
    return master, shares


def _sharing(
    master: QueueRules, sharing: Sequence[QueueRules], queues: Sequence[QueueRules]
) -> tuple[set[int], dict[int, int]]:
    """Return the priorities of queues with fair share, and those that stand in line with the master's queue."""
    names = (master.form.text("FAIRSHARE_QUEUES") or "").split()
    joined = [rules for rules in queues if rules.queue.name in names]
    missing = sorted(set(names) - {rules.queue.name for rules in queues})
    if missing:
        master.form.correct(
            say("lsf_policy.no_such_queue", queue=" ".join(missing), guess=""), "FAIRSHARE_QUEUES"
        )
    fair = {rules.queue.priority for rules in (*sharing, *joined)}
    for rules in queues:
        if rules.queue.priority in fair and rules not in sharing and rules not in joined:
            rules.form.correct(say("lsf_policy.shares_too"), "PRIORITY")
    if (master.form.text("DISPATCH_ORDER") or "").upper() == "QUEUE":
        return fair, {}
    return fair, {rules.queue.priority: master.queue.priority for rules in joined}


def _lifted(lifted: dict[int, int]) -> Expression:
    """Return the priority of the queue, for queues that stand in line with another that of the other."""
    raised: Expression = _PRIORITY
    for own, other in sorted(lifted.items()):
        if own != other:
            is_it = Binary("==", _PRIORITY, Constant(own))
            raised = Binary("+", raised, Binary("*", is_it, Constant(other - own)))
    return raised


def _among(fair: set[int], queues: Sequence[QueueRules]) -> Expression:
    """Return the fair share, 0 in queues without one."""
    if fair == {rules.queue.priority for rules in queues}:
        return _FAIR
    asked: list[Expression] = [Binary("==", _PRIORITY, Constant(priority)) for priority in sorted(fair)]
    return Binary("*", reduce(lambda one, other: Binary("||", one, other), asked), _FAIR)
