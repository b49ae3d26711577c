"""Every key of memPrediction's training YAML is understood, and nothing else is."""

from pathlib import Path

import pytest
import yaml

from jobcast.errors import ConfigError
from jobcast.features.embedding import WordRule
from jobcast.language import choose
from jobcast.train.memprediction.settings import (
    CrossValidation,
    EmbeddingSettings,
    Oversampling,
    TrainingSettings,
    XGBoostSettings,
)
from jobcast.train.memprediction.training_yaml import (
    default_settings,
    parse_settings,
    read_settings,
    to_yaml,
)

INF = float("inf")
EVERY_KEY = """
report:
  bins: [-.inf, 16, 32, .inf]
cross_validation:
  test_size: 0.1
  train_size: 0.5
base_model:
  cwd:
    word2vec: {emb_size: 64, cluster: 4}
  job_name:
    word2vec: {}
    glove: {emb_size: 32, words: letters_and_digits}
Sampling:
  max_mem:
    status: True
    bins: [-.inf, 16, 64, .inf]
    over_sample:
      status: True
      method: SMOTE
      sampling_strategy: {1: 40, 2: 50}
model:
  model_name: xgboost
  fitting_parameter:
    early_stopping_rounds: 16
    eval_metric: [mae, rmse]
  training_parameter:
    max_depth: 15
    n_estimators: 128
    seed: 64
    tweedie_variance_power: 1.3
"""


def test_every_key_is_understood():
    assert parse_settings(EVERY_KEY) == TrainingSettings(
        bins=(-INF, 16, 32, INF),
        cross_validation=CrossValidation(test_size=0.1, train_size=0.5),
        embeddings=(
            EmbeddingSettings(column="cwd", method="word2vec", emb_size=64, cluster=4),
            EmbeddingSettings(column="job_name", method="word2vec"),
            EmbeddingSettings(
                column="job_name", method="glove", emb_size=32, words=WordRule.LETTERS_AND_DIGITS
            ),
        ),
        oversampling=Oversampling(bins=(-INF, 16, 64, INF), method="SMOTE", sampling_strategy={1: 40, 2: 50}),
        boosting=XGBoostSettings(
            early_stopping_rounds=16,
            eval_metric=("mae", "rmse"),
            n_estimators=128,
            parameters={"max_depth": 15, "seed": 64, "tweedie_variance_power": 1.3},
        ),
    )


def test_the_default_is_the_manuals():
    settings = default_settings()
    assert settings.bins == (-INF, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, INF)
    assert settings.cross_validation == CrossValidation(test_size=0.01, train_size=0.99)
    assert [(each.column, each.method, each.emb_size) for each in settings.embeddings] == [
        (column, method, 128) for column in ("cwd", "command", "job_name") for method in ("word2vec", "glove")
    ]
    assert settings.oversampling is None
    assert settings.boosting.n_estimators == 100
    assert settings.boosting.seed == 64
    assert settings.boosting.parameters["objective"] == "reg:tweedie"


@pytest.mark.parametrize("text", [EVERY_KEY, "", "base_model: {cwd: {glove: {cluster: 3}}}"])
def test_settings_survive_being_written_as_yaml(text):
    settings = parse_settings(text)
    assert parse_settings(yaml.safe_dump(to_yaml(settings))) == settings


def test_bins_may_stand_at_the_top():
    assert parse_settings("bins: [-.inf, 2, .inf]").bins == (-INF, 2, INF)
    assert parse_settings("report: {bins: [-.inf, 2, .inf]}") == parse_settings("bins: [-.inf, 2, .inf]")


def test_an_empty_file_has_the_manuals_bins_and_no_texts():
    settings = parse_settings("")
    assert settings.bins == default_settings().bins
    assert settings.embeddings == ()


@pytest.mark.parametrize(
    ("given", "expected"), [("test_size: 0.2", (0.2, 0.8)), ("train_size: 0.75", (0.25, 0.75))]
)
def test_one_share_completes_the_other(given, expected):
    shares = parse_settings(f"cross_validation: {{{given}}}").cross_validation
    assert (shares.test_size, shares.train_size) == pytest.approx(expected)


@pytest.mark.parametrize(
    "sampling",
    [
        "max_mem: {status: false, bins: [0, 1], over_sample: {status: true}}",
        "max_mem: {status: true, bins: [0, 1], over_sample: {status: false}}",
        "max_mem: {status: true, bins: [0, 1]}",
    ],
)
def test_either_status_switches_the_sampling_off(sampling):
    assert parse_settings(f"Sampling: {{{sampling}}}").oversampling is None


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("cross_validaton: {}", "unknown key: cross_validaton", "Did you mean cross_validation?"),
        ("sampling: {}", "unknown key: sampling", "Did you mean Sampling?"),
        ("cross_validation: {tests_size: 0.1}", "cross_validation.tests_size", "Did you mean test_size?"),
        ("base_model: {jobname: {}}", "base_model.jobname", "Did you mean job_name?"),
        ("base_model: {cwd: {word2vector: {}}}", "base_model.cwd.word2vector", "Did you mean word2vec?"),
        (
            "base_model: {cwd: {glove: {emb_dim: 3}}}",
            "base_model.cwd.glove.emb_dim",
            "Did you mean emb_size?",
        ),
        ("Sampling: {max_mem: {bin: []}}", "Sampling.max_mem.bin", "Did you mean bins?"),
        ("model: {fitting_parameter: {eval: 1}}", "model.fitting_parameter.eval", "eval_metric"),
        ("model: {model_name: xgbost}", "model.model_name is 'xgbost'", "Did you mean xgboost?"),
        ("base_model: {cwd: {glove: {words: digits}}}", "words is 'digits'", "letters_and_digits"),
        ("Sampling: {max_mem: {over_sample: {method: ADASYN}}}", "method is 'ADASYN'", "SMOTE"),
        ("Sampling: {max_mem: {over_sample: {sampling_strategy: al}}}", "is 'al'", "Did you mean all?"),
        ("Sampling: {max_mem: {status: true, over_sample: {status: true}}}", "bins is missing", "bounds"),
        ("report: {bins: [1, 2]}\nbins: [1, 2]", "sets bins twice", "keep one"),
    ],
)
def test_what_is_not_known_is_an_error_with_the_nearest_that_is(text, message, hint):
    with pytest.raises(ConfigError) as error:
        parse_settings(text)
    assert message in error.value.message
    assert hint in error.value.hint


@pytest.mark.parametrize(
    "text",
    [
        "bins: [1]",
        "bins: [4, 2]",
        "bins: [1, two]",
        "bins: 3",
        "cross_validation: {test_size: 0}",
        "cross_validation: {test_size: 1.5}",
        "cross_validation: {test_size: 0.5, train_size: 0.6}",
        "cross_validation: 3",
        "base_model: {cwd: {glove: {emb_size: 0}}}",
        "base_model: {cwd: {glove: {emb_size: big}}}",
        "base_model: {cwd: {glove: {cluster: true}}}",
        "Sampling: {max_mem: {status: maybe}}",
        "Sampling: {max_mem: {bins: [0, 1], over_sample: {sampling_strategy: {1: 5}}}}",
        "Sampling: {max_mem: {bins: [0, 1], over_sample: {sampling_strategy: {0: none}}}}",
        "model: {fitting_parameter: {early_stopping_rounds: -1}}",
        "model: {fitting_parameter: {eval_metric: 3}}",
        "model: {training_parameter: {n_estimators: 1.5}}",
        "model: {training_parameter: [1]}",
        "model: {training_parameter: {seed: odd}}",
        "model: {training_parameter: {random_state: -1}}",
        "model: {training_parameter: {max_bin: many}}",
        "- a list",
        "a: [",
    ],
)
def test_a_value_that_makes_no_sense_is_an_error_with_a_cure(text):
    with pytest.raises(ConfigError) as error:
        parse_settings(text)
    assert error.value.hint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("bins: [1, 2]\na: [", "expected the node content, but found '<stream end>' in line 2"),
        ("a: 1\nb: \x00", "special characters are not allowed in line 2"),
    ],
)
def test_what_is_no_yaml_is_told_with_its_line(text, message):
    with pytest.raises(ConfigError) as error:
        parse_settings(text)
    assert error.value.message == f"the training YAML is no YAML: {message}"
    assert error.value.hint == "correct that line or the one before"


def test_a_wrong_value_is_told_in_the_chosen_language():
    choose("zh")
    with pytest.raises(ConfigError) as error:
        parse_settings("cross_validation: {test_size: 0}")
    assert error.value.message == "cross_validation.test_size 为 0，但必须是介于 0 与 1 之间的数"
    assert error.value.hint == "请在训练配置中更正 cross_validation.test_size，或将其省略"


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path):
    path = tmp_path / "none.yaml"
    with pytest.raises(ConfigError, match="can't read") as error:
        read_settings(path)
    assert error.value.message == f"can't read the training YAML {path}: No such file or directory"
    assert error.value.hint == "check the name and your rights"


def test_a_file_that_is_no_text_is_an_error(tmp_path: Path):
    (tmp_path / "training.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="can't read") as error:
        read_settings(tmp_path / "training.yaml")
    assert error.value.hint == "save the file as UTF-8 text"


def test_a_file_is_read(tmp_path: Path):
    (tmp_path / "training.yaml").write_text(EVERY_KEY)
    assert read_settings(tmp_path / "training.yaml") == parse_settings(EVERY_KEY)
