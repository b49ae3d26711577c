"""Small random traces, for tests that hold one engine against another."""

import numpy as np
from hypothesis import strategies as st

from jobcast.simulate.setup import Setup
from jobcast.simulate.trace import Trace
from tests.simulate.made_up import trace

POLICIES = ["fcfs", "easy", "easy-sjbf", "conservative", "depth-0", "depth-2", "depth-3"]
PROCESSORS = 8

SETUPS = st.builds(
    Setup,
    policy=st.sampled_from(POLICIES),
    estimates=st.sampled_from(["requested", "actual"]),
    events=st.just("per-timestamp"),
)


@st.composite
def traces(draw: st.DrawFn) -> Trace:
    """Return up to 20 jobs in which much happens at once; some ask for no run time."""
    rows = draw(
        st.lists(
            st.tuples(st.integers(0, 12), st.integers(1, 12), st.integers(1, PROCESSORS)),
            min_size=1,
            max_size=20,
        )
    )
    slack = draw(st.lists(st.sampled_from([0, 0, 1, 7, None]), min_size=len(rows), max_size=len(rows)))
    submit = np.cumsum([gap for gap, _, _ in rows]).tolist()
    return trace(
        *((second, run, cores) for second, (_, run, cores) in zip(submit, rows, strict=True)),
        request=[None if more is None else run + more for (_, run, _), more in zip(rows, slack, strict=True)],
        processors=PROCESSORS,
    )
