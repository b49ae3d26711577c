"""Job command files: what they ask for, and what stands in them after advice. Not run against a real LoadLeveler."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.advice import Advice, Change, ChangeKind, Kept, KeptReason, Mode, Subject
from jobcast.job import Request, Submission
from jobcast.systems.hooks.base import HookCall, HookSite, NotAsked, Understood
from jobcast.systems.hooks.loadleveler.amounts import request_of
from jobcast.systems.hooks.loadleveler.hook import LoadLevelerHook
from jobcast.systems.hooks.loadleveler.jobfile import read_steps
from jobcast.units import GIB, MIB

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
HOOK = LoadLevelerHook()

FORECAST_RUN = b"""\
#!/bin/ksh
# @ job_name         = gfs_fcst
# @ comment          = GRAPES
# @ job_type         = parallel
# @ class            = operation
# @ group            = nwpop
# @ account_no       = NWP-OPS
# @ initialdir       = /cma/u/nwp/run
# @ node             = 4
# @ tasks_per_node   = 8
# @ resources        = ConsumableCpus(2) ConsumableMemory(2 gb)
# @ wall_clock_limit = 02:00:00,01:55:00
# @ queue

export MP_SHARED_MEMORY=yes
poe ./grapes.exe
"""


def read(body: bytes, **fields: str) -> Understood:
    understood = HOOK.read(HookCall(body=body, fields=fields, at=AT), HookSite())
    assert isinstance(understood, Understood)
    return understood


def request(*lines: str) -> Request:
    return read("\n".join((*(f"# @ {line}" for line in lines), "# @ queue\n")).encode()).submission.request


def advice(*changes: Change) -> Advice:
    return Advice(id="a1b2", mode=Mode.LOWER, model="m1", changes=changes)


def memory(after: int, before: int | None = None, *, made: bool = True) -> Change:
    kind = ChangeKind.SET if before is None else ChangeKind.LOWER
    return Change(subject=Subject.MEMORY, kind=kind, before=before, after=after, made=made)


def run_limit(after: float, before: float | None = None) -> Change:
    kind = ChangeKind.SET if before is None else ChangeKind.LOWER
    return Change(subject=Subject.RUN_LIMIT, kind=kind, before=before, after=after, made=True)


def parts(body: bytes) -> tuple[str, list[str], bytes]:
    """Take an answer apart as the stub does: verb, lines told, file."""
    head, _, rest = body.partition(b"\n")
    mark, verb, count, size = head.decode().split(" ")
    lines = rest.split(b"\n", int(count))
    assert (mark, len(lines[-1])) == ("jobcast/1", int(size))
    return verb, [line.decode() for line in lines[:-1]], lines[-1]


def answered(body: bytes, *changes: Change, told: tuple[str, ...] = ()) -> tuple[str, list[str], bytes]:
    understood = read(body)
    expressed = HOOK.express(understood, advice(*changes), memory_limit=False)
    return parts(HOOK.reply(understood, expressed, told).body)


def kept(body: bytes, *changes: Change) -> tuple[Kept, ...]:
    """Return what can't be said; the answer then lets the file pass."""
    understood = read(body)
    expressed = HOOK.express(understood, advice(*changes), memory_limit=False)
    assert (expressed.settings, expressed.advice.changes) == ((), ())
    return expressed.advice.kept


CAN_NOT_SAY_MEMORY = (Kept(subject=Subject.MEMORY, reason=KeptReason.NOT_EXPRESSIBLE),)
CAN_NOT_SAY_RUN_LIMIT = (Kept(subject=Subject.RUN_LIMIT, reason=KeptReason.NOT_EXPRESSIBLE),)


def test_a_parallel_job_is_read_as_a_whole():
    assert read(FORECAST_RUN, user="nwp", cwd="/home/nwp", command="jobs/fcst.cmd").submission == Submission(
        at=AT,
        user="nwp",
        group="nwpop",
        project="NWP-OPS",
        queue="operation",
        name="gfs_fcst",
        command="/home/nwp/jobs/fcst.cmd",
        cwd="/cma/u/nwp/run",
        description="GRAPES",
        request=Request(cores=64, memory=64 * GIB, run_limit=7200.0, interactive=False),
    )


def test_a_program_with_arguments_is_the_command_as_in_the_records_of_loadleveler():
    body = b"# @ executable = ./a.out\n# @ arguments = -n 5 in.nc\n# @ queue\n"
    assert read(body, cwd="/home/li").submission.command == "/home/li/a.out -n 5 in.nc"
    assert read(body).submission.command == "./a.out -n 5 in.nc"
    assert read(body.replace(b"./", b"$(home)/"), cwd="/x").submission.command == "$(home)/a.out -n 5 in.nc"


def test_a_script_of_unknown_path_has_no_command():
    assert read(FORECAST_RUN).submission.command is None


@pytest.mark.parametrize(
    ("lines", "cores", "asked"),
    [
        (["resources = ConsumableMemory(512)"], 1, 512 * MIB),
        (["resources = ConsumableMemory(512mb)", "total_tasks = 8"], 1, 512 * MIB),
        (["job_type = MPICH", "total_tasks = 8", "resources = consumablememory( 2 GB )"], 8, 16 * GIB),
        (["job_type = parallel", "node = 2", "resources=ConsumableMemory(1gb)"], 2, 2 * GIB),
        (["job_type = parallel", "node = 2,2", "tasks_per_node = 3", "resources=ConsumableMemory(1gb)"], 6, 6 * GIB),
        (["job_type = parallel", "node = 2,4", "resources = ConsumableMemory(1gb)"], None, None),
        (["job_type = parallel", "blocking = 2", "total_tasks=4", "resources=ConsumableMemory(1gb)"], 4, 4 * GIB),
        (["job_type = parallel", "task_geometry = {(0,1) (2)}", "resources = ConsumableMemory(1gb)"], 3, 3 * GIB),
        (["job_type = parallel", "min_processors = 2", "resources = ConsumableMemory(1gb)"], None, None),
        (["job_type = serial", "parallel_threads = 32", "node_resources = ConsumableMemory(106 GB)"], 32, 106 * GIB),
        (["job_type = parallel", "node = 3", "node_resources = ConsumableMemory(10gb)"], 3, 30 * GIB),
        (["job_type = parallel", "total_tasks = 4", "task_affinity = core(2)"], 8, None),
        (["resources = ConsumableCpus(4) FRMlicense(1) ConsumableVirtualMemory(9 gb)"], 4, None),
        (["resources = ConsumableMemory(256 kw)"], 1, MIB),
        (["resources = ConsumableMemory($(mem))"], 1, None),
        (["resources = ConsumableMemory(0)"], 1, None),
        (["resources = ConsumableMemory(1gb) ConsumableMemory(2gb)"], 1, None),
        (["resources = ConsumableCpus(2) \\", "# ignored"], 2, None),
        ([], 1, None),
    ],
)  # fmt: skip
def test_resources_of_a_task_or_a_node_are_counted_for_the_job(lines, cores, asked):
    known = request(*lines)
    assert (known.cores, known.memory) == (cores, asked)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("00:02:00", 120.0),
        ("5:00,4:30", 300.0),
        ("660,600", 660.0),
        ("100:00:00", 360000.0),
        ("unlimited", None),
        ("rlim_infinity,00:10:00", None),
        (",00:10:00", None),
        ("", None),
        ("1-00:00:00", None),
        ("9" * 5000, None),
    ],
)
def test_the_hard_limit_is_the_run_limit(text, seconds):
    assert request(f"wall_clock_limit = {text}").run_limit == seconds


def test_keywords_know_no_case_and_blanks_are_free():
    body = b" #   @  Class=big\n#@ACCOUNT_NO\t=  x y \n#@Queue\n"
    submission = read(body).submission
    assert (submission.queue, submission.project) == ("big", "x y")


def test_a_value_goes_on_behind_a_backslash():
    body = b"# @ resources = ConsumableCpus(2) \\\n#   ConsumableMemory(1 gb)\n# @ comment = a\\\n# @ queue\n"
    (step,) = read_steps(body)
    assert step.said == {"resources": "ConsumableCpus(2) ConsumableMemory(1 gb)", "comment": "a\\"}
    assert request_of(step.said).memory == GIB


@pytest.mark.parametrize(
    "body",
    [
        b"# @ queue\n" * 1001,
        b"# @ class = a\n" * 10_001 + b"# @ queue\n",
        b"x #@\n" * 10_001 + b"# @ queue\n",
        b"# @ class = \\\n" + b"# \\\n" * 99 + b"# a\n# @ queue\n",
        (b"# @ class = \\\n" + b"# \\\n" * 98 + b"# a\n") * 101 + b"# @ queue\n",
        b"# @ comment = " + b"x" * 500_001 + b"\n# @ queue\n",
        b"# @ comment = " + b"x" * 5_000 + b"\n" + b"# @ queue\n" * 101,
        b"#" * 1_000_001 + b"\n# @ queue\n",
    ],
    ids=["steps", "statements", "look-alikes", "continued", "lines", "long", "inherited", "hashes"],
)
def test_more_than_anybody_writes_is_not_read(body):
    assert HOOK.read(HookCall(body=body, at=AT), HookSite()) == NotAsked(reason="unreadable")


def test_what_is_read_but_would_not_be_read_with_a_line_more_stays():
    body = b"# @ class = a\n" * 9_999 + b"# @ queue\n"
    assert kept(body, memory(GIB)) == CAN_NOT_SAY_MEMORY


def test_a_here_document_of_a_megabyte_is_none_of_our_business():
    document = (
        b"cat <<X\n"
        + b"# @@ a line \xff of data, # and more @ of it\\\n" * 9_000
        + b"y" * 1_000_000
        + b"\nX\n"
    )
    body = b"# @ class = big\n# @ queue\n" + document
    assert answered(body, memory(GIB))[2] == (
        b"# @ class = big\n# @ resources = ConsumableMemory(1024 mb)\n# jobcast=a1b2 memory=1024MB\n# @ queue\n"
        + document
    )


def test_a_file_that_queues_nothing_is_no_job():
    call = HookCall(body=b"#!/bin/sh\n# @ class = big\necho '# @ queue'\n", at=AT)
    assert HOOK.read(call, HookSite()) == NotAsked(reason="no_job")


def test_memory_is_lowered_in_its_place_and_counted_per_task():
    verb, told, file = answered(
        FORECAST_RUN, memory(20 * GIB, 64 * GIB), told=("jobcast: memory set to 20 GiB",)
    )
    assert (verb, told) == ("submit", ["jobcast: memory set to 20 GiB"])
    assert file == FORECAST_RUN.replace(b"(2 gb)", b"(640 mb)").replace(
        b"# @ queue", b"# jobcast=a1b2 memory=20480MB\n# @ queue"
    )


def test_memory_is_rounded_up_to_whole_megabytes_of_each_task():
    understood = read(FORECAST_RUN)
    expressed = HOOK.express(understood, advice(memory(10 * GIB + 1, 64 * GIB)), memory_limit=False)
    assert [change.after for change in expressed.advice.changes] == [321 * 32 * MIB]
    assert dict(expressed.settings)["resources"] == "ConsumableCpus(2) ConsumableMemory(321 mb)"


def test_memory_is_set_beside_other_resources():
    body = b"# @ resources = ConsumableCpus(2)  \r\n# @ queue\r\nrun\r\n"
    assert answered(body, memory(3 * GIB))[2].splitlines(keepends=True) == [
        b"# @ resources = ConsumableCpus(2) ConsumableMemory(3072 mb)  \r\n",
        b"# jobcast=a1b2 memory=3072MB\r\n",
        b"# @ queue\r\n",
        b"run\r\n",
    ]


def test_memory_and_run_limit_are_set_where_nothing_is_asked_for():
    file = answered(b"#!/bin/sh\n#@queue\n./a.out", memory(3 * GIB), run_limit(90000))[2]
    assert file.splitlines(keepends=True) == [
        b"#!/bin/sh\n",
        b"# @ resources = ConsumableMemory(3072 mb)\n",
        b"# @ wall_clock_limit = 25:00:00\n",
        b"# jobcast=a1b2 memory=3072MB run_limit=90000s\n",
        b"#@queue\n",
        b"./a.out",
    ]


def test_memory_of_a_node_is_lowered_where_it_is_asked_for():
    body = (
        b"# @ job_type = parallel\n# @ node = 2\n# @ node_resources = ConsumableMemory(106 GB)\n# @ queue\n"
    )
    assert answered(body, memory(20 * GIB, 212 * GIB))[2] == body.replace(b"(106 GB)", b"(10240 mb)").replace(
        b"# @ queue", b"# jobcast=a1b2 memory=20480MB\n# @ queue"
    )


def test_a_soft_limit_keeps_its_distance_from_the_hard_one():
    assert b"= 01:00:00,00:55:00\n" in answered(FORECAST_RUN, run_limit(3600, 7200))[2]


def test_what_is_only_noted_or_told_changes_nothing():
    change = memory(20 * GIB, 64 * GIB, made=False)
    expressed = HOOK.express(read(FORECAST_RUN), advice(change), memory_limit=True)
    assert (expressed.advice.changes, expressed.settings) == ((change,), ())
    assert answered(FORECAST_RUN, change, told=("a", "b")) == ("pass", ["a", "b"], b"")


@pytest.mark.parametrize(
    "body",
    [
        b"# @ resources = ConsumableMemory($(mem))\n# @ queue\n",
        b"# @ resources = ConsumableMemory(1gb) ConsumableMemory(2gb)\n# @ queue\n",
        b"# @ resources = ConsumableMemory(9gb)\n# @ resources = ConsumableMemory(8gb)\n# @ queue\n",
        b"# @ resources = ConsumableCpus(2) ConsumableMem\\\n# ory(9gb)\n# @ queue\n",
        b"# @ resources = ConsumableCpus(2) \\\n# ConsumableMemory(9gb)\n# @ queue\n",
        b"# @ job_type = parallel\n# @ node = 2,4\n# @ resources = ConsumableMemory(9gb)\n# @ queue\n",
        b"# @ resources = ConsumableMemory(9gb)\n# @ queue\n# @ step_name = b\n# @ queue\n",
        b"# @ queue\n# @ queue\n",
    ],
)
def test_where_memory_can_not_be_said_for_sure_it_stays(body):
    assert kept(body, memory(GIB)) == CAN_NOT_SAY_MEMORY


@pytest.mark.parametrize(
    "limit", [b"unlimited", b"$(limit)", b"02:00:00,x", b"02:00:00,00:10:00", b",01:00:00"]
)
def test_where_a_run_limit_can_not_be_said_for_sure_it_stays(limit):
    body = b"# @ wall_clock_limit = " + limit + b"\n# @ queue\n"
    assert kept(body, run_limit(600)) == CAN_NOT_SAY_RUN_LIMIT


def test_rounding_up_does_not_raise_what_is_to_be_lowered():
    body = b"# @ resources = ConsumableMemory(100 kb)\n# @ queue\n"
    assert kept(body, memory(50 << 10, 100 << 10)) == CAN_NOT_SAY_MEMORY


def test_of_several_steps_the_first_is_changed_where_the_others_say_their_own():
    body = (
        b"# @ comment = WRF\n# @ resources = ConsumableMemory(8gb)\n# @ queue\n"
        b"# @ resources = ConsumableMemory(4gb)\n# @ queue\n"
    )
    verb, told, file = answered(body, memory(2 * GIB, 8 * GIB), told=("jobcast: memory set to 2 GiB",))
    assert (verb, told) == ("submit", ["jobcast: memory set to 2 GiB"])
    assert read(body).steps == 2
    assert file == body.replace(b"(8gb)", b"(2048 mb)").replace(
        b"# @ queue", b"# jobcast=a1b2 memory=2048MB\n# @ queue", 1
    )


def test_later_steps_inherit_what_the_first_says():
    body = b"# @ class = big\n# @ comment = WRF\n# @ queue\n# @ comment = MM5\n# @ queue\n# @ queue\n"
    understood = read(body)
    assert [(one.queue, one.description) for one in (understood.submission, *understood.others)] == [
        ("big", "WRF"),
        ("big", "MM5"),
    ]


def test_a_refusal_is_one_line_whatever_it_says():
    assert parts(HOOK.refuse(read(FORECAST_RUN), "no\nmodel \x1b[2J\udc80").body) == (
        "refuse",
        ["no model  [2J "],
        b"",
    )


def test_silence_lets_the_file_pass():
    assert HOOK.silence(HookCall(body=b"x", at=AT)).body == b"jobcast/1 pass 0 0\n"


def test_an_id_that_could_be_more_than_an_id_is_left_out():
    hostile = Advice(id="x\n# @ class = root", mode=Mode.LOWER, model=None, changes=(memory(GIB),))
    expressed = HOOK.express(read(b"# @ queue\n"), hostile, memory_limit=False)
    assert expressed.settings == (("resources", "ConsumableMemory(1024 mb)"), ("", "jobcast memory=1024MB"))


LINES = st.sampled_from(
    [
        b"# @ queue", b"#@QUEUE\r", b"# @ class = a", b"# @ resources = ConsumableMemory(4 gb)",
        b"# @ resources = ConsumableCpus(2) \\", b"#  ConsumableMemory(4gb)", b"# @ node = 2",
        b"# @ job_type = parallel", b"# @ wall_clock_limit = 1:00:00,50:00", b"# @ wall_clock_limit = 1:00:00",
        b"# @ node_resources = ConsumableMemory(1gb)", b"cat <<X", b"\x00\xff\xfe", b"echo \\", b"# @", b"",
    ]
)  # fmt: skip
FILES = st.lists(st.one_of(LINES, st.binary(max_size=12)), max_size=12).map(b"\n".join)


@given(FILES, st.integers(1, 2**40), st.integers(1, 10**6))
def test_whatever_a_file_is_all_that_is_not_advised_stays_byte_for_byte(body, need, limit):
    understood = HOOK.read(HookCall(body=body, at=AT), HookSite())
    if isinstance(understood, NotAsked):
        return
    request = understood.submission.request
    changes = memory(need, request.memory), run_limit(limit, request.run_limit)
    expressed = HOOK.express(understood, advice(*changes), memory_limit=True)
    verb, _, file = parts(HOOK.reply(understood, expressed, ()).body)
    if verb == "pass":
        assert not expressed.settings
        return
    again = read(file)
    assert again.others == understood.others
    assert again.submission.request.memory == (expressed.advice.made(Subject.MEMORY) or request.memory)
    assert again.submission.request.run_limit == (
        expressed.advice.made(Subject.RUN_LIMIT) or request.run_limit
    )
    assert unsaid(file) == unsaid(body)


def unsaid(body: bytes) -> list[bytes]:
    """Return what advice has no business with: all but the values that it may change, and lines of ours."""
    step, cuts, at = read_steps(body)[0], [], 0
    for statement in step.own:
        if statement.keyword in {"resources", "node_resources", "wall_clock_limit"}:
            cuts += [body[at : statement.begin]]
            at = statement.span[1]
    kept = b"".join((*cuts, body[at : step.queued])).splitlines()
    return [line for line in kept if line.strip() and not line.startswith(b"# jobcast=a1b2")] + [
        body[step.queued :]
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"# @ queue\n" * 100_000,
        b"# @ comment = " + b"x" * (1 << 20) + b"\n# @ queue\n",
        b"# @ resources = " + b"ConsumableMemory(" * 60_000 + b"\n# @ queue\n",
        b"# @ comment = a" + b"\\\n" * (1 << 19) + b"# @ queue\n",
        b"# @ wall_clock_limit = " + b"1:" * (1 << 19) + b"\n# @ queue\n",
        b"#" + b" " * (1 << 20) + b"@ queue\n# @ queue\n",
        b"# @ comment = `id` $(id) \"'; rm -rf /\n# @ queue\n",
        b"\xff\xfe#\x00 \x00@\x00\n# @ queue\n",
    ],
    ids=["steps", "line", "parentheses", "continuations", "colons", "blanks", "shell", "encoding"],
)
def test_hostile_files_are_understood_or_let_pass(body):
    understood = HOOK.read(HookCall(body=body, at=AT), HookSite())
    if isinstance(understood, NotAsked):
        assert understood.reason in {"no_job", "unreadable"}
        return
    expressed = HOOK.express(understood, advice(memory(GIB), run_limit(600)), memory_limit=False)
    verb, _, file = parts(HOOK.reply(understood, expressed, ()).body)
    assert verb == "pass" or unsaid(file) == unsaid(body)


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("jcf-dkrz-echam.sh", (64, 64 * 750 * MIB, 120.0, "express", "bm0702")),
        ("jcf-ncep-gfs.sh", (32, 106 * GIB, 120.0, "dev", "GFS-MTN")),
        ("jcf-step-mpich.sh", (4, 4000 * MIB, 300.0, "normal", None)),
    ],
)
def test_job_command_files_of_real_sites_are_read_and_changed_in_one_place(shared, name, known):
    body = (shared / "data" / "cli-text" / "loadleveler" / name).read_bytes()
    submission = read(body).submission
    request = submission.request
    assert known == (
        request.cores,
        request.memory,
        request.run_limit,
        submission.queue,
        submission.project,
    )
    verb, _, file = answered(body, memory(GIB, request.memory))
    assert verb == "submit"
    before, after = body.splitlines(), file.splitlines()
    assert len(after) == len(before) + 1
    assert len(set(after) - set(before)) == 2
