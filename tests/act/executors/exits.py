"""What is run around a job: what every executor must do."""

import pytest

from jobcast.act.executors.base import End, Ended, Phase
from jobcast.program import Exits
from tests.act.executors.bench import Bench, Watched, eventually, with_


class AroundTheJob:
    """Part of `tests.act.executors.conformance`."""

    def test_the_exits_are_run_around_the_job_in_their_order_and_are_told_of_it(self, bench: Bench):
        def exit_(name: str, code: int = 0) -> tuple[str, ...]:
            names = (
                "LOADL_STEP_ID LOADL_PROLOG_EXIT_CODE LOADL_USER_PROLOG_EXIT_CODE LOADL_JOB_STEP_EXIT_CODE"
            )
            values = " ".join(f"${{{each}-}}" for each in (*names.split(), "LOADL_USER_EPILOG_EXIT_CODE"))
            line = f'echo "{name} {values}" >> {bench.folder}/line; exit {code}'
            return ("/bin/sh", "-c", line)

        exits = Exits(
            prolog=exit_("prolog"),
            user_prolog=exit_("user prolog"),
            user_epilog=exit_("user epilog", 4),
            epilog=exit_("epilog", 5),
        )

        async def scene(seen: Watched) -> None:
            (bench.folder / "line").touch(0o666)
            (bench.folder / "line").chmod(0o666)
            attempt = bench.sh("a@1", "echo job >> line; exit 3", exits=exits, told={"LOADL_STEP_ID": "s"})
            ended = await seen.run(attempt)
            codes = {"prolog": 0, "user_prolog": 0, "user_epilog": 4, "epilog": 5}
            assert (ended.how, ended.exit_code, ended.exits) == (End.EXITED, 3, codes)
            assert (bench.folder / "line").read_text().splitlines() == [
                "prolog s    ",
                "user prolog s 0   ",
                "job",
                "user epilog s 0 0 3 ",
                "epilog s 0 0 3 4",
            ]

        with_(bench, scene)

    def test_what_the_user_prolog_prints_is_in_the_environment_of_the_job(self, bench: Bench):
        printed = "printf 'env MODEL=icon eu\\nnoise\\nenv EMPTY=\\nenv =bad\\nenv COLOUR=red\\n'"

        async def scene(seen: Watched) -> None:
            exits = Exits(user_prolog=("/bin/sh", "-c", printed))
            line = 'echo "$MODEL|$EMPTY|${EMPTY+set}|$COLOUR"'
            await seen.run(bench.sh("a@1", line, environment={"COLOUR": "blue"}, exits=exits, output="o"))
            assert (bench.folder / "o").read_text() == "icon eu||set|red\n"

        with_(bench, scene)

    @pytest.mark.parametrize(
        ("line", "code", "told"),
        [
            ("echo no licence; exit 9", 9, "no licence"),
            ("kill -9 $$", 137, "137"),
            ("sleep 60", 143, "too long"),
        ],
    )
    def test_a_job_whose_prolog_fails_is_killed_or_hangs_does_not_begin(
        self, bench: Bench, line: str, code: int, told: str
    ):
        async def scene(seen: Watched) -> None:
            exits = Exits(
                prolog=("/bin/sh", "-c", line),
                user_epilog=("/bin/sh", "-c", f"touch {bench.folder}/user_epilog"),
                epilog=("/bin/sh", "-c", f"touch {bench.folder}/epilog"),
                longest=4,
            )
            ended = await seen.run(bench.sh("a@1", "touch job", exits=exits))
            assert (ended.how, ended.began, ended.exit_code) == (End.NOT_BEGUN, None, 0)
            assert ended.exits == {"prolog": code, "epilog": 0}
            assert told in ended.detail
            assert sorted(each.name for each in bench.folder.iterdir()) == ["epilog"]

        with_(bench, scene)

    def test_killing_during_the_prolog_ends_it_and_the_job_does_not_begin(self, bench: Bench):
        async def scene(seen: Watched) -> None:
            exits = Exits(prolog=("/bin/sh", "-c", f"touch {bench.folder}/prolog; sleep 60"))
            await seen.executor.start(bench.sh("a@1", "touch job", exits=exits))
            await eventually((bench.folder / "prolog").exists)
            assert [each.phase for each in await seen.executor.known()] == [Phase.PROLOG]
            await seen.executor.kill("a@1")
            ended = await seen.first(Ended, "a@1")
            assert (ended.how, ended.began, ended.exit_code) == (End.KILLED, None, 0)
            assert not (bench.folder / "job").exists()

        with_(bench, scene)
