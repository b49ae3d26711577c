"""Who can take the lock of a store: those who may write there, whatever the umask of who came first."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import FileLock

from jobcast.errors import StoreError
from jobcast.store.locking import holding, lock_of

SOMEBODY, OTHERS, NOBODY = 4711, 4712, 4713


def lock_made_in(folder: Path, *, umask: int = 0o022) -> os.stat_result:
    before = os.umask(umask)
    try:
        with holding(lock_of(folder, 1.0)):
            pass
    finally:
        os.umask(before)
    return (folder / "write.lock").stat()


@pytest.mark.parametrize("umask", [0o002, 0o022, 0o077])
@pytest.mark.parametrize(
    ("folder", "lock"), [(0o700, 0o600), (0o755, 0o600), (0o770, 0o660), (0o2775, 0o660), (0o777, 0o666)]
)
def test_a_lock_is_as_open_as_its_folder_is_for_writing(tmp_path, umask, folder, lock):
    tmp_path.chmod(folder)
    assert lock_made_in(tmp_path, umask=umask).st_mode & 0o777 == lock


def test_a_lock_that_was_made_otherwise_is_set_right(tmp_path):
    tmp_path.chmod(0o775)
    with FileLock(tmp_path / "write.lock", mode=0o644):
        pass
    assert lock_made_in(tmp_path).st_mode & 0o777 == 0o660


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_lock_that_root_made_belongs_to_whom_the_folder_belongs(tmp_path):
    os.chown(tmp_path, SOMEBODY, OTHERS)
    made = lock_made_in(tmp_path)
    assert (made.st_uid, made.st_gid) == (SOMEBODY, OTHERS)


@contextmanager
def another_one_of(group: int) -> Iterator[None]:
    """Be a user to whom nothing belongs."""
    before = os.getgroups()
    os.setgroups([group])
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(before)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_another_one_of_the_group_takes_the_lock():
    with tempfile.TemporaryDirectory() as name:  # which others can enter
        folder = Path(name)
        os.chown(folder, SOMEBODY, OTHERS)
        folder.chmod(0o770)
        lock_made_in(folder)
        with another_one_of(OTHERS), holding(lock_of(folder, 1.0)):
            pass
        with another_one_of(NOBODY), pytest.raises(StoreError), holding(lock_of(folder, 1.0)):
            pass


def test_who_waits_too_long_is_told(tmp_path):
    with (
        holding(lock_of(tmp_path, 1.0)),
        pytest.raises(StoreError) as refused,
        holding(lock_of(tmp_path, 0.1)),
    ):
        pass
    assert refused.value.transient
