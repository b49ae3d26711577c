"""How a trace is to be simulated: by which policy, with which estimates, on which machines."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jobcast.errors import InputError
from jobcast.language import say
from jobcast.machine import CPUS
from jobcast.simulate.counts.base import (
    CONSERVATIVE,
    EASY,
    EASY_PLUS_PLUS,
    EASY_SJBF,
    FCFS,
    Rule,
)
from jobcast.spelling import did_you_mean

if TYPE_CHECKING:  # a log that is simulated by counting does without the core, which is large
    from collections.abc import Mapping

    from jobcast.machine import Cluster
    from jobcast.schedule.failing import Failing
    from jobcast.schedule.policy import Policy
    from jobcast.simulate.counts.base import Events
    from jobcast.simulate.estimates.correction import CorrectionName
    from jobcast.simulate.estimates.registry import EstimatesName
    from jobcast.simulate.outcome import Flags, Floats, Whole

POLICIES: Mapping[str, Rule] = {
    "fcfs": FCFS,
    "easy": EASY,
    "easy-sjbf": EASY_SJBF,
    "easy++": EASY_PLUS_PLUS,
    "conservative": CONSERVATIVE,
}
"""The policies of the literature by name; ``depth-N`` beside them promises starts to N jobs."""

_DEPTH = re.compile(r"depth-(\d{1,9})")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Acting:
    """What a site does with the jobs of a trace that will probably fail."""

    rule: Failing
    """From which chances on."""
    chances: Floats
    """Of each job, as of its submission; NaN where it isn't known."""
    begins: Whole
    """Second from which each held job may start, since it is confirmed; -1 for those that aren't held."""
    confirm_after: int
    """Working seconds after which they are; see `jobcast.simulate.failing`."""

    def only(self, some: Flags) -> Acting:
        """Return the same for some of the jobs."""
        return replace(self, chances=self.chances[some], begins=self.begins[some])

    def words(self) -> dict[str, bool]:
        """Return the options that say this, as the command line has them, with whether they are given."""
        rule = self.rule
        return {
            f"--lower-at {rule.lower_at}": rule.lower_at is not None,
            f"--lowered-for {rule.lowered_for}": rule.lower_at is not None,
            f"--hold-at {rule.hold_at}": rule.hold_at is not None,
            f"--confirm-after {self.confirm_after}": rule.hold_at is not None,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Setup:
    """What decides over one simulated run."""

    policy: str = "easy"
    """A name of `POLICIES` or ``depth-N``; with a `system`, what to call that."""
    estimates: EstimatesName | None = None
    """The run times that are reckoned with; None for those of the policy."""
    correction: CorrectionName | None = None
    """What becomes of an estimate that a running job outlives; None for that of the policy."""
    events: Events | None = None
    """When jobs are started; None for as the policy has it."""
    cluster: Cluster | None = None
    """The machines; None where only processors are counted."""
    system: Policy | None = None
    """A site's own rules, in the place of those of `policy`; None where there are none."""
    given: Whole | None = None
    """Seconds that each job is reckoned to run, -1 for as it requests; None for `estimates`."""
    compiled: bool | None = None
    """Whether the compiled engine runs it; None for where it can be had."""
    cycle: int | None = None
    """Seconds between decisions, 0 to decide whenever something happens; None for as the site's files say."""
    guarantee: bool = False
    """Whether planned starts are reckoned by run limits, so that they hold whatever happens."""
    acting: Acting | None = None
    """What is done with jobs that will probably fail; None for nothing."""
    follow: bool = False
    """Whether jobs that follow another are submitted after that one's end in the simulation, not as recorded."""

    @property
    def counts(self) -> bool:
        """Tell whether processors are merely counted: whatever else is wanted, the core knows."""
        known = self.cluster is None and self.system is None and self.acting is None
        return known and not (self.cycle or self.guarantee or self.follow)

    def rule(self) -> Rule:
        """Return the rule for counting processors. Raises InputError for a policy that nobody knows."""
        rule = POLICIES.get(self.policy)
        if rule is None:
            match = _DEPTH.fullmatch(self.policy)
            if match is None:
                raise unknown_policy(self.policy)
            rule = Rule(depth=int(match[1]), events="per-timestamp")
        return replace(
            rule,
            estimates=self.estimates or rule.estimates,
            correction=self.correction or rule.correction,
            events=self.events or rule.events,
        )

    def words(self) -> dict[str, str]:
        """Return the settings by name, as the command line has them, with what the policy left open."""
        options = self._options()
        more = {"options": " ".join(options)} if options else {}
        if self.system is not None:
            return {
                "policy": self.policy,
                "estimates": self.estimates or "requested",
                "correction": self.correction or "request",
                "events": "per-timestamp",
                **more,
            }
        rule = self.rule()
        estimates = rule.estimates if isinstance(rule.estimates, str) else "given"
        return {
            "policy": self.policy,
            "estimates": estimates,
            "correction": rule.correction,
            "events": rule.events if self.counts else "per-timestamp",
            **more,
        }

    def _options(self) -> list[str]:
        own = 0 if self.system is None else self.system.cycle
        cycle = own if self.cycle is None else self.cycle
        acting = {} if self.acting is None else self.acting.words()
        flags = {
            f"--cycle {cycle}": cycle > 0,
            "--guarantee": self.guarantee,
            "--follow": self.follow,
            **acting,
        }
        return [flag for flag, wanted in flags.items() if wanted]


def processors_of(cluster: Cluster) -> int:
    """Return how many processors all machines have together."""
    return sum(machine.resources.get(CPUS, 0) for machine in cluster.machines)


def unknown_policy(policy: str) -> InputError:
    """Return the error for a policy that nobody knows."""
    like = did_you_mean(policy, POLICIES)
    known = say("simulate.policies", names=", ".join((*POLICIES, "depth-N")))
    return InputError(say("simulate.no_policy", name=policy), hint=like or known)
