import pytest

from jobcast.predict.sizing.base import Run, SizingAdvice
from jobcast.predict.sizing.baselines import POLICIES, WHOLE_MACHINE, make_policy
from jobcast.predict.sizing.sizer import Sizer
from jobcast.units import Bytes, Seconds

HOUR = Seconds(3600.0)
RUN = Run(family="align", request=Bytes(1000), input_size=3.0)


def advised(name: str, *peaks: int) -> int:
    policy = make_policy(name)
    for size, peak in enumerate(peaks, start=1):
        run = Run(family="align", request=Bytes(1000), input_size=float(size))
        policy.learn(run, peak=Bytes(peak), run_time=HOUR)
    advice = policy.advise(RUN)
    assert isinstance(advice, SizingAdvice)
    return advice.amount


def test_the_policies_to_beat_come_first() -> None:
    assert POLICIES == ("request", "max-seen", "max-seen+10%", "p95", "witt-lr", "tovar", "sizer")
    assert isinstance(make_policy("sizer", price=3.0), Sizer)


@pytest.mark.parametrize("name", POLICIES)
def test_every_policy_begins_with_the_request(name: str) -> None:
    assert advised(name) == 1000


@pytest.mark.parametrize(
    ("name", "amount"),
    [
        ("request", 1000),
        ("max-seen", 500),
        ("max-seen+10%", 550),
        ("p95", 480),
        ("witt-lr", 300),
        ("tovar", 500),
    ],
)
def test_each_rule_makes_its_own_of_five_growing_runs(name: str, amount: int) -> None:
    assert advised(name, 100, 200, 300, 400, 500) == amount


def test_witt_adds_the_spread_of_its_errors() -> None:
    assert advised("witt-lr", 100, 300, 200, 400) == 290 + 68


def test_tovar_leaves_a_rare_large_run_to_the_retry() -> None:
    assert advised("tovar", *[100] * 9, 300) == 100


def test_each_method_retries_as_published() -> None:
    run = Run(family="align")

    def again(name: str, failed: int) -> int:
        policy = make_policy(name)
        policy.learn(run, peak=Bytes(100), run_time=HOUR)
        policy.submitted(run)
        policy.lost(run)
        return policy.retry(run, Bytes(failed))

    assert [again("max-seen", 50), again("max-seen", 99)] == [100, 198]
    assert [again("witt-lr", 50), again("witt-lr", 99)] == [100, 198]
    assert [again("tovar", 50), again("tovar", 100)] == [100, WHOLE_MACHINE]
    assert again("request", 400) == 800
