"""Consumable resources: units, lists that one bad entry voids, and what machines offer of them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.errors import ConfigError
from jobcast.machine import Cluster
from jobcast.systems.dialect import Standing
from jobcast.systems.loadleveler.configuration import read_site
from jobcast.systems.loadleveler.resources import requested
from jobcast.systems.loadleveler.statement import RefusedError
from jobcast.units import GIB, MIB, PIB
from tests.systems.loadleveler.reading import config, odd

C, R = Standing.CORRECTED, Standing.REFUSED
COUNT = "{} can't have the count {!r}: a whole number, above 0, for memory with a unit such as mb or gb"


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("ConsumableCpus(4)", {"cpus": 4}),
        ("consumablecpus(4) CONSUMABLEMEMORY(2 gb)", {"cpus": 4, "memory": 2 * GIB}),
        ("ConsumableMemory(100)", {"memory": 100 * MIB}),
        ("ConsumableMemory(100mb)", {"memory": 100 * MIB}),
        ("ConsumableMemory(1 b)", {"memory": MIB}),
        ("ConsumableMemory(1 w)", {"memory": MIB}),
        ("ConsumableMemory(1025 kb)", {"memory": 2 * MIB}),
        ("ConsumableMemory(256 kw)", {"memory": MIB}),
        ("ConsumableMemory(3 mw)", {"memory": 12 * MIB}),
        ("ConsumableVirtualMemory(1 gw)", {"virtual_memory": 4 * GIB}),
        ("ConsumableLargePageMemory(1 tb)", {"large_page_memory": 1024 * GIB}),
        ("ConsumableMemory(1 eb)", {"memory": 1024 * PIB}),
        ("CollectiveGroups(2) spice(1)", {"collective_groups": 2, "spice": 1}),
        ("spice( 0 )", {"spice": 0}),
        ("cpus(1) memory(2)", {"own_cpus": 1, "own_memory": 2}),
        ("", {}),
    ],
)
def test_amounts_are_read_with_their_units(text, amounts):
    assert requested(text) == amounts


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("ConsumableCpus(0)", COUNT.format("ConsumableCpus", "0")),
        ("ConsumableCpus(-1)", COUNT.format("ConsumableCpus", "-1")),
        ("ConsumableCpus(2 mb)", COUNT.format("ConsumableCpus", "2 mb")),
        ("ConsumableCpus(all)", COUNT.format("ConsumableCpus", "all")),
        ("ConsumableMemory(2.5 gb)", COUNT.format("ConsumableMemory", "2.5 gb")),
        ("ConsumableMemory(8 eb)", COUNT.format("ConsumableMemory", "8 eb")),
        ("ConsumableMemory(2 gigs)", COUNT.format("ConsumableMemory", "2 gigs")),
        ("ConsumableMemory", COUNT.format("ConsumableMemory", "")),
        ("spice(1) spice(2)", "the resource spice stands there twice"),
        ("spice(1", "no resources at '(1': write name(count) name(count)"),
        ("3(1)", "no resources at '3(1)': write name(count) name(count)"),
    ],
)
def test_amounts_that_are_wrong_are_refused(text, reason):
    with pytest.raises(ConfigError) as caught:
        requested(text)
    assert caught.value.message == reason


@given(st.text(alphabet="ConsumableMemry(12 gkmtpewb),\n\x00é", max_size=60))
def test_any_text_is_read_or_refused(text):
    with suppress(RefusedError):
        assert all(amount >= 0 for amount in requested(text).values())


ADMIN = """
default: type = machine
    resources = ConsumableCpus(8) ConsumableMemory(16 gb) spice(2)
a: type = machine
b: type = machine
    resources = ConsumableCpus(4)
"""


def machines(cluster: Cluster) -> list[dict[str, int]]:
    return [dict(machine.resources) for machine in cluster.machines]


def test_only_what_is_listed_counts():
    listed = "SCHEDULE_BY_RESOURCES = ConsumableCpus spice"
    assert machines(config(listed, admin=ADMIN).cluster) == [{"cpus": 8, "spice": 2}, {"cpus": 4}]


def test_without_a_list_tasks_count_alone_and_memory_is_a_fact():
    cluster = config("MAX_STARTERS = 3", admin=ADMIN).cluster
    assert machines(cluster) == [{"cpus": 3}, {"cpus": 3}]
    assert [machine.facts.get("memory") for machine in cluster.machines] == [16 * GIB, None]


def test_a_machine_of_no_starters_runs_nothing_and_one_of_which_nothing_is_said_one_task():
    assert machines(config("MAX_STARTERS = 0", admin=ADMIN).cluster) == [{"cpus": 0}, {"cpus": 0}]
    assert machines(config("", admin="a: type = machine").cluster) == [{"cpus": 1}]


def test_starters_count_beside_cpus():
    found = config("SCHEDULE_BY_RESOURCES = ConsumableCpus", "MAX_STARTERS = 3", admin=ADMIN)
    assert machines(found.cluster) == [{"cpus": 8, "starters": 3}, {"cpus": 4, "starters": 3}]
    assert found.policy.queues["No_Class"].default_resources == {"starters": 1}


@pytest.mark.parametrize(
    ("names", "bad"),
    [("ConsumableCpus spice ConsumableCpus", "ConsumableCpus"), ("ConsumableCpus 4spice", "4spice")],
)
def test_one_bad_name_voids_the_whole_list(names, bad):
    found = config(f"SCHEDULE_BY_RESOURCES = {names}", admin=ADMIN)
    assert machines(found.cluster) == [{"cpus": 8}, {"cpus": 4}]
    reason = f"{bad!r} is no name of a resource or stands there twice, which voids the whole list: no resource counts"
    assert odd(found) == [("SCHEDULE_BY_RESOURCES", R, reason)]


def test_floating_resources_count_where_they_are_listed():
    found = config("SCHEDULE_BY_RESOURCES = spice", "FLOATING_RESOURCES = spice(10) drc(3)")
    assert found.cluster.floating == {"spice": 10}
    assert odd(found) == [
        ("FLOATING_RESOURCES", C, "SCHEDULE_BY_RESOURCES doesn't list drc, so it doesn't count"),
    ]


@pytest.mark.parametrize(
    ("entries", "bad"),
    [
        ("spice(10) ConsumableCpus(3)", "ConsumableCpus"),
        ("spice(10) drc", "drc"),
        ("spice(10) spice(1)", "spice"),
        ("spice(many)", "spice"),
    ],
)
def test_one_bad_entry_voids_all_floating_resources(entries, bad):
    found = config("SCHEDULE_BY_RESOURCES = spice drc", f"FLOATING_RESOURCES = {entries}")
    assert found.cluster.floating == {}
    reason = "is wrong (name(count), each once, no predefined name), which voids all floating resources"
    assert odd(found) == [("FLOATING_RESOURCES", R, f"the entry {bad!r} {reason}")]


def test_all_cpus_are_as_many_as_tasks_of_the_largest_class():
    admin = "a: type = machine\nresources = ConsumableCpus ConsumableMemory(1 gb)"
    found = config("SCHEDULE_BY_RESOURCES = ConsumableCpus", "CLASS = x(16) y(8)", admin=admin)
    assert machines(found.cluster) == [{"cpus": 16}]
    reason = "the files don't tell how many CPUs a machine has: reckoned with 16, the tasks that it may run at once"
    assert odd(found) == [("resources", C, reason)]


def test_all_of_what_nobody_knows_is_refused():
    admin = "a: type = machine\nresources = ConsumableCpus(2) ConsumableMemory(all)"
    found = config("SCHEDULE_BY_RESOURCES = ConsumableMemory", admin=admin)
    assert odd(found) == [
        ("SCHEDULE_BY_RESOURCES", C, "no machine offers ConsumableMemory: jobs that ask for it never start"),
        (
            "resources",
            R,
            "the files don't tell how much ConsumableMemory a machine has: write the amount in brackets",
        ),
    ]


def test_enforced_resources_must_be_listed():
    found = config("SCHEDULE_BY_RESOURCES = spice", "ENFORCE_RESOURCE_USAGE = ConsumableMemory")
    assert odd(found) == [
        (
            "ENFORCE_RESOURCE_USAGE",
            R,
            "SCHEDULE_BY_RESOURCES doesn't list ConsumableMemory, so it doesn't count",
        ),
    ]


def test_an_enforced_resource_that_is_not_listed_takes_no_other_with_it():
    texts = {
        "LoadL_config": "SCHEDULE_BY_RESOURCES = ConsumableCpus\n"
        "ENFORCE_RESOURCE_USAGE = ConsumableCpus ConsumableMemory spice\n"
        "ENFORCE_RESOURCE_SUBMISSION = true"
    }
    site = read_site(texts)
    assert (site.live.enforced, site.rules.must_request) == ({"cpus"}, {"cpus"})
    assert odd(site.configuration) == [
        (
            "ENFORCE_RESOURCE_USAGE",
            C,
            "SCHEDULE_BY_RESOURCES doesn't list ConsumableMemory spice, so it doesn't count",
        ),
    ]


def test_a_machine_may_offer_nothing_of_a_resource_and_that_is_told():
    found = config(
        "SCHEDULE_BY_RESOURCES = ConsumableCpus", admin="a: type = machine\nresources = ConsumableCpus(0)"
    )
    assert machines(found.cluster) == [{"cpus": 0}]
    assert odd(found) == [
        ("resources", C, "the machine offers no ConsumableCpus: it never runs a job that asks for it")
    ]
