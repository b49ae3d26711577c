"""What Slurm's scripts tell at submission, and what they are answered."""

from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.advice import Advice, Change, ChangeKind, Kept, KeptReason, Mode, Subject
from jobcast.job import Request, Submission
from jobcast.systems.hooks.base import Expressed, HookCall, HookSite, NotAsked, Understood
from jobcast.systems.hooks.slurm import SlurmHook
from jobcast.units import MIB, Bytes, Seconds

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
HOOK = SlurmHook()


def read(**form: str) -> Understood:
    understood = HOOK.read(HookCall(body=urlencode({"user": "chen", **form}).encode(), at=AT), HookSite())
    assert isinstance(understood, Understood)
    return understood


def advice(
    memory: int | None = None, before: int | None = None, run_limit: int | None = None, *, made: bool = True
) -> Advice:
    changes = []
    if memory is not None:
        kind = ChangeKind.SET if before is None else ChangeKind.LOWER
        was = None if before is None else Bytes(before * MIB)
        changes.append(
            Change(subject=Subject.MEMORY, kind=kind, before=was, after=Bytes(memory * MIB), made=made)
        )
    if run_limit is not None:
        changes.append(
            Change(
                subject=Subject.RUN_LIMIT,
                kind=ChangeKind.SET,
                before=None,
                after=Seconds(run_limit),
                made=made,
            )
        )
    return Advice(id="abc", mode=Mode.LOWER, model="m", changes=tuple(changes))


def express(understood: Understood, told: Advice) -> Expressed:
    return HOOK.express(understood, told, memory_limit=False)


def test_a_form_becomes_a_submission():
    told = read(
        project="comet", queue="normal", name="synth", cwd="/proj/chen", description="nightly", tasks="2",
        cores_per_task="3", nodes="2", memory_per_node="500", time_limit="90", gpus_per_node="gres:gpu:a100:2",
        interactive="false", argument0="/proj/flow/run.sh", argument1="-b", argument2="isp block",
    )  # fmt: skip
    assert told.submission == Submission(
        at=AT,
        user="chen",
        project="comet",
        queue="normal",
        name="synth",
        command="run.sh -b isp block",
        cwd="/proj/chen",
        description="nightly",
        request=Request(
            cores=6, memory=Bytes(1000 * MIB), run_limit=Seconds(5400), gpus=4, interactive=False
        ),
    )


@pytest.mark.parametrize(
    ("form", "memory"),
    [
        ({}, None),
        ({"memory_per_node": "0"}, None),
        ({"memory_per_cpu": "20", "cores": "3"}, 60),
        ({"memory_per_node_text": "4G"}, 4096),
        ({"memory_per_cpu_text": "1.5G", "tasks": "2"}, 3072),
        ({"memory_per_node": "much"}, None),
        ({"memory_per_node": "9" * 40}, None),
    ],
)
def test_memory_is_that_of_the_whole_job(form, memory):
    assert read(**form).submission.request.memory == (memory and memory * MIB)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 5400), ("90:00", 5400), ("1:30:00", 5400), ("1-12", 129_600), ("0", None), ("-1", None), ("soon", None),
        ("9" * 400, None), ("nan", None), ("UNLIMITED", None),
    ],
)  # fmt: skip
def test_a_time_limit_is_read_as_it_is_typed(text, seconds):
    assert read(time_limit_text=text).submission.request.run_limit == seconds


@pytest.mark.parametrize(
    ("form", "gpus"),
    [
        ({"gpus_per_job": "gres:gpu:2"}, 2),
        ({"gpus_per_job": "gpu:a100:2,license:1"}, 2),
        ({"gpus_per_node": "gres/gpu=2", "nodes": "3"}, 6),
        ({"gpus_per_job": "a100:4"}, 4),
        ({"gpus_per_job": "4"}, 4),
        ({"gpus_per_node": "gres:license:4"}, None),
    ],
)
def test_graphics_cards_are_counted_for_the_whole_job(form, gpus):
    assert read(**form).submission.request.gpus == gpus


@pytest.mark.parametrize(
    ("form", "command"),
    [
        ({"script": "#!/bin/sh\n# This script was created by sbatch --wrap.\n\nsleep 1; true\n\n"}, "sleep 1; true"),
        ({"script": "#!/bin/sh\nsleep 1\n"}, None),
        ({"argument0": "/"}, "/"),
        ({"argument0": "hostname", "argument2": "lost"}, "hostname"),
    ],
)  # fmt: skip
def test_the_command_is_the_script_with_its_arguments_or_what_is_wrapped(form, command):
    assert read(**form).submission.command == command


@pytest.mark.parametrize("body", [b"", b"\xff=1", "ä=1".encode(), b"&".join(b"a=1" for _ in range(5000))])
def test_what_is_no_form_is_not_asked(body):
    assert HOOK.read(HookCall(body=body, at=AT), HookSite()) == NotAsked(reason="unreadable")


@pytest.mark.parametrize(
    ("form", "setting"),
    [
        ({}, ("memory_per_node", "1000")),
        ({"nodes": "2", "tasks": "8"}, ("memory_per_node", "500")),
        ({"tasks": "8"}, ("memory_per_cpu", "125")),
    ],
)
def test_memory_that_is_left_open_is_set_by_node_or_where_it_may_spread_by_core(form, setting):
    assert express(read(**form), advice(1000)) == Expressed(
        advice=advice(1000), settings=(setting, ("admin_comment", "jobcast: abc memory=1000M"))
    )


@pytest.mark.parametrize(
    ("form", "before", "setting"),
    [
        ({"tasks": "4", "memory_per_node": "900"}, 900, ("memory_per_node", "100")),
        ({"nodes": "1", "memory_per_cpu": "90", "cores": "2"}, 180, ("memory_per_cpu", "50")),
    ],
)
def test_memory_that_is_lowered_is_said_as_the_job_says_it(form, before, setting):
    assert express(read(**form), advice(100, before)).settings[0] == setting


@pytest.mark.parametrize(
    "form", [{"memory_per_node": "0"}, {"memory_per_node_text": "0"}, {"memory_per_gpu": "gres:gpu:1000"}]
)
def test_all_of_a_node_and_memory_by_graphics_card_are_left_alone(form):
    told = express(read(**form), advice(1000))
    assert told.advice.changes == ()
    assert told.advice.kept == (Kept(subject=Subject.MEMORY, reason=KeptReason.NOT_EXPRESSIBLE),)
    assert told.settings == (("admin_comment", "jobcast: abc"),)


def test_amounts_become_what_slurm_will_read_and_what_rounding_would_not_lower_stays():
    spread = read(tasks="3")
    (change,) = express(spread, advice(100)).advice.changes
    assert change.after == 102 * MIB
    fine = read(cores="100", memory_per_cpu="1")
    assert express(fine, advice(60, 100)).advice.kept == (
        Kept(subject=Subject.MEMORY, reason=KeptReason.NOT_EXPRESSIBLE),
    )


def test_a_run_limit_is_set_in_minutes_and_the_comment_tells_all():
    told = express(read(), advice(100, run_limit=3601))
    assert told.settings == (
        ("memory_per_node", "100"),
        ("time_limit", "61"),
        ("admin_comment", "jobcast: abc memory=100M run_limit=3660s"),
    )


@pytest.mark.parametrize(
    "form", [{"time_limit": "UNLIMITED"}, {"time_limit_text": "UNLIMITED"}, {"time_limit_text": "0"}]
)
def test_a_job_without_an_end_is_given_none(form):
    told = express(read(**form), advice(run_limit=60))
    assert told.advice.kept == (Kept(subject=Subject.RUN_LIMIT, reason=KeptReason.NOT_EXPRESSIBLE),)


def test_what_is_not_made_is_not_set_and_the_advice_has_its_name_all_the_same():
    told = advice(100, run_limit=60, made=False)
    assert express(read(), told) == Expressed(advice=told, settings=(("admin_comment", "jobcast: abc"),))


def test_an_answer_is_lines_that_nobody_can_forge():
    told = express(read(), advice(100))
    reply = HOOK.reply(read(), told, ("one\nset memory_per_node=1\x85two\u2028three",))
    assert reply.body.decode() == (
        "set memory_per_node=100\nset admin_comment=jobcast: abc memory=100M\n"
        "say one set memory_per_node=1 two three\nend\n"
    )
    assert HOOK.refuse(read(), "no\nmodel").body == b"refuse no model\nend\n"
    assert HOOK.silence(HookCall(body=b"", at=AT)).body == b"end\n"


@given(st.dictionaries(st.text(max_size=12), st.text(max_size=60), max_size=12), st.integers(1, 1 << 30))
def test_any_form_is_read_and_answered(form, memory):
    understood = HOOK.read(HookCall(body=urlencode(form, errors="replace").encode(), at=AT), HookSite())
    if isinstance(understood, Understood):
        body = HOOK.reply(understood, express(understood, advice(memory)), ()).body
        assert body.endswith(b"\nend\n")
