"""``bsub -w``: which jobs a name means, those that are over among them."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from jobcast.batch.completing import as_it_is
from jobcast.batch.intake import lsf
from jobcast.batch.intake.base import Intake, Submitter
from jobcast.batch.ledger import Ledger
from jobcast.batch.order import Done, SubmitCommand, SubmitCommandFile
from jobcast.batch.orders import Carried
from jobcast.batch.retrying import retry
from jobcast.batch.submitting import submit
from jobcast.batch.surroundings import Surroundings
from jobcast.batch.two_clocks import TwoClocks
from jobcast.schedule.job import After, AllOf, Dependency, Ending
from tests.batch import making
from tests.batch.making import AT, end, opened, over


def read(ledger: Ledger, order: SubmitCommandFile | SubmitCommand, who: Submitter) -> Intake:
    assert isinstance(order, SubmitCommand)
    return lsf.read(order, ledger.site.lsf, who)


def now() -> datetime:
    return datetime.fromtimestamp(AT, UTC)


AROUND = Surroundings(
    now=now, clocks=TwoClocks(now, lambda: 0.0), zone=UTC, read=read, complete=as_it_is, retry=retry
)


def done(job: str) -> After:
    return After(job=job, ending=Ending.DONE)


def bsub(ledger: Ledger, *words: str, user: str = "ada", at: int = AT) -> Carried:
    order = SubmitCommand(arguments=(*words, "true"), script="", directory="/", environment={})
    who = Submitter(user=user, job="", at=datetime.fromtimestamp(at, UTC), host="n1")
    return submit(order, who, at, ledger, AROUND)


def after(ledger: Ledger, condition: str, user: str = "ada", at: int = AT + 100) -> Dependency | str | None:
    """Return whom a job comes to wait for; or, without its place, why it isn't taken."""
    (outcome,) = bsub(ledger, "-H", "-w", condition, user=user, at=at).answer.outcomes
    if outcome.done is not Done.YES:
        return outcome.said
    return ledger.steps[outcome.name].submitted.job.after


def days_work(folder: Path) -> Ledger:
    """Return a ledger in which ada's prep has failed, and was run again well, and bob's and an array have ended."""
    ledger = opened(folder)
    for user in ("ada", "ada", "bob"):
        bsub(ledger, "-J", "prep", user=user)
    bsub(ledger, "-J", "many[1-2]")
    for name, code in (("1", 1), ("2", 0), ("3", 0), ("4[1]", 0)):
        end(ledger, over(f"{name}@1", exit_code=code))
    end(ledger, over("4[2]@1", at=AT + 90))
    assert ledger.steps == {}
    return ledger


def last_alone(ledger: Ledger) -> None:
    params = replace(ledger.site.lsf.params, last_submitted=True)
    ledger.site = replace(ledger.site, lsf=replace(ledger.site.lsf, params=params))


def test_a_name_means_all_of_ones_own_jobs_that_bear_it_whether_they_are_over_or_not(tmp_path: Path) -> None:
    ledger = days_work(tmp_path)
    bsub(ledger, "-H", "-J", "prep", at=AT + 100)
    assert after(ledger, "done(prep)") == AllOf(parts=tuple(done(job) for job in ("1", "2", "5")))
    assert after(ledger, "done(prep)", user="bob") == done("3")


def test_it_means_the_one_submitted_last_where_the_site_says_so(tmp_path: Path) -> None:
    ledger = days_work(tmp_path)
    last_alone(ledger)
    assert after(ledger, "done(prep)") == done("2")


def test_arrays_and_beginnings_of_names_that_are_over_are_known_too(tmp_path: Path) -> None:
    ledger = days_work(tmp_path)
    assert after(ledger, "done(many)") == done("4")
    assert after(ledger, "done(many[2])") == done("4[2]")
    assert after(ledger, "done(p*)", user="bob") == done("3")


def test_a_name_is_known_as_long_as_the_site_says_after_the_end_and_after_a_restart(tmp_path: Path) -> None:
    ledger = days_work(tmp_path)
    ledger.settle()
    ledger = opened(tmp_path, at=AT + 100)
    assert after(ledger, "done(prep)", user="bob", at=AT + 3660) == done("3")
    late = after(ledger, "done(prep)", user="bob", at=AT + 3661)
    assert isinstance(late, str)
    assert late.endswith("there is no job of the name prep. Job not submitted.")
    assert after(ledger, "done(many)", at=AT + 3690) == done("4")


def test_who_waits_for_a_name_whose_job_went_well_starts(tmp_path: Path) -> None:
    ledger = days_work(tmp_path)
    last_alone(ledger)
    ledger.state.ended.clear()
    bsub(ledger, "-w", "done(prep)", at=AT + 100)
    assert ledger.state.running.keys() == {"5"}


def test_nobody_waits_for_jobs_of_loadleveler_by_name(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    making.submit(ledger, making.submitted("n1.1.0"), making.submitted("n1.1.1"))
    end(ledger, over("n1.1.0@1"))
    said = after(ledger, "done(test)")
    assert isinstance(said, str)
    assert said.endswith("there is no job of the name test. Job not submitted.")


def test_a_journal_from_before_names_were_kept_knows_those_that_end_from_now_on(tmp_path: Path) -> None:
    ledger = days_work(tmp_path)
    ledger.settle()
    ledger.journal.close()
    with sqlite3.connect(ledger.journal.path) as database:
        database.execute("DROP TABLE names")
    database.close()
    again = opened(tmp_path, at=AT + 100)
    bsub(again, "-J", "prep", at=AT + 100)
    end(again, over("5@1", at=AT + 200))
    assert after(again, "done(prep)", at=AT + 300) == done("5")
