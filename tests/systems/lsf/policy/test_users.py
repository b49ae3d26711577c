"""Users: their groups, limits and shares."""

from typing import Any

import pytest

from jobcast.machine import CPUS, MEMORY
from jobcast.schedule.checks import check
from jobcast.schedule.expression import Binary, Constant, Name, evaluate
from jobcast.schedule.policy import FairShare, Limit
from jobcast.systems.lsf.policy.reader import read
from jobcast.systems.lsf.policy.shares import Shares, read_shares
from tests.systems.lsf.policy.files import told

GROUPS = """
Begin UserGroup
GROUP_NAME GROUP_MEMBER   USER_SHARES
leads      (li wang)      ([li, 3] [wang, 1])
verif      (zhao qian)    ()
asic       (leads zhou)   ([leads, 3] [default, 1])
End UserGroup
"""
HOSTS = "Begin Host\nHOST_NAME MXJ\nn1 8\nEnd Host"


def users(*rows: str, **files: str) -> dict[str, str]:
    text = "\n".join(["Begin User", "USER_NAME MAX_JOBS JL/P", *rows, "End User"])
    return {"lsb.users": GROUPS + text, **{name.replace("_", "."): more for name, more in files.items()}}


def test_limits_of_users_groups_and_each_member_of_a_group():
    found = read(users("guest 2 0.5", "leads 10", "verif@ 5", "default 50", lsb_hosts=HOSTS))
    assert found.policy.limits == (
        Limit(name="MAX_JOBS of guest", amount=2, counts=CPUS, only={"user": frozenset({"guest"})}),
        Limit(
            name="JL/P of guest",
            amount=4,
            counts=CPUS,
            per=("machine",),
            only={"user": frozenset({"guest"}), "machine": frozenset({"n1"})},
            lent_are_free=True,
        ),
        Limit(name="MAX_JOBS of leads", amount=10, counts=CPUS, only={"user": frozenset({"li", "wang"})}),
        Limit(
            name="MAX_JOBS of verif@",
            amount=5,
            counts=CPUS,
            per=("user",),
            only={"user": frozenset({"zhao", "qian"})},
        ),
        Limit(
            name="MAX_JOBS of default",
            amount=50,
            counts=CPUS,
            per=("user",),
            but={"user": frozenset({"guest", "zhao", "qian"})},
        ),
    )


def test_the_default_holds_for_all_who_are_not_named_themselves():
    found = read(users("default 5 1", "boss 50", "li -", lsb_hosts=HOSTS))
    named = {"user": frozenset({"boss", "li"})}
    assert found.policy.limits == (
        Limit(name="MAX_JOBS of default", amount=5, counts=CPUS, per=("user",), but=named),
        Limit(
            name="JL/P of default",
            amount=8,
            counts=CPUS,
            per=("user", "machine"),
            only={"machine": frozenset({"n1"})},
            but=named,
            lent_are_free=True,
        ),
        Limit(name="MAX_JOBS of boss", amount=50, counts=CPUS, only={"user": frozenset({"boss"})}),
    )
    assert [line for line in found.keywords if line.reason] == []


def test_limits_by_processor_need_machines():
    assert [line.reason for line in read(users("guest - 1")).keywords if line.reason] == [
        "needs files that tell the machines and their processors: lsb.hosts, lshosts"
    ]


@pytest.mark.parametrize(
    ("text", "named", "default", "together"),
    [
        ("USER_SHARES[[li, 3] [g@, 2] [default, 1]]", {"li": 3, "g@": 2}, 1, False),
        ("[[li 3] [others 4]]", {"li": 3}, 4, True),
        ("[li, 3] [wang, 0.5]", {"li": 3, "wang": 0.5}, 0, False),
    ],
)
def test_shares_are_pairs(text, named, default, together):
    assert read_shares(text) == Shares(named=named, default=default, together=together)


@pytest.mark.parametrize("text", ["", "USER_SHARES[]", "USER_SHARES[li 3]", "[li, x]", "[li, 3] wang"])
def test_other_shares_are_refused(text):
    with pytest.raises(ValueError, match="USER_SHARES"):
        read_shares(text)


def queues(**lines: str) -> str:
    return "".join(
        f"Begin Queue\nQUEUE_NAME = {name}\n{text}\nEnd Queue\n".replace("; ", "\n")
        for name, text in lines.items()
    )


def values(order: tuple[Any, ...], priority: int, share: float) -> list[float]:
    return [float(evaluate(tree, {"queue_priority": priority, "fair_share": share}) or 0) for tree in order]


def test_the_share_of_a_group_is_divided_among_its_members_as_its_own_shares_say():
    fair = "FAIRSHARE = USER_SHARES[[asic, 16] [verif, 6] [chen, 5] [default, 1]]"
    found = read({"lsb.users": GROUPS, "lsb.queues": queues(q=fair)})
    # Of 16 shares of asic 12 are those of leads, of which li has three quarters; zhou has the rest.
    assert found.policy.fair_share == FairShare(
        shares={"chen": 5.0, "li": 9.0, "qian": 3.0, "wang": 3.0, "zhao": 3.0, "zhou": 4.0},
        others=1.0,
        half_life=5419,
    )


def test_fair_share_orders_only_the_queues_that_have_it():
    found = read(
        {
            "lsb.queues": queues(
                a="PRIORITY = 9", b="PRIORITY = 5; FAIRSHARE = [[default, 1]]; HIST_HOURS = 10"
            )
        }
    )
    assert found.policy.order == (
        Name("queue_priority"),
        Binary("*", Binary("==", Name("queue_priority"), Constant(5)), Name("fair_share")),
    )
    assert values(found.policy.order, 9, 0.7) == [9, 0]
    assert values(found.policy.order, 5, 0.7) == [5, 0.7]
    assert found.policy.fair_share == FairShare(others=1.0, half_life=10837)


def test_queues_that_share_stand_in_line_with_the_first_unless_their_own_priority_counts():
    lines = {
        "a": "PRIORITY = 9; FAIRSHARE = [[default, 1]]; FAIRSHARE_QUEUES = b; DISPATCH_ORDER = QUEUE",
        "b": "PRIORITY = 5",
        "c": "PRIORITY = 3",
    }
    by_queue = read({"lsb.queues": queues(**lines)}).policy.order
    assert [values(by_queue, priority, 0.5) for priority in (9, 5, 3)] == [[9, 0.5], [5, 0.5], [3, 0]]
    lines["a"] = lines["a"].partition("; DISPATCH")[0]
    together = read({"lsb.queues": queues(**lines)}).policy.order
    assert [values(together, priority, 0.5) for priority in (9, 5, 3)] == [[9, 0.5], [9, 0.5], [3, 0]]


def test_there_is_one_set_of_shares_and_others_are_told_so():
    found = read(
        {
            "lsb.queues": queues(
                a="PRIORITY = 9; FAIRSHARE = [[li, 1]]",
                b="PRIORITY = 5; FAIRSHARE = [[wang, 1]]",
                c="PRIORITY = 5; FAIRSHARE_QUEUES = a",
            )
        }
    )
    assert found.policy.fair_share == FairShare(shares={"li": 1.0}, others=0.0, half_life=5419)
    assert found.policy.order == (Name("queue_priority"), Name("fair_share"))
    assert [(line.section, line.name, line.reason) for line in found.keywords if line.reason] == [
        ("b", "FAIRSHARE", "there is one set of shares for all queues, that of queue a"),
        ("c", "PRIORITY", "as high as a queue with FAIRSHARE, so that its jobs are ordered by shares too"),
    ]


def test_without_fair_share_what_belongs_to_it_has_no_bearing():
    found = read({"lsb.queues": queues(a="HIST_HOURS = 3")})
    assert told(found, "HIST_HOURS") == ("ignored", "only bears on a queue with FAIRSHARE")


def partition(hosts: str) -> dict[str, str]:
    text = f"Begin HostPartition\nHPART_NAME = p\nHOSTS = {hosts}\nUSER_SHARES = [li, 3] [others, 1]\n"
    return {"lsb.hosts": text + "End HostPartition", "lsb.queues": queues(a="FAIRSHARE = [[wang, 1]]")}


def test_a_partition_of_all_hosts_puts_shares_before_queues():
    found = read(partition("all"))
    assert found.policy.order == (Name("fair_share"), Name("queue_priority"))
    assert found.policy.fair_share == FairShare(shares={"li": 3.0}, others=1.0, half_life=5419)
    assert told(found, "FAIRSHARE") == ("corrected", "HostPartition is set and goes before it")
    assert told(found, "USER_SHARES") == (
        "corrected",
        "nobody knows how many others there will be: each gets the shares that stand there for all of them",
    )


def test_a_partition_of_some_hosts_is_refused():
    found = read(partition("n1 n2"))
    assert found.policy.fair_share == FairShare(shares={"wang": 1.0}, others=0.0, half_life=5419)
    assert told(found, "USER_SHARES") == (
        "refused",
        "shares of a part of the hosts are not possible; write HOSTS = all",
    )


LIMITS = """
Begin Limit
NAME = licences
USERS = leads
QUEUES = a b
RESOURCE = [verdi, 6] [fpga, 2]
JOBS = 3
End Limit
Begin Limit
PER_USER   PER_HOST   SLOTS  MEM   SLOTS_PER_PROCESSOR  TMP
all        -          4      -     -                    -
-          (n1 n2)    -      2     -                    -
li         n1         -      1GB   0.5                  5%
(all ~li)  -          9      -     -                    -
-          (all ~n1)  7      -     1                    -
-          -          x      5%    1                    -
End Limit
"""


def test_limits_count_jobs_slots_memory_and_resources():
    files = {
        "lsb.resources": LIMITS,
        "lsb.users": GROUPS,
        "lsb.hosts": HOSTS,
        "lsf.conf": "LSF_UNIT_FOR_LIMITS=GB",
    }
    leads = {"user": frozenset({"leads", "li", "wang"}), "queue": frozenset({"a", "b"})}
    on_n1 = {"user": frozenset({"li"}), "machine": frozenset({"n1"})}
    found = read(files)
    assert found.policy.limits == (
        Limit(name="JOBS licences", amount=3, only=leads),
        Limit(name="verdi licences", amount=6, counts="verdi", only=leads),
        Limit(name="fpga licences", amount=2, counts="fpga", only=leads),
        Limit(name="SLOTS limit 2", amount=4, counts=CPUS, per=("user",)),
        Limit(
            name="MEM limit 3",
            amount=2 << 30,
            counts=MEMORY,
            per=("machine",),
            only={"machine": frozenset({"n1", "n2"})},
        ),
        Limit(name="MEM limit 4", amount=1 << 30, counts=MEMORY, per=("user", "machine"), only=on_n1),
        Limit(
            name="SLOTS_PER_PROCESSOR limit 4",
            amount=4,
            counts=CPUS,
            per=("user", "machine"),
            only=on_n1,
            lent_are_free=True,
        ),
        Limit(name="SLOTS limit 5", amount=9, counts=CPUS, per=("user",), but={"user": frozenset({"li"})}),
        Limit(
            name="SLOTS limit 6", amount=7, counts=CPUS, per=("machine",), but={"machine": frozenset({"n1"})}
        ),
    )
    assert [
        (line.line, line.name, line.reason)
        for line in found.keywords
        if line.file == "lsb.resources" and line.standing == "refused"
    ] == [
        (10, "TMP", "limits of these are not kept"),
        (16, "SLOTS", '"x" is no whole number; write 0, 1, 2 ...'),
        (16, "MEM", '"5%": a part of what a machine has is not counted; write an amount'),
        (16, "SLOTS_PER_PROCESSOR", "needs PER_HOST"),
    ]


def test_what_hosts_bear_together_is_refused_and_what_one_bears_is_a_limit_of_that_machine():
    text = "Begin Limit\nHOSTS SLOTS\nn1 4\n(n1 n2) 6\n(all ~n1) 7\nall 9\nEnd Limit"
    found = read({"lsb.resources": text})
    assert found.policy.limits == (
        Limit(
            name="SLOTS limit 1", amount=4, counts=CPUS, per=("machine",), only={"machine": frozenset({"n1"})}
        ),
        Limit(name="SLOTS limit 4", amount=9, counts=CPUS),
    )
    reason = "what several hosts bear together is not counted; write PER_HOST instead of HOSTS. The limit is left out"
    assert {(line.line, line.reason) for line in found.keywords if line.reason} == {(4, reason), (5, reason)}


def test_of_a_user_named_twice_the_last_row_counts_and_limits_of_one_name_are_told_apart():
    text = "Begin Limit\nNAME USERS SLOTS\nx ann 4\nx bob 4\nx eve 4\nEnd Limit"
    found = read({**users("ann 5", "ann 7"), "lsb.resources": text})
    check(found.policy)
    assert [(limit.name, limit.amount) for limit in found.policy.limits] == [
        ("MAX_JOBS of ann", 7),
        ("SLOTS x", 4),
        ("SLOTS x (2)", 4),
        ("SLOTS x (3)", 4),
    ]
    assert {line.reason for line in found.keywords if line.standing == "corrected"} == {
        "given again further down, which counts"
    }
