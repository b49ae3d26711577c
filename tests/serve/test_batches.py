"""An answer does not depend on what is asked beside it."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.job import Request, Submission
from jobcast.predict.shelf import Shelf
from jobcast.serve.active import Follower, Loaded
from jobcast.serve.desk import Answered, Desk
from jobcast.serve.watched import watch_rules
from jobcast.store.advice import AdviceJournal
from jobcast.units import GIB
from tests.trained import JOBS, a_job, submission

RULES = """
mode = "lower"
run_limit = true
memory_most = "4 GB"

[[rule]]
user = "nobody"
mode = "off"

[[rule]]
queue = "none"
memory_default = "2 GB"
"""


@pytest.fixture(scope="module")
def desk(model_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    folder = tmp_path_factory.mktemp("desk")
    shutil.copytree(model_folder, folder / "models" / model_folder.name)
    Shelf(folder / "models").activate(model_folder.name)
    (folder / "rules.toml").write_text(RULES)
    follower = Follower(folder)
    follower.take(model_folder.name, follower.load(model_folder.name))
    return Desk(
        follower=follower,
        rules=watch_rules(folder / "rules.toml"),
        journal=AdviceJournal(folder),
        new_id=lambda: "same",
    )


requests = st.builds(
    Request,
    cores=st.none() | st.integers(1, 64),
    memory=st.none() | st.integers(1, 64 * GIB),
    run_limit=st.none() | st.floats(60, 1e6),
)
known = st.builds(
    lambda number, **more: submission(**a_job(number), **more), st.integers(0, JOBS - 1), request=requests
)
texts = st.none() | st.text(max_size=6)
strange = st.builds(
    submission, user=st.just("nobody") | texts, queue=st.just("none") | texts, command=texts, request=requests
)
mixed = st.builds(lambda one, user: replace(one, user=user), known, st.just("nobody") | texts)
asked = known | strange | mixed


def _answered(desk: Desk, submissions: Sequence[Submission]) -> list[Answered]:
    loaded = desk.follower.loaded
    assert isinstance(loaded, Loaded)
    return desk.answer(submissions, loaded)


@given(st.lists(asked, max_size=8), st.lists(asked, max_size=8))
def test_what_is_asked_together_is_answered_as_apart(desk, some, others):
    assert _answered(desk, some + others) == _answered(desk, some) + _answered(desk, others)
