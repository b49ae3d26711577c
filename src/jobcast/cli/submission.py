"""Submissions in memPrediction's YAML."""

from pathlib import Path
from typing import Any

from jobcast.errors import InputError
from jobcast.language import say


def from_yaml(path: Path) -> dict[str, Any]:
    """Read memPrediction's job YAML. Raises InputError when it is none."""
    import yaml  # noqa: PLC0415 - 20 ms that other calls do without

    try:
        fields = yaml.safe_load(path.read_bytes())
    except OSError as error:
        raise unreadable(path, error) from error
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        why = " ".join(str(error).split())
        raise InputError(
            say("predict.unreadable", path=path, why=why), hint=say("predict.yaml_cure")
        ) from error
    if not isinstance(fields, dict):
        why = say("predict.no_fields")
        raise InputError(say("predict.unreadable", path=path, why=why), hint=say("predict.yaml_cure"))
    return fields


def unreadable(path: Path, error: OSError) -> InputError:
    """Return the error of a file that the operating system won't give."""
    why = error.strerror or error
    return InputError(say("predict.unreadable", path=path, why=why), hint=say("predict.unreadable_cure"))
