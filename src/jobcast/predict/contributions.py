"""What moved an answer most, in words that users see."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from jobcast.forecast import Contribution

_TOLD = 5
"""Contributions that a forecast tells."""


def strongest(
    features: Sequence[str], moved: npt.NDArray[np.float64], *, base: float
) -> tuple[Contribution, ...]:
    """Add up what the features of one rung did together, and tell the strongest.

    `moved` is how far each feature moved the answer, to the `base` of its logarithms.
    """
    sums: dict[str, float] = {}
    for name, amount in zip(features, moved, strict=True):
        group = name.partition(":")[0]
        sums[group] = sums.get(group, 0.0) + float(amount)
    first = sorted(sums.items(), key=lambda item: (-abs(item[1]), item[0]))[:_TOLD]
    return tuple(Contribution(feature=name, factor=round(base**amount, 4)) for name, amount in first)
