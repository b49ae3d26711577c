"""What the manager decides, writes down, and finds again after it was killed."""

import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jobcast.act.executors.base import Began, End, Paused
from jobcast.batch.action import Action, Verb
from jobcast.batch.journal import FullError, Journal
from jobcast.batch.machines import favour_users, order_machines
from jobcast.batch.opening import kept_in, make_checkpoint, play
from jobcast.batch.order import (
    Cancel,
    Done,
    Favour,
    FavourUsers,
    Hold,
    HoldKind,
    MachineOrder,
    Machines,
    Modify,
    Prioritise,
    Release,
    Requeue,
    Resume,
    Suspend,
)
from jobcast.batch.orders import Asker
from jobcast.batch.record import Notes, StepState
from jobcast.batch.service import Past
from tests.batch.making import AT, ROOT, end, opened, order, over, read, submit, submitted


def started(name: str, number: int = 1) -> Action:
    return Action(verb=Verb.START, attempt=f"{name}@{number}", step=name)


def states(ledger: Any) -> dict[str, str]:
    return {step.id: str(step.state) for step in ledger.steps.values()}


def test_a_step_that_fits_is_started_and_accounted_to_the_second(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    carried = submit(ledger, submitted("n1.1.0"))
    assert [outcome.done for outcome in carried.answer.outcomes] == [Done.YES]
    assert carried.actions == (started("n1.1.0"),)
    ledger.hear(Began(attempt="n1.1.0@1", at=AT + 1.25))
    assert states(ledger) == {"n1.1.0": "running"}
    end(ledger, over("n1.1.0@1", at=AT + 61.5, exit_code=3))
    assert ledger.steps == {}
    step = ledger.journal.step("n1.1.0")
    assert step is not None
    assert (step.state, step.at, step.dispatched, step.began, step.ended, step.exit_code) == (
        *(StepState.COMPLETED, AT, AT, AT + 1.25, AT + 61.5, 3),
    )
    assert step.consumed.user_cpu == 2.5


def test_what_ran_is_kept_without_its_script_and_environment(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    submit(ledger, submitted("n1.1.0"))
    assert b"secret" in b"".join(row for (row,) in ledger.journal._database.execute("SELECT step FROM steps"))
    end(ledger, over("n1.1.0@1"))
    (kept,) = ledger.journal.past(Past())
    assert b"secret" not in kept


def test_an_urgent_step_suspends_another_which_goes_on_afterwards(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    submit(ledger, submitted("n1.1.0", tasks=4))
    ledger.hear(Began(attempt="n1.1.0@1", at=AT))
    carried = submit(ledger, submitted("n1.2.0", tasks=4, queue="urgent"), at=AT + 10)
    suspend = Action(verb=Verb.SUSPEND, attempt="n1.1.0@1", step="n1.1.0")
    assert carried.actions == (suspend, started("n1.2.0"))
    assert states(ledger) == {"n1.1.0": "preempt_pending", "n1.2.0": "pending"}
    ledger.hear(Paused(attempt="n1.1.0@1", at=AT + 10, suspended=True))
    assert ledger.steps["n1.1.0"].state is StepState.PREEMPTED
    actions = end(ledger, over("n1.2.0@1", at=AT + 40))
    assert actions == (Action(verb=Verb.RESUME, attempt="n1.1.0@1", step="n1.1.0"),)
    ledger.hear(Paused(attempt="n1.1.0@1", at=AT + 41, suspended=False))
    assert (ledger.steps["n1.1.0"].state, ledger.steps["n1.1.0"].suspended) == (StepState.RUNNING, 31.0)


def test_a_waiting_step_is_held_released_and_cancelled(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    submit(ledger, submitted("n1.1.0", tasks=4))
    submit(ledger, submitted("n1.2.0", tasks=4))
    assert order(ledger, Hold(steps=("n1.2.0",))).answer.outcomes[0].done is Done.YES
    assert states(ledger)["n1.2.0"] == "user_hold"
    assert (
        order(ledger, Hold(steps=("n1.2.0",), by=HoldKind.SYSTEM)).answer.outcomes[0].done is Done.NOT_YOURS
    )
    order(ledger, Hold(steps=("n1.2.0",), by=HoldKind.SYSTEM), ROOT)
    assert states(ledger)["n1.2.0"] == "both_holds"
    order(ledger, Release(steps=("n1.2.0",)))
    order(ledger, Release(steps=("n1.2.0",), by=HoldKind.SYSTEM), ROOT)
    assert states(ledger)["n1.2.0"] == "idle"
    order(ledger, Cancel(steps=("n1.2.0",)))
    step = ledger.journal.step("n1.2.0")
    assert step is not None
    assert (step.state, step.ended) == (StepState.CANCELED, AT)


def test_a_running_step_that_is_cancelled_is_killed_first(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    submit(ledger, submitted("n1.1.0"))
    carried = order(ledger, Cancel(steps=("n1.1",)))
    assert carried.actions == (Action(verb=Verb.KILL, attempt="n1.1.0@1", step="n1.1.0"),)
    assert states(ledger) == {"n1.1.0": "remove_pending"}
    end(ledger, over("n1.1.0@1", how=End.KILLED, exit_code=143))
    step = ledger.journal.step("n1.1.0")
    assert step is not None
    assert step.state is StepState.CANCELED


def test_nobody_changes_the_steps_of_others(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    submit(ledger, submitted("n1.1.0"))
    for what in (Cancel(steps=("n1.1.0",)), Suspend(steps=("n1.1.0",)), Requeue(steps=("n1.1.0",))):
        (outcome,) = order(ledger, what, Asker(user="eve")).answer.outcomes
        assert (outcome.done, outcome.said) == (Done.NOT_YOURS, "step n1.1.0 belongs to ada")
    assert states(ledger) == {"n1.1.0": "pending"}


def test_steps_that_are_not_there_are_told_apart_from_those_that_are_over(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    submit(ledger, submitted("n1.1.0"))
    end(ledger, over("n1.1.0@1"))
    outcomes = order(ledger, Cancel(steps=("n1.1.0", "n1.9.0"))).answer.outcomes
    assert [(each.name, each.done) for each in outcomes] == [
        ("n1.1.0", Done.NOT_NOW),
        ("n1.9.0", Done.NO_SUCH),
    ]


def test_a_requeued_step_runs_again_when_it_is_gone(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    submit(ledger, submitted("n1.1.0"))
    carried = order(ledger, Requeue(steps=("n1.1.0",)))
    assert carried.actions == (Action(verb=Verb.KILL, attempt="n1.1.0@1", step="n1.1.0"),)
    assert end(ledger, over("n1.1.0@1", how=End.KILLED)) == (started("n1.1.0", 2),)
    (run,) = ledger.steps["n1.1.0"].runs
    assert (run.number, run.how, run.ended) == (1, "killed", AT + 60)


def test_a_step_that_is_lost_runs_again_but_not_for_ever(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    submit(ledger, submitted("n1.1.0"))
    for number in (1, 2):
        end(ledger, over(f"n1.1.0@{number}", how=End.LOST))
        assert states(ledger) == {"n1.1.0": "pending"}
    end(ledger, over("n1.1.0@3", how=End.LOST))
    step = ledger.journal.step("n1.1.0")
    assert step is not None
    assert (step.state, len(step.runs)) == (StepState.REMOVED, 2)


def test_a_step_suspended_by_hand_goes_on_when_it_is_resumed(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    submit(ledger, submitted("n1.1.0"))
    ledger.hear(Began(attempt="n1.1.0@1", at=AT))
    assert [action.verb for action in order(ledger, Suspend(steps=("n1.1.0",))).actions] == [Verb.SUSPEND]
    ledger.hear(Paused(attempt="n1.1.0@1", at=AT + 5, suspended=True))
    assert [action.verb for action in order(ledger, Resume(steps=("n1.1.0",))).actions] == [Verb.RESUME]


def test_a_submission_that_the_core_would_turn_away_is_refused_whole(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    carried = submit(ledger, submitted("n1.1.0"), submitted("n1.1.1", tasks=99))
    assert [outcome.done for outcome in carried.answer.outcomes] == [Done.REFUSED]
    assert (ledger.steps, ledger.turns, carried.actions) == ({}, 0, ())


def test_after_a_kill_all_is_as_it_was_and_what_was_decided_is_asked_once_more(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    submit(ledger, submitted("n1.1.0", tasks=4))
    ledger.hear(Began(attempt="n1.1.0@1", at=AT))
    submit(ledger, submitted("n1.2.0", tasks=4, queue="urgent"), at=AT + 10)
    submit(ledger, submitted("n1.3.0"), at=AT + 11)
    again = opened(tmp_path, at=AT + 99)
    assert again.steps == ledger.steps
    assert list(again.unfinished()) == [
        started("n1.1.0"),
        Action(verb=Verb.SUSPEND, attempt="n1.1.0@1", step="n1.1.0"),
        started("n1.2.0"),
    ]
    assert again.state.line == ledger.state.line


def test_a_turn_whose_decisions_were_not_written_down_is_decided_again(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    submit(ledger, submitted("n1.1.0"))
    with sqlite3.connect(tmp_path / "journal.sqlite") as database:
        database.execute("UPDATE turns SET decisions = NULL")
        database.execute("UPDATE steps SET step = replace(step, 'pending', 'idle')")
    database.close()
    assert states(opened(tmp_path)) == {"n1.1.0": "pending"}


def test_an_order_names_each_step_once_and_not_without_end(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    submit(ledger, submitted("n1.1.0"), submitted("n1.1.1", tasks=4))
    twice = order(ledger, Hold(steps=("n1.1.1", "x", "n1.1.1", "x"))).answer.outcomes
    assert [(outcome.name, outcome.done) for outcome in twice] == [
        ("x", Done.NO_SUCH),
        ("n1.1.1", Done.YES),
    ]
    (refused,) = order(ledger, Release(steps=tuple(f"x{n}" for n in range(20_001)))).answer.outcomes
    assert (refused.done, refused.said) == (
        Done.REFUSED,
        "one order may name 20,000 steps at most; name jobs or arrays as a whole, or give several orders",
    )


def test_a_checkpoint_spares_playing_what_came_before(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    for number in range(1, 9):
        submit(ledger, submitted(f"n1.{number}.0"), at=AT + number)
    assert make_checkpoint(tmp_path, read) == 8
    end(ledger, over("n1.1.0@1"))
    played: list[int] = []
    journal = Journal(tmp_path)
    again = play(journal, read, kept_in(journal), progress=played.append)
    assert played == [9]
    assert (again.state.line, list(again.state.running)) == (ledger.state.line, list(ledger.state.running))


def test_where_nothing_can_be_written_nothing_has_happened(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    submit(ledger, submitted("n1.1.0"))
    before, turns = dict(ledger.steps), ledger.turns
    ledger.journal._database.execute("PRAGMA max_page_count = 1")  # so large as it is
    many = [submitted(f"n1.2.{number}") for number in range(200)]
    with pytest.raises(FullError, match="nothing is accepted"):
        submit(ledger, *many)
    assert (ledger.steps, ledger.turns, list(ledger.state.running)) == (before, turns, ["n1.1.0"])
    ledger.journal._database.execute("PRAGMA max_page_count = 100000")
    submit(ledger, *many)
    assert opened(tmp_path).steps == ledger.steps


def test_favoured_steps_and_users_go_first_and_are_told_so(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    submit(ledger, submitted("n1.1.0", tasks=4))
    for number in (2, 3):
        submit(ledger, submitted(f"n1.{number}.0", tasks=4))
    submit(ledger, submitted("n1.4.0", tasks=4, user="bo"))
    assert order(ledger, Favour(steps=("n1.3.0",))).answer.outcomes[0].done is Done.NOT_YOURS
    order(ledger, Favour(steps=("n1.3.0",)), ROOT)
    favour_users(FavourUsers(users=("bo",)), ROOT, ledger, AT)
    submit(ledger, submitted("n1.5.0", tasks=4, user="bo"))
    assert ledger.state.line == ("n1.3.0", "n1.4.0", "n1.5.0", "n1.2.0")
    again = opened(tmp_path)
    assert {step.id: step.submitted.notes.favoured for step in again.steps.values()} == {
        "n1.1.0": 0,
        "n1.2.0": 0,
        "n1.3.0": 1,
        "n1.4.0": 1,
        "n1.5.0": 1,
    }
    assert again.favoured == {"bo"}


def test_a_drained_machine_takes_nothing_until_it_is_resumed_also_after_a_restart(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    submit(ledger, submitted("n1.1.0"))
    flush = order_machines(Machines(order=MachineOrder.FLUSH), ROOT, ledger, AT)
    assert flush.actions == (Action(verb=Verb.KILL, attempt="n1.1.0@1", step="n1.1.0"),)
    assert end(ledger, over("n1.1.0@1", how=End.KILLED)) == ()
    again = opened(tmp_path)
    assert (again.drained, list(again.state.waiting)) == ({"n1"}, ["n1.1.0"])
    resumed = order_machines(Machines(order=MachineOrder.RESUME, machines=("n1",)), ROOT, again, AT + 70)
    assert resumed.actions == (started("n1.1.0", 2),)
    (outcome,) = order_machines(
        Machines(order=MachineOrder.DRAIN, machines=("n9",)), ROOT, again, AT
    ).answer.outcomes
    assert outcome.done is Done.NO_SUCH


def test_turns_that_a_checkpoint_has_made_needless_can_be_dropped(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    for number in range(1, 9):
        submit(ledger, submitted(f"n1.{number}.0"), at=AT + number)
    make_checkpoint(tmp_path, read)
    end(ledger, over("n1.1.0@1"))
    dropped = [ledger.journal.drop_turns(8, AT + 6, 3) for _ in range(3)]
    assert (dropped, ledger.journal.first_turn()) == ([3, 2, 0], 6)
    again = opened(tmp_path)
    assert (again.steps, again.turns, again.state.line) == (ledger.steps, ledger.turns, ledger.state.line)


def test_a_change_after_which_a_step_could_never_start_is_refused(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    submit(ledger, replace(submitted("1"), notes=Notes(dialect="lsf")), submitted("2", tasks=4))
    waiting = submit(ledger, replace(submitted("3", tasks=4), notes=Notes(dialect="lsf")))
    assert waiting.answer.job == "3"
    (outcome,) = order(ledger, Modify(step="3", queue="nowhere")).answer.outcomes
    assert (outcome.done, outcome.said) == (Done.REFUSED, "there is no queue nowhere")
    (outcome,) = order(ledger, Modify(step="3", queue="urgent", run_limit=60)).answer.outcomes
    assert outcome.done is Done.YES
    assert (ledger.steps["3"].submitted.job.queue, ledger.steps["3"].submitted.job.run_limit) == (
        "urgent",
        60,
    )


def test_a_step_that_may_not_run_twice_is_removed_where_others_are_vacated(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    submit(ledger, submitted("n1.1.0", restartable=False))
    carried = order(ledger, Requeue(steps=("n1.1.0",)))
    assert [action.verb for action in carried.actions] == [Verb.KILL]
    assert end(ledger, over("n1.1.0@1", how=End.KILLED)) == ()
    step = ledger.journal.step("n1.1.0")
    assert step is not None
    assert (step.state, step.attempt) == (StepState.REMOVED, 1)


def test_what_an_operator_suspended_its_owner_does_not_resume(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    submit(ledger, submitted("n1.1.0"), submitted("n1.2.0", begin=AT + 3600))
    for step in ("n1.1.0", "n1.2.0"):
        order(ledger, Suspend(steps=(step,), waiting_too=True), ROOT)
        (outcome,) = order(ledger, Resume(steps=(step,))).answer.outcomes
        assert outcome.done is (Done.NOT_YOURS if step == "n1.1.0" else Done.YES)
    assert (list(ledger.state.suspended), states(ledger)["n1.2.0"]) == (["n1.1.0"], "system_hold")
    order(ledger, Resume(steps=("n1.1.0", "n1.2.0")), ROOT)
    assert (list(ledger.state.running), states(ledger)["n1.2.0"]) == (["n1.1.0"], "idle")


def test_a_hold_on_a_running_step_counts_when_it_waits_again(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    submit(ledger, submitted("n1.1.0"))
    order(ledger, Hold(steps=("n1.1.0",), by=HoldKind.SYSTEM), ROOT)
    order(ledger, Requeue(steps=("n1.1.0",)), ROOT)
    assert end(ledger, over("n1.1.0@1", how=End.KILLED)) == ()
    assert states(ledger) == {"n1.1.0": "system_hold"}


def test_a_held_step_survives_that_its_class_is_gone(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    submit(ledger, submitted("n1.1.0", queue="urgent", hold="user"))
    policy = replace(
        ledger.site.policy, queues={"normal": ledger.site.policy.queues["normal"]}, preemption=()
    )
    ledger.site = replace(ledger.site, configuration=replace(ledger.site.configuration, policy=policy))
    order(ledger, Release(steps=("n1.1.0",)))
    order(ledger, Prioritise(steps=("n1.1.0",), to=90))
    assert states(ledger).keys() == {"n1.1.0"}


def test_a_job_that_is_over_is_said_to_be(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    submit(ledger, submitted("n1.1.0"))
    end(ledger, over("n1.1.0@1"))
    outcomes = order(ledger, Cancel(steps=("n1.1.0", "n1.1", "n1.2"))).answer.outcomes
    assert [(outcome.done, outcome.said) for outcome in outcomes] == [
        (Done.NOT_NOW, "step n1.1.0 is over"),
        (Done.NOT_NOW, "job n1.1 is over"),
        (Done.NO_SUCH, "there is no step n1.2"),
    ]
