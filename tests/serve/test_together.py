"""What is asked at the same moment is answered by one call, and nobody suffers for another's question."""

import asyncio
from collections.abc import Sequence

import pytest

from jobcast.serve.together import Together


class Halver:
    """Halves even numbers."""

    def __init__(self) -> None:
        self.calls: list[list[int]] = []

    def __call__(self, asked: Sequence[int]) -> list[int]:
        self.calls.append(list(asked))
        if any(number % 2 for number in asked):
            raise ValueError("odd")
        return [number // 2 for number in asked]


def test_questions_of_one_moment_are_one_call_and_each_gets_its_own_answer():
    halver = Halver()

    async def ask_all() -> list[int]:
        together = Together(halver)
        first = await asyncio.gather(*(together.ask(number) for number in (2, 4, 6)))
        return [*first, await together.ask(8)]

    assert asyncio.run(ask_all()) == [1, 2, 3, 4]
    assert halver.calls == [[2, 4, 6], [8]]


def test_a_question_that_has_no_answer_fails_alone():
    halver = Halver()

    async def ask_all() -> list[int | BaseException]:
        together = Together(halver)
        return await asyncio.gather(*(together.ask(number) for number in (2, 3, 4)), return_exceptions=True)

    first, odd, last = asyncio.run(ask_all())
    assert (first, last) == (1, 2)
    with pytest.raises(ValueError, match="odd"):
        raise odd


def test_whoever_hangs_up_is_not_answered_and_the_others_are():
    async def ask_two() -> int:
        together = Together(Halver())
        gone = asyncio.ensure_future(together.ask(2))
        stays = asyncio.ensure_future(together.ask(4))
        await asyncio.sleep(0)
        gone.cancel()
        return await stays

    assert asyncio.run(ask_two()) == 2
