"""Where the demo leaves its files: one directory, and nothing outside it."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from jobcast.errors import InputError
from jobcast.language import say


@dataclass(frozen=True, slots=True)
class Place:
    """The directory of one demo."""

    folder: Path
    """It need not exist yet."""

    @property
    def acct(self) -> Path:
        """Return the accounting file, as LSF would have written it."""
        return self.folder / "lsb.acct"

    @property
    def truth(self) -> Path:
        """Return what only the maker of the cluster knows."""
        return self.folder / "truth.parquet"

    @property
    def store(self) -> Path:
        """Return the history that was sampled."""
        return self.folder / "store"

    @property
    def next_job(self) -> Path:
        """Return a submission to ask the model about, as YAML."""
        return self.folder / "next-job.yaml"

    @property
    def picture(self) -> Path:
        """Return the picture of requests and needs."""
        return self.folder / "memory.svg"

    @property
    def report(self) -> Path:
        """Return the report, a page for the browser."""
        return self.folder / "report.html"

    @property
    def trace(self) -> Path:
        """Return the folder of a made-up trace of a co-located cluster."""
        return self.folder / "trace"

    @property
    def trace_jobs(self) -> Path:
        """Return its jobs, a row each."""
        return self.folder / "trace-jobs.parquet"

    def clear(self) -> None:
        """Make the directory ready for a new demo, without what an earlier one left.

        Raises InputError when something else is there, and touches nothing then.
        """
        if self.folder.exists() and not self._is_ours():
            raise InputError(say("demo.not_ours", path=self.folder), hint=say("demo.not_ours_cure"))
        for path in (self.acct, self.truth, self.next_job, self.picture, self.report, self.trace_jobs):
            path.unlink(missing_ok=True)
        for folder in (self.store, self.trace):
            shutil.rmtree(folder, ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)

    def _is_ours(self) -> bool:
        """Tell whether the directory is empty or holds an earlier demo."""
        return self.folder.is_dir() and (not any(self.folder.iterdir()) or self.acct.exists())
