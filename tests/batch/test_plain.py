"""Orders go to the manager as JSON, and come there as they were."""

from dataclasses import fields
from typing import get_args

import pytest

from jobcast.act.plain import UNIONS
from jobcast.batch import order
from jobcast.batch.order import HoldKind, MachineOrder, Order
from jobcast.batch.plain import from_json, to_json
from jobcast.errors import InputError
from jobcast.machine import Share

STEPS = ("n01.1.0", "n01.2")
ORDERS = [
    order.SubmitCommandFile(text="# @ queue\n", file="job.cmd", directory="/home", environment={"A": "气"}, umask=7),
    order.SubmitCommand(arguments=("-q", "night"), script="date", directory="/", environment={"A": "b"}, umask=7),
    order.Hold(steps=STEPS, by=HoldKind.SYSTEM),
    order.Release(steps=STEPS, by=HoldKind.SYSTEM),
    order.Cancel(steps=STEPS),
    order.Suspend(steps=STEPS),
    order.Resume(steps=STEPS),
    order.Requeue(steps=STEPS),
    order.Remove(steps=STEPS),
    order.Favour(steps=STEPS, favoured=False),
    order.FavourUsers(users=("chen",), favoured=False),
    order.Prioritise(steps=STEPS, by=-3),
    order.Modify(step="n01.1.0", run_limit=60, queue="normal", sysprio=-1),
    order.Dispatch(step="n01.1.0", allocation=(Share(machine="n01", tasks=2),)),
    order.Machines(order=MachineOrder.FLUSH, machines=("n01",)),
    order.Reconfigure(),
    order.Stop(),
    order.Stop(again=True),
]  # fmt: skip


@pytest.mark.parametrize("wish", ORDERS, ids=lambda wish: type(wish).__name__)
def test_an_order_comes_as_it_went(wish):
    assert from_json(to_json(wish), Order) == wish


def test_each_order_is_among_them():
    assert {type(wish) for wish in ORDERS} == set(get_args(Order))


def test_no_class_that_stands_beside_others_has_a_field_that_its_json_needs_to_tell_which_it_is():
    members = [member for union in (*UNIONS, Order) for member in get_args(union)]
    assert [member for member in members if "kind" in {field.name for field in fields(member)}] == []


@pytest.mark.parametrize("text", ['{"steps": ["n01.1"]}', '{"kind": "Hld"}', "[]"])
def test_an_order_that_does_not_say_what_it_is_is_told_what_it_may_be(text):
    with pytest.raises(InputError) as caught:
        from_json(text, Order)
    known = " ".join(kind.__name__ for kind in get_args(Order))
    assert caught.value.message == f"this can't be read: kind must say what it is, one of {known}"


@pytest.mark.parametrize(
    "text",
    [b"[" * 100_000, b'{"kind":"Hold","steps":' + b"[" * 100_000, b'{"a":' * 100_000],
    ids=["lists", "an order", "objects"],
)
def test_what_is_nested_beyond_all_reason_is_refused(text):
    with pytest.raises(InputError) as raised:
        from_json(text, Order)
    assert raised.value.message == "this can't be read: too many lists or objects stand within each other"
