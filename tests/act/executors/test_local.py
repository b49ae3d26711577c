"""The embedded executor, with a starter of its own for each test."""

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import jobcast
from jobcast.act.executors.base import Began, End, Ended, ExecutorError, Paused, Phase
from jobcast.act.executors.local import LocalExecutor
from jobcast.act.plain import to_json
from jobcast.act.starter.launch import Refused, find_owner
from jobcast.act.starter.spool import groups_of
from jobcast.machine import Share
from jobcast.program import Affinity, Enforce, Enforcement, Exits, Unit
from tests.act.executors.bench import COUNTS, Bench, Watched, eventually, number_in, with_
from tests.act.executors.conformance import Conformance
from tests.act.executors.life import Life
from tests.act.executors.limits import Limits


@pytest.fixture
def home() -> Iterator[Path]:
    """Give a folder that every user can enter, and end the starter that has its spool in there."""
    folder = Path(tempfile.mkdtemp(prefix="jobcast-"))
    folder.chmod(0o755)
    yield folder
    end_starters(folder)
    shutil.rmtree(folder)


def starters(folder: Path) -> list[int]:
    """Return the starter of a folder and its shepherds, by what they were started with."""
    mark = str(folder / "spool").encode()
    return [
        int(each.parent.name)
        for each in Path("/proc").glob("[0-9]*/cmdline")
        if mark in _read(each).split(b"\0")
    ]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def end_starters(folder: Path) -> None:
    for pid in starters(folder):
        os.kill(pid, signal.SIGKILL)


@pytest.fixture
def bench(home: Path) -> Bench:
    return bench_in(home, groups=False)


def bench_in(home: Path, *, groups: bool) -> Bench:
    work = home / "work"
    work.mkdir()
    return Bench(
        folder=work,
        user=pwd.getpwuid(os.geteuid()).pw_name,
        machine="here",
        client=lambda: LocalExecutor(home / "spool", ("here",), grace=0.5, groups=groups),
    )


class TestLocal(Conformance):
    """All that every executor must do."""


GROUPS = groups_of(Path(tempfile.gettempdir()))


@pytest.mark.skipif(GROUPS.tree is None, reason=GROUPS.told)
class TestLocalInGroups(Life, Limits):
    """What processes have to do with, where the host has control groups of version 2."""

    @pytest.fixture
    def bench(self, home: Path) -> Bench:
        return bench_in(home, groups=True)

    def test_a_job_has_a_group_of_its_own_that_goes_with_it(self, bench: Bench, home: Path):
        async def scene(seen: Watched) -> None:
            await seen.run(bench.sh("a@1", "cat /proc/self/cgroup", output="o"))
            tree = groups_of(home / "spool").tree
            assert tree is not None
            assert f"/{tree.name}/a@1\n" in (bench.folder / "o").read_text()
            assert not tree.exists()

        with_(bench, scene)

    def test_nothing_of_a_group_outlives_the_death_of_its_shepherd(self, bench: Bench, home: Path):
        async def scene(seen: Watched) -> None:
            await seen.executor.start(bench.sh("a@1", "sleep 600"))
            await seen.first(Began, "a@1")
            head = starter(home)
            (shepherd,) = (pid for pid in starters(home) if pid != head)
            os.kill(shepherd, signal.SIGKILL)
            assert (await seen.first(Ended, "a@1")).how == End.LOST
            tree = groups_of(home / "spool").tree
            assert tree is not None
            assert not tree.exists()

        with_(bench, scene)


def starter(folder: Path) -> int:
    """Return the one that others descend from."""
    found = starters(folder)
    return next(pid for pid in found if parent(pid) not in found)


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def test_jobs_survive_the_end_of_the_starter_and_are_adopted_by_the_next(bench: Bench, home: Path):
    async def scene(seen: Watched) -> None:
        await seen.executor.start(bench.sh("ends@1", "while ! [ -e go ]; do sleep 0.02; done; exit 3"))
        await seen.executor.start(bench.sh("stays@1", "while :; do sleep 0.02; done"))
        for name in ("ends@1", "stays@1"):
            await seen.first(Began, name)
        await seen.executor.suspend("stays@1")
        await seen.first(Paused, "stays@1")
        os.kill(starter(home), signal.SIGKILL)
        (bench.folder / "go").touch()
        ended = await seen.first(Ended, "ends@1")
        assert (ended.how, ended.exit_code) == (End.EXITED, 3)
        (known,) = await seen.executor.known()
        assert (known.attempt, known.phase) == ("stays@1", Phase.SUSPENDED)
        await seen.executor.kill("stays@1")
        assert (await seen.first(Ended, "stays@1")).how == End.KILLED

    with_(bench, scene)


def test_an_attempt_whose_shepherd_dies_is_lost_and_nothing_of_it_goes_on(bench: Bench, home: Path):
    counter = bench.folder / "counter"

    async def scene(seen: Watched) -> None:
        await seen.executor.start(bench.sh("a@1", f"setsid sh -c '{COUNTS}' {counter} & {COUNTS}", "other"))
        await eventually(lambda: number_in(counter))
        head = starter(home)
        (shepherd,) = (pid for pid in starters(home) if pid != head)
        os.kill(shepherd, signal.SIGKILL)
        ended = await seen.first(Ended, "a@1")
        last = counter.read_text()
        await asyncio.sleep(0.2)
        assert (ended.how, ended.exit_code) == (End.LOST, 0)
        assert ended.began == (await seen.first(Began, "a@1")).at
        assert counter.read_text() == last

    with_(bench, scene)


def test_nothing_is_lost_and_nothing_runs_twice_when_starter_and_client_are_killed_again_and_again(
    bench: Bench, home: Path
):
    names = [f"{number}@1" for number in range(120)]

    async def scene(seen: Watched) -> None:
        for number, name in enumerate(names):
            if number % 20 == 10:
                os.kill(starter(home), signal.SIGKILL)
            await surely(lambda name=name: seen.executor.start(bench.sh(name, "echo x >> $0", name)))  # type: ignore[misc]
        for name in names:
            assert (await seen.first(Ended, name)).how == End.EXITED

    with_(bench, scene)
    assert [(bench.folder / name).read_text() for name in names] == ["x\n"] * len(names)


async def surely(ask: Callable[[], Awaitable[None]]) -> None:
    """Ask until it is taken, as who isn't sure whether he had asked."""
    async with asyncio.timeout(20):
        while True:
            try:
                return await ask()
            except ExecutorError:
                await asyncio.sleep(0.05)


def test_two_starters_do_not_share_a_spool(bench: Bench, home: Path):
    async def scene(seen: Watched) -> None:
        clients = [bench.client() for _ in range(4)]
        await asyncio.gather(*(each.open() for each in clients))
        assert len(starters(home)) == 1
        for each in clients:
            await each.close()

    with_(bench, scene)


def test_a_starter_that_died_between_taking_a_job_and_running_it_runs_it_when_it_is_back(
    bench: Bench, home: Path
):
    folder = home / "spool" / "attempts" / "a@1"
    folder.mkdir(parents=True)
    (folder / "attempt.json").write_bytes(to_json(bench.sh("a@1", "echo x >> ran")))

    async def scene(seen: Watched) -> None:
        assert (await seen.first(Ended, "a@1")).how == End.EXITED
        assert (bench.folder / "ran").read_text() == "x\n"

    with_(bench, scene)


@pytest.mark.parametrize("name", ["../../etc/x@1", "a/b\0c\x1b[1m@1", ".", "..", "中文[3]@1"])
def test_hostile_ids_stay_within_the_spool(bench: Bench, home: Path, name: str):
    async def scene(seen: Watched) -> None:
        ended = await seen.run(bench.sh(name, "exit 4"))
        assert (ended.how, ended.exit_code) == (End.EXITED, 4)
        assert len(list((home / "spool" / "attempts").iterdir())) == 1
        await seen.executor.forget(name)
        assert list((home / "spool" / "attempts").iterdir()) == []

    with_(bench, scene)


@pytest.mark.parametrize("name", ["", "x" * 300])
def test_ids_that_name_no_folder_are_refused(bench: Bench, name: str):
    async def scene(seen: Watched) -> None:
        with pytest.raises(ExecutorError, match="1 to 200 bytes"):
            await seen.executor.start(bench.sh(name, "exit 4"))

    with_(bench, scene)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs programs as others")
def test_root_runs_jobs_as_their_owners(bench: Bench):
    bench.folder.chmod(0o777)
    owner = pwd.getpwnam("nobody")
    exits = Exits(
        prolog=("/bin/sh", "-c", f"id -u > {bench.folder}/p"), user_prolog=("/bin/sh", "-c", "id -u > u")
    )

    async def scene(seen: Watched) -> None:
        line = "id -u; id -g; id -G; cat /proc/self/status | grep -i ^Cap[IEP]"
        ended = await seen.run(bench.attempt("a@1", script=line, user="nobody", exits=exits, output="o"))
        assert (ended.how, ended.detail) == (End.EXITED, "")
        user, group, groups, *capable = (bench.folder / "o").read_text().splitlines()
        assert (int(user), int(group)) == (owner.pw_uid, owner.pw_gid)
        assert set(map(int, groups.split())) == set(os.getgrouplist("nobody", owner.pw_gid))
        assert {int(line.split()[1], 16) for line in capable} == {0}
        assert (bench.folder / "o").stat().st_uid == owner.pw_uid
        assert [int((bench.folder / name).read_text()) for name in "pu"] == [0, owner.pw_uid]

    with_(bench, scene)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can show what others can't do")
def test_a_job_writes_only_where_its_owner_may(bench: Bench):
    bench.folder.chmod(0o755)

    async def scene(seen: Watched) -> None:
        ended = await seen.run(bench.sh("a@1", "true", user="nobody", output="o"))
        assert ended.how == End.NOT_BEGUN
        assert ended.detail == "its output o can't be opened: Permission denied"

    with_(bench, scene)


def test_the_starter_is_small_and_made_of_the_standard_library_alone(bench: Bench, home: Path):
    async def scene(seen: Watched) -> None:
        status = Path(f"/proc/{starter(home)}/status").read_text()
        (resident,) = (int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
        assert resident < 20 * 1024

    with_(bench, scene)


def test_what_the_starter_imports_is_of_the_standard_library_or_its_own():
    show = (
        "import sys; sys.path.append(sys.argv[1]); import jobcast.act.starter.server; "
        "print(*{name.partition('.')[0] for name in sys.modules} - sys.stdlib_module_names, "
        "*(name for name in sys.modules if name.startswith('jobcast.')))"
    )
    source = Path(jobcast.__file__).parents[1]
    command = [sys.executable, "-I", "-S", "-c", show, str(source)]
    found = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert sorted(name for name in found if not name.startswith("jobcast.act.starter")) == [
        "__main__",
        "jobcast",
        "jobcast.act",
    ]


def test_jobs_are_bound_to_cpus_of_their_own_which_one_that_is_suspended_gives_up(bench: Bench):
    here = sorted(os.sched_getaffinity(0))
    all_of_them = Affinity(unit=Unit.CPU, per_task=len(here))
    show = "import os; print(sorted(os.sched_getaffinity(0)))"

    async def scene(seen: Watched) -> None:
        async def bound(name: str) -> tuple[str, str]:
            command = (sys.executable, "-I", "-S", "-c", show)
            ended = await seen.run(
                bench.attempt(name, *command, output=name, affinity=Affinity(unit=Unit.CPU))
            )
            return (bench.folder / name).read_text(), ended.detail

        assert await bound("free@1") == (f"[{here[0]}]\n", "")
        await seen.executor.start(bench.sh("all@1", "sleep 60", affinity=all_of_them))
        await seen.first(Began, "all@1")
        unbound = "it ran unbound: too few CPUs were free to bind it to"
        assert await bound("crowded@1") == (f"{here}\n", unbound)
        await seen.executor.suspend("all@1")
        await seen.first(Paused, "all@1")
        assert await bound("instead@1") == (f"[{here[0]}]\n", "")
        await seen.executor.kill("all@1")

    with_(bench, scene)


def test_a_job_that_other_hands_stop_and_let_go_on_is_told_so(bench: Bench):
    async def scene(seen: Watched) -> None:
        await seen.executor.start(bench.sh("a@1", "echo $$ > pid; sleep 600"))
        pid = await eventually(lambda: number_in(bench.folder / "pid"))
        await seen.first(Began, "a@1")
        os.kill(pid, signal.SIGSTOP)
        await seen.first(Paused, "a@1", lambda news: news.suspended)
        os.kill(pid, signal.SIGCONT)
        await seen.first(Paused, "a@1", lambda news: not news.suspended)
        await seen.executor.kill("a@1")

    with_(bench, scene)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a job its priority back")
def test_a_job_that_takes_more_cpus_than_it_may_is_slowed_until_it_takes_less(bench: Bench):
    line = "echo $$ > pid; (while ! [ -e less ]; do :; done) & while ! [ -e less ]; do :; done; sleep 600"

    async def scene(seen: Watched) -> None:
        # None at all: how many a busy machine lets it have is not known.
        few = Enforcement(cpus=0, policy=Enforce.SHARES)
        await seen.executor.start(bench.sh("a@1", line, enforcement=few, nice=3))
        pid = await eventually(lambda: number_in(bench.folder / "pid"))
        await eventually(lambda: os.getpriority(os.PRIO_PROCESS, pid) == 13)
        (bench.folder / "less").touch()
        await eventually(lambda: os.getpriority(os.PRIO_PROCESS, pid) == 3)
        await seen.executor.kill("a@1")

    with_(bench, scene)


def test_who_is_not_root_runs_jobs_as_himself_alone(monkeypatch: pytest.MonkeyPatch):
    nobody = pwd.getpwnam("nobody")
    monkeypatch.setattr(os, "getuid", lambda: nobody.pw_uid)
    assert find_owner("nobody").uid == nobody.pw_uid
    with pytest.raises(Refused) as refused:
        find_owner("root")
    assert refused.value.why == {"what": "other_user", "which": "root", "error": ""}


def test_a_job_finds_a_file_that_names_its_machines(bench: Bench):
    async def scene(seen: Watched) -> None:
        where = (Share(machine="here", tasks=2),)
        await seen.run(replace(bench.sh("a@1", 'cat "$LOADL_HOSTFILE"', output="o"), allocation=where))
        assert (bench.folder / "o").read_text() == "here\nhere\n"

    with_(bench, scene)
