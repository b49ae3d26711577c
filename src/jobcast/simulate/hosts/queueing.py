"""Sorted lines and the heap of ends."""

from jobcast.simulate.compiling import compiled
from jobcast.simulate.hosts.layout import Column, Ending, Records, World
from jobcast.simulate.hosts.pieces import note_running, strike_running


@compiled
def line_up(world: World, job: int) -> None:
    """Let a job stand in line."""
    one = world.one[0]
    low, high, wanted = 0, one.line, world.jobs[job].rank
    while low < high:
        middle = (low + high) // 2
        if world.jobs[world.line[middle]].rank < wanted:
            low = middle + 1
        else:
            high = middle
    _insert(world.line, one.line, low, job)
    if one.two_lines:
        low, high, wanted = 0, one.line, world.jobs[job].behind
        while low < high:
            middle = (low + high) // 2
            if world.jobs[world.behind[middle]].behind < wanted:
                low = middle + 1
            else:
                high = middle
        _insert(world.behind, one.line, low, job)
    one.line += 1


@compiled
def _insert(line: Column, size: int, at: int, job: int) -> None:
    for number in range(size, at, -1):
        line[number] = line[number - 1]
    line[at] = job


@compiled
def before(endings: Records[Ending], size: int, second: int) -> int:
    """Return how many of a rising list come before a second."""
    low, high = 0, size
    while low < high:
        middle = (low + high) // 2
        if endings[middle].second < second:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def will_end(world: World, job: int, reckoned: int, truly: int) -> None:
    """Note when a job that begins to run is reckoned to end, and when it will."""
    size = world.one[0].ends
    _note_run(world, size, job, reckoned)
    note_running(world, job)
    world.one[0].ends = size + 1
    _rise(world.due, size, truly, job)


@compiled
def _note_run(world: World, size: int, job: int, reckoned: int) -> None:
    """Put a job among so many that run."""
    runs = world.runs
    at = before(runs, size, reckoned + 1)
    for number in range(size, at, -1):
        runs[number].second, runs[number].job = runs[number - 1].second, runs[number - 1].job
    runs[at].second, runs[at].job = reckoned, job
    world.jobs[job].ends = reckoned


@compiled
def _strike_run(world: World, job: int) -> None:
    """Take a job out of those that run, and close the gap."""
    runs, size = world.runs, world.one[0].ends
    at = before(runs, size, world.jobs[job].ends)
    while runs[at].job != job:
        at += 1
    for number in range(at, size - 1):
        runs[number].second, runs[number].job = runs[number + 1].second, runs[number + 1].job


@compiled
def correct_ends(world: World) -> None:
    """Let jobs that have outrun their estimate end at their run limit."""
    one, at = world.one[0], 0
    while at < one.ends and world.runs[at].second <= one.now:
        job = world.runs[at].job
        this = world.jobs[job]
        later = this.began - this.ran + this.limit
        if this.limit < 0 or later <= this.ends:
            at += 1
            continue
        _strike_run(world, job)
        strike_running(world, job)
        _note_run(world, one.ends - 1, job, later)
        note_running(world, job)


@compiled
def strike(world: World, job: int) -> None:
    """Take a job that ends or is stopped out of both lists."""
    _strike_run(world, job)
    strike_running(world, job)
    at, size = 0, world.one[0].ends - 1
    while world.due[at].job != job:
        at += 1
    world.one[0].ends = size
    if at < size:
        _sink(world.due, size, at)


@compiled
def _sink(due: Records[Ending], size: int, at: int) -> None:
    """Put the last entry of the heap where one was taken out."""
    second, job = due[size].second, due[size].job
    while 2 * at + 1 < size:
        below = 2 * at + 1
        if below + 1 < size and due[below + 1].second < due[below].second:
            below += 1
        if due[below].second >= second:
            break
        due[at].second, due[at].job = due[below].second, due[below].job
        at = below
    _rise(due, at, second, job)


@compiled
def _rise(due: Records[Ending], at: int, second: int, job: int) -> None:
    while at > 0:
        above = (at - 1) // 2
        if due[above].second <= second:
            break
        due[at].second, due[at].job = due[above].second, due[above].job
        at = above
    due[at].second, due[at].job = second, job
