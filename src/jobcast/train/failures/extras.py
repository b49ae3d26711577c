"""Whether scikit-learn is there, an extra that learning of failures needs and telling them does not."""

from jobcast.errors import ConfigError
from jobcast.language import say


def see_scikit_learn() -> None:
    """Raise ConfigError, which names the cure, where scikit-learn is not installed."""
    try:
        import sklearn  # noqa: F401, PLC0415 - an extra
    except ImportError as error:
        raise ConfigError(
            say("failures_models.needs_scikit_learn"), hint="pip install 'jobcast[failures]'"
        ) from error
