"""What a site's files say beyond its policy: rules that job command files meet when they are submitted."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from jobcast.language import say
from jobcast.schedule.expression import Expression
from jobcast.systems.dialect import Configuration
from jobcast.systems.loadleveler.admin_file import Admin
from jobcast.systems.loadleveler.live import LiveRules, read_accounting
from jobcast.systems.loadleveler.machines import Counted
from jobcast.systems.loadleveler.process_limits import ProcessLimit, class_process_limits
from jobcast.systems.loadleveler.resources import NO_AMOUNTS, ours, requested, theirs
from jobcast.systems.loadleveler.said import Said
from jobcast.systems.loadleveler.statement import RefusedError, Report
from jobcast.systems.loadleveler.values import NO_TIME_LIMIT, TimeLimit, most, time_limit, truth, whole_from

_NO_WORDS: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Largest:
    """The most that one step of a user or group may ask for."""

    machines: int | None = None
    """None for no limit."""
    tasks: int | None = None
    """None for no limit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Submitter:
    """What holds for the jobs of one user or group."""

    default_class: str = ""
    """For jobs that name none; empty for that of the policy."""
    default_group: str = ""
    """For jobs that name none."""
    largest: Largest = Largest()
    """How large its steps may be."""
    members: frozenset[str] = frozenset()
    """Of a group: who may name it; empty for everybody."""
    strangers: frozenset[str] = frozenset()
    """Of a group: who may not."""
    accounts: frozenset[str] = frozenset()
    """Of a user: what ``account_no`` may name where accounts are validated."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClassRules:
    """What holds for the steps of one class."""

    restart: bool = True
    """Whether steps that don't say may be run again."""
    resources: Mapping[str, int]
    """Resource to amount for each task, for steps that don't say."""
    node_resources: Mapping[str, int]
    """Resource to amount on each machine, for steps that don't say."""
    nice: int = 0
    """Added to the priority of their processes."""
    limits: Mapping[str, ProcessLimit] = field(default_factory=dict)
    """Keyword to limit of processes, the most that a step may ask for."""
    run_limit: TimeLimit = NO_TIME_LIMIT
    """The most that a step may ask for (``wall_clock_limit``)."""
    default_run_limit: TimeLimit = NO_TIME_LIMIT
    """For steps that don't say."""
    comment: str = ""
    """For people to read (``class_comment``)."""

    def soft_run_limit(self, own: TimeLimit) -> int | None:
        """Return the seconds after which a step is warned that says so much of its own; None where nothing says."""
        said = (
            (own, self.default_run_limit, self.run_limit) if own == NO_TIME_LIMIT else (own, self.run_limit)
        )
        return next((limit.soft for limit in said if limit.soft is not None), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class SubmissionRules:
    """What job command files meet when they are submitted."""

    users: Mapping[str, Submitter]
    """By name; the empty name stands for all others."""
    groups: Mapping[str, Submitter]
    """By name; the empty name stands for all others."""
    classes: Mapping[str, ClassRules]
    """By name; the empty name stands for all others."""
    must_request: frozenset[str]
    """Resources that each step must name, itself or through its class."""
    validates_accounts: bool = False
    """Whether ``account_no`` must be one of the user's accounts."""

    def user(self, name: str) -> Submitter:
        """Return what holds for a user."""
        return self.users.get(name) or self.users[""]

    def group(self, name: str) -> Submitter:
        """Return what holds for a group."""
        return self.groups.get(name) or self.groups[""]

    def of_class(self, name: str) -> ClassRules:
        """Return what holds for the steps of a class."""
        return self.classes.get(name) or self.classes[""]


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """What the files of a site say."""

    configuration: Configuration
    """Its policy, machines and keywords."""
    counted: Counted
    """What takes part in scheduling."""
    rules: SubmissionRules
    """What job command files meet."""
    live: LiveRules = field(default_factory=LiveRules)
    """What is done around jobs that run."""
    controls: Mapping[str, Expression] = field(default_factory=dict)
    """``start``, ``suspend``, ... to what a machine that runs is asked."""
    administrators: frozenset[str] = frozenset()
    """Login names (LOADL_ADMIN)."""


def read_submission_rules(admin: Admin, config: Said, report: Report) -> SubmissionRules:
    """Read what job command files meet."""
    return SubmissionRules(
        users={name: _submitter(said) for name, said in _with_default("user", admin, report).items()},
        groups={name: _submitter(said) for name, said in _with_default("group", admin, report).items()},
        classes={name: _class(said) for name, said in _with_default("class", admin, report).items()},
        must_request=_must_request(config),
        validates_accounts="a_validate" in config.read("acct", read_accounting, _NO_WORDS),
    )


def _with_default(kind: str, admin: Admin, report: Report) -> dict[str, Said]:
    return {"": admin.default(kind, report), **admin.stanzas(kind)}


def _submitter(said: Said) -> Submitter:
    classes = said.words("default_class")
    if len(classes) > 1:
        said.correct("default_class", say("loadleveler.first_class", name=classes[0]))
    limits = [said.read(key, most, None) for key in ("max_processors", "total_tasks")]
    return Submitter(
        default_class=classes[0] if classes else "",
        default_group=said.read("default_group", str.strip, ""),
        largest=Largest(
            machines=said.read("max_node", most, None),
            tasks=min((limit for limit in limits if limit is not None), default=None),
        ),
        members=frozenset(said.words("include_users")),
        strangers=frozenset(said.words("exclude_users")),
        accounts=frozenset(said.words("account")),
    )


def _class(said: Said) -> ClassRules:
    return ClassRules(
        restart=said.read("restart", truth, default=True),
        resources=said.read("default_resources", requested, NO_AMOUNTS),
        node_resources=said.read("default_node_resources", requested, NO_AMOUNTS),
        nice=said.read("nice", whole_from(-20, 20), 0),
        limits=class_process_limits(said),
        run_limit=said.read("wall_clock_limit", time_limit, NO_TIME_LIMIT),
        default_run_limit=said.read("default_wall_clock_limit", time_limit, NO_TIME_LIMIT),
        comment=said.texts().get("class_comment", "").strip().strip('"'),
    )


def _must_request(config: Said) -> frozenset[str]:
    """Return the enforced resources if ENFORCE_RESOURCE_SUBMISSION wants them to be asked for."""
    enforced = [ours(name) for name in config.words("enforce_resource_usage")]
    listed = [ours(name) for name in config.words("schedule_by_resources")]
    if enforced == ["deactivate"]:
        enforced = []
    if missing := [name for name in enforced if name not in listed]:
        text = say("loadleveler.not_scheduled", name=" ".join(map(theirs, missing)))
        if len(missing) == len(enforced):
            config.refuse_key("enforce_resource_usage", RefusedError(text))
        else:
            config.correct("enforce_resource_usage", text)
    submission = config.read("enforce_resource_submission", truth, default=False)
    return frozenset(enforced).intersection(listed) if submission else frozenset()
