from jobcast.predict.sizing.selector import PROVEN, CostRecord


def judged(times: int, **advised: float) -> CostRecord:
    record = CostRecord()
    for _ in range(times):
        record.judge(advised, 10.0, most=20.0, price=1.0)
    return record


def test_the_first_is_chosen_before_any_is_proven() -> None:
    assert judged(PROVEN - 1, history=20, linear=11).best(["history", "linear"]) == "history"


def test_the_candidate_that_was_cheapest_so_far_is_chosen() -> None:
    assert judged(PROVEN, history=20, linear=11).best(["history", "linear"]) == "linear"


def test_failures_count_with_allocation_price_and_retry() -> None:
    # 9 fails: it costs 9 + 1 and then 20 - 10; 20 costs 10 at once.
    assert judged(PROVEN, history=20, linear=9).best(["history", "linear"]) == "history"


def test_only_those_who_speak_now_can_be_chosen() -> None:
    assert judged(PROVEN, history=20, linear=11).best(["history"]) == "history"
