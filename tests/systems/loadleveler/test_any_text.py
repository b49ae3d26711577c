"""Whatever stands in the files: each statement is told once, and only errors that a user understands are raised."""

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jobcast.schedule.checks import check
from jobcast.schedule.expression import names
from jobcast.schedule.policy import JOB_NAMES
from jobcast.systems.loadleveler.admin_keywords import BY_TYPE
from jobcast.systems.loadleveler.config_keywords import CONFIG
from jobcast.systems.loadleveler.configuration import read, read_site
from jobcast.systems.loadleveler.job_command_file import JobSubmission, read_job
from jobcast.systems.loadleveler.job_keywords import JOB
from tests.systems.loadleveler.reading import recorded

UNDERSTOOD = {
    table: sorted(known.name for known in keywords.values() if known.standing.value == "understood")
    for table, keywords in (("config", CONFIG), ("job", JOB), *BY_TYPE.items())
}
VALUE = st.one_of(
    st.text(st.characters(exclude_characters="\n\\", exclude_categories=["Cs"]), max_size=30),
    st.text("ConsumableCpus(2) all{}[],:=-+0123456789 gb&|!<>\"$", max_size=30),
    st.sampled_from([
        "ENOUGH:su{a b} ALL{c}", "a(2) b(3)", "(a < 2) && (b == 0)", "0 - QDate", "LoadAvg * 2 - Memory", "BACKFILL",
        "LL_DEFAULT", "API", "true", "no", "-1", "12", "1:00:00,30:00", "ConsumableCpus(2) spice(3)", "$(CLASS)",
        "ConsumableCpus ConsumableMemory spice", "ConsumableMemory(2 gb)", "spice(3)", "parallel", "2,4", "{(0,1)(2)}",
        "step == 0 || 0 != CC_REMOVED", 'Pool == 1 && Machine == { "a" "b" }', "unlimited", "FULL", "03/04/2026 12:00",
    ]),
)  # fmt: skip


@st.composite
def config_lines(draw: st.DrawFn) -> list[str]:
    keyword = st.sampled_from(
        [*UNDERSTOOD["config"], "PREEMPT_CLASS[a]", "PREEMPT_CLASS[b]", "START_CLASS[a]", "own"]
    )
    return draw(st.lists(st.builds("{} {} {}".format, keyword, st.sampled_from("=:"), VALUE), max_size=12))


@st.composite
def admin_lines(draw: st.DrawFn) -> list[str]:
    lines: list[str] = []
    for kind in draw(st.lists(st.sampled_from(["machine", "class", "user", "group"]), max_size=4)):
        lines.append(f"{draw(st.sampled_from(['default', 'a', 'b']))}: type = {kind}")
        keyword = st.sampled_from([name for name in UNDERSTOOD[kind] if name != "type"])
        value = VALUE.filter(lambda text: "#" not in text)
        lines += draw(st.lists(st.builds("{} = {}".format, keyword, value), max_size=5))
    return lines


@given(config_lines(), admin_lines())
@example(
    ["SCHEDULE_BY_RESOURCES = ConsumableCpus", "MAX_STARTERS = 0"],
    ["a: type = machine", "resources = ConsumableCpus"],
)
def test_each_statement_is_told_once(config, admin):
    found = read({"LoadL_config": "\n".join(config), "LoadL_admin": "\n".join(admin)})
    for file, lines in (("LoadL_config", config), ("LoadL_admin", admin)):
        assert [each.line for each in found.keywords if each.file == file] == list(range(1, len(lines) + 1))
    assert all(names(order) <= JOB_NAMES for order in found.policy.order)
    assert all(each.reason for each in found.keywords if each.standing.value != "understood")
    check(found.policy)
    assert_no_cycle({(rule.queue, victim) for rule in found.policy.preemption for victim in rule.victims})


def assert_no_cycle(preempts: set[tuple[str, str]]) -> None:
    while free := {queue for queue, _ in preempts} - {victim for _, victim in preempts}:
        preempts = {(queue, victim) for queue, victim in preempts if queue not in free}
    assert preempts == set()


@given(
    st.dictionaries(
        st.sampled_from(["LoadL_config", "LoadL_config.local", "a/LoadL_config.local", "LoadL_admin"]),
        st.text(),
    )
)
def test_any_text_is_read(texts):
    found = read(texts)
    assert {each.file for each in found.keywords} <= texts.keys()


SITES = [read_site(recorded("weather-centre")), read_site({})]
SUBMISSION = JobSubmission(id="n.1", user="ann", at=datetime(2026, 3, 1, tzinfo=UTC))


@given(
    st.lists(
        st.one_of(
            st.builds(
                "# @ {} = {}".format,
                st.sampled_from([name for name in UNDERSTOOD["job"] if name != "queue"]),
                VALUE,
            ),
            st.just("# @ queue"),
            st.just("# @ job_type = parallel"),
        ),
        max_size=25,
    )
)
@pytest.mark.parametrize("site", SITES)
def test_each_statement_of_a_job_is_told_once(site, lines):
    found = read_job("\n".join(lines), site, SUBMISSION)
    assert [each.line for each in found.keywords] == list(range(1, len(lines) + 1))
    assert bool(found.jobs) is not bool(found.refusals)
    for job in found.jobs:
        assert job.demand.tasks >= 1
        assert all(amount > 0 for amount in (*job.demand.per_task.values(), *job.demand.floating.values()))
        assert sum(job.demand.layout.geometry) in {0, job.demand.tasks}


@given(st.text())
def test_any_text_is_read_as_a_job(text):
    assert read_job(text, SITES[0], SUBMISSION).refusals or "queue" in text.lower()
