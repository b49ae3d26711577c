"""Windows of queues: when their jobs may start."""

from jobcast.simulate.compiling import compiled
from jobcast.simulate.hosts.layout import FOREVER, WEEK, World


@compiled
def open_queues(world: World) -> None:
    """Note which windows are open now."""
    second = (world.one[0].now - world.one[0].monday) % WEEK
    for queue in range(len(world.queues)):
        this = world.queues[queue]
        if this.window < this.windows_end:
            this.shut = 1
            for at in range(this.window, this.windows_end):
                if world.windows[at, 0] <= second < world.windows[at, 1]:
                    this.shut = 0


@compiled
def next_change(world: World) -> int:
    """Return the next second at which a window opens or closes for somebody who waits; `FOREVER` for none."""
    now, least = world.one[0].now, FOREVER
    second = (now - world.one[0].monday) % WEEK
    for queue in range(len(world.queues)):
        this = world.queues[queue]
        if this.waiting > 0:
            for at in range(this.window, this.windows_end):
                for edge in range(2):
                    least = min(least, (world.windows[at, edge] - second - 1) % WEEK + 1)
    return now + least if least < FOREVER else FOREVER
