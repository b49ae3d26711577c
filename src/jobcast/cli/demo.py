"""``jobcast demo``: the whole way on a made-up cluster, in one directory."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jobcast import clock
from jobcast.cli import frame
from jobcast.cli.demo_report import show
from jobcast.cli.screen import print_json, tell
from jobcast.cli.steps import Step, Steps
from jobcast.language import say
from jobcast.units import format_memory

if TYPE_CHECKING:  # these pull in what training needs, which the help page does without
    from collections.abc import Callable

    from jobcast.demo.failing import Failing
    from jobcast.demo.judging import Verdict
    from jobcast.demo.tour import Excess, Plan
    from jobcast.sample.counts import Counts

_SHOWN = 3
"""Kinds of over-requested jobs."""
_STAGES = ("families", "features", "trees", "calibration", "memory")
"""What training says of itself, in order."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What a demo found."""

    counts: Counts
    """Records read, new, known and set aside by the sample."""
    learnt_from: int
    """Jobs that the model learnt from."""
    verdict: Verdict
    """How each way to ask did on the last days."""
    excesses: list[Excess]
    """Kinds of jobs that ask for far too much, the worst first."""
    failing: Failing
    """Which jobs of a made-up trace were told to fail."""


@frame.command(help=say("demo.help"), examples=say("demo.examples"))
@click.option("--jobs", type=click.IntRange(1_000, 1_000_000), default=5_000, help=say("demo.jobs"))
@click.option("--days", type=click.IntRange(10, 366), default=30, help=say("demo.days"))
@click.option("--seed", type=click.IntRange(0), default=7, help=say("demo.seed"))
@click.option("--into", type=click.Path(path_type=Path), default="demo", metavar="DIR", help=say("demo.into"))
@frame.json_option
def command(*, jobs: int, days: int, seed: int, into: Path, as_json: bool) -> None:
    """Show everything on a made-up cluster."""
    from jobcast.demo.tour import Plan  # noqa: PLC0415

    plan = Plan(folder=into, jobs=jobs, days=days, seed=seed)
    steps = Steps(silent=as_json)
    if not as_json:
        tell(say("demo.title", days=days, seed=seed) + "\n")
    outcome = _walk(plan, steps)
    if as_json:
        print_json(_as_dict(plan, outcome, steps))
    else:
        show(plan, outcome.verdict, outcome.excesses)


def _walk(plan: Plan, steps: Steps) -> Outcome:
    """Take all steps of the tour."""
    from jobcast.demo import judging, tour  # noqa: PLC0415
    from jobcast.demo.amounts import MACHINES  # noqa: PLC0415
    from jobcast.demo.failing import foresee  # noqa: PLC0415

    place = plan.place
    with steps.step("cluster", say("demo.cluster")) as step:
        users = tour.make(plan).history["user"].n_unique()
        step.told = say("demo.cluster_made", users=users, machines=MACHINES, acct=place.acct)
    with steps.step("sample", say("demo.sample")) as step:
        counts = tour.sample(plan, lambda so_far: step.reached(so_far.read / plan.jobs))
        aside = sum(counts.set_aside.values())
        step.told = say("demo.sampled", jobs=f"{counts.new:,}", aside=aside, store=place.store)
    with steps.step("train", say("demo.train")) as step:
        card = tour.train(plan, _by_stage(step))
        learnt_from = int(card.data["learnt_from"])
        step.told = say("demo.trained", jobs=f"{learnt_from:,}", models=place.store / "models")
    with steps.step("evaluate", say("demo.evaluate")) as step:
        judged = tour.evaluate(plan, _by_stage(step))
        verdict = judging.verdict(judged)
        step.told = say(
            "demo.evaluated", learnt=plan.learnt_days, days=plan.judged_days, jobs=f"{verdict.jobs:,}"
        )
    with steps.step("predict", say("demo.predict")) as step:
        kinds = judging.most_over_requested(judged, _SHOWN)
        excesses = tour.advise(plan, kinds)
        tour.write_next_job(plan, kinds)
        step.told = say("demo.predicted", kinds=len(excesses))
    with steps.step("failures", say("demo.failures")) as step:
        failing = foresee(place.trace, place.trace_jobs, clock.seconds, _by_stage(step))
        step.told = say(
            "demo.foreseen",
            jobs=f"{failing.judged:,}",
            failed=failing.judged_failed,
            found=f"{failing.found:.0%}",
            alarmed=f"{failing.alarmed:.1%}",
        )
    with steps.step("picture", say("demo.picture")) as step:
        tour.paint(plan, judged)
        step.told = str(place.picture)
    with steps.step("report", say("demo.report")) as step:
        size = tour.report(plan, judged)
        step.told = say("demo.reported", path=place.report, size=format_memory(size))
    return Outcome(
        counts=counts, learnt_from=learnt_from, verdict=verdict, excesses=excesses, failing=failing
    )


def _by_stage(step: Step) -> Callable[[str], None]:
    """Return what moves the bar of `step` on with each word that training says."""

    def heard(stage: str) -> None:
        if stage in _STAGES:
            step.reached((_STAGES.index(stage) + 0.5) / len(_STAGES))

    return heard


def _as_dict(plan: Plan, outcome: Outcome, steps: Steps) -> dict[str, Any]:
    """Return the outcome for programs: bytes, seconds, TiB hours, shares between 0 and 1."""
    return {
        "cluster": "loom",
        "jobs": plan.jobs,
        "days": plan.days,
        "seed": plan.seed,
        "directory": plan.folder,
        "sampled": outcome.counts.new,
        "set_aside": outcome.counts.set_aside,
        "learnt_from": outcome.learnt_from,
        "verdict": asdict(outcome.verdict),
        "failing": asdict(outcome.failing),
        "most_over_requested": [asdict(excess) for excess in outcome.excesses],
        "seconds": {name: round(took, 3) for name, took in steps.seconds.items()},
    }
