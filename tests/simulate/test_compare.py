import numpy as np

from jobcast.simulate.compare import OTHERS, OVERALL, Change, compare
from jobcast.simulate.metrics import measure
from jobcast.simulate.run import Run, facts_of, table_of
from tests.simulate.made_up import outcome, trace

TRACE = trace((0, 100, 4), (10, 5, 8), (10, 20, 2), queue=["long", "short", "short"], user=["a", "b", "c"])


def run(name: str, *starts: int, made=TRACE, threshold: float = 10.0, **known: object) -> Run:
    done = outcome(made, *starts, **known)
    metrics = measure(made, done, threshold=threshold)
    facts = facts_of(made, {"policy": name}, done, metrics, made=("2026-01-02", "9.9"))
    return Run(name=name, facts=facts, jobs=table_of(made, done, metrics), reservations=None)


def test_each_figure_is_held_against_the_first_run():
    comparison = compare([run("fcfs", 0, 100, 105), run("easy", 0, 100, 10)])
    (easy,) = comparison.others
    assert (comparison.first, easy.name) == ("fcfs", "easy")
    assert (comparison.traces_differ, comparison.thresholds_differ) == (False, False)
    assert tuple(easy.figures) == (*OVERALL, *OTHERS)
    wait = easy.figures["max_wait_s"]
    assert (wait.before, wait.after, wait.difference, wait.ratio) == (95, 90, -5, -5 / 95)
    assert easy.queues["short"]["mean_wait_s"] == Change(before=92.5, after=45.0)
    assert list(easy.queues) == ["short", "long"]


def test_the_jobs_that_gained_and_lost_most_are_named():
    (other,) = compare([run("first", 0, 100, 105), run("other", 0, 130, 10)]).others
    assert other.gained.rows() == [("3", "c", "short", 2, 20, 95, 0, -95)]
    assert other.lost.rows() == [("2", "b", "short", 8, 5, 90, 120, 30)]


def test_a_job_that_one_of_them_refused_neither_gained_nor_lost():
    refused = run("strict", 0, 100, -1, finish=np.array([100, 105, -1]), refused={2: "never"})
    (other,) = compare([run("first", 0, 100, 105), refused]).others
    assert (len(other.gained), len(other.lost)) == (0, 0)
    assert other.figures["jobs"].difference == -1


def test_runs_of_different_jobs_are_compared_as_wholes_only():
    fewer = trace((0, 100, 4), queue=["long"])
    comparison = compare([run("all", 0, 100, 105), run("few", 0, made=fewer)])
    (few,) = comparison.others
    assert comparison.traces_differ
    assert (few.gained, few.lost) == (None, None)
    gone = few.queues["short"]["mean_wait_s"]
    assert (gone.before, gone.after, gone.difference, gone.ratio) == (92.5, None, None, None)


def test_different_thresholds_are_noticed():
    assert compare([run("ten", 0, 100, 105), run("one", 0, 100, 105, threshold=1)]).thresholds_differ


def test_a_change_from_nothing_has_no_ratio():
    assert Change(before=0, after=3).ratio is None
