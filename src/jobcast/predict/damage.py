"""Why something of a model can't be read, in few words."""


def why(error: Exception) -> str:
    """Return what `error` says; of the operating system's the mere reason, of XGBoost's no stack."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error).partition("\nStack trace")[0].strip()
