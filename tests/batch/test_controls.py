"""LoadLeveler's control expressions on a machine that runs."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from jobcast.act.executors.base import Began, End
from jobcast.batch.action import Action, Verb
from jobcast.batch.controls import control
from jobcast.batch.ledger import Ledger
from jobcast.schedule.event import MachineTold
from jobcast.systems.loadleveler.names import control as read_control
from tests.batch.making import AT, end, opened, over, submit, submitted

NIGHT = {
    "start": "LoadAvg < 2",
    "suspend": "LoadAvg > 4 || (tm_hour == 3)",
    "continue": "LoadAvg < 1",
    "vacate": "(CurrentTime - EnteredCurrentState) > 600",
}


def controlled(folder: Path) -> Ledger:
    ledger = opened(folder)
    trees = {name: read_control(text, name.upper()) for name, text in NIGHT.items()}
    loadleveler = replace(ledger.site.loadleveler, controls=trees)
    ledger.site = replace(ledger.site, dialect="loadleveler", loadleveler=loadleveler)
    submit(ledger, submitted("n1.1.0"))
    ledger.hear(Began(attempt="n1.1.0@1", at=AT))
    return ledger


def told(ledger: Ledger, load: float, at: int) -> list[Action]:
    ledger.turn(at, [MachineTold(at=at, machine="n1", facts={"load": load})])
    return list(control(["n1"], ledger, datetime.fromtimestamp(at, UTC)))


def ask(verb: Verb, number: int = 1) -> Action:
    return Action(verb=verb, attempt=f"n1.1.0@{number}", step="n1.1.0")


def test_a_machine_that_is_busy_takes_no_steps_and_suspends_and_continues_its_own(tmp_path: Path) -> None:
    ledger = controlled(tmp_path)
    assert told(ledger, 1.5, AT + 30) == []
    assert told(ledger, 3.0, AT + 60) == []
    assert not submit(ledger, submitted("n1.2.0"), at=AT + 61).actions
    assert told(ledger, 4.5, AT + 90) == [ask(Verb.SUSPEND)]
    assert told(ledger, 1.5, AT + 120) == [Action(verb=Verb.START, attempt="n1.2.0@1", step="n1.2.0")]
    assert told(ledger, 0.5, AT + 150) == [ask(Verb.RESUME)]


def test_what_was_suspended_for_long_is_vacated_and_runs_again(tmp_path: Path) -> None:
    ledger = controlled(tmp_path)
    assert told(ledger, 4.5, AT + 30) == [ask(Verb.SUSPEND)]
    assert told(ledger, 4.5, AT + 600) == []
    assert told(ledger, 4.5, AT + 660) == [ask(Verb.KILL)]
    end(ledger, over("n1.1.0@1", at=AT + 665, how=End.KILLED))
    assert told(ledger, 0.1, AT + 690) == [ask(Verb.START, 2)]


def test_what_an_expression_has_done_outlives_the_manager(tmp_path: Path) -> None:
    ledger = controlled(tmp_path)
    told(ledger, 4.5, AT + 30)
    again = opened(tmp_path)
    assert (again.closed, again.stopped) == (frozenset({"n1"}), frozenset({"n1.1.0"}))
    assert not again.state.up.any()


def test_what_was_suspended_goes_on_where_nothing_says_otherwise_but_not_on_a_busy_machine(
    tmp_path: Path,
) -> None:
    ledger = controlled(tmp_path)
    said = {"suspend": read_control("LoadAvg > 4", "SUSPEND")}
    ledger.site = replace(ledger.site, loadleveler=replace(ledger.site.loadleveler, controls=said))
    assert told(ledger, 4.5, AT + 30) == [ask(Verb.SUSPEND)]
    assert not submit(ledger, submitted("n1.2.0"), at=AT + 31).actions
    assert told(ledger, 4.5, AT + 60) == []
    ledger.site = replace(ledger.site, loadleveler=replace(ledger.site.loadleveler, controls={}))
    assert set(told(ledger, 4.5, AT + 90)) == {
        ask(Verb.RESUME),
        Action(verb=Verb.START, attempt="n1.2.0@1", step="n1.2.0"),
    }
