"""What a site requires of submissions, and what somebody is told whose submission lacks it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast import language
from jobcast.act.requirements import Require, Requirement
from jobcast.act.rules import Rules, read_rules
from jobcast.errors import ConfigError
from jobcast.job import Submission

WEATHER_CENTRE = """
[[require]]
field = "description"
one_of_file = "model.list"
system = "loadleveler"
"""
MODELS = """\
# Models that this centre runs.
GRAPES
Grapes_gfs

  WRF
T639
"""


def asked(**known: str) -> Submission:
    return Submission(at=datetime(2026, 3, 1, tzinfo=UTC), **known)


@pytest.fixture
def rules_of(tmp_path):
    def read(text: str, **files: str | bytes) -> Rules:
        for name, content in {"rules.toml": text, "model.list": MODELS, **files}.items():
            (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_rules(tmp_path / "rules.toml")

    return read


def test_a_weather_centre_lets_jobs_pass_whose_comment_names_a_model(rules_of):
    rules = rules_of(WEATHER_CENTRE)
    assert [
        rules.refusal(asked(description=model), "loadleveler")
        for model in ("GRAPES", "Grapes_gfs", "WRF", " T639 ")
    ] == [None] * 4


@pytest.mark.parametrize("comment", [None, "", "   "])
def test_a_weather_centre_refuses_jobs_without_a_comment(rules_of, comment):
    assert rules_of(WEATHER_CENTRE).refusal(asked(description=comment), "loadleveler") == (
        "jobcast: not submitted: this site requires a description "
        "(LSF -Jd, Slurm --comment, LoadLeveler comment). It is one of: GRAPES, Grapes_gfs, T639, WRF."
    )


def test_a_model_that_is_not_listed_is_refused_with_the_one_that_was_meant(rules_of):
    rules = rules_of(WEATHER_CENTRE)
    assert rules.refusal(asked(description="grapes_gsf"), "loadleveler") == (
        "jobcast: not submitted: the description (LSF -Jd, Slurm --comment, LoadLeveler comment) can't be "
        "grapes_gsf. It is one of: GRAPES, Grapes_gfs, T639, WRF. Did you mean Grapes_gfs?"
    )
    with language.speaking("zh"):
        assert rules.refusal(asked(description="grapes_gsf"), "loadleveler") == (
            "jobcast：未提交：作业说明（LSF -Jd、Slurm --comment、LoadLeveler comment）不能是 grapes_gsf。"
            "可用的有：GRAPES, Grapes_gfs, T639, WRF。 是否想写 Grapes_gfs？"
        )


def test_a_comment_line_of_the_list_is_no_model(rules_of):
    comment = "# Models that this centre runs."
    assert rules_of(WEATHER_CENTRE).refusal(asked(description=comment), "loadleveler") is not None


def test_other_batch_systems_are_not_asked_for_a_model(rules_of):
    assert rules_of(WEATHER_CENTRE).refusal(asked(), "lsf") is None


@pytest.mark.parametrize("mode", ["shadow", "advise", "apply", "lower"])
def test_requirements_hold_in_every_mode(rules_of, mode):
    rules = rules_of(f'mode = "{mode}"\n{WEATHER_CENTRE}')
    assert rules.refusal(asked(), "loadleveler") is not None


def test_nothing_is_required_where_hooks_are_off(rules_of):
    rules = rules_of(f'[[rule]]\nqueue = "op*"\nmode = "off"\n{WEATHER_CENTRE}')
    assert rules.refusal(asked(queue="operation"), "loadleveler") is None
    assert rules.refusal(asked(queue="normal"), "loadleveler") is not None


def test_a_requirement_is_about_the_submissions_that_meet_its_conditions(rules_of):
    rules = rules_of('[[require]]\nfield = "project"\nqueue = ["gpu*", "big"]\nuser = "s*"')
    assert rules.refusal(asked(queue="normal", user="sun"), "lsf") is None
    assert rules.refusal(asked(queue="gpu_a", user="chen"), "lsf") is None
    assert rules.refusal(asked(queue="gpu_a", user="sun", project="chip1"), "lsf") is None
    assert rules.refusal(asked(queue="gpu_a", user="sun"), "lsf") == (
        "jobcast: not submitted: this site requires a project "
        "(LSF -P, Slurm --account, LoadLeveler account_no)."
    )


def test_a_value_has_to_look_like_one_of_the_patterns(rules_of):
    rules = rules_of('[[require]]\nfield = "name"\npattern = ["sim_*", "pnr_*"]')
    assert rules.refusal(asked(name="sim_top"), "slurm") is None
    assert rules.refusal(asked(name="test"), "slurm") == (
        "jobcast: not submitted: the job name can't be test. It has to look like sim_*, pnr_*."
    )


def test_the_first_requirement_that_is_not_met_is_told(rules_of):
    text = (
        '[[require]]\nfield = "project"\nmessage = "first"\n[[require]]\nfield = "name"\nmessage = "second"'
    )
    assert rules_of(text).refusal(asked(), "lsf") == "first"
    assert rules_of(text).refusal(asked(project="chip1"), "lsf") == "second"


def test_a_site_tells_it_in_its_own_words(rules_of):
    rules = rules_of('[[require]]\nfield = "queue"\none_of = ["normal"]\nmessage = "See http://wiki/queues"')
    assert rules.refusal(asked(queue="norml"), "lsf") == "See http://wiki/queues Did you mean normal?"
    assert rules.refusal(asked(), "lsf") == "See http://wiki/queues"


def test_of_a_long_list_some_values_are_told(rules_of):
    names = "\n".join(f"model{number:03}" for number in range(100))
    refusal = rules_of(WEATHER_CENTRE, **{"model.list": names}).refusal(asked(), "loadleveler")
    assert refusal is not None
    assert refusal.endswith("It is one of 100 values, such as " + ", ".join(names.split()[:12]) + ".")


def test_of_very_many_values_those_are_offered_that_begin_alike(rules_of):
    names = "\n".join((*(f"model{number:05}" for number in range(9_000)), "WRF_west", "MRF_west"))
    rules = rules_of(WEATHER_CENTRE, **{"model.list": names})
    refusal = rules.refusal(asked(description="wrf-west"), "loadleveler")
    assert refusal is not None
    assert refusal.endswith("Did you mean WRF_west?")


def test_a_list_may_be_in_chinese_and_in_the_encoding_of_an_old_host(rules_of):
    rules = rules_of(WEATHER_CENTRE, **{"model.list": "区域模式\r\n全球模式\r\n".encode("gb18030")})
    assert rules.refusal(asked(description="全球模式"), "loadleveler") is None
    assert rules.refusal(asked(description="海浪"), "loadleveler") is not None


def test_what_a_hostile_value_says_can_not_rule_a_terminal(rules_of):
    refusal = rules_of(WEATHER_CENTRE).refusal(asked(description="\x1b[2J\r\n\u202ex" * 9999), "loadleveler")
    assert refusal is not None
    assert refusal.isprintable()
    assert len(refusal) < 300


@given(st.text())
def test_whatever_a_field_says_it_is_let_pass_or_refused_in_one_line(value):
    requirement = Requirement(said=Require(field="name"), allowed=frozenset({"GRAPES", "WRF"}))
    refusal = requirement.refusal(asked(name=value), "lsf")
    assert (refusal is None) == (value.strip() in {"GRAPES", "WRF"})
    assert refusal is None or refusal.isprintable()


def test_rules_tell_which_files_they_rest_on(rules_of, tmp_path):
    assert rules_of(WEATHER_CENTRE + WEATHER_CENTRE).files == (
        tmp_path / "rules.toml",
        tmp_path / "model.list",
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('field = "colour"', "Invalid enum value 'colour'"),
        ('field = "name"\none_of = ["a"]\npattern = "b"', "has one of one_of, one_of_file and pattern"),
        ('field = "name"\none_of = [" "]', "allows no value at all"),
        ('field = "name"\none_off = ["a"]', "unknown field `one_off`"),
        ('one_of = ["a"]', "missing required field `field`"),
    ],
)
def test_a_requirement_that_makes_no_sense_is_an_error(rules_of, text, why):
    with pytest.raises(ConfigError) as error:
        rules_of(f"[[require]]\n{text}")
    assert why in error.value.message


def test_a_list_that_can_not_be_read_is_an_error_at_reading(rules_of, tmp_path):
    with pytest.raises(ConfigError) as error:
        rules_of(WEATHER_CENTRE.replace("model.list", "gone.list"))
    assert (error.value.message, error.value.hint) == (
        f"The list of allowed values {tmp_path / 'gone.list'} can't be read: No such file or directory",
        "write one value a line into it, readable by the service",
    )
