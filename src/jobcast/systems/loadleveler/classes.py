"""Classes: stanzas of LoadL_admin, read into queues and limits."""

from collections.abc import Iterator, Mapping

from jobcast.language import say
from jobcast.schedule.expression import Expression
from jobcast.schedule.policy import Limit, Queue
from jobcast.systems.loadleveler.machines import Counted
from jobcast.systems.loadleveler.resources import NO_AMOUNTS, only, requested, theirs
from jobcast.systems.loadleveler.said import Said
from jobcast.systems.loadleveler.scheduler import Planning
from jobcast.systems.loadleveler.statement import RefusedError
from jobcast.systems.loadleveler.values import NO_TIME_LIMIT, most, time_limit, truth, whole

_WHO = ("users", "groups")


def read_queues(
    classes: Mapping[str, Said], counted: Counted, starts: Mapping[str, Expression], planning: Planning
) -> dict[str, Queue]:
    """Return class to its queue; `starts` is class to START_CLASS."""
    return {name: _queue(name, said, counted, starts.get(name), planning) for name, said in classes.items()}


def _queue(name: str, said: Said, counted: Counted, start_if: Expression | None, planning: Planning) -> Queue:
    hard = said.read("wall_clock_limit", time_limit, NO_TIME_LIMIT).hard
    default = said.read("default_wall_clock_limit", time_limit, NO_TIME_LIMIT).hard
    if default and hard and default > hard:
        said.correct("default_wall_clock_limit", say("loadleveler.above_hard"))
        default = hard
    if said.read("master_node_requirement", truth, default=False):
        said.refuse_key("master_node_requirement", RefusedError(say("loadleveler.master_needed")))
    users, refused = _who(said)
    return Queue(
        name=name,
        priority=said.read("priority", whole, 0),
        backfill=planning.plans,
        reserves=planning.plans,
        hold=planning.hold,
        run_limit=default or hard,
        run_limit_max=hard,
        default_resources=_default_resources(said, counted),
        max_tasks=_smallest(said, "max_processors", "total_tasks"),
        max_machines=_smallest(said, "max_node"),
        users=users,
        refused_users=refused,
        start_if=start_if,
        max_planned=said.read("max_top_dogs", most, None),
    )


def _default_resources(said: Said, counted: Counted) -> dict[str, int]:
    """Return what a task takes of its machine that names nothing; each takes a place, whatever counts it."""
    wanted = said.read("default_resources", requested, NO_AMOUNTS)
    for name in sorted(wanted.keys() & counted.floating):
        said.correct("default_resources", say("loadleveler.floating_default", name=theirs(name)))
    return {**only(wanted, counted.resources - counted.floating), **dict.fromkeys(counted.places, 1)}


def _who(said: Said) -> tuple[frozenset[str], frozenset[str]]:
    """Return users and groups who may submit, and those who may not; of a class that says both, the former count."""
    may: set[str] = set()
    may_not: set[str] = set()
    for each in _WHO:
        included = said.words(f"include_{each}")
        if included and said.get(f"exclude_{each}"):
            said.correct(f"exclude_{each}", say("loadleveler.included_counts", name=f"include_{each}"))
        may.update(included)
        may_not.update(() if included else said.words(f"exclude_{each}"))
    if all(said.get(f"include_{each}") for each in _WHO):
        said.correct("include_groups", say("loadleveler.either_included"))
    return frozenset(may), frozenset(may_not)


def _smallest(said: Said, *keys: str) -> int | None:
    found = [value for key in keys if (value := said.read(key, most, None)) is not None]
    return min(found, default=None)


def class_limits(classes: Mapping[str, Said], counted: Counted) -> Iterator[Limit]:
    """Yield what may run at once of each class."""
    for name, said in classes.items():
        for key, counts in (("maxjobs", "jobs"), ("max_total_tasks", counted.place)):
            if (amount := said.read(key, most, None)) is not None:
                yield Limit(
                    name=f"{key} (class {name})",
                    amount=amount,
                    counts=counts,
                    only={"queue": frozenset({name})},
                )
