"""The compiled engine is held equal to the core, to the second and to the machine."""

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from jobcast.simulate.core import Life, Replay, replay
from jobcast.simulate.hosts.asked import of_jobs
from jobcast.simulate.hosts.columns import columns, expressible
from jobcast.simulate.hosts.engine import run
from tests.simulate.hosts.made_up import Case, cases

pytest.importorskip("numba", reason="the compiled engine is an extra")

QUICK = settings(deadline=None, suppress_health_check=list(HealthCheck))


def told(life: Life) -> dict[str, object]:
    return {
        "start": life.start,
        "finish": life.finish,
        "killed": life.killed,
        "preemptions": life.preemptions,
        "suspended": sum(end - begin for begin, end in life.suspended),
        "backfilled": life.backfilled,
        "where": tuple((share.machine, share.tasks) for share in life.allocation),
    }


def by_the_core(case: Case) -> list[dict[str, object]]:
    what = Replay(jobs=case.jobs, submit=case.submit, run=case.run, cluster=case.cluster, policy=case.policy)
    return [told(life) for life in replay(what).lives]


def compiled(case: Case) -> list[dict[str, object]]:
    made = columns(case.policy, case.cluster, of_jobs(case.jobs, case.submit, case.run))
    done = run(made.jobs, made.machines, made.rules)
    names = [machine.name for machine in case.cluster.machines]
    return [
        {
            "start": int(done.start[row]),
            "finish": int(done.finish[row]),
            "killed": bool(done.killed[row]),
            "preemptions": int(done.preempted[row]),
            "suspended": int(done.suspended[row]),
            "backfilled": bool(done.backfilled[row]),
            "where": tuple(
                (names[done.machine[at]], int(done.tasks[at]))
                for at in range(done.offsets[row], done.offsets[row + 1])
            ),
        }
        for row in range(len(case.jobs))
    ]


def hold_equal(case: Case) -> None:
    asked = of_jobs(case.jobs, case.submit, case.run)
    assume(not expressible(case.policy, case.cluster, asked, case.jobs))
    assert compiled(case) == by_the_core(case)


@QUICK
@given(cases(preempts=False, depth=st.just(1)))
def test_easy_is_the_same(case: Case) -> None:
    hold_equal(case)


@QUICK
@given(cases(preempts=False, depth=st.sampled_from([0, 2, 3, None])))
def test_several_planned_starts_are_the_same(case: Case) -> None:
    hold_equal(case)


@QUICK
@given(cases(preempts=True, depth=st.sampled_from([1, 1, 2, None])))
def test_preemption_is_the_same(case: Case) -> None:
    hold_equal(case)


@QUICK
@given(cases(preempts=True, depth=st.sampled_from([0, 1, 1, 2, None]), endless=True))
def test_jobs_without_end_are_the_same(case: Case) -> None:
    hold_equal(case)
