"""LoadLeveler's configuration files, read into one policy: the dialect's reader."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from jobcast.language import say
from jobcast.machine import CPUS, Cluster, Machine
from jobcast.schedule.expression import Expression
from jobcast.schedule.policy import Policy
from jobcast.spelling import did_you_mean
from jobcast.systems.dialect import Configuration
from jobcast.systems.loadleveler.admin_file import Admin, read_admin
from jobcast.systems.loadleveler.classes import class_limits, read_queues
from jobcast.systems.loadleveler.config_file import OF_MACHINES, Config, read_config
from jobcast.systems.loadleveler.live import read_live
from jobcast.systems.loadleveler.machines import Counted, read_machines
from jobcast.systems.loadleveler.names import (
    GROUP_SYSPRIO,
    USER_SYSPRIO,
    control,
    job_order,
    machine_order,
    start_class,
)
from jobcast.systems.loadleveler.preemption import named_classes, read_preemption
from jobcast.systems.loadleveler.resources import NO_AMOUNTS, floating, scheduled, theirs
from jobcast.systems.loadleveler.said import Said
from jobcast.systems.loadleveler.scheduler import read_planning
from jobcast.systems.loadleveler.site import Site, read_submission_rules
from jobcast.systems.loadleveler.site_files import CONFIG, SiteFiles
from jobcast.systems.loadleveler.statement import RefusedError, Report, Statement
from jobcast.systems.loadleveler.users import read_fair_share, read_priorities, user_limits
from jobcast.systems.loadleveler.values import number, whole_from

_CONTROLS = ("start", "suspend", "continue", "vacate", "kill")
_LIVE_SECONDS = 120
"""NEGOTIATOR_RECALCULATE_SYSPRIO_INTERVAL where it isn't said."""
_LOAD_PER_START = 0.5
"""NEGOTIATOR_LOADAVG_INCREMENT where it isn't said."""
_NOTHING: tuple[str, ...] = ()
NO_CLASS = "No_Class"
"""Class of jobs that name none, where no default stanza names one."""


def read(texts: Mapping[str, str]) -> Configuration:
    """Read LoadL_config, LoadL_config.local, LoadL_admin: file name to text; any of them may be missing.

    ``LoadL_config.NAME``, ``LoadL_config.local.NAME`` and ``NAME/LoadL_config.local`` are of the machine NAME alone.
    Raises ConfigError where a file has none of these names.
    """
    return read_site(texts).configuration


def read_site(texts: Mapping[str, str]) -> Site:
    """Read the same files, with what only job command files are read by."""
    files = SiteFiles.of(texts)
    report = Report()
    config = read_config(files.everywhere, files.of_machines, report)
    admin = read_admin(files.admin, report)
    reading = _Reading(config=config, admin=admin, report=report)
    cluster = reading.cluster()
    policy = reading.policy(cluster, " + ".join(texts))
    rules = read_submission_rules(admin, config.everywhere, report)
    live, controls = read_live(config.everywhere), reading.controls()
    order = {name: place for place, name in enumerate(texts)}
    keywords = sorted(report.keywords(), key=lambda each: (order[each.file], each.line))
    return Site(
        configuration=Configuration(policy=policy, cluster=cluster, keywords=tuple(keywords)),
        counted=reading.counted,
        rules=rules,
        live=live,
        controls=controls,
        administrators=frozenset(config.everywhere.words("loadl_admin")),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Reading:
    """All that the files say, while it is read."""

    config: Config
    admin: Admin
    report: Report

    @property
    def said(self) -> Said:
        return self.config.everywhere

    @property
    def counted(self) -> Counted:
        listed = frozenset(self.said.read("schedule_by_resources", scheduled, _NOTHING))
        configs = (self.said, *self.config.machines.values())
        starters = any(config.get("max_starters") for config in configs) or any(
            said.get("max_total_tasks")
            for kind in ("class", "user", "group")
            for said in (self.admin.default(kind, self.report), *self.admin.stanzas(kind).values())
        )
        everywhere = self.said.read("floating_resources", floating, NO_AMOUNTS)
        return Counted(
            resources=listed, floating=listed & everywhere.keys(), starters=starters and CPUS in listed
        )

    def cluster(self) -> Cluster:
        counted = self.counted
        machines = read_machines(self.admin.stanzas("machine"), self.config, counted)
        self._report_strangers()
        everywhere = self.said.read("floating_resources", floating, NO_AMOUNTS)
        kept = {name: count for name, count in everywhere.items() if name in counted.floating}
        for name in sorted(everywhere.keys() - kept):
            self.said.correct("floating_resources", say("loadleveler.not_scheduled", name=theirs(name)))
        for name in sorted(counted.resources):
            if machines and name not in kept and not any(name in each.resources for each in machines):
                self.said.correct(
                    "schedule_by_resources", say("loadleveler.nobody_offers", name=theirs(name))
                )
        return Cluster(machines=machines, floating=kept)

    def _report_strangers(self) -> None:
        """Report what files of machines say that no stanza names."""
        known = {name.partition(".")[0] for name in self.admin.stanzas("machine")}
        for machine, said in self.config.machines.items():
            if machine.partition(".")[0] not in known:
                for key in OF_MACHINES:
                    if statement := said.own(key):
                        self.report.ignore(statement, say("loadleveler.no_machine", name=machine))

    def controls(self) -> dict[str, Expression]:
        """Return the control expressions that are said, by their keywords."""
        read = ((key, self.said.read(key, partial(control, keyword=key.upper()), None)) for key in _CONTROLS)
        return {key: tree for key, tree in read if tree is not None}

    def policy(self, cluster: Cluster, name: str) -> Policy:
        counted, said = self.counted, self.said
        offered = {resource for machine in cluster.machines for resource in machine.resources}
        planning = read_planning(said, offered or {CPUS})
        classes = self._classes(cluster.machines)
        users = read_priorities("user", self.admin, self.report)
        groups = read_priorities("group", self.admin, self.report)
        shifts = {USER_SYSPRIO: users.shift, GROUP_SYSPRIO: groups.shift}
        order = said.read("sysprio", lambda text: job_order(text, shifts), None)
        return Policy(
            name=name or CONFIG,
            queues=read_queues(classes, counted, self._starts(classes), planning),
            default_queue=self._default_class(),
            order=() if order is None else (order,),
            recalculate=said.read("negotiator_recalculate_sysprio_interval", whole_from(0), _LIVE_SECONDS)
            or None,
            blocked=planning.blocked,
            depth=planning.depth,
            machine_order=self._machine_order(),
            load_per_start=said.read("negotiator_loadavg_increment", number, _LOAD_PER_START),
            preemption=read_preemption(self.config.by_class, classes, said, self.report, planning),
            released_by_suspension=frozenset({CPUS, *counted.places}),
            limits=(
                *class_limits(classes, counted),
                *user_limits("user", self.admin, counted, self.report),
                *user_limits("group", self.admin, counted, self.report),
            ),
            fair_share=read_fair_share(self.admin, said, self.report),
            user_priorities=users.above,
            group_priorities=groups.above,
            cycle=said.read("negotiator_cycle_delay", whole_from(0), 0),
            external=planning.external,
        )

    def _classes(self, machines: tuple[Machine, ...]) -> dict[str, Said]:
        """Return each class that anything names: those without a stanza have the default one.

        Those that only PREEMPT_CLASS names are reported.
        """
        default = self.admin.default("class", self.report)
        found = dict(self.admin.stanzas("class"))
        for name in (*(name for each in machines for name in each.slots_by_queue), self._default_class()):
            found.setdefault(name, default)
        known = tuple(found)
        for each, name in named_classes(self.config.by_class):
            if name not in known:
                question = did_you_mean(name, known)
                self.report.correct(each, say("loadleveler.no_class", name=name, question=question).rstrip())
            found.setdefault(name, default)
        return found

    def _default_class(self) -> str:
        found = self.admin.default("user", self.report).words("default_class")
        return found[0] if found else NO_CLASS

    def _starts(self, classes: Mapping[str, Said]) -> dict[str, Expression]:
        """Return class to START_CLASS; said twice, the last counts."""
        found: dict[str, Expression] = {}
        before: dict[str, Statement] = {}
        for each in self.config.by_class:
            name = each.argument
            if each.key != "start_class":
                continue
            if not name:
                self.said.refuse(each, RefusedError(say("loadleveler.no_argument", name=each.name)))
            elif name not in classes:
                text = say("loadleveler.no_class", name=name, question=did_you_mean(name, classes)).rstrip()
                self.said.refuse(each, RefusedError(text))
            elif tree := self.said.parsed(each, lambda text: start_class(text, classes), None):
                if name in before:
                    text = say("loadleveler.overruled", file=each.file, line=each.line)
                    self.report.correct(before[name], text)
                found[name], before[name] = tree, each
        return found

    def _machine_order(self) -> Expression | None:
        """Return MACHPRIO, which by itself prefers machines with less load."""
        order, live = self.said.read("machprio", machine_order, machine_order("0 - LoadAvg"))
        if live:
            self.said.correct("machprio", say("loadleveler.live_names", names=", ".join(sorted(live))))
        return order
