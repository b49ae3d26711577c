"""Read memPrediction's training YAML: every key of its manual works, any other is an error."""

from dataclasses import asdict
from importlib.resources import files
from pathlib import Path

import yaml
from yaml.error import MarkedYAMLError
from yaml.reader import ReaderError

from jobcast.errors import ConfigError
from jobcast.features.embedding import WordRule
from jobcast.features.memprediction import TEXT_COLUMNS
from jobcast.language import say
from jobcast.train.memprediction.section import Section
from jobcast.train.memprediction.settings import (
    METHODS,
    SAMPLING_METHODS,
    SAMPLING_STRATEGIES,
    CrossValidation,
    EmbeddingSettings,
    Oversampling,
    SamplingStrategy,
    TrainingSettings,
    XGBoostSettings,
)


def default_settings() -> TrainingSettings:
    """Return the settings of the YAML that comes with the package, the manual's but for early stopping."""
    return parse_settings(default_yaml())


def default_yaml() -> str:
    """Return the text of the YAML that comes with the package."""
    return files(__package__).joinpath("training_config.yaml").read_text("utf-8")


def read_settings(path: Path) -> TrainingSettings:
    """Read a training YAML. Raises ConfigError when it can't be read, or a key or value is not understood."""
    try:
        return parse_settings(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(
            say("training.unreadable", path=path, why=error.strerror or error),
            hint=say("training.unreadable_cure"),
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(
            say("training.unreadable", path=path, why=error), hint=say("training.no_text_cure")
        ) from error


def parse_settings(text: str) -> TrainingSettings:
    """Understand the text of a training YAML; raises ConfigError as `read_settings` does."""
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        problem, line = _problem(error, text)
        raise ConfigError(
            say("training.no_yaml", problem=problem, line=line), hint=say("training.no_yaml_cure")
        ) from error
    top = Section(content, "", ("report", "bins", "cross_validation", "base_model", "Sampling", "model"))
    return TrainingSettings(
        bins=_report_bins(top),
        cross_validation=_cross_validation(top.section("cross_validation", ("test_size", "train_size"))),
        embeddings=_embeddings(top.section("base_model", tuple(TEXT_COLUMNS))),
        oversampling=_oversampling(top.section("Sampling", ("max_mem",))),
        boosting=_boosting(top.section("model", ("model_name", "fitting_parameter", "training_parameter"))),
    )


def _problem(error: yaml.YAMLError, text: str) -> tuple[str, int]:
    """Return what is wrong with a YAML text, and in which line."""
    if isinstance(error, ReaderError):
        return error.reason, text.count("\n", 0, error.position) + 1
    if isinstance(error, MarkedYAMLError) and error.problem and error.problem_mark:
        return error.problem, error.problem_mark.line + 1
    return str(error), 1


def to_yaml(settings: TrainingSettings) -> dict[str, object]:
    """Return the content of a training YAML that says the same; `parse_settings` reads it back."""
    base_model: dict[str, dict[str, object]] = {column: {} for column in TEXT_COLUMNS}
    for each in settings.embeddings:
        how = {"emb_size": each.emb_size, "words": str(each.words)}
        base_model[each.column][each.method] = how | ({"cluster": each.cluster} if each.cluster else {})
    boosting = settings.boosting
    return {
        "report": {"bins": list(settings.bins)},
        "cross_validation": asdict(settings.cross_validation),
        "base_model": {column: methods for column, methods in base_model.items() if methods},
        "Sampling": _sampling_yaml(settings.oversampling),
        "model": {
            "model_name": "xgboost",
            "fitting_parameter": {
                "early_stopping_rounds": boosting.early_stopping_rounds,
                "eval_metric": list(boosting.eval_metric),
            },
            "training_parameter": {**boosting.parameters, "n_estimators": boosting.n_estimators},
        },
    }


def _sampling_yaml(oversampling: Oversampling | None) -> dict[str, object]:
    if oversampling is None:
        return {"max_mem": {"status": False}}
    how = {"method": oversampling.method, "sampling_strategy": oversampling.sampling_strategy}
    return {
        "max_mem": {"status": True, "bins": list(oversampling.bins), "over_sample": {"status": True, **how}}
    }


def _report_bins(top: Section) -> tuple[float, ...]:
    """Take the report's bounds from ``report.bins``, the manual's place, or from ``bins``."""
    report = top.section("report", ("bins",))
    if report.has("bins") and top.has("bins"):
        raise ConfigError(say("training.bins_twice"), hint=say("training.bins_twice_cure"))
    inner = report.bounds("bins") if report.has("bins") else top.bounds("bins")
    return inner or (float("-inf"), *(float(2**power) for power in range(10)), float("inf"))


def _cross_validation(section: Section) -> CrossValidation:
    """Complete the one share from the other, as scikit-learn does."""
    test, train = section.share("test_size"), section.share("train_size")
    if test is None and train is None:
        return CrossValidation()
    test = 1 - train if test is None and train is not None else test
    train = 1 - test if train is None and test is not None else train
    if test is None or train is None or test + train > 1 + 1e-9:
        raise ConfigError(say("training.shares", test=test, train=train), hint=say("training.shares_cure"))
    return CrossValidation(test_size=test, train_size=train)


def _embeddings(base_model: Section) -> tuple[EmbeddingSettings, ...]:
    """List the embeddings, text by text; a text or method that is left out takes no part."""
    return tuple(
        _embedding(column, method, base_model.section(column, METHODS))
        for column in TEXT_COLUMNS
        for method in METHODS
        if base_model.has(column) and base_model.section(column, METHODS).has(method)
    )


def _embedding(column: str, method: str, methods: Section) -> EmbeddingSettings:
    section = methods.section(method, ("emb_size", "cluster", "words"))
    return EmbeddingSettings(
        column=column,
        method=method,
        emb_size=section.whole("emb_size") or 128,
        cluster=section.whole("cluster"),
        words=WordRule(section.choice("words", tuple(WordRule), WordRule.LETTERS)),
    )


def _oversampling(sampling: Section) -> Oversampling | None:
    """Read ``Sampling.max_mem``; both its status and that of over_sample must be on."""
    max_mem = sampling.section("max_mem", ("status", "bins", "over_sample"))
    over = max_mem.section("over_sample", ("status", "method", "sampling_strategy"))
    bins = max_mem.bounds("bins")
    method = over.choice("method", SAMPLING_METHODS, "SMOTE")
    strategy = _strategy(over, len(bins) - 1)
    if not (max_mem.flag("status") and over.flag("status")):
        return None
    if not bins:
        raise ConfigError(say("training.no_bins"), hint=say("training.no_bins_cure"))
    return Oversampling(bins=bins, method=method, sampling_strategy=strategy)


def _strategy(over: Section, intervals: int) -> SamplingStrategy:
    """Read the sampling strategy: a word, or the number of jobs wanted for some intervals."""
    value = over.value("sampling_strategy")
    if not isinstance(value, dict):
        return over.choice("sampling_strategy", SAMPLING_STRATEGIES, "auto")
    for interval, wanted in value.items():
        if (
            type(interval) is not int
            or type(wanted) is not int
            or not 0 <= interval < intervals
            or wanted < 1
        ):
            raise over.wrong("sampling_strategy", say("training.counts", last=intervals - 1))
    return value


def _boosting(model: Section) -> XGBoostSettings:
    model.choice("model_name", ("xgboost",), "xgboost")
    fitting = model.section("fitting_parameter", ("early_stopping_rounds", "eval_metric"))
    parameters = dict(model.mapping("training_parameter"))
    # XGBoost checks its parameters itself; these have a part in the recipe before it can.
    ours = model.section("training_parameter", tuple(parameters))
    trees = ours.whole("n_estimators")
    parameters.pop("n_estimators", None)
    ours.whole("max_bin")
    for seed in ("seed", "random_state"):
        if seed in parameters:
            parameters[seed] = ours.whole(seed, least=0) or 0
    return XGBoostSettings(
        early_stopping_rounds=fitting.whole("early_stopping_rounds"),
        eval_metric=fitting.texts("eval_metric") or ("rmse",),
        n_estimators=trees or 100,
        parameters=parameters,
    )
