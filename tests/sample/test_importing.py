"""A file goes into the store batch by batch, and every record is accounted for."""

import gzip
from pathlib import Path

import pytest

from jobcast.errors import InputError
from jobcast.sample.counts import Counts
from jobcast.sample.importing import Source, import_file
from jobcast.store import Store
from jobcast.systems.base import Site, open_plain_or_packed
from tests.made_up import NEW_YEAR, Lines

TEXT = "1 10\n2 20\nwhat is this\n2 20\n3 RUN\n3 RUN\n"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def source(tmp_path: Path, content: str | bytes, form: Lines | None = None) -> Source:
    path = tmp_path / "jobs.txt"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return Source(path=path, form=form or Lines(), site=Site(now=NEW_YEAR))


def test_every_record_is_counted_by_what_became_of_it(tmp_path, store):
    counts = import_file(source(tmp_path, TEXT), store)
    assert counts == Counts(new=2, known=1, set_aside={"no_finish_time": 1}, not_finished=2)
    assert counts.read == 4
    assert store.collect(store.set_aside_records())["text"].to_list() == ["what is this"]


def test_importing_a_file_again_adds_nothing(tmp_path, store):
    import_file(source(tmp_path, TEXT), store)
    again = import_file(source(tmp_path, TEXT), store)
    assert again == Counts(known=3, set_aside={"no_finish_time": 1}, not_finished=2)
    assert store.summary().jobs == 2
    assert len(store.collect(store.set_aside_records())) == 1


def test_a_dry_run_counts_the_same_and_writes_nothing(tmp_path, store):
    counts = import_file(source(tmp_path, TEXT), store, dry_run=True)
    assert counts == Counts(new=2, known=1, set_aside={"no_finish_time": 1}, not_finished=2)
    assert not store.path.exists()


def test_an_empty_file_is_a_file_without_jobs(tmp_path, store):
    assert import_file(source(tmp_path, ""), store) == Counts()


def test_whoever_watches_sees_the_count_grow_batch_by_batch(tmp_path, store):
    seen: list[int] = []
    lines = "".join(f"{n} {n}\n" for n in range(250))
    import_file(source(tmp_path, lines), store, watch=lambda counts: seen.append(counts.read))
    assert seen == [100, 200, 250]


def test_reading_takes_one_batch_at_a_time(tmp_path, store):
    class Watched(Lines):
        batch = 1

        def _rows(self, lines, numbers, source, site):
            assert store.summary().jobs == numbers[0], "the batch before is stored before this one is read"
            return super()._rows(lines, numbers, source, site)

    import_file(source(tmp_path, "1 10\n2 20\n3 30\n", Watched()), store)


def test_a_missing_file_is_told(tmp_path, store):
    missing = Source(path=tmp_path / "none", form=Lines(), site=Site(now=NEW_YEAR))
    with pytest.raises(InputError, match="cannot open"):
        import_file(missing, store)


@pytest.mark.parametrize("damage", [lambda packed: packed[:-20], lambda packed: packed[:40] + b"?" * 30])
def test_a_packed_file_that_is_damaged_is_told(tmp_path, store, damage):
    class Packed(Lines):
        def read(self, path, site):
            with open_plain_or_packed(path) as stream:
                yield from self.read_finished(stream, path.name, site)

    packed = gzip.compress("".join(f"{n} {n * 7919 % 1000}\n" for n in range(1000)).encode())
    with pytest.raises(InputError, match=r"jobs\.txt"):
        import_file(source(tmp_path, damage(packed), Packed()), store)


def test_counts_of_two_sources_add_up():
    one = Counts(new=1, known=2, set_aside={"a": 1}, not_finished=1)
    other = Counts(new=10, set_aside={"a": 1, "b": 5})
    assert one + other == Counts(new=11, known=2, set_aside={"b": 5, "a": 2}, not_finished=1)
    assert (one + other).read == one.read + other.read
