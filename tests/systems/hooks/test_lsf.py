"""What bsub tells an esub becomes a submission, and advice becomes lines for bsub."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from jobcast.advice import Advice, Change, ChangeKind, Kept, KeptReason, Mode, Subject
from jobcast.job import Request, Submission
from jobcast.systems.hooks.base import Expressed, HookCall, HookSite, NotAsked, Understood
from jobcast.systems.hooks.lsf.hook import LsfHook
from jobcast.systems.hooks.registry import HOOKS, hook
from jobcast.units import GIB, MIB, Bytes, Seconds

RECORDINGS = Path(__file__).parents[2] / "recordings" / "lsf" / "esub"
AT = datetime(2026, 11, 27, 10, 15, tzinfo=UTC)
HOOK = LsfHook()
SITE = HookSite()


def call(body: bytes, **fields: str) -> HookCall:
    return HookCall(body=body, fields=fields, at=AT)


def understood(body: bytes, site: HookSite = SITE, **fields: str) -> Understood:
    found = HOOK.read(call(body, **fields), site)
    assert isinstance(found, Understood)
    return found


def recorded(name: str, **fields: str) -> Submission:
    return understood((RECORDINGS / name).read_bytes(), **fields).submission


def test_the_manuals_own_example_is_read():
    assert recorded("documented.parm", user="ada", cwd="/proj/chip", home="/home/ada") == Submission(
        at=AT,
        user="ada",
        project="my_project",
        queue="normal",
        command="sleep 10",
        cwd="/proj/chip",
        request=Request(cores=90, interactive=False),
    )


def test_an_array_goes_by_its_name_and_asks_for_what_each_element_gets():
    assert recorded("array.parm") == Submission(
        at=AT,
        group="frontend",
        project="chip",
        queue="regress",
        name="cpu_smoke",
        command='vcs -full64 -f "run me.f"',
        description="nightly",
        request=Request(
            cores=4, memory=Bytes(8000 * MIB), run_limit=Seconds(43200), interactive=False, span_hosts=1
        ),
    )


def test_a_script_is_one_line_as_bjobs_shows_it():
    asked = recorded("script.parm")
    assert asked.command == "#!/bin/bash; #BSUB -q normal;#BSUB -n 2;./run $HOME/deck.sp"
    assert asked.request.cores == 2


def test_somebody_sits_in_front_of_an_interactive_job():
    assert recorded("interactive.parm").request == Request(cores=1, interactive=True)


def test_quotes_that_volclava_does_not_escape_belong_to_the_command():
    asked = recorded("volclava.parm")
    assert (asked.name, asked.command) == ('he said "go"', 'echo "hello world"; date')


def test_hostile_text_is_text():
    asked = recorded("hostile.parm")
    assert asked.name == '$(touch executed) `touch executed` "; touch executed #'
    assert asked.command == 'sh -c "a\nLSB_SUB_MODIFY=Y\nb" \x07 \\'.replace("\n", ";")
    assert asked.project == "café ÿþ"


@pytest.mark.parametrize(
    ("cwd", "shown"),
    [("/home/ada", "$HOME"), ("/home/ada/x", "$HOME/x"), ("/home/adam", "/home/adam"), ("", None)],
)
def test_directories_below_the_home_are_written_as_bjobs_writes_them(cwd: str, shown: str | None):
    assert understood(b"", cwd=cwd, home="/home/ada/").submission.cwd == shown


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ((RECORDINGS / "bmod.parm").read_bytes(), "modification"),
        (b"LSB_SUB_MODIFY_ONCE=Y\n", "modification"),
        (b"LSB_SUB_RESTART=Y\n", "restart"),
        (b"<html>no parameters</html>\n", "unreadable"),
        (b'LSB_SUB_QUEUE="never ends\n', "unreadable"),
        (b"A=1\n" * 10_001, "unreadable"),
        (b'LSB_SUB_RES_REQ="rusage[' + b"(" * 17 + b")" * 17 + b']"\n', "unreadable"),
        (b'LSB_SUB_RES_REQ="' + b"{ " * 17 + b'"\n', "unreadable"),
        (b'LSB_SUB_RES_REQ="' + b"select[a]" * 1000 + b'"\n', "unreadable"),
    ],
)
def test_what_is_no_submission_is_not_answered(body: bytes, reason: str):
    assert HOOK.read(call(body), HookSite()) == NotAsked(reason=reason)
    assert HOOK.silence(call(body)).body == b"end\n"


@pytest.mark.parametrize(
    ("requirement", "site", "memory"),
    [
        ("rusage[mem=4]", HookSite(memory_unit="G"), 4 * GIB),
        ("rusage[mem=4]", HookSite(memory_unit="G", memory_per_task=True), 32 * GIB),
        ("rusage[mem=4GB/host] span[ptile=4]", HookSite(), 8 * GIB),
        ("rusage[mem=4GB || mem=8GB]", HookSite(), 4 * GIB),
        ("1*{rusage[mem=6GB]} + 7*{rusage[mem=1GB/task]}", HookSite(), 13 * GIB),
        ("select[mem>4000]", HookSite(), None),
        ("rusage[mem=0]", HookSite(), None),
    ],
)
def test_memory_is_asked_for_in_rusage_only_and_counted_for_the_whole_job(
    requirement: str, site: HookSite, memory: int | None
):
    body = f'LSB_SUB_RES_REQ="{requirement}"\nLSB_SUB_NUM_PROCESSORS=8\n'.encode()
    assert understood(body, site).submission.request.memory == memory


def change(after: int, before: int | None = None, *, subject: Subject = Subject.MEMORY, made: bool = True):
    kind = ChangeKind.SET if before is None else ChangeKind.LOWER
    return Change(subject=subject, kind=kind, before=before, after=after, made=made)  # type: ignore[arg-type]


def advice(*changes: Change, **fields: Any) -> Advice:
    return Advice(id="7f3a", mode=Mode.LOWER, model="m", changes=changes, **fields)


def expressed(body: bytes, one: Advice, site: HookSite = SITE, *, memory_limit: bool = False) -> Expressed:
    return HOOK.express(understood(body, site), one, memory_limit=memory_limit)


def test_memory_and_run_limit_are_set_and_noted_with_the_job():
    told = advice(change(4410 * MIB), change(3600, subject=Subject.RUN_LIMIT))
    assert expressed(b"", told) == Expressed(
        advice=told,
        settings=(
            ("LSB_SUB_RES_REQ", "rusage[mem=4410]"),
            ("LSB_SUB_RLIMIT_RUN", "3600"),
            (
                "LSB_SUB_JOB_DESCRIPTION",
                "ALLOC_MEMORY_USER=memPrediction(reset=4410MB) jobcast=7f3a run_limit=3600s",
            ),
        ),
    )


def test_only_a_run_limit_is_noted_without_memory():
    told = advice(change(3600, subject=Subject.RUN_LIMIT))
    assert expressed(b"", told).settings[1:] == (("LSB_SUB_JOB_DESCRIPTION", "jobcast=7f3a run_limit=3600s"),)


def test_a_description_of_the_user_stays():
    settings = expressed(b'LSB_SUB_JOB_DESCRIPTION="nightly"\n', advice(change(4410 * MIB))).settings
    assert settings == (("LSB_SUB_RES_REQ", "rusage[mem=4410]"),)


def test_what_is_only_told_changes_nothing():
    told = advice(change(4410 * MIB, made=False))
    assert expressed(b"", told, memory_limit=True) == Expressed(advice=told)


def test_amounts_become_what_lsf_will_read():
    site = HookSite(memory_unit="G")
    said = expressed(b'LSB_SUB_RES_REQ="rusage[mem=64]"\n', advice(change(20000 * MIB, 64 * GIB)), site)
    assert said.advice.changes == (change(20 * GIB, 64 * GIB),)
    assert dict(said.settings) == {
        "LSB_SUB_RES_REQ": "rusage[mem=20]",
        "LSB_SUB_JOB_DESCRIPTION": "ALLOC_MEMORY_USER=memPrediction(reset=20480MB) jobcast=7f3a",
    }


@pytest.mark.parametrize(
    ("requirement", "site", "one"),
    [
        ("1*{rusage[mem=4GB]}+4*{rusage[mem=8GB]}", HookSite(), change(GIB, 36 * GIB)),
        ("select[a!='$(touch x)']", HookSite(), change(GIB)),
        ("rusage[mem=20GB]", HookSite(memory_unit="G"), change(20 * GIB - MIB, 20 * GIB)),
        ("", HookSite(memory_unit="T"), change(GIB)),
    ],
)
def test_what_cannot_be_said_for_certain_is_kept(requirement: str, site: HookSite, one: Change):
    kept = Kept(subject=Subject.RUN_LIMIT, reason=KeptReason.NOT_WANTED)
    said = expressed(f'LSB_SUB_RES_REQ="{requirement}"\n'.encode(), advice(one, kept=(kept,)), site)
    assert said == Expressed(
        advice=advice(kept=(kept, Kept(subject=Subject.MEMORY, reason=KeptReason.NOT_EXPRESSIBLE)))
    )


@pytest.mark.parametrize(
    ("body", "amount"),
    [(b"LSB_SUB_RLIMIT_RUN=7200\nLSB_SUB_HOST_SPEC=hostA\n", 3600), (b"", 2**31), (b"", 7200)],
)
def test_a_run_limit_that_cannot_be_said_is_kept(body: bytes, amount: int):
    told = advice(change(amount, 7200, subject=Subject.RUN_LIMIT))
    reasons = [one.reason for one in expressed(body, told).advice.kept]
    assert reasons == [KeptReason.NOT_EXPRESSIBLE]


@pytest.mark.parametrize(
    ("site", "limit"),
    [
        (HookSite(memory_unit="G"), "5"),
        (HookSite(limit_unit="K"), str(4410 * 1024)),
        (HookSite(limit_unit="M"), "4410"),
        (HookSite(), None),
    ],
)
def test_the_limit_follows_where_its_unit_is_known(site: HookSite, limit: str | None):
    settings = dict(expressed(b"", advice(change(4410 * MIB)), site, memory_limit=True).settings)
    assert settings.get("LSB_SUB_RLIMIT_RSS") == limit


def test_a_limit_of_the_user_stays():
    body, site = b"LSB_SUB_RLIMIT_RSS=1000\n", HookSite(limit_unit="M")
    settings = dict(expressed(body, advice(change(4410 * MIB)), site, memory_limit=True).settings)
    assert "LSB_SUB_RLIMIT_RSS" not in settings


def test_a_reply_has_a_line_for_each_setting_and_text():
    said = Expressed(
        advice=advice(),
        settings=(("LSB_SUB_RES_REQ", "rusage[mem=4410]"), ("LSB_SUB_RLIMIT_RUN", "3600")),
    )
    reply = HOOK.reply(understood(b""), said, ("memory set", "内存已设"))
    assert reply.body.decode() == (
        'set LSB_SUB_RES_REQ="rusage[mem=4410]"\n'
        "set LSB_SUB_RLIMIT_RUN=3600\n"
        "say memory set\n"
        "say 内存已设\n"
        "end\n"
    )


def test_no_text_forges_a_line():
    reply = HOOK.refuse(understood(b""), 'name a model\nset LSB_SUB_QUEUE="root"\r\x1b[2J\u2028end')
    assert reply.body.decode() == 'refuse name a model set LSB_SUB_QUEUE="root"  [2J end\nend\n'


def test_the_registry_knows_the_hook_by_its_name():
    assert isinstance(hook("lsf"), LsfHook)
    assert list(HOOKS) == ["lsf", "slurm", "loadleveler", "kubernetes"]


def test_a_command_is_kept_as_far_as_anybody_looks():
    script = b"echo a\n" * 500_000
    asked = understood(b'LSB_SUB_COMMAND_LINE="' + script + b'"\nLSB_SUB_QUEUE="night"\n').submission
    assert (asked.command, asked.queue) == (("echo a;" * 10_000)[:65_536], "night")


def test_a_requirement_of_sixteen_brackets_within_each_other_is_changed():
    deep = b"rusage[" + b"(" * 15 + b"lic=1" + b")" * 15 + b"]"
    asked = understood(b'LSB_SUB_RES_REQ="' + deep + b'"\n')
    done = HOOK.express(asked, advice(change(4 * GIB)), memory_limit=False)
    assert dict(done.settings)["LSB_SUB_RES_REQ"] == deep.decode().replace("lic", "mem=4096,lic")
