"""Boosted trees, evaluated through LightGBM's C interface.

The library is loaded without its Python package: importing that takes half a second, and more where
scikit-learn and pandas are installed; opening the library takes some milliseconds.
"""

import ctypes
import importlib.util
import zlib
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from jobcast.errors import ModelError
from jobcast.language import say
from jobcast.predict.damage import reading

Matrix = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

_FLOAT32, _ROW_MAJOR = 0, 1
_NORMAL, _CONTRIBUTIONS = 0, 3
_ALL_TREES = -1
_END = "\nend of trees\n"
"""Stands after the last tree; the library itself takes whatever trees it finds."""
_SUM = "\ncrc32="

_OTHER_MODEL = "jobcast models rollback"
"""Cures damaged trees at once; the next training grows new ones."""


@cache
def _library() -> ctypes.CDLL:
    found = importlib.util.find_spec("lightgbm")
    if found is None or found.origin is None:
        raise ModelError(say("model.no_lightgbm"), hint="pip install jobcast")
    for path in (
        Path(found.origin).parent / "lib" / "lib_lightgbm.so",
        Path(found.origin).parent / "lib_lightgbm.so",
    ):
        if path.exists():
            library = ctypes.CDLL(str(path))
            library.LGBM_GetLastError.restype = ctypes.c_char_p
            library.LGBM_BoosterPredictForMatSingleRowFast.argtypes = [ctypes.c_void_p] * 4
            return library
    raise ModelError(say("model.no_library"), hint="pip install --force-reinstall lightgbm")


def _checked(status: int) -> None:
    if status != 0:
        refusal = _library().LGBM_GetLastError().decode("utf-8", "replace")
        raise ModelError(say("model.lightgbm", why=refusal), hint="jobcast train")


def save(text: str, path: Path) -> None:
    """Write a model's text, and a last line by which a damage is noticed: LightGBM ends the process over one."""
    path.write_text(f"{text}{_SUM}{_sum(text)}\n", "utf-8")


def _sum(text: str) -> str:
    return f"{zlib.crc32(text.encode()):08x}"


class Trees:
    """A model that was saved in LightGBM's own text format."""

    def __init__(self, text: str, *, threads: int = 1) -> None:
        """Take over a model's text; raises ModelError when LightGBM doesn't understand it."""
        self._handle, self._single = ctypes.c_void_p(), ctypes.c_void_p()
        self._parameters = f"num_threads={threads} predict_disable_shape_check=false".encode()
        if _END not in text:
            raise ModelError(say("model.cut_off"), hint=_OTHER_MODEL)
        rounds = ctypes.c_int()
        _checked(
            _library().LGBM_BoosterLoadModelFromString(
                text.encode(), ctypes.byref(rounds), ctypes.byref(self._handle)
            )
        )

        self.classes = self._count_classes()
        """Numbers that the model tells of each row: 1, or how many classes it tells apart."""
        self._columns = self._prepare_single()

    @classmethod
    def load(cls, path: Path, *, threads: int = 1) -> "Trees":
        """Read a model that `save` wrote; raises ModelError when it is missing or damaged."""
        with reading(path, hint=_OTHER_MODEL):
            text, _, told = path.read_text("utf-8").rpartition(_SUM)
        if told.rstrip() != _sum(text):
            raise ModelError(say("model.damaged_trees", path=path), hint=_OTHER_MODEL)
        return cls(text, threads=threads)

    def __del__(self) -> None:
        """Give the memory of the model back."""
        if getattr(self, "_single", None):
            _library().LGBM_FastConfigFree(self._single)
        if getattr(self, "_handle", None):
            _library().LGBM_BoosterFree(self._handle)

    def predict(self, matrix: Matrix) -> Floats:
        """Return one number for each row: of a model that tells classes apart, the first one's chance."""
        return self.predict_classes(matrix)[:, 0]

    def predict_classes(self, matrix: Matrix) -> Floats:
        """Return `classes` numbers for each row: their chances, where the model tells classes apart."""
        if matrix.shape == (1, self._columns):
            return self._evaluate_single(matrix)
        return self._evaluate(matrix, _NORMAL, columns=self.classes)

    def contributions(self, matrix: Matrix) -> Floats:
        """Return for each row how far each feature moved the result (TreeSHAP); the last column is the start.

        One class after the other where the model tells several apart.
        """
        return self._evaluate(matrix, _CONTRIBUTIONS, columns=self.classes * (matrix.shape[1] + 1))

    def _evaluate(self, matrix: Matrix, kind: int, *, columns: int) -> Floats:
        rows = np.ascontiguousarray(matrix, dtype=np.float32)
        result = np.empty((len(rows), columns), dtype=np.float64)
        if not len(rows):
            return result
        written = ctypes.c_int64()
        _checked(
            _library().LGBM_BoosterPredictForMat(
                self._handle,
                rows.ctypes.data_as(ctypes.c_void_p),
                ctypes.c_int(_FLOAT32),
                ctypes.c_int32(rows.shape[0]),
                ctypes.c_int32(rows.shape[1]),
                ctypes.c_int(_ROW_MAJOR),
                ctypes.c_int(kind),
                ctypes.c_int(0),
                ctypes.c_int(_ALL_TREES),
                ctypes.c_char_p(self._parameters),
                ctypes.byref(written),
                result.ctypes.data_as(ctypes.POINTER(ctypes.c_double)),
            )
        )
        return result

    def _count_classes(self) -> int:
        classes = ctypes.c_int()
        _checked(_library().LGBM_BoosterGetNumClasses(self._handle, ctypes.byref(classes)))
        return classes.value

    def _prepare_single(self) -> int:
        """Let the library read its parameters once for all single rows, and return how many columns these have."""
        columns = ctypes.c_int()
        _checked(_library().LGBM_BoosterGetNumFeature(self._handle, ctypes.byref(columns)))
        _checked(
            _library().LGBM_BoosterPredictForMatSingleRowFastInit(
                self._handle,
                ctypes.c_int(_NORMAL),
                ctypes.c_int(0),
                ctypes.c_int(_ALL_TREES),
                ctypes.c_int(_FLOAT32),
                ctypes.c_int32(columns.value),
                ctypes.c_char_p(self._parameters),
                ctypes.byref(self._single),
            )
        )
        return columns.value

    def _evaluate_single(self, matrix: Matrix) -> Floats:
        row = np.ascontiguousarray(matrix, dtype=np.float32)
        result, written = np.empty((1, self.classes)), ctypes.c_int64()
        _checked(
            _library().LGBM_BoosterPredictForMatSingleRowFast(
                self._single, row.ctypes.data, ctypes.addressof(written), result.ctypes.data
            )
        )
        return result
