"""The folder of a made-up trace: the six tables, the truth, and what they were made from."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from jobcast.demo.colocation.plan import Plan
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
    def plan(self) -> Path:
        """Return what the trace was made from."""
        return self.folder / "made-up.json"

    def clear(self, plan: Plan) -> None:
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
        self.plan.write_text(json.dumps(asdict(plan), indent=2) + "\n", "utf-8")

    def _is_ours(self) -> bool:
        """Tell whether the folder is empty or holds an earlier trace that was made up."""
        return self.folder.is_dir() and (not any(self.folder.iterdir()) or self.plan.exists())
