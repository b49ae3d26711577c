"""A step that will probably fail is held where the site wants it, says why, and runs once somebody confirms it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from jobcast.batch.accepting import accept
from jobcast.batch.client import told
from jobcast.batch.completing import Completed
from jobcast.batch.confirming import foreseeing
from jobcast.batch.foreseen import Foreseen, spelled_out, to_confirm
from jobcast.batch.intake.base import Intake
from jobcast.batch.ledger import Ledger
from jobcast.batch.order import Answer, Hold, HoldKind, Release, Resume
from jobcast.batch.picture import Frame, take
from jobcast.batch.record import StepState, Submitted
from jobcast.batch.screens.loadleveler.llq_why import why
from jobcast.batch.screens.lsf.reasons import pending
from jobcast.batch.service import Wanted
from jobcast.batch.site import LiveSite, read_live
from jobcast.forecast import Basis, FailureForecast, Forecast, NoForecast, RecentRuns
from jobcast.language import speaking
from jobcast.schedule.failing import Failing
from jobcast.schedule.sentence import sentence
from tests.batch.making import AT, FILES, ROOT, opened, order, submitted

RULE = Failing(hold_at=0.9)
RECENT = RecentRuns(runs=10, failed=9, reason="exit_code", exit_code=1)
NONE = NoForecast(reason="nothing_similar")


def forecast(probability: float, recent: RecentRuns = RECENT) -> Forecast:
    basis = Basis(level="same", rung="user+template+cwd", runs=10, age_days=0.5)
    failure = FailureForecast(
        probability=probability,
        reasons={"exit_code": probability - 0.01, "memory_limit": 0.01},
        recent=recent,
        basis=basis,
    )
    return Forecast(memory=NONE, run_time=NONE, failure=failure)


def under(rule: Failing, folder: Path) -> Ledger:
    """Open a ledger of a site that has such a rule."""
    ledger = opened(folder)
    ledger.site = with_rule(ledger.site, rule)
    ledger.state.policy = ledger.site.policy
    return ledger


def with_rule(site: LiveSite, rule: Failing) -> LiveSite:
    policy = replace(site.policy, failing=rule)
    return replace(site, configuration=replace(site.configuration, policy=policy))


def submit(ledger: Ledger, step: Submitted, told: Forecast | None) -> Answer:
    """Submit a step of which a model tells something."""

    def complete(steps: Sequence[Submitted]) -> Completed:
        return Completed(steps=tuple(foreseeing(each, told) for each in steps))

    number = int(ledger.journal.meta("number") or 0) + 1
    return accept(Intake(steps=(step,)), number, ledger, AT, complete).answer


def shown(ledger: Ledger, language: str = "en") -> tuple[list[str], str]:
    """Return what llq -s tells of the only step, and bjobs -p."""
    frame = Frame(cluster="loom", host="n1", executor="local", zone="UTC")
    with speaking(language):
        snapshot = told(take(ledger, Wanted(), frame, AT))
        (step,) = snapshot.steps
        return why(step, snapshot), pending(step, snapshot)


HELD = "is held: 9 of the last 10 runs failed with exit 1; confirm with jobcast batch llhold -r n1.1.0"


def test_it_is_held_and_whoever_submits_and_whoever_asks_is_told_why(tmp_path: Path) -> None:
    ledger = under(RULE, tmp_path)
    answer = submit(ledger, submitted("n1.1.0"), forecast(0.93))
    assert answer.warnings == (HELD,)
    step = ledger.steps["n1.1.0"]
    assert (step.state, step.submitted.job.hold, step.submitted.job.failing) == (
        StepState.USER_HOLD,
        "user",
        0.93,
    )
    by_llq, by_bjobs = shown(ledger)
    assert HELD in by_llq
    assert by_bjobs == HELD
    by_llq, _ = shown(ledger, "zh")
    assert "被保留：最近 10 次运行中有 9 次失败（退出码 1）；用 jobcast batch llhold -r n1.1.0 确认" in by_llq


@pytest.mark.parametrize(
    ("recent", "dialect", "expected"),
    [
        (
            RecentRuns(runs=1, failed=1, reason="memory_limit", exit_code=None),
            "lsf",
            "is held: 1 of the last 1 run failed over their memory limit; confirm with jobcast batch bresume 7",
        ),
        (
            RecentRuns(runs=3, failed=2, reason="exit_code", exit_code=None),
            "lsf",
            "is held: 2 of the last 3 runs failed with an exit code; confirm with jobcast batch bresume 7",
        ),
        (
            RecentRuns(runs=0, failed=0, reason=None, exit_code=None),
            "loadleveler",
            (
                "is held: it will fail with a chance of 91 %, mostly at their run limit; "
                "confirm with jobcast batch llhold -r 7"
            ),
        ),
    ],
)
def test_what_is_known_is_said_in_words(recent: RecentRuns, dialect: str, expected: str) -> None:
    foreseen = Foreseen(reasons={"run_limit": 0.91}, recent=recent, held=True)
    assert sentence(spelled_out(to_confirm(foreseen, 0.91, dialect, "7"))) == expected


@pytest.mark.parametrize("what", [Release(steps=("n1.1.0",)), Resume(steps=("n1.1.0",))])
def test_a_release_confirms_it_and_that_is_kept(tmp_path: Path, what: Release | Resume) -> None:
    ledger = under(RULE, tmp_path)
    submit(ledger, submitted("n1.1.0"), forecast(0.93))
    order(ledger, what, at=AT + 5)
    step = ledger.steps["n1.1.0"]
    assert step.state is StepState.PENDING
    assert step.submitted.foreseen is not None
    assert (step.submitted.foreseen.confirmed_by, step.submitted.foreseen.confirmed_at) == ("ada", AT + 5)
    order(ledger, Hold(steps=("n1.1.0",)), at=AT + 6)
    assert opened(tmp_path).steps == ledger.steps


def test_a_hold_of_somebody_else_is_no_longer_about_that(tmp_path: Path) -> None:
    ledger = under(RULE, tmp_path)
    submit(ledger, submitted("n1.1.0"), forecast(0.93))
    order(ledger, Hold(steps=("n1.1.0",), by=HoldKind.SYSTEM), ROOT)
    order(ledger, Release(steps=("n1.1.0",)))
    assert "is held (system)" in shown(ledger)[0]


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (Failing(), forecast(0.99)),
        (RULE, forecast(0.89)),
        (RULE, None),
        (RULE, Forecast(memory=NONE, run_time=NONE)),
    ],
)
def test_else_it_runs_at_once(tmp_path: Path, rule: Failing, told: Forecast | None) -> None:
    ledger = under(rule, tmp_path)
    assert submit(ledger, submitted("n1.1.0"), told).warnings == ()
    assert ledger.steps["n1.1.0"].state is StepState.PENDING


def test_of_an_array_it_is_told_once(tmp_path: Path) -> None:
    ledger = under(RULE, tmp_path)
    steps = tuple(submitted(f"7[{number}]", array="7") for number in range(1, 4))
    steps = tuple(replace(each, notes=replace(each.notes, dialect="lsf")) for each in steps)

    def complete(_steps: Sequence[Submitted]) -> Completed:
        return Completed(steps=tuple(foreseeing(each, forecast(0.95)) for each in steps))

    answer = accept(Intake(steps=steps), 7, ledger, AT, complete).answer
    said = "is held: 9 of the last 10 runs failed with exit 1; confirm with jobcast batch bresume 7"
    assert answer.warnings == (said,)


def test_the_settings_are_rules_as_the_files_are(tmp_path: Path) -> None:
    assert read_live(replace(FILES, failing=RULE)).policy.failing == RULE
    kept = opened(tmp_path).journal
    number = kept.site(replace(FILES, failing=RULE))
    assert kept.files(number).failing == RULE
