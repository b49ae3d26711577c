"""Whose jobs a starter runs, what their owners can't do, and how small it is."""

import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

import jobcast
from jobcast.act.executors.base import End, ExecutorError
from jobcast.act.starter.launch import Refused, find_owner
from jobcast.program import Exits
from tests.act.executors.bench import Bench, Watched, with_
from tests.act.executors.starting import starter


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


def test_who_is_not_root_runs_jobs_as_himself_alone(monkeypatch: pytest.MonkeyPatch):
    nobody = pwd.getpwnam("nobody")
    monkeypatch.setattr(os, "getuid", lambda: nobody.pw_uid)
    assert find_owner("nobody").uid == nobody.pw_uid
    with pytest.raises(Refused) as refused:
        find_owner("root")
    assert refused.value.why == {"what": "other_user", "which": "root", "error": ""}


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
