"""What the compiled functions share: rows of records, and tables, that one run reads and writes.

Few arrays, because each costs the compiler time in every function that is given it.
"""

from pathlib import Path
from typing import Annotated, NamedTuple, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from jobcast.simulate.sources import digest

Column = npt.NDArray[np.int64]
Table = npt.NDArray[np.int64]
"""Of two dimensions; amounts are [machines, resources]."""
Flag = Annotated[int, "small"]
"""A small number in a record."""

FOREVER = 1 << 60
"""The second at which what has no end ends; safe to add a time to."""

UNLIMITED = 1 << 40
"""In the place of a number that has no limit."""
BEYOND = FOREVER + 1
"""In the place of a planned start that lies later than starts are planned."""
ABSENT, WAITING, RUNNING, SUSPENDED, DONE = 0, 1, 2, 3, 4
"""What a job is."""
NOTHING, AT_LIMIT, REMOVED = 0, 1, 2
"""What ended it before its time."""
STOP, SKIP, PLAN = 0, 1, 2
"""What a job that can't start does to those behind it."""
SUSPEND, REQUEUE, REMOVE = 0, 1, 2
"""What happens to a preempted job."""
ALL, GIVEN, KEPT = 0, 1, 2
"""Parts of what a job takes: everything, what suspension releases, what it keeps."""
THEN, LASTING, NOWHERE = 0, 1, 2
"""Places in `World.scratch`: free at a later second; free from then on; written, but read by nobody."""
ORDER, AT, COUNT, EVER, BEST = 0, 1, 2, 3, 4
"""Places in `World.places`: machines in the order in which a planned job tries them; where the tasks of the job
that is tried would run, and how many; two more for those who hold."""
NOW, BESIDE = 0, 1
"""Places in `World.free`: what is free now; what of it is available as long as one looks ahead."""
RUNNING_THERE, PLANNED_THERE = 0, 1
"""Places in `World.heads`."""
EVERYBODY, STOPPED = 0, 1
"""Places in `World.kept`: what everybody holds, and what suspended jobs hold."""


OF_JOB, SECOND, WAITED, USER_QUEUED, USER_RUNNING, GROUP_QUEUED, GROUP_RUNNING = 3, 4, 5, 6, 7, 8, 9
"""Likewise for jobs: what doesn't change, the second, how long it waits, how many jobs of the same user or group do."""
KNOWN, FREE, TASKS = 0, 1, 2
"""Operands of expressions: what doesn't change, how much of a resource is free on a machine, how many tasks of a queue
run there."""
NOT, NEGATE, AND, OR = 10, 11, 12, 13
"""Operators; the next ones, too."""
EQUAL, UNEQUAL, LESS, LESS_EQUAL, MORE, MORE_EQUAL = 14, 15, 16, 17, 18, 19
PLUS, MINUS, TIMES, DIVIDED, MODULO = 20, 21, 22, 23, 24


WEEK = 7 * 86_400
"""Seconds after which windows are what they were."""


class Job(Protocol):
    """A job; -1 is absence."""

    submit: int
    run: int
    """Seconds that it runs, to its own end or its run limit."""
    reckoned: int
    limit: int
    """Seconds of running after which it is killed."""
    ends: int
    """Second at which it is reckoned to end, while it runs."""
    tasks: int
    kind: int
    queue: int
    user: int
    group: int
    valued_at: int
    """When its place in a line that moves was last worked out; -1 for not yet."""
    rank: int
    """Place in the line, smaller first; no two alike."""
    behind: int
    """Likewise among those behind the planned ones."""
    slot: int
    """Where its allocation begins in `World.taken`."""
    width: int
    """Machines of its allocation."""
    began: int
    """Second at which it last started or went on."""
    ran: int
    """Seconds before that."""
    first: int
    """Second at which it first started."""
    finish: int
    preempted: int
    suspended: int
    """Seconds."""
    stopped: int
    """When it was last suspended."""
    seen: int
    """The walk in which it last had its turn."""
    tried: int
    """The era in which it last was tried in vain."""
    state: Flag
    ended: Flag
    backfilled: Flag
    ruled: Flag
    """Whether limits by machine and owner, or START_CLASS, may leave it less room than there is."""
    impossible: Flag
    """Whether they wouldn't let it start if nobody ran."""
    hindered: Flag
    """Whether they alone kept it from starting when it was last tried."""


class Kind(Protocol):
    """What jobs ask for, apart from the number of their tasks."""

    need: int
    """Where its needs begin in `World.needs`."""
    needs_end: int
    choice: int
    """Which list of machines."""
    choose: int
    """Where that begins in `World.choose`."""
    choose_end: int
    each: int
    """Exactly so many tasks on each machine; 0 for any number."""
    spread: int
    """At least so many machines."""
    failed: int
    """The walk in which one of it didn't fit, then how many tasks it had, and for how long it would have run."""
    failed_tasks: int
    failed_length: int
    single: Flag
    """All on one machine."""
    alone: Flag
    """No other job on its machines."""


class Choice(Protocol):
    """A list of machines that some kinds of jobs may use."""

    begin: int
    """Where it begins in `World.choose`."""
    end: int
    sorted_at: int
    """Up to which of `Single.changes` it is in order."""


class Instruction(Protocol):
    """One step of working out an expression."""

    code: int
    which: int
    """Row of `World.known`, resource, or queue."""


class Need(Protocol):
    """What a job takes of one resource."""

    resource: int
    per_task: int
    per_machine: int
    given: Flag
    """Whether suspension releases it."""


class Queue(Protocol):
    """A queue."""

    rule: int
    """Where its rules of preemption begin in `World.rules`."""
    rules_end: int
    most_planned: int
    """How many of its jobs may have planned starts at once."""
    planned: int
    """How many have one in this walk."""
    waiting: int
    """How many of its jobs wait."""
    window: int
    """Where its windows begin in `World.windows`."""
    windows_end: int
    start_if: int
    """Where the instructions begin that allow a task to begin on a machine."""
    start_if_end: int
    backfills: Flag
    reserves: Flag
    is_open: Flag
    """Whether its jobs start at all."""
    shut: Flag
    """Whether its windows are closed now."""
    preemptable: Flag
    """Whether any may preempt its jobs."""
    excluded: Flag
    """Whether any that may suspends all of them on a machine."""
    looked: int
    """The era in which all have been tried who may preempt its jobs."""
    vain: int
    """The era in which one of its jobs didn't fit even if all went whom it may preempt, and which job."""
    vain_job: int


class Owner(Protocol):
    """A user or group."""

    planned: int
    """How many of the user's jobs have a planned start in this walk."""
    queued: int
    """How many wait."""
    running: int
    """How many run or are suspended."""


class PreemptRule(Protocol):
    """Whose place the jobs of a queue may take."""

    queue: int
    victim: int
    """Where the queues of its victims begin in `World.victims`."""
    victims_end: int
    method: int
    whole: Flag
    """All of the machines taken, not only enough."""


class Ending(Protocol):
    """A job and a second at which it ends, or starts."""

    second: int
    job: int


class Piece(Protocol):
    """What a job takes of one machine, now or by a plan; those of a machine are a list."""

    job: int
    machine: int
    tasks: int
    start: int
    """Second; the list of a machine's plans rises by it."""
    end: int
    """Second at which it is reckoned to end; the list of what runs on a machine rises by it."""
    following: int
    """The next one on the machine; -1 for none."""
    again: Flag
    """Whether it is planned to go on: then it takes what it gave up, and gives all back."""


class Planned(Protocol):
    """The future as one walk sees it: plans as they were made, and two rising lists of them."""

    piece: int
    """Where its pieces begin in `World.pieces`."""
    pieces_end: int
    starting: int
    """Second and number of each plan, by its start."""
    starter: int
    ending: int
    """Second and number of each plan, by its end."""
    ender: int


class Single(Protocol):
    """The rules that are one for all, and how far the run is."""

    blocked: int
    depth: int
    depth_per_user: int
    """How many of one user have planned starts, at most."""
    window: int
    """Seconds; later starts aren't planned."""
    busy_first: int
    by_run_time: int
    """Whether victims are those that ran the shortest time, instead of the latest to start."""
    cycle: int
    moves: int
    """Whether the order of jobs changes while they wait."""
    order: int
    """How many of `World.orders` are of the line."""
    recalculate: int
    """Seconds for which a job's place stays as worked out."""
    monday: int
    """A second that was Monday 00:00."""
    patience: int
    """Seconds after the last end or arrival for which time alone may still let somebody start."""
    last: int
    """Second of the last end or arrival."""
    machine_order: int
    """How many instructions tell by what machines are sorted; 0 where that never changes."""
    changes: int
    """Counts what may have changed the order of machines."""
    two_lines: int
    """Whether those behind the planned ones have an order of their own."""
    now: int
    arrived: int
    line: int
    """How many wait or are suspended."""
    ends: int
    """How many run."""
    runners: int
    """How many pieces of `World.runners` have been used, and the first of those that are free again; -1 for none."""
    spare: int
    live: int
    """How many pieces those have at most that wait, run or are suspended."""
    plans: int
    pieces: int
    """How many pieces they have."""
    beside: int
    """How many planned starts `BESIDE` respects; 0 where it isn't worked out."""
    passes: int
    walk: int
    era: int
    """Counts walks, and within them the moments at which more may have become available than before."""
    victims: int
    planned: int
    """How many have a planned start that counts for the depth."""
    unplanned: int
    """How many of those have not been worked out yet."""
    holders: int
    claims: int
    """How many will have something that nobody may plan with."""
    then_runs: int
    """How many running jobs have ended at the later second that is looked at; then how many plans have begun, ended."""
    then_starts: int
    then_ends: int
    blocked_one: int
    """Whether one had its turn that couldn't start."""


_Record_co = TypeVar("_Record_co", covariant=True)


class Records(Protocol[_Record_co]):
    """An array of records."""

    def __getitem__(self, row: int) -> _Record_co: ...
    def __len__(self) -> int: ...


def record_type(of: type) -> np.dtype[np.void]:
    """Return the type of records with the fields of a class."""
    fields = [(name, np.int8 if kind is Flag else np.int64) for name, kind in of.__annotations__.items()]
    if of is Single:
        fields.append((f"of_{_sources()}", np.int8))
    return np.dtype(fields, align=True)


def _sources() -> str:
    """Return a digest of the sources that are compiled; it is part of a type that all compiled functions are given."""
    here = Path(__file__)
    compiled = (
        file for file in here.parent.glob("*.py") if b"simulate.compiling import" in file.read_bytes()
    )
    return digest([here, *compiled])


class World(NamedTuple):
    """All that a run reads and writes."""

    one: Records[Single]
    """A single record."""
    jobs: Records[Job]
    kinds: Records[Kind]
    needs: Records[Need]
    queues: Records[Queue]
    users: Records[Owner]
    groups: Records[Owner]
    orders: Column
    """Where in `World.program` each instruction of the order begins; first those of the line, then of those behind the
    planned ones; the last is the end."""
    known_of_jobs: npt.NDArray[np.float64]
    """[operands, jobs]: nan where unknown."""
    worth: npt.NDArray[np.float64]
    """[jobs, orders]: higher goes first."""
    windows: Table
    """[windows, 2]: seconds of the week from which on and up to which jobs may start."""
    rules: Records[PreemptRule]
    victims: Column
    choose: Column
    """Machines of the lists, best first."""
    relations: npt.NDArray[np.int8]
    """[queues, queues]: 1 where jobs of the first may take the place of those of the second, 2 where of all of them, by
    suspending them."""
    choices: Records[Choice]
    among: npt.NDArray[np.int64]
    """[lists, machines]: 0 where a machine isn't in a list, else how it is liked there, 1 is best."""
    program: Records[Instruction]
    known: npt.NDArray[np.float64]
    """[operands, machines]: nan where unknown."""
    stack: npt.NDArray[np.float64]
    values: npt.NDArray[np.float64]
    """[machines]: by what they are sorted, if that changes."""
    capacity: Table
    gives: npt.NDArray[np.int8]
    """[resources]: whether suspension releases it."""
    group: Table
    """[jobs, limits]: in which count it is; -1 for none."""
    weight: Table
    """[jobs, limits]: how much it adds."""
    counted: Table
    """[counts, 2]: how much runs, and the most that may."""
    limited: Table
    """[jobs, limits by machine and owner]: in which count it is on each machine; -1 for none."""
    limited_each: Table
    """[jobs, such limits]: how much each task adds; -1 where jobs are counted."""
    limited_most: Column
    """[such limits]: the most that may run at once on a machine."""
    limited_there: npt.NDArray[np.int8]
    """[such limits, machines]: whether it holds there."""
    used_there: Table
    """[counts, machines]: how much runs."""
    tasks_there: Table
    """[machines, queues]: how many tasks run, where START_CLASS asks for it."""
    taken: npt.NDArray[np.int32]
    """[slots, 2]: machine and tasks; the largest table, so of small numbers."""
    line: Column
    """Who waits or is suspended, by `Job.rank`."""
    behind: Column
    """The same by `Job.behind`, where that is another order."""
    pending: Column
    """Who has a planned start that is worked out as soon as somebody has to respect it."""
    due: Records[Ending]
    """Heap of the seconds at which running jobs end."""
    runs: Records[Ending]
    """Running jobs by the second at which they are reckoned to end."""
    running: Table
    """[queues, resources]: what the running jobs of each queue take."""
    heads: Table
    """[2, machines]: the first piece of what runs on each, in `World.runners`, and of what is planned, in
    `World.pieces`; -1 for none."""
    runners: Records[Piece]
    plans: Records[Planned]
    pieces: Records[Piece]
    left: Table
    """[pieces, resources]: what is left on the piece's machine at its start, beside all that is planned to run then."""
    free: npt.NDArray[np.int64]
    """[2, machines, resources]."""
    total: Table
    """[2, resources]: sums of `free` over its machines."""
    chances: Table
    """[machines, resources]: what would be free now without victims of preemption."""
    chances_left: Table
    """[pieces, resources]: what would be left likewise."""
    amounts: Column
    """[resources]: what is taken or given back."""
    scratch: npt.NDArray[np.int64]
    """[3, machines, resources]."""
    sums: Table
    """[3, resources]: of the same."""
    places: Table
    """[5, machines]."""
    holders: Column
    """Who keeps what is free, because nobody can tell when it starts."""
    held: npt.NDArray[np.int64]
    """[holders, machines, resources]: what each keeps."""
    kept: npt.NDArray[np.int64]
    """[2, machines, resources]: sums of that."""
    claimed: Table
    """[machines, resources]: what they will have, so that nobody plans with it."""
    chosen: Table
    """[jobs, 2]: victims of preemption, and by which rule."""
