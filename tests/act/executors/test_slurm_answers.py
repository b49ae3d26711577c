"""What Slurm 22.05 printed, as it was recorded, and what is read from it."""

import base64
import zlib

from hypothesis import given
from hypothesis import strategies as st

from jobcast.act.executors.base import Consumed, MachineNews
from jobcast.act.executors.slurm_answers import (
    Queued,
    Report,
    Told,
    accounted,
    consumed,
    is_marked,
    is_of_another,
    read_comments,
    read_machines,
    read_queue,
    read_report,
    read_used,
)
from jobcast.act.executors.slurm_script import mark
from jobcast.act.starter.slurm_node import pack

QUEUE = """\
17             FAILED         9              1795787940     1795787941     0         JobLaunchFailure
18             FAILED         11             1795787940     1795787940     0         JobLaunchFailure
20             FAILED         512            1795787940     1795787941     0         NonZeroExitCode
16             PENDING        0              N/A            N/A            2         None
slurm_load_jobs error: Invalid job id specified
"""
"""Blanks between columns and at the ends of lines are left off."""
USED = """\
17|FAILED|0:9|1795787940|1795787941||||00:00.020|00:00.044
17.batch|CANCELLED by 0|0:9|1795787940|1795787941|154719K|154719K|161752K|00:00.020|00:00.044
19|PENDING|0:0|Unknown|Unknown||||00:00:00|00:00:00
20|FAILED|2:0|1795787940|1795787941||||00:00.004|00:00.010
20.batch|FAILED|2:0|1795787940|1795787941|431K|400K|5092K|00:00.002|00:00.010
20.0|FAILED|2:0|1795787941|1795787941|500K|300K||1-00:00:01|00:00:00
21|REQUEUED|0:0|1795787940|1795787945||||00:00:00|00:00:00
21.batch|CANCELLED|0:15|1795787940|1795787945||||00:00:00|00:00:00
21|CANCELLED by 0|0:0|None|1795787947||||00:00:00|00:00:00
"""


def test_the_queue_is_read_by_job() -> None:
    moments = {"start": 1795787940.0, "end": 1795787941.0}
    assert read_queue(QUEUE) == {
        "17": Queued(job="17", state="FAILED", status=9, reason="JobLaunchFailure", **moments),
        "18": Queued(
            job="18",
            state="FAILED",
            status=11,
            reason="JobLaunchFailure",
            start=1795787940.0,
            end=1795787940.0,
        ),
        "20": Queued(job="20", state="FAILED", status=512, reason="NonZeroExitCode", **moments),
        "16": Queued(job="16", state="PENDING", status=0, reason="None", restarts=2, start=None, end=None),
    }


def test_accounting_tells_ends_and_what_steps_took() -> None:
    rows = read_used(USED)
    assert list(rows) == ["17", "19", "20", "21"]
    assert accounted(rows["17"]) == Queued(
        job="17", state="FAILED", status=9, start=1795787940.0, end=1795787941.0
    )
    assert accounted(rows["20"]) == Queued(
        job="20", state="FAILED", status=512, start=1795787940.0, end=1795787941.0
    )
    assert accounted(rows["19"]) is None
    assert accounted(rows["21"]) == Queued(
        job="21", state="CANCELLED", status=0, start=None, end=1795787947.0, restarts=1
    )
    assert consumed(rows["21"], Consumed(user_cpu=3.0, memory_peak=500)) == Consumed(
        user_cpu=3.0, system_cpu=0.0, memory_peak=500
    )
    assert consumed(rows["20"], Consumed()) == Consumed(
        user_cpu=86401.002,
        system_cpu=0.01,
        memory_peak=500 * 1024,
        memory_mean=400 * 1024,
        virtual_peak=5092 * 1024,
    )


def test_accounting_goes_before_what_the_shepherd_told_which_fills_what_it_leaves_open() -> None:
    told = Consumed(user_cpu=9.0, memory_peak=600 * 1024, memory_mean=7, processes_peak=3, starter_cpu=0.1)
    rows = read_used(USED)
    assert consumed(rows["19"], told) == told
    assert consumed(rows["20"], told) == Consumed(
        user_cpu=86401.002,
        system_cpu=0.01,
        memory_peak=600 * 1024,
        memory_mean=7,
        virtual_peak=5092 * 1024,
        processes_peak=3,
        starter_cpu=0.1,
    )


def test_machines_tell_their_state_their_load_and_their_memory() -> None:
    printed = "n1|idle|5.07|19652\nn2|drained|N/A|N/A\nn3|down*|0.10|5\nn4|mixed|1.00|8\n"
    assert read_machines(printed) == {
        "n1": MachineNews(machine="n1", up=True, facts={"load": 5.07, "free_memory": 19652 << 20}),
        "n2": MachineNews(machine="n2", up=False),
        "n3": MachineNews(machine="n3", up=False, facts={"load": 0.1, "free_memory": 5 << 20}),
        "n4": MachineNews(machine="n4", up=True, facts={"load": 1.0, "free_memory": 8 << 20}),
    }


def test_a_comment_tells_whose_run_a_job_is() -> None:
    comments = read_comments("12 jobcast attempt=a%20b@1 x\n13 (null)\nforged line\n14 \n")
    assert comments == {"12": "jobcast attempt=a%20b@1 x", "13": "(null)", "14": ""}
    assert [job for job, text in comments.items() if is_marked(text, mark("a b@1"))] == ["12"]


def comment(report: object) -> str:
    return f"{mark('a@1')} {pack(report, 1000)}"  # type: ignore[arg-type]


ENDED = {"how": "exited", "exit_code": 3, "at": 9.5, "why": {"what": "unbound"}, "exits": {"user_prolog": 0}}


def test_a_report_is_read_and_anything_else_is_none() -> None:
    whole = {"began": 5.5, "consumed": {"user_cpu": 1.5}, "ended": ENDED}
    assert read_report(comment(whole), mark("a@1")) == Report(
        began=5.5,
        consumed=Consumed(user_cpu=1.5),
        ended=Told(how="exited", exit_code=3, at=9.5, why={"what": "unbound"}, exits={"user_prolog": 0}),
    )
    bomb = base64.urlsafe_b64encode(zlib.compress(b" " * 10_000_000)).decode()
    for wrong in (
        mark("a@1"),
        "",
        "x y not-base64!",
        f"x y {bomb}",
        comment({"began": "soon"}),
        comment({"ended": {}}),
    ):
        assert read_report(wrong, mark("a@1")) == Report()


def test_what_another_attempt_tells_under_the_same_number_is_no_report() -> None:
    text = comment({"began": 5.5})
    assert is_of_another(text, mark("b@1"))
    assert read_report(text, mark("b@1")) == Report()
    assert not any(is_of_another(each, mark("a@1")) for each in (text, "", "(null)", "of its owner"))


@given(st.dictionaries(st.sampled_from(["what", "which", "error"]), st.text(max_size=400), min_size=1))
def test_a_report_has_room_in_a_comment_and_its_end_is_never_lost(why: dict[str, str]) -> None:
    word = pack({"began": 5.5, "consumed": {"user_cpu": 1.5}, "ended": {**ENDED, "why": why}}, 400)
    assert len(word) <= 400
    report = read_report(f"{mark('a@1')} {word}", mark("a@1"))
    assert report.began == 5.5
    assert report.ended is not None
    assert (report.ended.how, report.ended.exit_code) == ("exited", 3)
