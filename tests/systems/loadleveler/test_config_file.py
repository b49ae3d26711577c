"""LoadL_config: what a statement is, and which one counts."""

import pytest

from jobcast.errors import ConfigError
from jobcast.systems.dialect import Keyword, Standing
from jobcast.systems.loadleveler.configuration import read
from tests.systems.loadleveler.reading import config, made, odd

U, C, R, X = Standing.UNDERSTOOD, Standing.CORRECTED, Standing.REFUSED, Standing.UNKNOWN
BACKFILL = "SCHEDULER_TYPE = BACKFILL"


def test_comments_and_blank_lines_are_no_statements_and_a_backslash_continues_one():
    found = config("# MAX_TOP_DOGS = 7", "", "  max_top_dogs = \\", "   3 ", BACKFILL)
    assert found.policy.depth == 3
    assert [(each.line, each.name, each.value) for each in found.keywords] == [
        (3, "max_top_dogs", "3"),
        (5, "SCHEDULER_TYPE", "BACKFILL"),
    ]


def test_both_signs_assign_and_names_have_no_case():
    assert config(BACKFILL, "Max_Top_Dogs : 4").policy.depth == 4


def test_blanks_in_a_keyword_count_as_underscores_and_are_told():
    found = config(BACKFILL, "MAX TOP\tDOGS = 5", "PREEMPT CLASS[ a ] = ENOUGH{b}")
    assert found.policy.depth == 5
    assert odd(found) == [
        ("MAX TOP\tDOGS", C, "read as MAX_TOP_DOGS: keywords are written with underscores, not blanks"),
    ]


def test_of_two_statements_the_last_counts_and_the_first_tells_so():
    found = config(BACKFILL, "MAX_TOP_DOGS = 5", "MAX_TOP_DOGS = 6")
    assert found.policy.depth == 6
    assert odd(found) == [("MAX_TOP_DOGS", C, "overruled by line 3 of LoadL_config")]


def test_a_local_file_overrules_the_common_one():
    texts = {"LoadL_config.local": "MAX_TOP_DOGS = 2", "LoadL_config": f"{BACKFILL}\nMAX_TOP_DOGS = 5"}
    found = read(texts)
    assert found.policy.depth == 2
    assert [(each.file, each.line, each.standing, each.reason) for each in found.keywords] == [
        ("LoadL_config.local", 1, U, ""),
        ("LoadL_config", 1, U, ""),
        ("LoadL_config", 2, C, "overruled by line 1 of LoadL_config.local"),
    ]


def test_variables_are_filled_in_wherever_they_are_given():
    found = config(
        "SYSPRIO : $(Weighed) - $(Since)",
        "Weighed = (ClassSysprio * $(Weight))",
        "Weight = 100",
        "Since = QDate",
    )
    assert found.policy.order == config("SYSPRIO : (ClassSysprio * 100) - QDate").policy.order
    assert found.policy.order
    assert made(found) == [(name, U, "") for name in ("SYSPRIO", "Weighed", "Weight", "Since")]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["MAX_TOP_DOGS = $(many)"], "no statement gives the variable many"),
        (
            ["MAX_TOP_DOGS = $(a)", "a = $(b)", "b = $(a)"],
            "its variables stand for themselves, or for too much",
        ),
        (["MAX_TOP_DOGS = $(a)", "a = $(a)$(a)$(a)"], "its variables stand for themselves, or for too much"),
        (["MAX_TOP_DOGS = -1"], "-1 is not between 0 and 1000000000000"),
        (["MAX_TOP_DOGS = many"], "'many' is no number"),
    ],
)
def test_a_value_that_cannot_be_read_is_refused_and_the_default_stays(lines, reason):
    found = config(BACKFILL, *lines)
    assert found.policy.depth == 1
    assert odd(found) == [("MAX_TOP_DOGS", R, reason)]


def test_unknown_keywords_and_lines_that_are_none_are_told_with_what_may_be_meant():
    assert made(config("MAX_TOPDOGS = 3", "fnord = 1", "schedule all jobs", "= 5")) == [
        ("MAX_TOPDOGS", X, "LoadLeveler has no such keyword. Did you mean MAX_TOP_DOGS?"),
        ("fnord", X, "LoadLeveler has no such keyword."),
        ("", X, "this is no statement: write keyword = value"),
        ("", X, "this is no statement: write keyword = value"),
    ]


def test_a_keyword_is_told_with_its_place_and_value():
    assert config("\n\nSTART : (LoadAvg < 0.5) \\\n && (tm_hour > 18)").keywords == (
        Keyword(
            file="LoadL_config",
            line=3,
            section="",
            name="START",
            value="(LoadAvg < 0.5) && (tm_hour > 18)",
            standing=Standing.IGNORED,
            reason="Only on machines that run: checked, but a simulation has no load or keyboard.",
        ),
    )


def test_expressions_of_machines_that_run_are_checked():
    found = config("KILL : (LoadAvg >", "SUSPEND : KeyboardIdel < 5")
    assert odd(found) == [
        (
            "KILL",
            R,
            'the value can\'t be read at its column 11; write a number, a "text", a name or a bracket there',
        ),
        (
            "SUSPEND",
            R,
            "SUSPEND knows no KeyboardIdel, at column 1; Did you mean KeyboardIdle?",
        ),
    ]


def test_a_file_that_is_none_of_loadlevelers_is_an_error():
    with pytest.raises(ConfigError, match=r"lsb\.queues is no file of LoadLeveler") as caught:
        read({"lsb.queues": ""})
    assert (
        caught.value.hint
        == "files are called LoadL_config, LoadL_config.local, LoadL_config.local.HOST or LoadL_admin"
    )


def test_files_are_known_by_their_names_in_any_folder():
    texts = {
        "/etc/ll/LoadL_config": BACKFILL,
        "/etc/ll/LoadL_config.local": "MAX_TOP_DOGS = 3",
        "/etc/ll/LoadL_admin": "a: type = machine",
    }
    found = read(texts)
    assert found.policy.depth == 3
    assert [machine.name for machine in found.cluster.machines] == ["a"]


def test_nothing_at_all_is_a_site_with_loadlevelers_defaults():
    found = read({})
    assert found.keywords == ()
    assert found.cluster.machines == ()
    assert list(found.policy.queues) == ["No_Class"]
