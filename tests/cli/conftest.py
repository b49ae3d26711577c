"""The program as a user runs it, but inside this process."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from jobcast.cli import doctor, sample
from jobcast.cli.main import program, settle_language
from jobcast.predict.shelf import Shelf
from jobcast.store import Store
from jobcast.train.boosting import BoostingSettings
from tests.made_up import Printer
from tests.trained import made_up_history

Run = Callable[..., Result]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture
def jobcast(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs jobcast on the store of this test, in a directory of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JOBCAST_STORE", str(store.path))

    def run(*arguments: str) -> Result:
        settle_language(arguments)
        return CliRunner().invoke(program(), list(arguments), prog_name="jobcast")

    return run


@pytest.fixture
def made_up_systems(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Printer]:
    """Have one batch system that answers, one that fails and one that is not here."""
    (tmp_path / "answer").write_text("1 36000\n2 39600\nwhat is this\n3 RUN\n")
    systems = {
        "lsf": Printer("lsf", "cat", "answer"),
        "slurm": Printer("slurm", "false"),
        "kubernetes": Printer("kubernetes", "no-such-program"),
    }
    for module in (sample, doctor):
        monkeypatch.setattr(module, "BATCH_SYSTEMS", systems)
    return systems


@pytest.fixture
def shelf(store: Store) -> Shelf:
    return Shelf(store.path / "models")


@pytest.fixture
def trained(shelf: Shelf, model_folder: Path) -> str:
    """Have a model on the shelf that answers, and return its name."""
    shutil.copytree(model_folder, shelf.path / model_folder.name)
    shelf.activate(model_folder.name)
    return model_folder.name


@pytest.fixture
def sampled(store: Store) -> Store:
    """Return the store of this test, with two weeks of a made-up cluster."""
    store.append(made_up_history())
    return store


@pytest.fixture
def few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the trees of the default recipe be few and small."""
    for name, value in {
        "num_iterations": 8,
        "num_leaves": 7,
        "min_data_in_leaf": 20,
        "num_threads": 1,
    }.items():
        monkeypatch.setitem(BoostingSettings.__init__.__kwdefaults__, name, value)
