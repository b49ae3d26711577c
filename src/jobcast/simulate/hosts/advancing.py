"""Time goes from second to second: jobs end, jobs come, and then is decided."""

from jobcast.simulate.compiling import compiled, entrance
from jobcast.simulate.hosts.changing import count_waiting, finish
from jobcast.simulate.hosts.evaluating import revalue
from jobcast.simulate.hosts.layout import DONE, FOREVER, WAITING, World
from jobcast.simulate.hosts.opening import next_change, open_queues
from jobcast.simulate.hosts.placing import place
from jobcast.simulate.hosts.queueing import correct_ends, line_up
from jobcast.simulate.hosts.walking import close_up, walk

OVER, PAUSED, TOO_SMALL = 0, 1, 2
"""Why `advance` came back."""


@entrance
def advance(world: World, arrivals: int) -> int:
    """Simulate until so many jobs have come, all is over, or there is too little room for plans.

    In the last two cases it goes on where it is called again.
    """
    one, jobs = world.one[0], world.jobs
    while True:
        second = _next_second(world)
        if second == FOREVER:
            return OVER
        if one.arrived >= arrivals and arrivals < len(jobs):
            return PAUSED
        if _most_plans(world, second) > world.left.shape[0]:
            return TOO_SMALL
        one.last = second if second == _next_event(world) else one.last
        one.now = second
        while one.ends > 0 and world.due[0].second <= second:
            finish(world, world.due[0].job)
        while one.arrived < len(jobs) and jobs[one.arrived].submit <= second:
            job = one.arrived
            one.arrived = job + 1
            if jobs[job].state != DONE:
                jobs[job].state = WAITING
                count_waiting(world, job, 1)
                line_up(world, job)
        if one.cycle == 0 or second % one.cycle == 0:
            one.passes += 1
            correct_ends(world)
            open_queues(world)
            while walk(world):
                close_up(world)
            close_up(world)


@compiled
def _next_second(world: World) -> int:
    """Return the next second at which something happens, or time alone may let somebody start; `FOREVER` for none."""
    one, event, tick = world.one[0], _next_event(world), next_change(world)
    if one.cycle > 0 and one.line > 0:
        tick = min(tick, (one.now // one.cycle + 1) * one.cycle)
    # Where nobody runs and nobody comes any more, time has soon let everybody start whom it may.
    return event if event == FOREVER and tick > one.last + one.patience else min(event, tick)


@compiled
def _next_event(world: World) -> int:
    """Return the next second at which somebody comes or ends; `FOREVER` for none."""
    one, second = world.one[0], FOREVER
    if one.arrived < len(world.jobs):
        second = world.jobs[one.arrived].submit
    return min(second, world.due[0].second) if one.ends > 0 else second


@compiled
def _most_plans(world: World, second: int) -> int:
    """Return how many planned starts there may be at a second, at most."""
    one, last = world.one[0], world.one[0].arrived
    while last < len(world.jobs) and world.jobs[last].submit <= second:
        last += 1
    most = min(one.depth, one.line + last - one.arrived)
    return most + one.line + one.ends if world.victims.size > 0 else most


@entrance
def refuse(world: World) -> None:
    """Put machines in order, and mark the jobs as done that wouldn't even fit on the idle ones."""
    for machine in range(world.capacity.shape[0]):
        revalue(world, machine)
    for job in range(len(world.jobs)):
        this = world.jobs[job]
        if this.state != DONE and place(world, world.capacity, job, False, False) == 0:
            this.state = DONE
        if this.state != DONE and this.ruled:
            this.impossible = place(world, world.capacity, job, False, True) == 0
