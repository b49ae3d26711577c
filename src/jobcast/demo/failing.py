"""Failed jobs in the demo: a made-up trace of a co-located cluster, and who would have been told beforehand to fail."""

from dataclasses import dataclass
from pathlib import Path

from jobcast.demo.colocation.make import make_up
from jobcast.demo.colocation.place import Place
from jobcast.demo.colocation.plan import Plan
from jobcast.systems.alibaba2018.extract import Extraction, extract
from jobcast.systems.alibaba2018.spread import Threads
from jobcast.train.failures.cases import Vantage
from jobcast.train.failures.judge import JudgeSettings, Watch, judge
from jobcast.train.failures.learn import LearnSettings
from jobcast.train.failures.of_trace import of_trace
from jobcast.train.failures.scores import PAPER_FALSE_ALARMS
from jobcast.train.failures.splits import by_time
from jobcast.train.failures.two_layers import Progress
from jobcast.units import GIB, Bytes

_PLAN = Plan(jobs=20_000, machines=60, failing=2.0)
_JUDGED = 0.2
"""Share of the jobs, the latest, that the others are judged by."""
_SETTINGS = JudgeSettings(learn=LearnSettings(layers="one"), models=("one_layer",))


@dataclass(frozen=True, kw_only=True, slots=True)
class Failing:
    """How many of the jobs that failed would have been among those told to be at risk."""

    jobs: int
    """Made up."""
    failed: int
    """Of all."""
    judged: int
    """Later jobs than were learnt from."""
    judged_failed: int
    """Of these."""
    alarmed: float
    """Share of the good jobs that get an alarm too, as in the TLNM paper."""
    found: float
    """Share of the failed ones that get one, by what is known at their submission."""
    found_by_family: float
    """The same, by how often the same plan failed before."""


def foresee(folder: Path, jobs: Path, watch: Watch, progress: Progress) -> Failing:
    """Make up a trace in `folder`, extract its `jobs`, learn from the earlier ones and be judged by the later."""
    make_up(_PLAN, Place(folder), lambda _share: None)
    rows = extract(
        Extraction(folder=folder, jobs=jobs, running=None, memory=Bytes(GIB)), Threads(), lambda *_step: None
    )
    cases = of_trace(jobs, Vantage.SUBMISSION)
    table = judge(cases, by_time(cases, share=_JUDGED), _SETTINGS, watch, progress)
    found = {one.name: one.score.recall for one in table.models}
    return Failing(
        jobs=rows.jobs,
        failed=rows.failed,
        judged=len(table.failed),
        judged_failed=int(table.failed.sum()),
        alarmed=PAPER_FALSE_ALARMS,
        found=found["one_layer"],
        found_by_family=found["family_rate"],
    )
