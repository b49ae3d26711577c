"""What goes wrong, or is meant to: other people's steps, broken filters and prologs, hostile command files."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobcast.batch.order import Answer, Cancel, Done, SubmitCommandFile
from jobcast.errors import JobcastError
from tests.batch.running import Batch

CONFIG = """
SCHEDULER_TYPE = BACKFILL
SCHEDULE_BY_RESOURCES = ConsumableCpus
CLASS = open(8) closed(8)
SUBMIT_FILTER = {folder}/filter.sh
JOB_PROLOG = {folder}/prolog.sh
JOBCAST_EXIT_TIMEOUT = 1
"""
ADMIN = """
n01: type = machine
    central_manager = true
    resources = ConsumableCpus(4)
open: type = class
    wall_clock_limit = 1:00:00
closed: type = class
    wall_clock_limit = 1:00:00
    include_users = somebody
default: type = user
    default_class = open
"""
FILTER = """#!/bin/sh
job=$(cat)
case "$job" in
    *crash*) kill -SEGV $$ ;;
    *refuse*) echo "not like this" >&2; exit 1 ;;
esac
printf '%s\\n' "$job"
"""
PROLOG = """#!/bin/sh
case "$LOADL_JOB_NAME" in *hang*) sleep 100 ;; esac
"""


@pytest.fixture(scope="module")
def batch() -> Iterator[Batch]:
    folder = Path(tempfile.mkdtemp(prefix="jobcast-batch-"))  # pytest's own is closed to other users
    folder.chmod(0o755)
    for name, text in (("filter.sh", FILTER), ("prolog.sh", PROLOG)):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    texts = {"LoadL_config": CONFIG.format(folder=folder), "LoadL_admin": ADMIN}
    batch = Batch(folder=folder, texts=texts)
    batch.start()
    yield batch
    batch.end()
    shutil.rmtree(folder)


def submit(batch: Batch, text: str) -> Answer:
    return batch.client.do(SubmitCommandFile(text=text, file="job.cmd", directory=str(batch.folder)))


def refusal(batch: Batch, text: str) -> str:
    (outcome,) = submit(batch, text).outcomes
    assert outcome.done is Done.REFUSED, outcome
    return outcome.said


def runs(batch: Batch) -> None:
    """See that the manager still takes and runs steps."""
    (outcome,) = submit(batch, "# @ queue\ntrue\n").outcomes
    assert batch.wait(outcome.name, "completed").exit_code == 0


def test_a_filter_that_crashes_refuses_that_job_alone(batch: Batch) -> None:
    assert "filter.sh" in refusal(batch, "# @ queue\ncrash\n")
    assert "not like this" in refusal(batch, "# @ queue\nrefuse\n")
    runs(batch)


def test_a_prolog_that_hangs_is_timed_out(batch: Batch) -> None:
    (outcome,) = submit(batch, "# @ job_name = hang\n# @ queue\ntouch begun\n").outcomes
    step = batch.wait(outcome.name, "rejected", 30)
    assert "prolog" in step.detail
    assert not (batch.folder / "begun").exists()
    runs(batch)


def test_resources_that_nobody_has_and_classes_of_others_are_refused(batch: Batch) -> None:
    assert refusal(batch, "# @ resources = ConsumableCpus(99)\n# @ queue\n")
    assert "closed" in refusal(batch, "# @ class = closed\n# @ queue\n")
    assert "nowhere" in refusal(batch, "# @ class = nowhere\n# @ queue\n")


def test_faults_are_told_with_line_and_column(batch: Batch) -> None:
    said = refusal(batch, "# @ job_type = paralel\n# @ queue\n")
    assert said.startswith("job.cmd:1:16: ")
    assert "parallel" in said


@pytest.mark.parametrize("text", ["# @ queue\n" + "x" * (10 << 20), "\0" * 4096, "# @ queue\n\0\n", ""])
def test_files_that_nobody_means_are_refused_clearly(batch: Batch, text: str) -> None:
    assert refused(batch, text)
    runs(batch)


def refused(batch: Batch, text: str) -> str:
    """Return why a file isn't even read, or is refused."""
    try:
        return refusal(batch, text)
    except JobcastError as error:
        return error.message


FIELDS = (
    *(
        "account_no",
        "arguments",
        "comment",
        "environment",
        "error",
        "executable",
        "group",
        "initialdir",
        "input",
    ),
    *("job_name", "notify_user", "output", "requirements", "step_name", "wall_clock_limit"),
)


@pytest.mark.parametrize("field", FIELDS)
def test_what_looks_like_a_command_is_never_run(batch: Batch, field: str) -> None:
    proof = batch.folder / "proof"
    answer = submit(batch, f"# @ {field} = $(touch {proof})`touch {proof}`;touch {proof}\n# @ queue\ntrue\n")
    for outcome in answer.outcomes:
        if outcome.done is Done.YES:
            batch.all_over()
    assert not proof.exists()


def as_nobody(batch: Batch, code: str) -> str:
    """Run a program that knows `client` as another user, and return what it printed."""
    who = pwd.getpwnam("nobody")
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from jobcast.batch.client import Client\n"
        "from jobcast.batch.order import *\n"
        "from jobcast.batch.service import *\n"
        f"client = Client(Path({str(batch.folder / 'batch.sock')!r}))\n"
        f"import os; os.setgid({who.pw_gid}); os.setuid({who.pw_uid})\n" + code
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60, cwd="/"
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run jobs as others")
def test_jobs_run_as_whoever_submits_them_and_others_may_not_touch_them(batch: Batch) -> None:
    place = batch.folder / "theirs"
    place.mkdir()
    os.chown(place, pwd.getpwnam("nobody").pw_uid, -1)
    said = as_nobody(
        batch,
        f'print(client.do(SubmitCommandFile(text="#!/bin/sh\\n# @ output = {place}/out\\n# @ queue\\nid -un\\n",'
        f' file="a.cmd", directory="{place}")).outcomes[0].name)',
    )
    assert batch.wait(said.strip(), "completed").submitted.job.user == "nobody"
    assert (place / "out").read_text() == "nobody\n"
    (outcome,) = submit(batch, "# @ queue\nsleep 30\n").outcomes
    told = as_nobody(batch, f'print(client.do(Cancel(steps=("{outcome.name}",))).outcomes[0].done)')
    assert told == "not_yours\n"
    assert as_nobody(batch, "print(client.do(Stop()).outcomes[0].done)") == "not_yours\n"
    assert batch.client.do(Cancel(steps=(outcome.name,))).outcomes[0].done is Done.YES


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run jobs as others")
def test_scripts_and_environments_are_nobody_elses_business(batch: Batch) -> None:
    (outcome,) = batch.client.do(
        SubmitCommandFile(
            text="# @ environment = COPY_ALL\n# @ queue\nsleep 5 # sesame\n",
            file="job.cmd",
            directory="/",
            environment={"TOKEN": "sesame"},
        )
    ).outcomes
    assert "sesame" not in as_nobody(batch, f'print(client.snapshot(Wanted(steps=("{outcome.name}",))))')
    batch.client.do(Cancel(steps=(outcome.name,)))
