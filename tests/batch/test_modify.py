"""llmodify on a step: all that it changes is kept, or nothing; what runs is told its other limits."""

from dataclasses import replace
from pathlib import Path

from jobcast.act.executors.base import End
from jobcast.batch.action import Action, Verb
from jobcast.batch.attempts import attempt_of
from jobcast.batch.order import Answer, Done, Modify, Outcome, Requeue
from jobcast.machine import CPUS
from jobcast.units import GIB
from tests.batch.making import ROOT, end, opened, order, over, submit, submitted


def test_a_step_of_loadleveler_has_its_new_values_where_they_are_told(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    submit(ledger, submitted("n1.1.0", tasks=4, queue="urgent"), submitted("n1.1.1", tasks=4))
    wish = Modify(step="n1.1.1", account="NWP", comment="GRAPES", run_limit=60)
    assert order(ledger, wish, ROOT).answer == Answer(outcomes=(Outcome(name="n1.1.1", done=Done.YES),))
    kept = ledger.steps["n1.1.1"].submitted
    assert (kept.job.project, kept.job.run_limit, kept.notes.comment, dict(kept.told)) == (
        "NWP",
        60,
        "GRAPES",
        {"LOADL_STEP_ACCT": "NWP"},
    )


def test_more_cpus_than_a_machine_has_are_refused_and_a_running_step_keeps_its_own(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    submit(ledger, submitted("n1.1.0", tasks=4), submitted("n1.1.1"))
    said = "each task asks for 5 of ConsumableCpus; of the machines that it may use n1 has the most, 4"
    for name, cpus, outcome in (
        ("n1.1.1", 5, Outcome(name="n1.1.1", done=Done.REFUSED, said=said)),
        ("n1.1.1", 4, Outcome(name="n1.1.1", done=Done.YES)),
        (
            *("n1.1.0", 2),
            Outcome(name="n1.1.0", done=Done.NOT_NOW, said="step n1.1.0 is pending: that can't be done now"),
        ),
    ):
        assert order(ledger, Modify(step=name, cpus_per_task=cpus), ROOT).answer == Answer(
            outcomes=(outcome,)
        )
    assert ledger.steps["n1.1.1"].submitted.job.demand.per_task == {CPUS: 4}
    assert ledger.steps["n1.1.0"].submitted.job.demand.per_task == {CPUS: 1}


def test_what_cannot_be_is_refused_and_nothing_is_changed(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    step = submitted("n1.1.0", begin=2_000_000_000)
    submit(ledger, step)
    wish = Modify(step="n1.1.0", run_limit=0, comment="GRAPES")
    said = "the run limit must be from 1 to ∞ seconds, not 0"
    assert order(ledger, wish, ROOT).answer == Answer(
        outcomes=(Outcome(name="n1.1.0", done=Done.REFUSED, said=said),)
    )
    assert ledger.steps["n1.1.0"].submitted == step


def test_a_refusal_tells_what_there_is_too_little_of_in_the_words_of_whoever_submitted(
    tmp_path: Path,
) -> None:
    ledger = opened(tmp_path)
    steps = [submitted(name, begin=2_000_000_000) for name in ("n1.1.0", "2")]
    steps[1] = replace(steps[1], notes=replace(steps[1].notes, dialect="lsf"))
    submit(ledger, *steps)
    said = [
        outcome.said
        for step in steps
        for outcome in order(ledger, Modify(step=step.job.id, memory_per_task=9 * GIB)).answer.outcomes
    ]
    assert said == [
        f"each task asks for 9 GiB of {name}; of the machines that it may use n1 has the most, 8 GiB"
        for name in ("ConsumableMemory", "mem")
    ]
    assert [ledger.steps[step.job.id].submitted for step in steps] == steps


LIMIT = Action(verb=Verb.LIMIT, attempt="n1.1.0@1", step="n1.1.0")


def test_the_soft_run_limit_of_a_step_that_runs_moves_too_and_its_executor_is_told(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    submit(ledger, replace(submitted("n1.1.0"), soft_run_limit=540))
    longer = order(ledger, Modify(step="n1.1.0", run_limit=1200), ROOT)
    assert (longer.answer.outcomes[0].done, longer.actions) == (Done.YES, (LIMIT,))
    step = ledger.steps["n1.1.0"]
    assert (step.submitted.job.run_limit, step.submitted.soft_run_limit) == (1200, 1140)
    assert attempt_of(step, ledger.state.running[step.id]).soft_run_limit == 1140
    earlier = order(ledger, Modify(step="n1.1.0", soft_run_limit=900))
    assert (earlier.answer.outcomes[0].done, earlier.actions) == (Done.YES, (LIMIT,))
    assert ledger.steps["n1.1.0"].submitted.soft_run_limit == 900


def test_only_operators_have_a_step_that_runs_warned_later(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    submit(ledger, replace(submitted("n1.1.0"), soft_run_limit=300))
    wish = Modify(step="n1.1.0", soft_run_limit=400)
    assert [order(ledger, wish, *who).answer.outcomes[0].done for who in ((), (ROOT,))] == [
        Done.NOT_YOURS,
        Done.YES,
    ]


def test_what_has_other_limits_is_told_them_again_after_a_restart_until_it_runs_anew(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    submit(ledger, replace(submitted("n1.1.0"), soft_run_limit=540))
    start = Action(verb=Verb.START, attempt="n1.1.0@1", step="n1.1.0")
    assert order(ledger, Modify(step="n1.1.0", comment="GRAPES")).actions == ()
    assert list(opened(tmp_path).unfinished()) == [start]
    order(ledger, Modify(step="n1.1.0", run_limit=500))
    ledger = opened(tmp_path)
    assert list(ledger.unfinished()) == [start, LIMIT]
    order(ledger, Requeue(steps=("n1.1.0",)), ROOT)
    end(ledger, over("n1.1.0@1", how=End.KILLED))
    assert list(ledger.unfinished()) == [replace(start, attempt="n1.1.0@2")]
