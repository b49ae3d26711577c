"""Single jobs that are asked for at the same moment are answered together: that costs each a third."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Got = TypeVar("Got")


class Together(Generic[Asked, Got]):
    """Gathers what is asked while the event loop goes round once, and has it answered by one call."""

    def __init__(self, answer: Callable[[Sequence[Asked]], Sequence[Got]]) -> None:
        self._answer = answer
        """Returns as many answers as it is given questions, in their order."""
        self._waiting: list[tuple[Asked, asyncio.Future[Got]]] = []

    async def ask(self, asked: Asked) -> Got:
        """Return the answer; raises what the call raises when it is asked this alone."""
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_soon(self._answer_all)
        future: asyncio.Future[Got] = loop.create_future()
        self._waiting.append((asked, future))
        return await future

    def _answer_all(self) -> None:
        waiting, self._waiting = self._waiting, []
        try:
            answers = self._answer([asked for asked, _ in waiting])
        except Exception:  # noqa: BLE001 - it may be the fault of one, which the others must not suffer for
            for asked, future in waiting:
                self._answer_alone(asked, future)
            return
        for (_, future), answer in zip(waiting, answers, strict=True):
            if not future.done():  # whoever asked may have hung up
                future.set_result(answer)

    def _answer_alone(self, asked: Asked, future: "asyncio.Future[Got]") -> None:
        if future.done():
            return
        try:
            (answer,) = self._answer([asked])
        except Exception as error:  # noqa: BLE001 - whoever asked gets it
            future.set_exception(error)
        else:
            future.set_result(answer)
