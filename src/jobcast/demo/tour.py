"""The whole way, step by step: make up a cluster, sample it, learn from it, be judged by the truth."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from jobcast.demo.acct import write_acct
from jobcast.demo.cluster import CLUSTER, START, MadeUp, make_history
from jobcast.demo.judging import judged
from jobcast.demo.picture import Words, draw
from jobcast.demo.place import Place
from jobcast.forecast import MemoryForecast
from jobcast.job import Request, Submission
from jobcast.language import phrase, say
from jobcast.predict.card import Card
from jobcast.predict.models import load
from jobcast.predict.shelf import Shelf, grown_name
from jobcast.report.base import Period, Section
from jobcast.report.formats.html import as_html
from jobcast.report.scope import Scope
from jobcast.report.summary import summarise
from jobcast.sample.counts import Counts
from jobcast.sample.importing import Source, import_file
from jobcast.sample.keeping import Watch, unwatched
from jobcast.store import Store
from jobcast.store.durable import write_whole
from jobcast.systems.base import Site
from jobcast.systems.registry import FILE_FORMATS
from jobcast.train.families import FamilySettings, Progress
from jobcast.train.judge import Trial, back_test
from jobcast.train.material import material
from jobcast.train.publish import Order, publish_families
from jobcast.units import Bytes, to_mib

_SETTINGS = FamilySettings()


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What kind of demo."""

    folder: Path
    """Where everything is written."""
    jobs: int
    """How many to make up."""
    days: int
    """Length of the history."""
    seed: int
    """The same seed gives the same jobs."""

    @property
    def place(self) -> Place:
        """Return where everything lies."""
        return Place(self.folder)

    @property
    def judged_days(self) -> int:
        """Return how many days, the last ones, are kept from learning: a fifth."""
        return max(1, self.days // 5)

    @property
    def learnt_days(self) -> int:
        """Return how many days there are to learn from while judging."""
        return self.days - self.judged_days

    @property
    def learnt_until(self) -> datetime:
        """Return the last moment before the days on which forecasts are judged."""
        return START + timedelta(days=self.learnt_days, microseconds=-1)

    @property
    def end(self) -> datetime:
        """Return the moment at which the demo takes place: when the last day is over."""
        return START + timedelta(days=self.days)


def make(plan: Plan) -> MadeUp:
    """Make up the cluster, and write its accounting file and, apart from that, the truth."""
    plan.place.clear()
    made = make_history(plan.jobs, plan.days, plan.seed)
    made.truth.write_parquet(plan.place.truth)
    write_acct(made.history, plan.place.acct)
    return made


def sample(plan: Plan, watch: Watch = unwatched) -> Counts:
    """Bring the accounting file into the store, as ``jobcast import lsb.acct`` does."""
    site = Site(now=plan.end, cluster=CLUSTER)
    source = Source(path=plan.place.acct, form=FILE_FORMATS["lsb.acct"], site=site)
    return import_file(source, Store(plan.place.store), watch=watch)


def train(plan: Plan, progress: Progress) -> Card:
    """Learn from all days, put the model beside the history and let it answer, as ``jobcast train`` does."""
    shelf = _shelf(plan)
    with shelf.growing(plan.end) as folder:
        card = publish_families(
            material(_history(plan)), folder, Order(made=plan.end, scores=None), _SETTINGS, progress
        )
    shelf.activate(grown_name(folder))
    return card


def evaluate(plan: Plan, progress: Progress) -> pl.DataFrame:
    """Return the jobs of the last days beside what they would have been told at their submission, and the truth.

    For this nothing is learnt from the last days, but that families go on learning from each job as it
    finishes, as they do at a site.
    """
    history = _history(plan)
    trial = Trial(train_end=plan.learnt_until, recipes=("default",), settings=_SETTINGS)
    answers = back_test(material(history), trial, progress)["default"]
    return judged(answers, history, pl.read_parquet(plan.place.truth))


@dataclass(frozen=True, kw_only=True, slots=True)
class Excess:
    """Jobs of one user and one kind, which ask for far more than they use."""

    user: str
    """Whose jobs they are."""
    name: str
    """Job name, or the program where a job has none."""
    runs: int
    """How many there were in the judged days."""
    requested: Bytes
    """What the last of them asked for."""
    used: Bytes
    """The largest peak of them all."""
    advised: Bytes
    """What the model advises for the next one."""


def advise(plan: Plan, kinds: pl.DataFrame) -> list[Excess]:
    """Ask the model for the next run of each of the `kinds` (`jobcast.demo.judging.most_over_requested`)."""
    rows = kinds.to_dicts()
    if not rows:
        return []
    model = load(_shelf(plan).folder())
    forecasts = model.forecast([_next_run(row, plan.end) for row in rows])
    return [
        Excess(
            user=row["user"],
            name=row["kind"],
            runs=row["runs"],
            requested=Bytes(row["memory_requested"]),
            used=Bytes(row["used"]),
            advised=memory.request,
        )
        for row, memory in zip(rows, [forecast.memory for forecast in forecasts], strict=True)
        if isinstance(memory, MemoryForecast)
    ]


def write_next_job(plan: Plan, kinds: pl.DataFrame) -> None:
    """Write the next run of the first of the `kinds` as ``jobcast predict --job_yaml`` reads it."""
    for row in kinds.head(1).to_dicts():
        columns = ("user", "project", "queue", "name", "command", "cwd", "cores_requested")
        fields = {column: row[column] for column in columns if row[column] is not None}
        fields |= {"rusage_mem": to_mib(row["memory_requested"]), "started_time": plan.end.isoformat()}
        plan.place.next_job.write_text(yaml.safe_dump(fields, sort_keys=False), "utf-8")


def report(plan: Plan, judged: pl.DataFrame) -> int:
    """Write the report on all days, as ``jobcast report -o`` does; return its size in bytes.

    What the `judged` jobs would have been told counts as advice that nobody followed.
    """
    told = judged.select("job_id", "array_index", advised_memory="advised")
    history = _history(plan).drop("advised_memory")
    jobs = history.join(
        told, on=["job_id", "array_index"], how="left", nulls_equal=True, maintain_order="left"
    )
    period = Period(since=START, until=plan.end, zone=UTC)
    scope = Scope(period=period, risk=_SETTINGS.risk)
    found = summarise(jobs.lazy(), scope, made=plan.end)
    page = as_html(replace(found, sections=tuple(map(_told_apart, found.sections)))).encode()
    write_whole(plan.place.report, page, beside=plan.folder)
    return len(page)


def _told_apart(section: Section) -> Section:
    """Say in the section on forecasts that nobody was given this advice."""
    if section.name != "forecasts":
        return section
    return replace(section, remarks=(phrase("demo.not_given"), *section.remarks))


def _next_run(row: dict[str, Any], at: datetime) -> Submission:
    """Return the submission of a job like that of `row`."""
    texts = ("user", "group", "project", "queue", "name", "command", "cwd", "description")
    request = Request(
        cores=row["cores_requested"],
        memory=row["memory_requested"],
        run_limit=row["run_limit"],
        interactive=row["interactive"],
        span_hosts=row["span_hosts"],
    )
    return Submission(at=at, request=request, **{name: row[name] for name in texts})


def _history(plan: Plan) -> pl.DataFrame:
    """Read the store; the same rows always come in the same order, so that trees grow the same."""
    store = Store(plan.place.store)
    return store.collect(store.scan()).sort("finish_time", "job_id", "array_index")


def _shelf(plan: Plan) -> Shelf:
    return Shelf(plan.place.store / "models")


def paint(plan: Plan, jobs: pl.DataFrame) -> None:
    """Draw the judged jobs into the picture of the demo."""
    words = Words(
        title=say("demo.picture_title"),
        needed=say("demo.picture_needed"),
        requested=say("demo.picture_requested"),
        as_requested=say("demo.as_requested"),
        with_jobcast=say("demo.with_jobcast"),
        short=say("demo.picture_short"),
    )
    plan.place.picture.write_text(draw(jobs, words), "utf-8")
