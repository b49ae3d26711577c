"""What is changed in a submission follows from forecast, rules and mode alone."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.act.advise import advise
from jobcast.act.rules import Limits, Verdict
from jobcast.advice import Advice, Change, ChangeKind, Kept, KeptReason, Mode, Subject
from jobcast.forecast import Basis, Forecast, MemoryForecast, NoForecast, RunTimeForecast
from jobcast.job import Request, Submission
from jobcast.units import GIB, MIB, Bytes, Seconds

BASIS = Basis(level="same", rung="user+command+cwd", runs=12, age_days=1.0)
NOTHING = NoForecast(reason="nothing_similar")
NOT_WANTED = Kept(subject=Subject.RUN_LIMIT, reason=KeptReason.NOT_WANTED)


def forecast(half: int = 3 * GIB, request: int = 4 * GIB, *, limit: float = 3600.0) -> Forecast:
    return Forecast(
        memory=MemoryForecast(
            quantiles={0.5: Bytes(half), 0.95: Bytes(request)}, request=Bytes(request), risk=0.05, basis=BASIS
        ),
        run_time=RunTimeForecast(
            quantiles={0.5: Seconds(limit / 2), 0.99: Seconds(limit)},
            limit=Seconds(limit),
            risk=0.01,
            basis=BASIS,
        ),
    )


def submission(memory: int | None = None, run_limit: float | None = None) -> Submission:
    return Submission(
        at=datetime(2026, 3, 1, tzinfo=UTC),
        command="synth -f compile.tcl",
        request=Request(
            memory=None if memory is None else Bytes(memory),
            run_limit=None if run_limit is None else Seconds(run_limit),
        ),
    )


def advised(memory: int | None, told: Forecast | None, verdict: Verdict) -> Advice:
    return advise(submission(memory), told, verdict, advice_id="abc", model="m")


def change(kind: ChangeKind, before: int | None, after: int, *, made: bool) -> Change:
    return Change(
        subject=Subject.MEMORY,
        kind=kind,
        before=None if before is None else Bytes(before),
        after=Bytes(after),
        made=made,
    )


@pytest.mark.parametrize(
    ("mode", "made"),
    [(Mode.SHADOW, False), (Mode.ADVISE, False), (Mode.APPLY, True), (Mode.LOWER, True)],
)
def test_what_a_job_leaves_open_is_set_from_apply_on(mode, made):
    assert advised(None, forecast(), Verdict(mode=mode)) == Advice(
        id="abc",
        mode=mode,
        model="m",
        changes=(change(ChangeKind.SET, None, 4 * GIB, made=made),),
        kept=(NOT_WANTED,),
    )


@pytest.mark.parametrize(
    ("mode", "made"), [(Mode.SHADOW, False), (Mode.ADVISE, False), (Mode.APPLY, False), (Mode.LOWER, True)]
)
def test_what_a_job_asks_for_beyond_its_need_is_lowered_in_mode_lower_only(mode, made):
    assert advised(64 * GIB, forecast(), Verdict(mode=mode)).changes == (
        change(ChangeKind.LOWER, 64 * GIB, 4 * GIB, made=made),
    )


@pytest.mark.parametrize("mode", list(Mode))
def test_a_request_below_what_half_of_such_jobs_use_is_told_and_never_raised(mode):
    assert advised(2 * GIB, forecast(), Verdict(mode=mode)).changes == (
        change(ChangeKind.RAISE, 2 * GIB, 4 * GIB, made=False),
    )


def test_a_request_between_the_median_and_what_is_advised_stays():
    kept = (Kept(subject=Subject.MEMORY, reason=KeptReason.ENOUGH), NOT_WANTED)
    assert advised(7 * GIB // 2, forecast(), Verdict(mode=Mode.LOWER)).kept == kept
    assert advised(4 * GIB + GIB // 4, forecast(), Verdict(mode=Mode.LOWER)).kept == kept


def test_nothing_is_lowered_below_the_share_that_the_rules_leave():
    verdict = Verdict(mode=Mode.LOWER, lower_to=0.5)
    assert advised(64 * GIB, forecast(), verdict).changes == (
        change(ChangeKind.LOWER, 64 * GIB, 32 * GIB, made=True),
    )


def test_commands_on_the_list_of_exceptions_are_set_but_never_lowered():
    verdict = Verdict(mode=Mode.LOWER, exception=True)
    assert advised(64 * GIB, forecast(), verdict).kept == (
        Kept(subject=Subject.MEMORY, reason=KeptReason.EXCEPTION),
        NOT_WANTED,
    )
    assert advised(None, forecast(), verdict).made(Subject.MEMORY) == 4 * GIB


@pytest.mark.parametrize(
    ("bounds", "after"), [(Limits(least=8 * GIB), 8 * GIB), (Limits(most=7 * GIB // 2), 7 * GIB // 2)]
)
def test_amounts_stay_within_the_limits_of_the_rules(bounds, after):
    assert (
        advised(None, forecast(), Verdict(mode=Mode.APPLY, memory_bounds=bounds)).made(Subject.MEMORY)
        == after
    )


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (None, KeptReason.NO_MODEL),
        (Forecast(memory=NOTHING, run_time=NOTHING), KeptReason.NO_FORECAST),
    ],
)
def test_without_a_forecast_everything_stays_and_the_reason_is_told(told, reason):
    verdict = Verdict(mode=Mode.LOWER, run_limit=True)
    assert advised(None, told, verdict) == Advice(
        id="abc",
        mode=Mode.LOWER,
        model="m",
        kept=(Kept(subject=Subject.MEMORY, reason=reason), Kept(subject=Subject.RUN_LIMIT, reason=reason)),
    )


def test_a_default_of_the_rules_is_set_only_where_a_job_leaves_memory_open():
    verdict = Verdict(mode=Mode.APPLY, memory_default=Bytes(2 * GIB))
    assert advised(None, None, verdict).made(Subject.MEMORY) == 2 * GIB
    assert advised(GIB, None, verdict).changes == ()


def test_where_half_of_such_jobs_need_more_than_may_be_set_nothing_is_set():
    verdict = Verdict(mode=Mode.APPLY, memory_bounds=Limits(most=GIB))
    assert advised(None, forecast(), verdict).kept == (
        Kept(subject=Subject.MEMORY, reason=KeptReason.OUT_OF_BOUNDS),
        NOT_WANTED,
    )


def test_a_bound_of_what_is_set_lowers_nothing_below_its_need():
    verdict = Verdict(mode=Mode.LOWER, memory_bounds=Limits(most=GIB))
    assert advised(64 * GIB, forecast(), verdict).changes == (
        change(ChangeKind.LOWER, 64 * GIB, 4 * GIB, made=True),
    )


def test_what_is_safer_is_told_whatever_the_bounds_of_what_is_set():
    verdict = Verdict(mode=Mode.ADVISE, memory_bounds=Limits(most=GIB))
    assert advised(2 * GIB, forecast(), verdict).changes == (
        change(ChangeKind.RAISE, 2 * GIB, 4 * GIB, made=False),
    )


def test_a_default_stays_within_the_bounds_too():
    verdict = Verdict(mode=Mode.APPLY, memory_default=Bytes(2 * GIB), memory_bounds=Limits(most=GIB))
    assert advised(None, None, verdict).made(Subject.MEMORY) == GIB


def test_rounding_does_not_go_beyond_a_bound():
    bounds = Limits(most=3590)
    verdict = Verdict(mode=Mode.APPLY, run_limit=True, memory=False, run_limit_bounds=bounds)
    got = advise(submission(), forecast(limit=3601.0), verdict, advice_id="abc", model="m")
    assert got.made(Subject.RUN_LIMIT) == 3540


def test_run_limits_are_left_alone_unless_the_rules_want_them_and_then_are_whole_minutes():
    verdict = Verdict(mode=Mode.APPLY, run_limit=True, memory=False)
    got = advise(submission(), forecast(limit=3601.0), verdict, advice_id="abc", model="m")
    assert got.changes == (
        Change(subject=Subject.RUN_LIMIT, kind=ChangeKind.SET, before=None, after=Seconds(3660), made=True),
    )
    assert got.kept == (Kept(subject=Subject.MEMORY, reason=KeptReason.NOT_WANTED),)


AMOUNTS = st.integers(1, 1 << 50)


@given(
    asked=st.none() | AMOUNTS,
    half=AMOUNTS,
    more=AMOUNTS,
    mode=st.sampled_from(Mode),
    terms=st.tuples(st.floats(0, 1), st.booleans()),
)
def test_a_change_that_is_made_never_raises_and_keeps_what_the_rules_promise(asked, half, more, mode, terms):
    lower_to, exception = terms
    verdict = Verdict(mode=mode, lower_to=lower_to, exception=exception)
    got = advised(asked, forecast(half, half + more), verdict)
    made = got.made(Subject.MEMORY)
    if made is None:
        return
    assert mode in {Mode.APPLY, Mode.LOWER}
    assert made % MIB == 0
    if asked is None:
        assert half + more <= made < half + more + MIB
    else:
        assert mode is Mode.LOWER
        assert not exception
        assert max(half + more, lower_to * asked) <= made < asked
