"""Accounting files of LSF: the JOB_FINISH records of lsb.acct, plain or packed.

Source: lsb.acct(5) of LSF 5.1 to 10.1. `acct_layout` takes a record apart, `acct_columns` understands it.
"""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from jobcast.errors import InputError
from jobcast.history import Rows
from jobcast.language import say
from jobcast.systems.base import Site, open_plain_or_packed
from jobcast.systems.lsf.acct_columns import is_over, to_columns
from jobcast.systems.lsf.acct_layout import Fields, read_fields
from jobcast.systems.lsf.finished import Reason, Record, collect, split_records
from jobcast.systems.text import read_lines

_START = re.compile(r'"([A-Z][A-Z0-9_]*)" "[0-9.]+" ')
"""A quote within a field is doubled, so that no text of a user can look like this."""


class LsbAcct:
    """Reads ``lsb.acct``, and ``lsb.acct.1`` and so on."""

    kind = "lsb.acct"

    def read(self, path: Path, site: Site) -> Iterator[Rows]:
        """Read all JOB_FINISH records; other events count as not finished.

        Raises InputError when the file does not begin as an LSF event file does.
        """
        with open_plain_or_packed(path) as stream:
            records = _checked(split_records(read_lines(stream, str(path)), '"', _START), path)
            yield from collect(records, _understand, partial(to_columns, site=site), str(path), site)


def _checked(records: Iterator[Record], path: Path) -> Iterator[Record]:
    """Leave out blank text in front; raise InputError when nothing but other text is there."""
    strays: list[Record] = []
    for record in records:
        if _START.match(record.text):
            yield from strays
            yield record
            yield from records
            return
        if record.text.strip():
            strays.append(record)
    if strays:
        raise InputError(say("systems.no_acct", path=path), hint=say("systems.no_acct_cure"))


def _understand(record: Record) -> Fields | Reason | None:
    fields = None if record.cut else read_fields(record.text)
    if fields is not None:
        return fields if is_over(fields) else Reason.UNKNOWN_STATE
    start = _START.match(record.text)
    if start is None:
        return Reason.UNKNOWN_TEXT
    if start[1] != "JOB_FINISH":
        return None
    return Reason.TRUNCATED if record.cut else Reason.MALFORMED_FIELDS
