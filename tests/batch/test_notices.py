"""Who is told what of a step, and that names of users stay names."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default as plain

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.batch.notices import Notice, Occasion, json_of, mail_of, notice_of
from jobcast.batch.record import Notes, Notify, Step, StepState
from jobcast.language import speaking
from jobcast.machine import Share
from tests.batch.making import AT, submitted

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)


def step(state: StepState = StepState.COMPLETED, *, notes: Notes | None = None, **more: object) -> Step:
    told = submitted("n1.7.0", project="acct")
    usual = Notes(
        dialect="loadleveler",
        name="fc",
        comment="GRAPES",
        command="./fc",
        notify=Notify.ALWAYS,
        notify_user="ada@met.cn",
    )
    known: dict[str, object] = {
        "since": AT + 60,
        "attempt": 1,
        "dispatched": AT + 1,
        "began": AT + 2,
        "ended": AT + 60 if state.is_over else None,
        "exit_code": 0 if state.is_over else None,
        "allocation": (Share(machine="n1", tasks=1),),
    }
    return Step(submitted=replace(told, notes=notes or usual), at=AT, state=state, **(known | more))  # type: ignore[arg-type]


def occasion(notify: Notify, state: StepState, **more: object) -> str | None:
    found = notice_of(step(state, notes=Notes(dialect="lsf", notify=notify), **more))
    return None if found is None else str(found.occasion)


@pytest.mark.parametrize(
    ("notify", "told"),
    [
        (Notify.ALWAYS, ["started", "ended", "failed", "ended"]),
        (Notify.COMPLETE, [None, "ended", "failed", "ended"]),
        (Notify.ERROR, [None, None, "failed", None]),
        (Notify.START, ["started", None, None, None]),
        (Notify.NEVER, [None, None, None, None]),
    ],
)
def test_people_are_told_what_they_asked_for(notify: Notify, told: list[str | None]) -> None:
    assert [
        occasion(notify, StepState.RUNNING, began=AT + 60),
        occasion(notify, StepState.COMPLETED),
        occasion(notify, StepState.COMPLETED, exit_code=1),
        occasion(notify, StepState.CANCELED),
    ] == told


def test_whoever_goes_on_has_not_started() -> None:
    assert occasion(Notify.ALWAYS, StepState.RUNNING, began=AT + 2) is None
    assert occasion(Notify.ALWAYS, StepState.PREEMPTED) is None


@pytest.mark.parametrize("state", [StepState.REMOVED, StepState.REJECTED, StepState.NOT_RUN])
def test_what_did_not_end_by_itself_has_failed(state: StepState) -> None:
    assert occasion(Notify.ERROR, state) == "failed"


def test_a_mail_tells_what_became_of_a_step() -> None:
    notice = Notice(occasion=Occasion.FAILED, step=step(exit_code=3, detail="no such file"))
    with speaking("en"):
        mail = mail_of(notice, "loom", UTC, NOW)
    assert mail is not None
    assert mail.as_string() == (
        "To: ada@met.cn\n"
        "Subject: [loom] n1.7.0 (fc) has failed\n"
        "Date: Fri, 27 Nov 2026 12:00:00 +0000\n"
        "Auto-Submitted: auto-generated\n"
        'Content-Type: text/plain; charset="utf-8"\n'
        "Content-Transfer-Encoding: 7bit\n"
        "MIME-Version: 1.0\n"
        "\n"
        "Step:      n1.7.0\n"
        "Name:      fc\n"
        "User:      ada\n"
        "Class:     normal\n"
        "Account:   acct\n"
        "Comment:   GRAPES\n"
        "Command:   ./fc\n"
        "Machines:  n1\n"
        "State:     completed\n"
        "Exit code: 3\n"
        "Submitted: 2026-11-27 12:00:00 UTC\n"
        "Started:   2026-11-27 12:00:02 UTC\n"
        "Ended:     2026-11-27 12:01:00 UTC\n"
        "Why:       no such file\n"
    )


def test_a_mail_speaks_the_language_of_the_site_and_tells_of_lost_output() -> None:
    notes = Notes(dialect="lsf", name="预报", notify=Notify.COMPLETE, notify_user="ada")
    with speaking("zh"):
        mail = mail_of(Notice(occasion=Occasion.ENDED, step=step(notes=notes)), "loom", UTC, NOW)
    assert mail is not None
    read = message_from_bytes(mail.as_bytes(), policy=plain)
    assert (read["To"], read["Subject"]) == ("ada", "[loom] n1.7.0 (预报) 已结束")
    assert read.get_content().splitlines()[-1] == "作业未指定输出文件（bsub -o），其输出没有保留。"


HOSTILE = "x\r\nBcc: all@met.cn\n\nfree text\x1b[2J\u202e"


@given(text=st.text(max_size=60) | st.sampled_from([HOSTILE, HOSTILE * 9]))
def test_names_never_become_headers(text: str) -> None:
    notes = Notes(
        dialect="lsf", name=text, comment=text, command=text, notify=Notify.ALWAYS, notify_user="ada"
    )
    made = step(notes=notes, detail=text)
    mail = mail_of(Notice(occasion=Occasion.ENDED, step=made), "loom", UTC, NOW)
    assert mail is not None
    read = message_from_bytes(mail.as_bytes(), policy=plain)
    assert set(read.keys()) == set(mail.keys())
    assert read["To"] == "ada"
    assert "\x1b" not in read.get_content()


@pytest.mark.parametrize(
    "address", ["a b", "a@b, c@d", "a@b\nBcc: c", "<a@b>", '"x"@b', "-oQ/x y", "a@b@c", "王"]
)
def test_what_is_no_address_gets_no_mail(address: str) -> None:
    made = step(notes=Notes(dialect="lsf", notify=Notify.ALWAYS, notify_user=address))
    assert mail_of(Notice(occasion=Occasion.ENDED, step=made), "loom", UTC, NOW) is None


def test_a_webhook_is_told_in_json() -> None:
    told = msgspec.json.decode(json_of(Notice(occasion=Occasion.ENDED, step=step()), "loom"))
    assert told == {
        "event": "ended",
        "cluster": "loom",
        "step": "n1.7.0",
        "name": "fc",
        "user": "ada",
        "notify_user": "ada@met.cn",
        "queue": "normal",
        "account": "acct",
        "comment": "GRAPES",
        "state": "completed",
        "exit_code": 0,
        "killed_for": "",
        "detail": "",
        "machines": ["n1"],
        "submitted": "2026-11-27T12:00:00+00:00",
        "began": "2026-11-27T12:00:02+00:00",
        "ended": "2026-11-27T12:01:00+00:00",
    }
