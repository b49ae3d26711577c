"""All estimators, to be seen at a glance."""

from collections.abc import Callable, Mapping
from typing import Literal, get_args

from jobcast.simulate.estimates.base import Columns, Estimator
from jobcast.simulate.estimates.shares import FamilyShares
from jobcast.simulate.estimates.simple import Actual, DoubledRequest, LastTwo, Requested

EstimatesName = Literal["requested", "forecast", "actual", "last-two", "doubled"]
ESTIMATES_NAMES: tuple[EstimatesName, ...] = get_args(EstimatesName)

_ESTIMATORS: Mapping[EstimatesName, Callable[[Columns], Estimator]] = {
    "requested": Requested,
    "forecast": FamilyShares,
    "actual": Actual,
    "last-two": LastTwo,
    "doubled": DoubledRequest,
}


def make(name: EstimatesName, columns: Columns) -> Estimator:
    """Return a new estimator for the jobs of a trace, which has seen none of them finish."""
    return _ESTIMATORS[name](columns)
