"""The steps that aren't over."""

from collections.abc import Iterable, Sequence

from jobcast.batch.record import Step


class Living(dict[str, Step]):
    """Steps by their ids, in the order in which they came; those of a job or an array are found without a search."""

    def __init__(self, steps: Iterable[Step] = ()) -> None:
        super().__init__()
        self._of_job: dict[str, dict[str, Step]] = {}
        for step in steps:
            self[step.id] = step

    def __setitem__(self, name: str, step: Step) -> None:
        super().__setitem__(name, step)
        self._of_job.setdefault(job_of(step), {})[name] = step

    def __delitem__(self, name: str) -> None:
        job = job_of(self[name])
        super().__delitem__(name)
        del self._of_job[job][name]
        if not self._of_job[job]:
            del self._of_job[job]

    def named(self, name: str) -> Sequence[Step]:
        """Return those that a name stands for: a step, a job, or an array."""
        if (step := self.get(name)) is not None:
            return [step]
        return [*self._of_job.get(name, {}).values()] if name else []


def job_of(step: Step) -> str:
    """Return the id of the job or array that a step belongs to; empty for an LSF job, which is its own step."""
    return step.submitted.job.array or step.id.rpartition(".")[0]
