"""llq, llstatus, llclass: options of IBM's form choose what is drawn."""

from dataclasses import replace

import pytest

from jobcast.batch.screens.loadleveler import llq
from tests.batch.screens.loadleveler.made_up import a_step, every_state, of, parallel, site
from tests.batch.screens.loadleveler.test_listings import expected


def shown_ids(result) -> list[str]:
    assert result.exit_code == 0, result.output
    return [line.split()[0] for line in result.stdout.splitlines() if line.startswith("n01.")]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("llstatus", "llstatus"),
        ("llstatus -L machine", "llstatus"),
        ("llstatus -R", "llstatus-R"),
        ("llstatus -F", "llstatus-F"),
        ("llstatus -l", "llstatus-l"),
        ("llstatus -r %n %l", "llstatus-r"),
        ("llclass", "llclass"),
        ("llclass -l", "llclass-l"),
    ],
)
def test_a_listing_is_that_of_the_snapshot(ll, line, name):
    result = ll(line)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == expected(name)


@pytest.mark.parametrize(
    ("line", "ids"),
    [
        ("llq n01.3.0 n01.40", ["n01.3.0", "n01.40.0"]),
        ("llq 3.0 40", ["n01.3.0", "n01.40.0"]),
        ("llq -j 3.0 40 -c operation", ["n01.40.0"]),
        ("llq -c operation,none", ["n01.40.0"]),
        ("llq -u nwp chen -c operation normal -h n02", ["n01.40.0"]),
        ("llq -h n01 n02 -j 1.0 40", ["n01.1.0", "n01.40.0"]),
        ("llq -f %id 40", ["n01.40.0"]),
        ("llq -f%id %o %st 40", ["n01.40.0"]),
    ],
)
def test_llq_shows_the_steps_that_are_asked_for(ll, line, ids):
    assert shown_ids(ll(line)) == ids


def test_llq_lists_what_is_not_over_by_the_time_of_submission(ll):
    known = sorted((*every_state(), parallel()), key=lambda step: (step.at, int(step.id.split(".")[1])))
    assert shown_ids(ll("llq")) == [step.id for step in known if not step.state.is_over]
    over = next(step.id for step in known if step.state.is_over)
    assert shown_ids(ll(f"llq {over}")) == [over]


@pytest.mark.parametrize(("seconds", "listed"), [(61, True), (60, False)])
def test_llq_keeps_what_is_over_for_as_long_as_the_site_says(ll, manager, seconds, listed):
    over = [step for step in every_state() if step.state.is_over]
    manager.whole = replace(site(parallel(), *over), remove_completed=seconds)
    lines = ll("llq -r %st").stdout.splitlines()
    assert lines == (["C", "RM", "CA", "NR", "X", "R"] if listed else ["R"])
    counted = (
        f"{6 if listed else 1} job step(s) in query, 0 waiting, 0 pending, 1 running, 0 held, 0 preempted"
    )
    assert ll("llq").stdout.splitlines()[-1] == counted


def test_llq_asks_for_no_more_of_what_is_over_than_it_lists(ll, manager):
    manager.whole = replace(manager.whole, remove_completed=7200)
    ll("llq -u nwp")
    ll("llq 40")
    assert [(wanted.steps, wanted.over_since) for wanted in manager.wanted] == [
        (("0",), None),
        ((), manager.whole.at - 7200),
        (("40",), None),
        (("n01.40",), None),
    ]


def test_llq_shows_chosen_categories_in_their_order(ll):
    assert ll("llq -f %st %id %c 40").stdout == (
        "ST Step Id                  Class     \n"
        "-- ------------------------ ----------\n"
        "R  n01.40.0                 operation \n"
        "\n"
        "1 job step(s) in query, 0 waiting, 0 pending, 1 running, 0 held, 0 preempted\n"
    )
    assert ll("llq -r %st %id %c 40").stdout == "R!n01.40.0!operation\n"


def test_llq_tells_at_length_what_is_asked(ll):
    last = "\n1 job step(s) in query, 0 waiting, 0 pending, 1 running, 0 held, 0 preempted\n"
    assert ll("llq -l -x 40").stdout == expected("llq-l-parallel") + expected("llq-x") + last
    waiting = ll("llq -s 0.0").stdout
    assert waiting.startswith(
        expected("llq-s").partition("==================== EVALUATIONS FOR JOB STEP n01.8")[0]
    )


def test_where_there_is_nothing_llq_says_so(ll, manager):
    result = ll("llq -u nobody")
    assert (result.exit_code, result.stdout) == (0, f"{llq.NOTHING}\n")


def test_names_of_another_host_are_taken_as_they_stand(ll, manager):
    manager.whole = site(of(a_step(0), id="631"), of(a_step(0), id="n01.631.0"))
    assert ll("llq -r %id 631").stdout == "631\n"


def test_an_unknown_category_is_told_with_those_that_there_are(ll):
    result = ll("llstatus -f %n %xy")
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1].startswith("error: -f: %xy isn't known; there are %a %act %cm")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("llstatus n01 n09", "llstatus: there is no machine n09."),
        ("llclass normal x", "llclass: there is no class x."),
    ],
)
def test_an_unknown_name_is_told_and_ends_with_1(ll, line, told):
    result = ll(line)
    assert (result.exit_code, result.stderr) == (1, told + "\n")
    assert len(result.stdout.splitlines()) > 2


def test_llstatus_tells_sums_alone(ll):
    assert ll("llstatus -L cluster").stdout == "\n".join(expected("llstatus").splitlines()[4:]) + "\n"


def test_each_command_tells_the_version(ll):
    assert ll("llq -v").stdout.startswith("llq: jobcast ")
