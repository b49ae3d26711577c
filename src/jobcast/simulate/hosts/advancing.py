"""Time goes from second to second: jobs end, jobs come, and then is decided."""

from jobcast.simulate.compiling import compiled, entrance
from jobcast.simulate.hosts.address import address
from jobcast.simulate.hosts.changing import come, finish
from jobcast.simulate.hosts.evaluating import revalue
from jobcast.simulate.hosts.layout import DONE, FOREVER, World
from jobcast.simulate.hosts.opening import next_change, open_queues
from jobcast.simulate.hosts.pieces import most_pieces
from jobcast.simulate.hosts.placing import place
from jobcast.simulate.hosts.queueing import correct_ends
from jobcast.simulate.hosts.walking import close_up, walk

OVER, PAUSED, FEW_PLANS, FEW_PIECES = 0, 1, 2, 3
"""Why `advance` came back."""


@entrance
def advance(world: World, arrivals: int) -> int:
    """Simulate until so many jobs have come, all is over, or there is too little room for plans.

    In the last two cases it goes on where it is called again.
    """
    return _advance(address(world), arrivals)


@compiled
def _advance(world: World, arrivals: int) -> int:
    one, jobs = world.one[0], world.jobs
    while True:
        second = _next_second(world)
        if second == FOREVER:
            return OVER
        if one.arrived >= arrivals and arrivals < len(jobs):
            return PAUSED
        lacking = _lacking(world, second)
        if lacking != PAUSED:
            return lacking
        one.last = second if second == _next_event(world) else one.last
        one.now = second
        while one.ends > 0 and world.due[0].second <= second:
            finish(world, world.due[0].job)
        while one.arrived < len(jobs) and jobs[one.arrived].submit <= second:
            job = one.arrived
            one.arrived = job + 1
            if jobs[job].state != DONE:
                come(world, job)
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
def _lacking(world: World, second: int) -> int:
    """Return what there may be more of at a second than there is room for; `PAUSED` for nothing."""
    one, job, live = world.one[0], world.one[0].arrived, world.one[0].live
    while job < len(world.jobs) and world.jobs[job].submit <= second:
        live += most_pieces(world, job)
        job += 1
    plans = min(one.depth, one.line + job - one.arrived)
    if world.victims.size > 0:
        plans += one.line + one.ends
    if plans > len(world.plans):
        return FEW_PLANS
    return FEW_PIECES if live > len(world.pieces) else PAUSED


@entrance
def refuse(world: World) -> None:
    """Put machines in order, and mark the jobs as done that wouldn't even fit on the idle ones."""
    _refuse(address(world))


@compiled
def _refuse(world: World) -> None:
    for machine in range(world.capacity.shape[0]):
        revalue(world, machine)
    for job in range(len(world.jobs)):
        this = world.jobs[job]
        if this.state != DONE and place(world, world.capacity, job, False, False) == 0:
            this.state = DONE
        if this.state != DONE and this.ruled:
            this.impossible = place(world, world.capacity, job, False, True) == 0
