"""Submissions by bsub's options."""

import shlex
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.errors import ConfigError
from jobcast.machine import CPUS, GPUS, MEMORY
from jobcast.schedule.job import After, BatchJob, Demand, Ending, Layout
from jobcast.systems.lsf.bsub.options import Options, read_options
from jobcast.systems.lsf.bsub.submission import Submitter, name_of, submission
from jobcast.systems.lsf.policy.reader import read_site
from tests.systems.lsf.policy.files import texts

G = 1 << 30
PLAIN = read_site({})
SITE = read_site(texts("site"))
WHO = Submitter(id="77", user="chen", group="asic", named=lambda: {"x": ("5",)})
ONE = BatchJob(
    id="77", demand=Demand(tasks=1, per_task={CPUS: 1}), user="chen", group="asic", project="default"
)


def bsub(options: str, site: Any = PLAIN, who: Submitter = WHO) -> BatchJob:
    [job] = submission(shlex.split(options), who, site)
    return job


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("sleep 60", {}),
        ("-q short -P tpu -G verif -U chen#1 run", {
            "queue": "short", "project": "tpu", "group": "verif", "booking": "chen#1",
        }),
        ("-W 10 -We 5 run", {"run_limit": 600, "estimate": 300}),
        ("-W 1:30/hostA run", {"run_limit": 5400}),
        ("-n 8 run", {"demand": Demand(tasks=8, per_task={CPUS: 1})}),
        ("-n 4,16 run", {"demand": Demand(tasks=4, per_task={CPUS: 1})}),
        ("-R 'rusage[mem=4G]' -R 'span[hosts=1]' run", {
            "demand": Demand(tasks=1, per_task={CPUS: 1}, per_machine={MEMORY: 4 * G}, layout=Layout(machines_max=1)),
        }),
        ("-m 'h1+2 grp' run", {"demand": Demand(tasks=1, per_task={CPUS: 1}, groups=frozenset({"h1", "grp"}))}),
        ("-x run", {"demand": Demand(tasks=1, per_task={CPUS: 1}, layout=Layout(exclusive=True))}),
        ("-gpu num=2:mode=shared run", {"demand": Demand(tasks=1, per_task={CPUS: 1}, per_machine={GPUS: 2})}),
        ("-gpu num=1/task -n 3 run", {"demand": Demand(tasks=3, per_task={CPUS: 1, GPUS: 1})}),
        ("-gpu - run", {"demand": Demand(tasks=1, per_task={CPUS: 1}, per_machine={GPUS: 1})}),
        ("-H -rn run", {"hold": "user", "restartable": False}),
        ("-w 'done(3) ' run", {"after": After(job="3", ending=Ending.DONE)}),
        ("-w x run", {"after": After(job="5", ending=Ending.DONE)}),
        ("-o out -e err -J name -Is -M 4G -cwd /tmp -a openmp run -n 9", {}),
    ],
)  # fmt: skip
def test_options_shape_the_job(options: str, expected: dict[str, Any]) -> None:
    assert bsub(options) == replace(ONE, **expected)


def test_an_array_is_one_job_for_each_index() -> None:
    found = submission(shlex.split("-J 'sim[1-5:2,9]%3' -w 'done(4[*])' run"), WHO, PLAIN)
    assert found == tuple(
        replace(
            ONE,
            id=f"77[{index}]",
            array="77",
            array_limit=3,
            after=After(job=f"4[{index}]", ending=Ending.DONE),
        )
        for index in (1, 3, 5, 9)
    )
    assert name_of(shlex.split("-J 'sim[1-5:2,9]%3' run")) == "sim"
    assert [job.array_limit for job in submission(["-J", "a[1-2%1]", "run"], WHO, PLAIN)] == [1, 1]
    assert name_of(["run"]) == ""


def test_queue_and_profile_complete_what_the_job_leaves_open() -> None:
    job = bsub("-q pnr -R 'select[ssd]' run", SITE)
    assert (job.queue, job.demand.tasks) == ("pnr", 8)
    assert job.demand.per_task == {CPUS: 1, MEMORY: 4 * G}
    assert job.demand.layout == Layout(machines_max=1)
    simulated = bsub("-app sim -q regress -R 'rusage[mem=2]' run", SITE)
    assert (simulated.run_limit, simulated.estimate) == (3600, 1800)
    # Memory is counted in GB at this site.
    assert simulated.demand.per_machine == {MEMORY: 2 * G}
    assert simulated.demand.floating == {"verdi": 1}
    assert bsub("run", SITE).queue == "regress"


def test_priorities_of_users_are_half_of_the_highest_unless_given() -> None:
    assert [bsub(options, SITE).priority for options in ("run", "-sp 90 run")] == [50, 90]
    assert bsub("run").priority is None


MONDAY = int(datetime(2026, 11, 30, 12, 30, 15, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("text", "begin"),
    [
        ("13:00", datetime(2026, 11, 30, 13, tzinfo=UTC)),
        ("12:30", datetime(2026, 11, 30, 12, 30, tzinfo=UTC)),
        ("8:00", datetime(2026, 12, 1, 8, tzinfo=UTC)),
        ("30:20:00", datetime(2026, 11, 30, 20, tzinfo=UTC)),
        ("12:24:20:00", datetime(2026, 12, 24, 20, tzinfo=UTC)),
        ("2027:1:2:3:04", datetime(2027, 1, 2, 3, 4, tzinfo=UTC)),
    ],
)
def test_a_job_may_begin_at_a_time_of_the_clock(text: str, begin: datetime) -> None:
    assert bsub(f"-b {text} run", who=replace(WHO, now=MONDAY)).begin == int(begin.timestamp())


def test_that_clock_is_the_one_of_the_site() -> None:
    china = timezone(timedelta(hours=8))
    job = bsub("-b 21:00 run", who=replace(WHO, now=MONDAY, zone=china))
    assert job.begin == int(datetime(2026, 11, 30, 13, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("options", "site", "message", "hint"),
    [
        ("-q pnrr run", SITE, "there is no queue pnrr", "Did you mean pnr?"),
        ("-app simm run", SITE, "there is no application profile simm", "Did you mean sim?"),
        ("-W", PLAIN, "-W wants a value", ""),
        ("-W 0 run", PLAIN, "LSF would refuse what stands after -W", None),
        ("-appl sim run", PLAIN, "bsub has no option -appl", "Did you mean -app?"),
        (
            "-t 20:00 run",
            PLAIN,
            "-t bears on when a job starts, and can't be done here",
            "leave it out",
        ),
        ("-n 0 run", PLAIN, "LSF would refuse what stands after -n", None),
        ("-n 8,4 run", PLAIN, "LSF would refuse what stands after -n", None),
        (
            "-q pnr -n 2 run",
            SITE,
            "LSF would refuse what stands after -n",
            "from 4 to 64 tasks are allowed",
        ),
        (
            "-q urgent -x run",
            SITE,
            "LSF would refuse what stands after -x",
            "queue urgent doesn't have EXCLUSIVE = Y",
        ),
        (
            "-app sim -W 3:00 run",
            SITE,
            "LSF would refuse what stands after -W",
            "at most 120 minutes are allowed by application profile sim",
        ),
        (
            "-sp 5 run",
            PLAIN,
            "LSF would refuse what stands after -sp",
            "priorities of users need MAX_USER_PRIORITY in lsb.params",
        ),
        (
            "-sp 101 run",
            SITE,
            "LSF would refuse what stands after -sp",
            "write a whole number from 1 to 100",
        ),
        ("-gpu num=0 run", PLAIN, "LSF would refuse what stands after -gpu", "write num=n with n from 1 on"),
        ("-J 'a[0-3]' run", PLAIN, "LSF would refuse what stands after -J", None),
        ("-J 'a[3-1]' run", PLAIN, "LSF would refuse what stands after -J", None),
        (
            "-J 'a[1-1001]' run",
            PLAIN,
            "LSF would refuse what stands after -J",
            "an array may have 1000 elements (MAX_JOB_ARRAY_SIZE)",
        ),
        (
            "-b 25:00 run",
            PLAIN,
            "LSF would refuse what stands after -b",
            "write [[[year:]month:]day:]hour:minute",
        ),
        (
            "-b soon run",
            PLAIN,
            "LSF would refuse what stands after -b",
            "write [[[year:]month:]day:]hour:minute",
        ),
        ("-b 1969:1:1:1:00 run", PLAIN, "LSF would refuse what stands after -b", "that time is past"),
    ],
)
def test_what_lsf_would_refuse_is_refused(options: str, site: Any, message: str, hint: str | None) -> None:
    with pytest.raises(ConfigError) as error:
        bsub(options, site)
    assert error.value.message == message
    assert hint in {None, error.value.hint}


def test_options_end_where_the_command_begins() -> None:
    assert read_options(["-q", "a", "-R", "x", "-I", "-R", "y", "run", "-n", "4"]) == Options(
        values={"-q": "a", "-R": "x y"}, flags=frozenset({"-I"}), command=("run", "-n", "4")
    )


WORDS = "-q -n -R -W -J -w -x -sp -b -gpu -m a 4 0 a[1-3] done(1) 10:00 num=1 select[mem>1] run"
words = st.sampled_from(WORDS.split())


@given(st.lists(words | st.text(max_size=8), max_size=12))
def test_any_words_make_jobs_or_an_error_with_a_message(arguments: list[str]) -> None:
    message = ""
    jobs: tuple[BatchJob, ...] = ()
    try:
        jobs = submission(arguments, WHO, SITE)
    except ConfigError as error:
        message = error.message
    assert bool(message) is not bool(jobs)
