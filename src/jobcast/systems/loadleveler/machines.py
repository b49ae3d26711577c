"""Machines: stanzas of LoadL_admin, with the classes and limits that LoadL_config gives them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from jobcast.language import say
from jobcast.machine import CPUS, MEMORY, Fact, Machine
from jobcast.systems.loadleveler.config_file import Config
from jobcast.systems.loadleveler.resources import NO_AMOUNTS, NO_COUNTS, STARTERS, Counts, offered, theirs
from jobcast.systems.loadleveler.said import Said, Stanzas
from jobcast.systems.loadleveler.statement import RefusedError
from jobcast.systems.loadleveler.values import number, one_of, shown, truth, whole_from

_INITIATOR = re.compile(r"([^\s,(){}\"]+)\s*(?:\(\s*([0-9]{1,9})\s*\))?")
_BETWEEN = re.compile(r"[\s,{}\"]*")
_MOST_STARTERS = 10**6
_MODES = ("batch", "interactive", "general")


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """What takes part in scheduling."""

    resources: frozenset[str]
    """Our names of what SCHEDULE_BY_RESOURCES lists."""
    floating: frozenset[str]
    """Those of them that belong to no machine."""
    starters: bool
    """Whether tasks count beside CPUs."""

    @property
    def place(self) -> str:
        """Return the resource of which each task takes one: CPUs, unless they count by themselves."""
        return STARTERS if CPUS in self.resources else CPUS

    @property
    def places(self) -> tuple[str, ...]:
        """Return that resource if it counts."""
        return (self.place,) if self.starters or self.place == CPUS else ()


def read_machines(stanzas: Stanzas, config: Config, counted: Counted) -> tuple[Machine, ...]:
    """Return the machines that run batch jobs, in the order of their stanzas."""
    reads = [
        _Reading(name=name, admin=admin, config=_config_of(name, config))
        for name, admin in stanzas.items()
        if _runs_jobs(admin, _config_of(name, config))
    ]
    groups = sorted(set().union(*(read.groups for read in reads)))
    return tuple(read.machine(counted, groups) for read in reads)


def _config_of(name: str, config: Config) -> Said:
    own = config.machines
    return own.get(name) or own.get(name.partition(".")[0]) or config.everywhere


def _runs_jobs(admin: Said, config: Said) -> bool:
    return (
        config.read("startd_runs_here", truth, default=True)
        and config.read("start_daemons", truth, default=True)
        and not admin.read("submit_only", truth, default=False)
        and admin.read("machine_mode", one_of(*_MODES), "general") != "interactive"
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Reading:
    """One machine while it is read."""

    name: str
    admin: Said
    config: Said

    @property
    def groups(self) -> frozenset[str]:
        """Return pools and features, as `in_pool` and `with_feature` name them."""
        pools = self.admin.words("pool_list")
        features = self.config.words("feature")
        return frozenset({*map(in_pool, pools), *map(with_feature, features)})

    def machine(self, counted: Counted, all_groups: list[str]) -> Machine:
        initiators = self.config.read("class", read_initiators, NO_AMOUNTS)
        offers = self.admin.read("resources", offered, NO_COUNTS)
        memory = offers.get(MEMORY)
        aside = {"memory": memory} if isinstance(memory, int) and MEMORY not in counted.resources else {}
        return Machine(
            name=self.name,
            resources=self._resources(offers, initiators, counted),
            slots_by_queue=initiators,
            groups=self.groups,
            facts={**self._facts(), **aside, **{group: group in self.groups for group in all_groups}},
        )

    def _resources(self, offers: Counts, initiators: Mapping[str, int], counted: Counted) -> dict[str, int]:
        all_classes = sum(initiators.values())
        tasks = self.config.read("max_starters", whole_from(0, _MOST_STARTERS), all_classes)
        widest = min(tasks, max(initiators.values(), default=tasks))
        known: dict[str, int] = {}
        for name, value in offers.items():
            if name in counted.resources and (amount := self._amount(name, value, widest)) is not None:
                known[name] = amount
        if tasks == all_classes == 0 and not self.config.get("max_starters"):
            cpus = offers.get(CPUS)
            tasks = cpus if isinstance(cpus, int) else 1
        if CPUS not in counted.resources:
            return {CPUS: tasks, **known}
        return {**known, STARTERS: tasks} if counted.starters else known

    def _amount(self, name: str, value: int | str, widest: int) -> int | None:
        """Return an amount; `ALL` of the CPUs is reckoned as the tasks of the machine's largest class."""
        if isinstance(value, int):
            if value == 0:
                self.admin.correct("resources", say("loadleveler.none_of_it", name=theirs(name)))
            return value
        if name == CPUS and widest:
            self.admin.correct("resources", say("loadleveler.all_cpus", count=widest))
            return widest
        self.admin.refuse_key("resources", RefusedError(say("loadleveler.all_unknown", name=theirs(name))))
        return None

    def _facts(self) -> dict[str, Fact]:
        facts: dict[str, Fact] = {
            "speed": self.admin.read("speed", number, 1.0),
            "priority": int(self.admin.read("master_node_exclusive", truth, default=False)),
        }
        for fact in ("arch", "opsys"):
            if found := self.config.words(fact):
                facts[fact] = found[0]
        return facts


def in_pool(pool: str) -> str:
    """Return the group of the machines of a pool."""
    return f"pool_{pool}"


def with_feature(feature: str) -> str:
    """Return the group of the machines that have a feature."""
    return f"feature_{feature}"


def read_initiators(text: str) -> dict[str, int]:
    """Read ``CLASS = name(n) name(n)`` or ``{ "name" "name" }``, where a name counts as often as it stands."""
    found: dict[str, int] = {}
    between = _BETWEEN.match(text)
    position = between.end() if between else 0
    while position < len(text):
        match = _INITIATOR.match(text, position)
        if match is None:
            raise RefusedError(say("loadleveler.bad_initiators", value=shown(text[position:])))
        found[match[1]] = found.get(match[1], 0) + int(match[2] or 1)
        between = _BETWEEN.match(text, match.end())
        position = between.end() if between else match.end()
    return found
