"""What a job finds when it begins: what every executor must do."""

import sys
from typing import Any

import pytest

from jobcast.act.executors.base import Began, End
from tests.act.executors.bench import Bench, Watched, with_


class Surroundings:
    """Part of `tests.act.executors.conformance`."""

    def test_a_job_finds_its_directory_its_environment_and_its_input(self, bench: Bench):
        (bench.folder / "in").write_text("read me\n")

        async def scene(seen: Watched) -> None:
            attempt = bench.sh(
                "a@1",
                'pwd; cat; echo "$COLOUR $LOADL_STEP_ID"; umask',
                environment={"COLOUR": "grün"},
                told={"LOADL_STEP_ID": "here.1.0"},
                input="in",
                output="o",
            )
            await seen.run(attempt)
            told = f"{bench.folder}\nread me\ngrün here.1.0\n0022\n"
            assert (bench.folder / "o").read_text() == told

        with_(bench, scene)

    @pytest.mark.parametrize(("append", "left"), [(True, "old\nnew\nworse\n"), (False, "new\nworse\n")])
    def test_output_is_added_or_written_over(self, bench: Bench, append: bool, left: str):
        (bench.folder / "o").write_text("old\n")
        (bench.folder / "o").chmod(0o666)

        async def scene(seen: Watched) -> None:
            line = "echo new; echo worse >&2"
            await seen.run(bench.sh("a@1", line, output="o", error="o", append=append))
            assert (bench.folder / "o").read_text() == left

        with_(bench, scene)

    def test_arguments_reach_a_program_as_they_are(self, bench: Bench):
        hostile = (
            "two words",
            "it's",
            '"',
            "a\nb",
            "$(touch bad)",
            "`id`",
            "*",
            "",
            "-x",
            "中文",
            "\x1b[1m",
            "\\",
        )
        show = "import sys; print(repr(sys.argv[1:]))"

        async def scene(seen: Watched) -> None:
            environment = {"PYTHONUTF8": "1"}
            command = (sys.executable, "-I", "-X", "utf8", "-c", show, *hostile)
            await seen.run(bench.attempt("a@1", *command, output="o", environment=environment))
            assert (bench.folder / "o").read_text() == repr(list(hostile)) + "\n"
            assert not (bench.folder / "bad").exists()

        with_(bench, scene)

    @pytest.mark.parametrize(
        ("script", "shell", "printed"),
        [
            ('echo "$1|$2"\n', "/bin/sh", "a b|$(c)\n"),
            ('echo "$1|$2 $BASH"', "/bin/bash", "a b|$(c) /bin/bash\n"),
            ("#!/bin/cat\nas it is: $(id)\n", "/bin/sh", "#!/bin/cat\nas it is: $(id)\n"),
        ],
    )
    def test_a_script_is_run_by_what_it_names_or_else_by_its_shell(
        self, bench: Bench, script: str, shell: str, printed: str
    ):
        arguments = () if script.startswith("#!") else ("a b", "$(c)")

        async def scene(seen: Watched) -> None:
            await seen.run(bench.attempt("a@1", *arguments, script=script, shell=shell, output="o"))
            assert (bench.folder / "o").read_text() == printed

        with_(bench, scene)

    def test_files_have_the_rights_that_the_job_leaves_them(self, bench: Bench):
        async def scene(seen: Watched) -> None:
            await seen.run(bench.sh("a@1", "umask; touch made", umask=0o077, output="o"))
            assert (bench.folder / "o").read_text() == "0077\n"
            assert [oct((bench.folder / name).stat().st_mode)[-3:] for name in ("o", "made")] == [
                "600",
                "600",
            ]

        with_(bench, scene)

    def test_limits_are_those_of_the_job(self, bench: Bench):
        async def scene(seen: Watched) -> None:
            limits = {"nofile": (50, 60), "core": (0, 0)}
            await seen.run(bench.sh("a@1", "ulimit -Sn; ulimit -Hn; ulimit -c", limits=limits, output="o"))
            assert (bench.folder / "o").read_text() == "50\n60\n0\n"

        with_(bench, scene)

    @pytest.mark.parametrize(
        ("wrong", "told"),
        [
            ({"arguments": ("/no/such/program",)}, "/no/such/program"),
            ({"arguments": ("/etc/passwd",)}, "/etc/passwd"),
            ({"directory": "/no/such/folder"}, "/no/such/folder"),
            ({"output": "missing/o"}, "missing/o"),
            ({"input": "missing"}, "missing"),
            ({"user": "nobody-of-that-name"}, "nobody-of-that-name"),
            ({"limits": {"nofile": (10, 5)}}, "nofile"),
            ({"limits": {"cheese": (1, 1)}}, "cheese"),
        ],
    )
    def test_what_cannot_begin_is_told_with_the_reason(self, bench: Bench, wrong: dict[str, Any], told: str):
        async def scene(seen: Watched) -> None:
            but = {name: value for name, value in wrong.items() if name != "arguments"}
            ended = await seen.run(bench.attempt("a@1", *wrong.get("arguments", ("/bin/true",)), **but))
            assert (ended.how, ended.began, ended.exit_code) == (End.NOT_BEGUN, None, 0)
            assert told in ended.detail
            assert seen.of(Began, "a@1") == []

        with_(bench, scene)
