"""The tables of keywords, and the page made from them."""

import pytest

from jobcast.language import catalogue
from jobcast.systems.lsf.policy.keywords import KNOWN, documented
from jobcast.systems.lsf.policy.reader import read

TABLES = list(KNOWN.items())


@pytest.mark.parametrize(("place", "table"), TABLES, ids=[" ".join(place).strip() for place, _ in TABLES])
def test_each_keyword_stands_in_a_table_once_and_its_text_exists(place, table):
    head = f"### {', '.join(part for part in place if part)}\n"
    rows = documented("en").partition(head)[2].partition("\n###")[0].splitlines()[3:]
    listed = [word.strip("`") for row in rows if row for word in row.split(" | ")[0].split()[1:]]
    assert sorted(listed) == sorted(known.name for known in table.values())
    assert all(known.say() for known in table.values())


def test_no_text_about_keywords_is_left_over():
    used = {known.what for table in KNOWN.values() for known in table.values()}
    texts = {key.removeprefix("lsf_keyword.") for key in catalogue() if key.startswith("lsf_keyword.")}
    assert {what for what in texts - used if not what.startswith("head_")} == set()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_has_a_table_for_each_section(language):
    page = documented(language).splitlines()
    assert all(line.count("|") == 4 for line in page if line.startswith("|"))
    assert sum(line.startswith("### ") for line in page) == len(KNOWN)


def test_a_row_of_the_page_tells_what_is_made_of_keywords():
    assert (
        "| `SLOT_RESERVE` | understood | parallel jobs that can't start hold free slots for n times MBD_SLEEP_TIME,"
        " then pause for one |"
    ) in documented("en").splitlines()


OF_THE_GUIDES = {
    ("lsb.queues", "Queue"): """SLOT_RESERVE RESOURCE_RESERVE BACKFILL RUNLIMIT INTERRUPTIBLE_BACKFILL
        EXTENDABLE_RUNLIMIT PREEMPTION JOB_CONTROLS REQUEUE_EXIT_VALUES""",
    ("lsb.params", "Parameters"): """MBD_SLEEP_TIME RESOURCE_RESERVE_PER_TASK RESOURCE_RESERVE_PER_SLOT
        RESERVE_BY_STARTTIME ALLOCATION_PLANNER PREEMPT_JOBTYPE PREEMPT_FOR PREEMPTABLE_RESOURCES""",
    ("lsb.applications", "Application"): "RUNLIMIT RUNTIME",
    ("lsf.conf", ""): "LSB_TIME_RESERVE_NUMJOBS LSB_ENABLE_ESTIMATION LSB_REQUEUE_TO_BOTTOM",
}


@pytest.mark.parametrize(
    ("place", "name"), [(place, name) for place, names in OF_THE_GUIDES.items() for name in names.split()]
)
def test_each_keyword_of_the_guides_comes_back_with_a_reason_unless_it_shapes_the_policy(place, name):
    file, section = place
    lines = [f"Begin {section}", f"{name} = x", f"End {section}"] if section else [f"{name}=x"]
    (found,) = (line for line in read({file: "\n".join(lines)}).keywords if line.name == name)
    assert found.standing != "unknown"
    assert found.reason or found.standing == "understood"


def test_what_the_guides_say_of_reservation_and_backfill_is_understood():
    names = "SLOT_RESERVE RESOURCE_RESERVE BACKFILL RUNLIMIT INTERRUPTIBLE_BACKFILL PREEMPTION JOB_CONTROLS"
    assert {KNOWN["lsb.queues", "Queue"][name].standing for name in names.split()} == {"understood"}
