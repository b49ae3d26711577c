"""From a file into the store."""

import lzma
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jobcast.errors import InputError
from jobcast.history import Rows
from jobcast.language import say
from jobcast.sample.counts import Counts
from jobcast.sample.keeping import Watch, keep_all, unwatched
from jobcast.store import Store
from jobcast.systems.base import FileFormat, Site


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A file, and how to understand it."""

    path: Path
    """The file, plain or packed."""
    form: FileFormat
    """Its kind."""
    site: Site
    """What it does not say about itself."""


def import_file(source: Source, store: Store, *, dry_run: bool = False, watch: Watch = unwatched) -> Counts:
    """Read the finished jobs of `source` into `store`, batch by batch: memory does not grow with the file.

    Importing a file again adds nothing, and completes what was interrupted.
    Raises InputError when the file is not of this form, and StoreError; what was read before that is kept.
    """
    return keep_all(_batches(source), store, dry_run=dry_run, watch=watch)


def _batches(source: Source) -> Iterator[Rows]:
    """Read `source`; a packed file that is cut off or damaged is an InputError like any other."""
    try:
        yield from source.form.read(source.path, source.site)
    except (EOFError, zlib.error, lzma.LZMAError) as error:
        raise InputError(say("import.cut_off", path=source.path), hint=say("import.cut_off_cure")) from error
    except OSError as error:
        raise InputError(
            say("import.unreadable", path=source.path, what=error.strerror or error),
            hint=say("import.unreadable_cure"),
        ) from error
