"""On machines of one processor, with reserved jobs on busy ones, EASY is what it is when processors are counted."""

from pathlib import Path

import numpy as np
import pytest

from jobcast.schedule.policies import named
from jobcast.simulate.hosts.asked import of_trace
from jobcast.simulate.hosts.columns import columns
from jobcast.simulate.hosts.engine import run
from jobcast.simulate.machines import parse_machines
from jobcast.simulate.requests import requests_of
from jobcast.simulate.swf import read_swf

pytest.importorskip("numba", reason="the compiled engine is an extra")


@pytest.mark.shared_data
def test_easy_on_a_hundred_machines_of_one_processor_has_the_figure_of_one_pass_per_second(shared: Path):
    kth = read_swf(shared / "data/swf/KTH-SP2-filtered.swf.gz")
    cluster, policy = parse_machines("100x1"), named("easy")
    assert policy is not None
    made = columns(policy, cluster, of_trace(kth, requests_of(kth, cluster, policy)))
    done = run(made.jobs, made.machines, made.rules)
    slowdown = (done.finish - made.jobs.submit) / np.maximum(made.jobs.run, 10)
    assert np.maximum(slowdown, 1).mean() == pytest.approx(92.687654, abs=1e-6)
