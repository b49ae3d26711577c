"""What a job took, and what it may not take: what every executor must do."""

import asyncio
import sys

import pytest

from jobcast.act.executors.base import Began, End, Ended, Measured, Paused
from jobcast.program import Enforcement
from tests.act.executors.bench import COUNTS, Bench, Watched, eventually, number_in, with_

_MIB = 1 << 20


class Limits:
    """Part of `tests.act.executors.conformance`."""

    def test_what_a_job_takes_is_told_while_it_runs_and_at_its_end(self, bench: Bench):
        hold = (
            f"import os, time; held = bytearray({64 * _MIB}); sum(range(3_000_000))\n"
            "while not os.path.exists('go'): time.sleep(0.02)"
        )

        async def scene(seen: Watched) -> None:
            await seen.executor.start(bench.attempt("a@1", sys.executable, "-I", "-S", "-c", hold))
            measured = await seen.first(
                Measured, "a@1", lambda news: (news.consumed.memory_peak or 0) > 64 * _MIB
            )
            (bench.folder / "go").touch()
            ended = await seen.first(Ended, "a@1")
            for took in (ended.consumed, measured.consumed):
                assert took.memory_peak is not None
                assert 64 * _MIB < took.memory_peak < 128 * _MIB
                assert took.virtual_peak is not None
                assert took.virtual_peak > took.memory_peak
            assert ended.consumed.user_cpu is not None
            assert 0 < ended.consumed.user_cpu < 30
            assert ended.consumed.memory_mean is not None
            assert ended.consumed.memory_mean <= ended.consumed.memory_peak
            assert ended.consumed.processes_peak == 1

        with_(bench, scene)

    @pytest.mark.parametrize(
        "enforcement",
        [
            Enforcement(virtual_memory=50 * _MIB),
            Enforcement(memory=50 * _MIB, kill_over_memory=True),
        ],
    )
    def test_a_job_over_memory_is_killed(self, bench: Bench, enforcement: Enforcement):
        hold = f"import time; held = bytearray({100 * _MIB}); time.sleep(60)"

        async def scene(seen: Watched) -> None:
            program = (sys.executable, "-I", "-S", "-c", hold)
            ended = await seen.run(bench.attempt("a@1", *program, enforcement=enforcement))
            assert ended.how == End.OVER_MEMORY

        with_(bench, scene)

    def test_memory_that_processes_share_is_counted_once(self, bench: Bench):
        share = (
            f"import mmap, os, time; held = mmap.mmap(-1, {40 * _MIB}); held.write(bytes({40 * _MIB}));"
            "[os.fork() for _ in range(2)]; held[::4096]; time.sleep(1.5)"
        )

        async def scene(seen: Watched) -> None:
            program = (sys.executable, "-I", "-S", "-c", share)
            enforcement = Enforcement(memory=150 * _MIB, kill_over_memory=True)
            ended = await seen.run(bench.attempt("a@1", *program, enforcement=enforcement))
            assert ended.how == End.EXITED

        with_(bench, scene)

    @pytest.mark.parametrize(
        ("limit", "code", "how"),
        [((1, 30), 9, End.EXITED), ((None, 1), 128 + 15, End.OVER_CPU_TIME)],
    )
    def test_all_processes_together_have_so_much_cpu_time(
        self, bench: Bench, limit: tuple[int | None, int | None], code: int, how: End
    ):
        burn = "trap 'exit 9' XCPU; (while :; do :; done) & while :; do :; done"

        async def scene(seen: Watched) -> None:
            ended = await seen.run(bench.sh("a@1", burn, job_cpu_limit=limit))
            assert (ended.how, ended.exit_code) == (how, code)

        with_(bench, scene)

    def test_all_processes_are_warned_at_the_soft_run_limit_with_no_client_there(self, bench: Bench):
        child = "sh -c 'trap \"touch warned; exit\" XCPU; while :; do sleep 0.05; done' &"

        async def start(seen: Watched) -> None:
            line = f"trap 'wait; exit 9' XCPU; {child} wait"
            await seen.executor.start(bench.sh("a@1", line, soft_run_limit=5))
            await seen.first(Began, "a@1")

        async def end(seen: Watched) -> None:
            ended = await seen.first(Ended, "a@1")
            assert (ended.how, ended.exit_code) == (End.EXITED, 9)

        with_(bench, start)
        asyncio.run(eventually((bench.folder / "warned").exists))
        with_(bench, end)

    def test_what_takes_no_notice_ends_by_the_signal_of_the_soft_run_limit(self, bench: Bench):
        async def scene(seen: Watched) -> None:
            ended = await seen.run(bench.sh("a@1", "exec sleep 600", soft_run_limit=1))
            assert (ended.how, ended.exit_code) == (End.SIGNALLED, 128 + 24)

        with_(bench, scene)

    def test_one_whose_soft_run_limit_is_moved_is_warned_at_the_new_one_alone(self, bench: Bench):
        counter = bench.folder / "counter"

        async def scene(seen: Watched) -> None:
            await seen.executor.start(bench.sh("a@1", COUNTS, str(counter), soft_run_limit=6))
            await seen.first(Began, "a@1")
            await seen.executor.limit("a@1", run_limit=600, soft_run_limit=500)
            ended = await seen.run(bench.sh("b@1", "exec sleep 600", soft_run_limit=6))
            assert (ended.how, ended.exit_code) == (End.SIGNALLED, 128 + 24)
            before = number_in(counter)
            await eventually(lambda: number_in(counter) > before + 5)
            await seen.executor.limit("a@1", run_limit=600, soft_run_limit=1)
            ended = await seen.first(Ended, "a@1")
            assert (ended.how, ended.exit_code) == (End.SIGNALLED, 128 + 24)

        with_(bench, scene)

    def test_one_that_stands_still_is_warned_at_its_new_soft_run_limit_once_it_goes_on(self, bench: Bench):
        async def scene(seen: Watched) -> None:
            line = "trap 'exit 9' XCPU; touch up; while :; do sleep 0.05; done"
            await seen.executor.start(bench.sh("a@1", line))
            await eventually((bench.folder / "up").exists)
            await seen.executor.suspend("a@1")
            await seen.first(Paused, "a@1")
            await seen.executor.limit("a@1", run_limit=None, soft_run_limit=1)
            await seen.executor.resume("a@1")
            ended = await seen.first(Ended, "a@1")
            assert (ended.how, ended.exit_code) == (End.EXITED, 9)

        with_(bench, scene)

    def test_time_that_a_job_stands_still_does_not_count_for_its_soft_run_limit(self, bench: Bench):
        counter = bench.folder / "counter"

        async def scene(seen: Watched) -> None:
            await seen.executor.start(bench.sh("a@1", COUNTS, str(counter), soft_run_limit=8))
            await eventually(lambda: number_in(counter))
            await seen.executor.suspend("a@1")
            await seen.first(Paused, "a@1", lambda news: news.suspended)
            await asyncio.sleep(8)
            before = number_in(counter)
            await seen.executor.resume("a@1")
            await eventually(lambda: number_in(counter) > before + 5)
            await seen.executor.kill("a@1")
            assert (await seen.first(Ended, "a@1")).how == End.KILLED

        with_(bench, scene)
