"""llcancel, llhold, llprio, llpreempt, llmodify, llctl, llfavorjob, llfavoruser: command lines become orders."""

from dataclasses import dataclass, replace

import pytest

from jobcast.batch import order
from jobcast.batch.order import Answer, Done, HoldKind, MachineOrder, Outcome

STEPS = ("n01.12.0",)


@dataclass(frozen=True)
class Case:
    line: str
    orders: list[order.Order]
    said: str


KEYWORDS = "account_no, class, comment, startdate, wall_clock_limit"
CANCEL = "llcancel: Cancel command has been sent to the central manager."
CASES = [
    Case("llcancel 12.0 13 n02.5", [order.Cancel(steps=("n01.12.0", "n01.13", "n02.5"))], CANCEL),
    Case("llcancel -u chen nwp -h n02", [order.Cancel(steps=("n01.40.0",))], CANCEL),
    Case("llhold 12.0", [order.Hold(steps=STEPS)], "llhold: Hold command has been sent to the central manager."),
    Case("llhold -s 12.0", [order.Hold(steps=STEPS, by=HoldKind.SYSTEM)],
         "llhold: Hold command has been sent to the central manager."),
    Case("llhold -r 12.0", [order.Release(steps=STEPS)],
         "llhold: Release command has been sent to the central manager."),
    Case("llprio +10 12.0", [order.Prioritise(steps=STEPS, by=10)],
         "llprio: Priority command has been sent to the central manager."),
    Case("llprio -10 12.0", [order.Prioritise(steps=STEPS, by=-10)],
         "llprio: Priority command has been sent to the central manager."),
    Case("llprio -p 80 12.0", [order.Prioritise(steps=STEPS, to=80)],
         "llprio: Priority command has been sent to the central manager."),
    Case("llpreempt 12.0", [order.Suspend(steps=STEPS)],
         "llpreempt: Preempt command has been sent to the central manager."),
    Case("llpreempt -r 12.0", [order.Resume(steps=STEPS)],
         "llpreempt: Resume command has been sent to the central manager."),
    Case("llpreempt -m vc 12.0", [order.Requeue(steps=STEPS)],
         "llpreempt: Preempt command has been sent to the central manager."),
    Case("llpreempt -m rm 12.0", [order.Remove(steps=STEPS)],
         "llpreempt: Preempt command has been sent to the central manager."),
    Case("llpreempt -m sh 12.0", [order.Hold(steps=STEPS, by=HoldKind.SYSTEM), order.Requeue(steps=STEPS)],
         "llpreempt: Preempt command has been sent to the central manager."),
    Case("llpreempt -m uh 12.0", [order.Hold(steps=STEPS), order.Requeue(steps=STEPS)],
         "llpreempt: Preempt command has been sent to the central manager."),
    Case("llfavorjob 12.0", [order.Favour(steps=STEPS)],
         "llfavorjob: Favorjob command has been sent to the central manager."),
    Case("llfavorjob -u 12.0", [order.Favour(steps=STEPS, favoured=False)],
         "llfavorjob: Favorjob command has been sent to the central manager."),
    Case("llfavoruser -u chen li", [order.FavourUsers(users=("chen", "li"), favoured=False)],
         "llfavoruser: Favoruser command has been sent to the central manager."),
    Case("llmodify -W 30 n01.12.0", [order.Modify(step="n01.12.0", run_limit=5400)],
         "llmodify: request has been sent to LoadLeveler."),
    Case("llmodify -W 30 12", [order.Modify(step="n01.12.0", run_limit=5400)],
         "llmodify: request has been sent to LoadLeveler."),
    Case("llmodify -W 30 n01.99", [order.Modify(step="n01.99", run_limit=1800)],
         "llmodify: request has been sent to LoadLeveler."),
    Case("llmodify -C operation -a bm1 -m 2gb -s -7 12.0",
         [order.Modify(step="n01.12.0", queue="operation", account="bm1", memory_per_task=2 << 30, sysprio=-7)],
         "llmodify: request has been sent to LoadLeveler."),
    Case("llmodify -c 2 12.0", [order.Modify(step="n01.12.0", cpus_per_task=2)],
         "llmodify: request has been sent to LoadLeveler."),
    Case("llmodify -k wall_clock_limit=02:00:00;comment=GFS -k startdate=01/31/2026 12.0",
         [order.Modify(step="n01.12.0", run_limit=7200, comment="GFS", begin=1769817600)],
         "llmodify: request has been sent to LoadLeveler."),
    Case("llmodify -k wall_clock_limit=02:00:00,01:50:00 12.0",
         [order.Modify(step="n01.12.0", run_limit=7200, soft_run_limit=6600)],
         "llmodify: request has been sent to LoadLeveler."),
    Case("llctl -h n02 drain", [order.Machines(order=MachineOrder.DRAIN, machines=("n02",))],
         "llctl: Sent drain command to host n02."),
    Case("llctl -g flush", [order.Machines(order=MachineOrder.FLUSH)], "llctl: Sent flush command to all hosts."),
    Case("llctl -h n02 suspend", [order.Machines(order=MachineOrder.SUSPEND, machines=("n02",))],
         "llctl: Sent suspend command to host n02."),
    Case("llctl reconfig", [order.Reconfigure()], "llctl: Sent reconfig command to the central manager."),
    Case("llctl recycle", [order.Stop(again=True)], "llctl: Sent recycle command to the central manager."),
    Case("llctl stop", [order.Stop()], "llctl: Sent stop command to the central manager."),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.line)
def test_a_command_line_becomes_orders(ll, manager, case):
    result = ll(case.line)
    assert (result.exit_code, result.stdout, result.stderr) == (0, case.said + "\n", "")
    assert manager.orders == case.orders
    assert all(wanted.bare for wanted in manager.wanted)


def test_this_host_is_meant_where_llctl_names_none(ll, manager, monkeypatch):
    monkeypatch.setattr("os.uname", lambda: type("Names", (), {"nodename": "n07.weather.example"}))
    assert ll("llctl resume").stdout == "llctl: Sent resume command to host n07.\n"
    assert manager.orders == [order.Machines(order=MachineOrder.RESUME, machines=("n07",))]


def test_a_manager_that_runs_is_not_started_again(ll):
    result = ll("llctl start")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "error: a manager runs already\ncure:  llctl recycle starts it anew\n"


def test_quiet_says_nothing_where_all_is_well(ll):
    result = ll("llcancel -q 12.0")
    assert (result.exit_code, result.output) == (0, "")


def test_what_failed_is_told_for_each_step_and_ends_with_1(ll, manager):
    manager.answer = lambda _order: Answer(
        outcomes=(
            Outcome(name="n01.1.0", done=Done.YES),
            Outcome(name="n01.2.0", done=Done.NO_SUCH),
            Outcome(name="n01.3.0", done=Done.NOT_YOURS, said="n01.3.0 belongs to chen."),
            Outcome(name="n01.4.0", done=Done.NOT_NOW),
            Outcome(name="n01.5.0", done=Done.REFUSED, said="too \x1b[2Jlong"),
        ),
        warnings=("shortened",),
    )
    result = ll("llhold 1.0 2.0 3.0 4.0 5.0")
    assert (result.exit_code, result.stdout) == (
        1,
        "llhold: Hold command has been sent to the central manager.\n",
    )
    assert result.stderr.splitlines() == [
        "llhold: shortened",
        "llhold: n01.2.0 isn't known here.",
        "llhold: n01.3.0 belongs to chen.",
        "llhold: n01.4.0 is in a state in which this can't be done.",
        "llhold: too \\x1b[2Jlong",
    ]


def test_failures_are_told_in_chinese(jobcast, manager):
    manager.answer = lambda _order: Answer(outcomes=(Outcome(name="n01.2.0", done=Done.NOT_YOURS),))
    result = jobcast("--lang", "zh", "batch", "llcancel", "n01.2.0")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "llcancel: 无权对 n01.2.0 执行此操作。\n"


def test_users_without_steps_are_told(ll, manager):
    result = ll("llcancel -u nobody")
    assert (result.exit_code, result.stderr) == (1, "llcancel: none of them has a step that isn't over.\n")
    assert manager.orders == []


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("llcancel", "error: name jobs or steps, or users with -u, or hosts with -h"),
        ("llprio 12.0", "error: give either +N, -N, or -p N"),
        ("llprio +5 -p 7 12.0", "error: give either +N, -N, or -p N"),
        ("llprio -p 101 12.0", "error: -p: write a whole number from 0 to 100"),
        ("llmodify 12.0", "error: say what is to be modified"),
        ("llmodify -m much 12.0", "error: -m: much is no amount of memory such as 512mb or 2gb"),
        ("llmodify -k priority=7 12.0", f"error: -k: priority=7 is none of KEYWORD=VALUE with one of {KEYWORDS}"),
        ("llmodify -k startdate=soon 12.0", "error: -k: soon is no date such as 01/31/2026 08:00"),
        ("llmodify -k wall_clock_limit=long 12.0", "error: -k: long is no time such as 02:00:00"),
        ("llctl purge", ("error: there is no purge: the manager keeps nothing for other hosts; "
                        "llcancel -h HOST takes back what runs on one")),
        ("llctl rmshared", ("error: there is no rmshared: the manager shares no memory with others; "
                           "llctl recycle starts it anew")),
        ("llctl -h elsewhere start", ("error: the manager is started on its own host, not on elsewhere: "
                                     "run llctl start there, or have its service manager do so")),
        ("llctl -g -h n01 drain", "error: give either -g or -h"),
    ],
)  # fmt: skip
def test_a_command_line_that_can_not_be_is_told(ll, manager, line, error):
    result = ll(line)
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (2, error)
    assert manager.orders == []


def test_a_step_without_a_limit_can_not_get_a_longer_one(ll, manager):
    (step,) = [step for step in manager.whole.steps if step.id == "n01.12.0"]
    submitted = replace(step.submitted, job=replace(step.submitted.job, run_limit=None))
    manager.whole = replace(manager.whole, steps=(replace(step, submitted=submitted),))
    result = ll("llmodify -W 30 12")
    assert (result.exit_code, manager.orders) == (1, [])
    assert result.stderr == (
        "error: n01.12.0 has no wall clock limit of its own that could be made longer.\n"
        "cure:  set one with -k wall_clock_limit=HH:MM:SS\n"
    )


def test_a_step_that_can_not_be_held_is_not_vacated_either(ll, manager):
    manager.answer = lambda _order: Answer(outcomes=(Outcome(name="n01.8.0", done=Done.NOT_NOW),))
    result = ll("llpreempt -m sh n01.8.0")
    assert (result.exit_code, result.stdout) == (1, "")
    assert manager.orders == [order.Hold(steps=("n01.8.0",), by=HoldKind.SYSTEM)]
