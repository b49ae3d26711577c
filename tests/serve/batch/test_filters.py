"""A filter that is slow keeps those waiting whose submissions it holds, and nobody else."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from jobcast.batch.intake.base import Submitter
from jobcast.batch.order import SubmitCommandFile
from jobcast.batch.plain import to_json
from jobcast.serve.batch.app import make_batch_app
from jobcast.serve.batch.filters import Filters
from tests.serve.batch.desks import desk
from tests.serve.conftest import exchange

ONE, OTHER = 4_242_001, 4_242_002


def _order(text: str) -> bytes:
    return to_json(SubmitCommandFile(text=text, file="job.cmd", directory="/"))


def test_submissions_of_others_go_on_beside_slow_filters(tmp_path: Path):
    begun, go = threading.Event(), threading.Event()

    def filtered(order: SubmitCommandFile, _who: Submitter) -> SubmitCommandFile | str:
        if "slow" in order.text:
            begun.set()
            go.wait(60)
        return "not like this"

    async def scene() -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
        app = make_batch_app(desk(tmp_path, filtered=filtered))
        path = "/v1/batch/orders"
        slow = [
            asyncio.create_task(exchange(app, "POST", path, _order("# slow\n"), uid=ONE)) for _ in range(40)
        ]
        try:
            async with asyncio.timeout(20):
                while not begun.is_set():
                    await asyncio.sleep(0.01)
                answer = await exchange(app, "POST", path, _order("# fast\n"), uid=OTHER)
            assert answer.json["outcomes"][0]["said"] == "not like this"
            assert not any(each.done() for each in slow)
        finally:
            go.set()
        assert {(await each).status for each in slow} == {200}

    asyncio.run(scene())


def test_two_run_at_once_for_a_user_and_the_others_wait_in_line():
    order: list[int] = []
    running = [0]
    most = [0]
    lock = threading.Lock()

    def work(number: int) -> int:
        with lock:
            order.append(number)
            running[0] += 1
            most[0] = max(most[0], running[0])
        threading.Event().wait(0.01)
        with lock:
            running[0] -= 1
        return number

    async def scene() -> None:
        filters = Filters()
        done = await asyncio.gather(
            *(filters.run("news", lambda number=number: work(number)) for number in range(10))  # type: ignore[misc]
        )
        assert done == list(range(10))

    asyncio.run(scene())
    assert sorted(order) == list(range(10))
    assert most == [2]
