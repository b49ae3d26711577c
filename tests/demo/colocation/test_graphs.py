"""Graphs are told by names."""

import numpy as np
import pytest

from jobcast.demo.colocation.graphs import draw_graphs


@pytest.mark.parametrize("tasks", range(1, 8))
def test_each_task_comes_after_those_that_it_waits_for(tasks):
    graphs = draw_graphs(7, 20, np.random.default_rng(1))
    for first in graphs.first[tasks]:
        names = graphs.names[int(first) : int(first) + tasks].to_list()
        levels = graphs.level[first : first + tasks].tolist()
        for number, (name, level) in enumerate(zip(names, levels, strict=True), 1):
            own, *waits = map(int, name[1:].split("_"))
            assert own == number
            assert all(wait < number for wait in waits)
            assert level == 1 + max((levels[wait - 1] for wait in waits), default=-1)
            assert name[0] == "MRJ"[min(len(waits), 2)]


def test_graphs_differ():
    graphs = draw_graphs(5, 30, np.random.default_rng(1))
    drawn = {tuple(graphs.names[int(first) : int(first) + 5]) for first in graphs.first[5]}
    assert len(drawn) > 20
