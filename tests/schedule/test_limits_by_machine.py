"""A limit by machine and user binds on the machines that it names, and on no other."""

import pytest

from jobcast.decision import Start
from jobcast.errors import ConfigError
from jobcast.machine import Share
from jobcast.schedule.checks import check
from jobcast.schedule.policy import Blocked, Limit, Policy
from tests.schedule.driver import Driver
from tests.schedule.made_up import job, many

_TWO_ON_M1 = Limit(
    name="JL/U of m1", amount=2, counts="cpus", per=("user", "machine"), only={"machine": frozenset({"m1"})}
)


def test_a_limit_of_a_machine_and_user_leaves_other_machines_alone():
    driver = Driver(many(2, 8), Policy(name="limits", blocked=Blocked.SKIP, limits=(_TWO_ON_M1,)))
    driver.submit(job("a", 10, user="chen"))
    driver.run()
    starts = [decision.allocation for _, decision in driver.log if isinstance(decision, Start)]
    assert starts == [(Share(machine="m1", tasks=2), Share(machine="m2", tasks=8))]


def test_a_limit_by_machine_may_name_those_on_which_it_does_not_hold():
    limit = Limit(name="MXJ", amount=2, counts="cpus", per=("machine",), but={"machine": frozenset({"m2"})})
    driver = Driver(many(2, 8), Policy(name="limits", blocked=Blocked.SKIP, limits=(limit,)))
    driver.submit(job("a", 10))
    driver.run()
    starts = [decision.allocation for _, decision in driver.log if isinstance(decision, Start)]
    assert starts == [(Share(machine="m1", tasks=2), Share(machine="m2", tasks=8))]


def test_what_some_machines_bear_together_is_no_limit():
    limit = Limit(name="HOSTS rack1", amount=2, only={"machine": frozenset({"m1", "m2"})})
    with pytest.raises(ConfigError) as raised:
        check(Policy(name="limits", limits=(limit,)))
    assert raised.value.message == "HOSTS rack1: what some machines bear together can't be limited"


def test_no_two_limits_have_the_same_name():
    limits = (Limit(name="one", amount=1), Limit(name="one", amount=2, per=("user",)))
    with pytest.raises(ConfigError) as raised:
        check(Policy(name="limits", limits=limits))
    assert raised.value.message == "two limits are called one"
