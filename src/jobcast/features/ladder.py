"""The families of a few submissions on all rungs at once, as a forecast needs them: fast, and the same."""

from functools import lru_cache

import numpy as np

from jobcast.features.coded import Keys, One
from jobcast.features.family import AMOUNTS, LADDER, TEXT_PARTS, amount_keys, family_keys, text_keys
from jobcast.features.keys import Mixer
from jobcast.features.submissions import Submissions

FEW = 64
"""Submissions up to which each is looked at by itself."""

_READ = ("user", "project", "queue", "name", "command", "cwd")
"""Texts of a submission that its families depend on."""
_MIXER = Mixer([[(*TEXT_PARTS, *AMOUNTS).index(part) for part in rung.parts] for rung in LADDER])

_KEPT = 8192
"""Submissions whose families are kept: people submit the same again and again."""
_LONGEST_KEPT = 2048
"""Characters of all texts of such a submission; with `_KEPT` it bounds what is kept."""

Row = tuple[str | int, ...]
"""The texts that are read of a submission, and the keys of its amounts."""


@lru_cache(maxsize=1)  # memory and run times are asked about the same submissions
def ladder_keys(submissions: Submissions) -> Keys:
    """Return (n, len(LADDER)): what `family_keys` gives rung by rung."""
    if len(submissions) > FEW:
        return np.column_stack(list(family_keys(submissions)))
    texts = (submissions.texts[name].texts() for name in _READ)
    amounts = (keys.tolist() for keys in amount_keys(submissions))
    raw = _LOOKED_UP.find(list(zip(*texts, *amounts, strict=True)))
    return np.frombuffer(raw, dtype=np.uint64).reshape(-1, len(LADDER))


class _LookedUp:
    """Keys of the submissions that were looked at lately."""

    def __init__(self) -> None:
        self._kept: dict[Row, bytes] = {}

    def find(self, rows: list[Row]) -> bytes:
        """Return the keys of `rows` one after the other, looking at those that are new together."""
        found = [self._kept.get(row) for row in rows]
        if None in found:
            new = [row for row, keys in zip(rows, found, strict=True) if keys is None]
            computed = dict(zip(new, _computed(new), strict=True))
            self._keep(computed)
            found = [keys or computed[row] for row, keys in zip(rows, found, strict=True)]
        return b"".join(filter(None, found))

    def _keep(self, computed: dict[Row, bytes]) -> None:
        if len(self._kept) + len(computed) > _KEPT:
            self._kept.clear()
        for row, keys in computed.items():
            if sum(len(text) for text in row if isinstance(text, str)) <= _LONGEST_KEPT:
                self._kept[row] = keys


_LOOKED_UP = _LookedUp()


def _computed(rows: list[Row]) -> list[bytes]:
    parts = [
        (
            *text_keys({name: One(str(text)) for name, text in zip(_READ, row, strict=False)}),
            *row[len(_READ) :],
        )
        for row in rows
    ]
    keys = _MIXER.mix(np.array(parts, dtype=np.uint64).T)
    return [one.tobytes() for one in keys.T]
