"""All operations, to be seen at a glance."""

import batch
import colocation
import counting
import estimates
import executor
import executor_slurm
import failures
import features
import hooks
import hosts
import latency
import predict
import readers
import report
import service
import store
import train
from harness import Operation
from trial import Trial


def operations(*, quick: bool) -> list[Operation]:
    """Return what is measured, a tenth of the size where it must be `quick`."""
    return [
        operation
        for subject in (
            readers,
            store,
            features,
            train,
            failures,
            predict,
            report,
            counting,
            hosts,
            colocation,
        )
        for operation in subject.operations(10 if quick else 1)
    ]


def trials(*, quick: bool) -> list[Trial]:
    """Return what is tried against a bar, a tenth of the size where it must be `quick`."""
    return [
        trial
        for subject in (service, hooks, estimates, batch, latency, executor, executor_slurm)
        for trial in subject.trials(10 if quick else 1)
    ]
