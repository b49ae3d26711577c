"""A limit by machine and user binds on the machines that it names, and on no other."""

from jobcast.decision import Start
from jobcast.machine import Share
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
