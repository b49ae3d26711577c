"""All operations, to be seen at a glance."""

import features
import predict
import readers
import report
import store
import train
from harness import Operation


def operations(*, quick: bool) -> list[Operation]:
    """Return what is measured, a tenth of the size where it must be `quick`."""
    return [
        operation
        for subject in (readers, store, features, train, predict, report)
        for operation in subject.operations(10 if quick else 1)
    ]
