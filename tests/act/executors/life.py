"""How attempts begin, stand still, go on and end: what every executor must do."""

import asyncio
import sys

from jobcast.act.executors.base import Began, End, Ended, Known, Paused, Phase
from tests.act.executors.bench import COUNTS, DAEMON, Bench, Watched, eventually, number_in, with_


class Life:
    """Part of `tests.act.executors.conformance`."""

    def test_a_job_runs_and_tells_when_it_began_how_it_ended_and_what_it_took(self, bench: Bench):
        async def scene(seen: Watched) -> None:
            ended = await seen.run(bench.sh("a@1", "echo out; echo err >&2; exit 3", output="o", error="e"))
            began = await seen.first(Began, "a@1")
            assert ended == Ended(
                attempt="a@1",
                began=began.at,
                at=ended.at,
                how=End.EXITED,
                exit_code=3,
                consumed=ended.consumed,
            )
            assert began.at <= ended.at
            assert (bench.folder / "o").read_text() == "out\n"
            assert (bench.folder / "e").read_text() == "err\n"

        with_(bench, scene)

    def test_what_is_asked_twice_is_started_once(self, bench: Bench):
        async def scene(seen: Watched) -> None:
            attempt = bench.sh("a@1", "echo x >> ran; sleep 0.2")
            await seen.executor.start(attempt)
            await seen.run(attempt)
            await seen.executor.start(attempt)
            await seen.run(bench.sh("b@1", "sleep 0.3"))
            assert (bench.folder / "ran").read_text() == "x\n"
            assert len(seen.of(Began, "a@1")) == 1

        with_(bench, scene)

    def test_an_id_stays_used_after_it_was_forgotten(self, bench: Bench):
        async def scene(seen: Watched) -> None:
            attempt = bench.sh("a@1", "echo x >> ran")
            await seen.run(attempt)
            await seen.executor.forget("a@1")
            await seen.executor.start(attempt)
            await seen.run(bench.sh("b@1", "sleep 0.3"))
            assert (bench.folder / "ran").read_text() == "x\n"
            assert await seen.executor.known() == ()

        with_(bench, scene)

    def test_a_signal_that_nobody_here_sent_is_told(self, bench: Bench):
        async def scene(seen: Watched) -> None:
            ended = await seen.run(bench.sh("a@1", "kill -SEGV $$"))
            assert (ended.how, ended.exit_code) == (End.SIGNALLED, 128 + 11)

        with_(bench, scene)

    def test_suspending_stops_all_processes_and_resuming_lets_them_go_on(self, bench: Bench):
        files = [bench.folder / "one", bench.folder / "two"]

        async def scene(seen: Watched) -> None:
            both = f"sh -c '{COUNTS}' {files[0]} & setsid sh -c '{COUNTS}' {files[1]} & wait"
            await seen.executor.start(bench.sh("a@1", both))
            await eventually(lambda: all(map(number_in, files)))
            await seen.executor.suspend("a@1")
            await seen.first(Paused, "a@1", lambda news: news.suspended)
            before = [each.read_text() for each in files]
            assert [each.phase for each in await seen.executor.known()] == [Phase.SUSPENDED]
            await asyncio.sleep(0.2)
            assert [each.read_text() for each in files] == before
            await seen.executor.suspend("a@1")
            await seen.executor.resume("a@1")
            await seen.first(Paused, "a@1", lambda news: not news.suspended)
            await eventually(
                lambda: all(number_in(each) > int(old or 0) for each, old in zip(files, before, strict=True))
            )
            await seen.executor.kill("a@1")
            await seen.first(Ended, "a@1")
            assert [each.suspended for each in seen.of(Paused, "a@1")] == [True, False]

        with_(bench, scene)

    def test_killing_ends_a_job_that_is_suspended(self, bench: Bench):
        async def scene(seen: Watched) -> None:
            await seen.executor.start(
                bench.sh("a@1", "trap 'exit 7' TERM; touch up; while :; do sleep 0.1; done")
            )
            await eventually((bench.folder / "up").exists)
            await seen.executor.suspend("a@1")
            await seen.first(Paused, "a@1")
            await seen.executor.kill("a@1")
            ended = await seen.first(Ended, "a@1")
            assert ended.how == End.KILLED

        with_(bench, scene)

    def test_killing_reaches_what_ignores_it_and_what_has_left_its_session(self, bench: Bench):
        counter = bench.folder / "counter"

        async def scene(seen: Watched) -> None:
            daemon = f"{DAEMON}; os.execv('/bin/sh', ['sh', '-c', {COUNTS!r}, {str(counter)!r}])"
            await seen.executor.start(
                bench.sh(
                    "a@1", '"$0" -c "$1"; trap "" TERM; while :; do sleep 1; done', sys.executable, daemon
                )
            )
            await eventually(lambda: number_in(counter))
            await seen.executor.kill("a@1")
            ended = await seen.first(Ended, "a@1")
            last = counter.read_text()
            await asyncio.sleep(0.2)
            assert (ended.how, ended.exit_code) == (End.KILLED, 128 + 9)
            assert counter.read_text() == last

        with_(bench, scene)

    def test_killing_at_once_asks_nobody_to_end(self, bench: Bench):
        counter = bench.folder / "counter"

        async def scene(seen: Watched) -> None:
            line = f'trap "echo > asked" TERM; {COUNTS}'
            await seen.executor.start(bench.sh("a@1", line, str(counter)))
            await eventually(lambda: number_in(counter))
            await seen.executor.kill("a@1", at_once=True)
            ended = await seen.first(Ended, "a@1")
            assert (ended.how, ended.exit_code) == (End.KILLED, 128 + 9)
            assert not (bench.folder / "asked").exists()

        with_(bench, scene)

    def test_nothing_that_a_job_leaves_behind_outlives_it(self, bench: Bench):
        counter = bench.folder / "counter"

        async def scene(seen: Watched) -> None:
            ended = await seen.run(bench.sh("a@1", f"setsid sh -c '{COUNTS}' {counter} & sleep 0.2"))
            last = counter.read_text()
            await asyncio.sleep(0.2)
            assert (ended.how, ended.exit_code) == (End.EXITED, 0)
            assert counter.read_text() == last

        with_(bench, scene)

    def test_orders_for_what_is_over_or_was_never_there_do_nothing(self, bench: Bench):
        async def scene(seen: Watched) -> None:
            await seen.run(bench.attempt("a@1", "/bin/true"))
            for name in ("a@1", "nobody@1"):
                for order in (seen.executor.suspend, seen.executor.resume, seen.executor.kill):
                    await order(name)
                await seen.executor.limit(name, run_limit=60, soft_run_limit=1)
            await seen.executor.forget("nobody@1")
            assert await seen.executor.known() == ()

        with_(bench, scene)

    def test_a_new_client_knows_what_runs_and_hears_of_ends_until_they_are_forgotten(self, bench: Bench):
        async def before(seen: Watched) -> None:
            await seen.run(bench.sh("a@1", "exit 5"))
            await seen.executor.start(bench.sh("b@1", "while ! [ -e go ]; do sleep 0.05; done"))
            await seen.first(Began, "b@1")

        async def after(seen: Watched) -> None:
            (known,) = await seen.executor.known()
            assert known == Known(attempt="b@1", phase=Phase.RUNNING, began=known.began)
            assert known.began is not None
            assert (await seen.first(Ended, "a@1")).exit_code == 5
            await seen.executor.forget("a@1")
            (bench.folder / "go").touch()
            await seen.first(Ended, "b@1")

        async def last(seen: Watched) -> None:
            await seen.first(Ended, "b@1")
            assert seen.of(Ended, "a@1") == []

        for scene in (before, after, last):
            with_(bench, scene)

    def test_hundreds_of_short_jobs_all_end_once(self, bench: Bench):
        names = [f"{number}@1" for number in range(20 if bench.slow else 300)]

        async def scene(seen: Watched) -> None:
            await asyncio.gather(
                *(seen.executor.start(bench.sh(name, "echo x >> $0", name)) for name in names)
            )
            for name in names:
                assert (await seen.first(Ended, name)).how == End.EXITED
            assert [len(seen.of(Ended, name)) for name in names] == [1] * len(names)
            assert [(bench.folder / name).read_text() for name in names] == ["x\n"] * len(names)

        with_(bench, scene)
