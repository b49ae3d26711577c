"""What every executor must do, whatever it drives: one set of tests over a `tests.act.executors.bench.Bench`."""

from tests.act.executors.exits import AroundTheJob
from tests.act.executors.life import Life
from tests.act.executors.limits import Limits
from tests.act.executors.surroundings import Surroundings


class Conformance(Life, Surroundings, AroundTheJob, Limits):
    """To be inherited by the tests of an executor, which have a fixture ``bench``."""
