"""One section of a YAML file, read key by key with errors that say where and what."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from jobcast.errors import ConfigError
from jobcast.language import say
from jobcast.spelling import likeliest


class Section:
    """A mapping of which all keys are known. An absent section, or one without content, is empty."""

    def __init__(self, content: object, path: str, known: Sequence[str]) -> None:
        self._path = path
        self._content: Mapping[str, object] = {} if content is None else _as_mapping(content, path)
        for key in self._content:
            if key not in known:
                raise ConfigError(
                    say("training.unknown_key", name=self._name(key)),
                    hint=likeliest(str(key), known),
                )

    def _name(self, key: object) -> str:
        return f"{self._path}.{key}" if self._path else str(key)

    def has(self, key: str) -> bool:
        """Tell whether the key is there, with or without content."""
        return key in self._content

    def value(self, key: str) -> object:
        """Return what the key holds, None when it is absent."""
        return self._content.get(key)

    def wrong(self, key: str, wanted: str) -> ConfigError:
        """Return the error for a value that is not `wanted`."""
        name = self._name(key)
        return ConfigError(
            say("training.wrong", name=name, value=self.value(key), wanted=wanted),
            hint=say("training.wrong_cure", name=name),
        )

    def section(self, key: str, known: Sequence[str]) -> "Section":
        """Return the section under `key`, of which the keys are `known`."""
        return Section(self.value(key), self._name(key), known)

    def mapping(self, key: str) -> Mapping[str, object]:
        """Return the section under `key` as it is, whatever its keys."""
        value = self.value(key)
        return {} if value is None else _as_mapping(value, self._name(key))

    def whole(self, key: str, *, least: int = 1) -> int | None:
        """Return a whole number that fits 32 bits, None when it is absent."""
        value = self.value(key)
        if value is None or (type(value) is int and least <= value < 2**32):
            return value
        raise self.wrong(key, say("training.whole", least=least))

    def share(self, key: str) -> float | None:
        """Return a number between 0 and 1, None when it is absent."""
        value = self.value(key)
        if value is None or (isinstance(value, float) and 0 < value < 1):
            return value
        raise self.wrong(key, say("training.share"))

    def flag(self, key: str) -> bool:
        """Return a truth value, false when it is absent."""
        value = self.value(key)
        if value is None or isinstance(value, bool):
            return bool(value)
        raise self.wrong(key, say("training.flag"))

    def choice(self, key: str, choices: Sequence[str], default: str) -> str:
        """Return one of the `choices`."""
        value = self.value(key)
        if value is None:
            return default
        if value not in choices:
            raise ConfigError(
                say("training.unknown_choice", name=self._name(key), value=value),
                hint=likeliest(str(value), choices),
            )
        return str(value)

    def texts(self, key: str) -> tuple[str, ...]:
        """Return one word or a list of words, empty when it is absent."""
        value = self.value(key)
        listed = value if isinstance(value, list) else [] if value is None else [value]
        if not all(isinstance(each, str) for each in listed):
            raise self.wrong(key, say("training.words"))
        return tuple(listed)

    def bounds(self, key: str) -> tuple[float, ...]:
        """Return a rising list of at least two numbers, empty when it is absent."""
        value = self.value(key)
        if value is None:
            return ()
        numbers = value if isinstance(value, list) else []
        if not all(isinstance(each, int | float) for each in numbers) or len(numbers) < 2:
            raise self.wrong(key, say("training.numbers"))
        if not all(low < high for low, high in pairwise(numbers)):
            raise self.wrong(key, say("training.rising"))
        return tuple(float(each) for each in numbers)


def _as_mapping(content: object, path: str) -> Mapping[str, object]:
    if isinstance(content, dict):
        return content
    raise ConfigError(
        say("training.no_keys", name=path or say("training.itself"), content=content),
        hint=say("training.no_keys_cure"),
    )
