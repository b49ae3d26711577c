"""The rules of a site: which of them counts for whom, and what is wrong with a file."""

from datetime import UTC, datetime

import pytest

from jobcast.act.rules import Limits, Rules, Verdict, read_rules
from jobcast.advice import Mode
from jobcast.errors import ConfigError
from jobcast.job import Submission
from jobcast.units import GIB, MIB, Bytes

RULES = """
mode = "advise"
memory_most = "512GB"
exceptions = ["nextflow *", "*/java *"]

[[rule]]
user = "chen"
mode = "off"

[[rule]]
queue = ["pnr*", "sta"]
mode = "apply"
run_limit = true
run_limit_least = "00:10:00"
memory_most = "2TB"

[[rule]]
queue = "pnr_big"
mode = "lower"
memory_least = "1GB"
lower_to = 0.5
"""


@pytest.fixture
def rules(tmp_path):
    (tmp_path / "rules.toml").write_text(RULES)
    return read_rules(tmp_path / "rules.toml")


def asked(**known: str) -> Submission:
    return Submission(at=datetime(2026, 3, 1, tzinfo=UTC), **known)


def test_without_a_file_hooks_only_note():
    assert read_rules(None).verdict(asked(user="chen")) == Verdict(mode=Mode.SHADOW)
    assert Rules().furthest() is Mode.SHADOW


def test_where_no_rule_matches_the_top_of_the_file_counts(rules):
    assert rules.verdict(asked(user="li", queue="normal")) == Verdict(
        mode=Mode.ADVISE, memory_bounds=Limits(most=512 * GIB)
    )


def test_the_first_rule_that_names_a_matter_decides_it_and_later_ones_add(rules):
    assert rules.verdict(asked(user="li", queue="pnr_big")) == Verdict(
        mode=Mode.APPLY,
        run_limit=True,
        run_limit_bounds=Limits(least=600, most=Limits().most),
        memory_bounds=Limits(least=GIB, most=2048 * GIB),
        lower_to=0.5,
    )


def test_a_rule_for_a_user_comes_before_the_rules_of_queues_behind_it(rules):
    assert rules.verdict(asked(user="chen", queue="pnr_big")).mode is Mode.OFF


def test_a_pattern_is_held_against_the_whole_text_and_matches_nothing_that_is_absent(rules):
    assert rules.verdict(asked(user="chenli", queue="sta2")).mode is Mode.ADVISE
    assert rules.verdict(asked()).mode is Mode.ADVISE


@pytest.mark.parametrize(
    ("command", "expected"),
    [("nextflow run x", True), ("/usr/bin/java -jar x", True), ("javac x", False), (None, False)],
)
def test_commands_that_size_themselves_are_exceptions(rules, command, expected):
    assert rules.verdict(asked(command=command)).exception is expected


def test_the_furthest_mode_is_told(rules):
    assert rules.furthest() is Mode.LOWER


def test_a_default_is_an_amount(tmp_path):
    (tmp_path / "rules.toml").write_text('memory_default = "512MB"')
    assert read_rules(tmp_path / "rules.toml").verdict(asked()).memory_default == Bytes(512 * MIB)


@pytest.mark.parametrize(
    "text",
    [
        'mode = "loud"',
        "mod = 1",
        '[[rule]]\nqueue = "a"\nmoed = "apply"',
        "[[rule]]\nqueue = 7",
        'memory_most = "much"',
        '[[rule]]\nrun_limit_least = "soon"',
        "lower_to = 1.5",
        'memory_default = "0"',
        'memory_least = "2GB"\nmemory_most = "1GB"',
        '[[rule]]\nrun_limit_least = "2:00:00"\nrun_limit_most = "1:00:00"',
        "not toml",
        'mode = "apply\xff"',
    ],
)
def test_a_file_that_says_what_cannot_be_is_refused_with_its_name(tmp_path, text):
    path = tmp_path / "rules.toml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(ConfigError, match=str(path)) as refused:
        read_rules(path)
    assert refused.value.hint == "correct the file; docs/en/hooks.md describes it"


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="No such file"):
        read_rules(tmp_path / "rules.toml")
