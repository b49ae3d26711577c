"""The folder of a made-up trace: the six tables, the truth, and what they were made from."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jobcast.errors import InputError
from jobcast.language import say
from jobcast.systems.alibaba2018.tables import SUFFIXES, TABLES


@dataclass(frozen=True, slots=True)
class Place:
    """Where a trace is made up."""

    folder: Path
    """It need not exist yet."""

    @property
    def truth(self) -> Path:
        """Return what the trace doesn't tell: a row for each job."""
        return self.folder / "truth.parquet"

    @property
    def note_file(self) -> Path:
        """Return what the trace was made from, and what came of it; tells that the folder is ours."""
        return self.folder / "made-up.json"

    def note(self, told: Mapping[str, object]) -> None:
        """Write down what the trace was made from, and what came of it."""
        self.note_file.write_text(json.dumps(told, indent=2) + "\n", "utf-8")

    def clear(self) -> None:
        """Make the folder ready for a trace, without what an earlier one left.

        Raises InputError when something else is there, and touches nothing then.
        """
        if self.folder.exists() and not self._is_ours():
            raise InputError(
                say("failures_make_up.not_ours", path=self.folder), hint=say("failures_make_up.not_ours_cure")
            )
        for table in TABLES:
            for suffix in SUFFIXES:
                (self.folder / (table.name + suffix)).unlink(missing_ok=True)
        self.truth.unlink(missing_ok=True)
        self.folder.mkdir(parents=True, exist_ok=True)

    def _is_ours(self) -> bool:
        """Tell whether the folder is empty or holds an earlier trace that was made up."""
        return self.folder.is_dir() and (not any(self.folder.iterdir()) or self.note_file.exists())
