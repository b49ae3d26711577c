"""Models appear whole or not at all, and which one answers is switched in one instant."""

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jobcast.errors import ModelError
from jobcast.predict.card import Card
from jobcast.predict.shelf import Shelf, grown_name

MADE = datetime(2026, 3, 1, 2, 0, 7, tzinfo=UTC)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "models")


def grow(shelf: Shelf, made: datetime = MADE, trees_of: str | None = None) -> str:
    with shelf.growing(made) as folder:
        (folder / "memory").mkdir()
        (folder / "memory/keys.npy").write_bytes(b"keys")
        Card(
            recipe="default",
            made="",
            versions={},
            data={},
            settings={},
            risk=None,
            refreshed_from=trees_of,
        ).save(folder)
    return grown_name(folder)


def refresh(shelf: Shelf, training: str, times: int) -> list[str]:
    """Refresh the model as often, and let each answer."""
    names = [
        grow(shelf, datetime.fromisoformat(f"{training[:10]}T{hour:02}:00+00:00"), training)
        for hour in range(3, 3 + times)
    ]
    for name in names:
        shelf.activate(name)
    return names


def grow_three(shelf: Shelf) -> list[str]:
    return [grow(shelf, MADE.replace(day=day)) for day in (1, 2, 3)]


def entries(shelf: Shelf) -> list[str]:
    return sorted(path.name for path in shelf.path.iterdir())


def test_a_model_stands_under_the_moment_at_which_it_was_made(shelf):
    assert grow(shelf) == "2026-03-01T02-00-07"
    assert shelf.names() == ["2026-03-01T02-00-07"]
    assert (shelf.folder("2026-03-01T02-00-07") / "memory/keys.npy").read_bytes() == b"keys"
    assert entries(shelf) == ["2026-03-01T02-00-07"]


def test_while_a_model_grows_it_is_not_there(shelf):
    with shelf.growing(MADE) as folder:
        (folder / "card.json").write_text("{}")
        assert shelf.names() == []
        with pytest.raises(ModelError):
            shelf.activate(folder.name)


def test_two_trainings_in_one_second_get_two_names(shelf):
    names = [grow(shelf), grow(shelf), grow(shelf)]
    assert names == ["2026-03-01T02-00-07", "2026-03-01T02-00-07-2", "2026-03-01T02-00-07-3"]
    assert shelf.names() == names


def test_two_trainings_at_the_same_time_get_two_names_whoever_ends_first(shelf):
    with shelf.growing(MADE) as first, shelf.growing(MADE) as second:
        for folder in (first, second):
            (folder / "card.json").write_text(folder.name)
    assert shelf.names() == [grown_name(first), grown_name(second)]
    assert (shelf.folder(grown_name(second)) / "card.json").read_text() == second.name


@pytest.mark.parametrize("failure", [ModelError("too few"), KeyboardInterrupt(), SystemExit(1)])
def test_a_failure_leaves_the_shelf_as_it_was(shelf, failure):
    shelf.activate(grow(shelf))
    before = entries(shelf)

    def fail() -> None:
        with shelf.growing(MADE.replace(day=2)) as folder:
            (folder / "card.json").write_text("{}")
            raise failure

    with pytest.raises(type(failure)):
        fail()
    assert entries(shelf) == before
    assert shelf.active() == "2026-03-01T02-00-07"


def test_a_training_that_is_killed_leaves_no_model(shelf):
    shelf.activate(grow(shelf))
    program = """
import sys, time
from datetime import datetime, UTC
from pathlib import Path
from jobcast.predict.card import Card
from jobcast.predict.shelf import Shelf
with Shelf(Path(sys.argv[1])).growing(datetime(2026, 3, 2, tzinfo=UTC)) as folder:
    (folder / "card.json").write_text("{}")
    print("growing", flush=True)
    time.sleep(60)
"""
    with subprocess.Popen(
        [sys.executable, "-c", program, str(shelf.path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "growing\n"
        os.kill(process.pid, signal.SIGKILL)
    assert shelf.names() == ["2026-03-01T02-00-07"]
    assert shelf.active() == "2026-03-01T02-00-07"
    assert grow(shelf, datetime(2026, 3, 2, tzinfo=UTC)) in shelf.names()


def test_without_a_model_the_cure_is_to_train(shelf):
    assert shelf.names() == []
    assert shelf.active() is None
    with pytest.raises(ModelError) as error:
        shelf.folder()
    assert error.value.hint == "jobcast train"


@pytest.mark.parametrize("damage", ["empty", "dangling", "folder"])
def test_a_damaged_marker_of_the_active_model_is_named_with_a_cure(shelf, damage):
    name, marker = grow(shelf), shelf.path / "active"
    if damage == "empty":
        marker.write_text("")
    elif damage == "dangling":
        marker.symlink_to("2020-01-01T00-00-00")
    else:
        marker.mkdir()
    with pytest.raises(ModelError) as error:
        shelf.folder()
    assert error.value.message == f"{marker} points to no model"
    assert "jobcast models activate NAME" in error.value.hint
    if damage == "folder":
        assert error.value.hint.startswith("move that folder away, ")
        marker.rmdir()
    shelf.activate(name)
    assert shelf.folder() == shelf.path / name


def test_a_model_that_is_not_there_is_not_activated(shelf):
    shelf.activate(grow(shelf))
    with pytest.raises(ModelError, match="there is no model 2027") as error:
        shelf.activate("2027")
    assert error.value.hint == "jobcast models list"
    assert shelf.active() == "2026-03-01T02-00-07"


@pytest.mark.parametrize("name", ["..", ".", "active", "../models", "/etc", ".hidden"])
def test_only_names_of_models_are_names_of_models(shelf, name):
    shelf.activate(grow(shelf))
    with pytest.raises(ModelError):
        shelf.folder(name)


def test_a_link_a_hidden_folder_and_a_folder_without_a_card_are_no_models(shelf, tmp_path):
    name = grow(shelf)
    (shelf.path / "link").symlink_to(name)
    (shelf.path / ".growing").mkdir()
    (shelf.path / ".growing/card.json").write_text("{}")
    (shelf.path / "empty").mkdir()
    (shelf.path / "file").write_text("")
    assert shelf.names() == [name]


def test_activation_is_one_link_that_names_the_model(shelf):
    first, second, _ = grow_three(shelf)
    assert shelf.active() is None
    shelf.activate(first)
    shelf.activate(second)
    assert (shelf.path / "active").readlink() == Path(second)
    assert shelf.folder() == shelf.path / second
    assert (shelf.path / "active/card.json").is_file()


def test_readers_see_an_active_model_at_every_moment_of_a_switch(shelf, monkeypatch):
    first, second, _ = grow_three(shelf)
    shelf.activate(first)
    seen = []
    replace = Path.replace

    def watched(path: Path, target: Path) -> Path:
        seen.append(shelf.active())
        done = replace(path, target)
        seen.append(shelf.active())
        return done

    monkeypatch.setattr(Path, "replace", watched)
    shelf.activate(second)
    assert seen == [first, second, second, second]


def test_rollback_goes_back_step_by_step(shelf):
    first, second, third = grow_three(shelf)
    for name in (first, second, third):
        shelf.activate(name)
    assert (shelf.before(), shelf.active()) == (second, third)
    assert shelf.rollback() == shelf.active() == second
    assert shelf.rollback() == shelf.active() == first
    with pytest.raises(ModelError, match="no model of another training was active before") as error:
        shelf.rollback()
    assert error.value.hint == "jobcast models list"
    assert shelf.active() == first


def test_rollback_after_activating_the_same_twice_goes_to_another(shelf):
    first, second, _ = grow_three(shelf)
    for name in (first, second, second):
        shelf.activate(name)
    assert shelf.rollback() == first


def test_rollback_passes_over_models_that_are_gone(shelf):
    first, second, third = grow_three(shelf)
    for name in (first, second, third):
        shelf.activate(name)
    (shelf.path / second / "card.json").unlink()
    assert shelf.rollback() == first


def test_rollback_from_a_model_that_is_gone_goes_to_the_one_before(shelf):
    first, second, third = grow_three(shelf)
    for name in (first, second, third):
        shelf.activate(name)
    (shelf.path / third / "card.json").unlink()
    assert shelf.rollback() == second


def test_rollback_passes_over_refreshes_of_the_same_trees(shelf):
    first, second, _ = grow_three(shelf)
    shelf.activate(first)
    before = refresh(shelf, first, 2)
    shelf.activate(second)
    refresh(shelf, second, 3)
    assert shelf.rollback() == before[-1]
    with pytest.raises(ModelError, match="no model of another training was active before"):
        shelf.rollback()


def test_refreshes_that_are_superseded_go_and_nothing_that_somebody_goes_back_to(shelf):
    first, second, third = grow_three(shelf)
    shelf.activate(first)
    of_first = refresh(shelf, first, 3)
    shelf.activate(of_first[0], stays=True)
    of_second = refresh(shelf, second, 4)
    assert shelf.keep(2) == [*of_first[1:], *of_second[:3]]
    assert shelf.names() == [first, of_first[0], second, of_second[3], third]
    assert (shelf.active(), shelf.before()) == (of_second[3], of_first[0])
    assert shelf.keep(2) == []
    assert entries(shelf) == sorted([*shelf.names(), "active", "activations.json"])


def test_the_active_model_stays_however_old_it_is(shelf):
    names = grow_three(shelf)
    shelf.activate(names[0])
    assert shelf.keep(1) == [names[1]]
    assert (shelf.active(), shelf.names()) == (names[0], [names[0], names[2]])


def test_a_model_that_is_let_to_answer_while_it_is_removed_comes_back(shelf, monkeypatch):
    names = grow_three(shelf)
    shelf.activate(names[2])
    rename = Path.rename

    def activated_meanwhile(path: Path, target: Path) -> Path:
        if path.name == names[0]:
            shelf._switch(names[0])  # as another process, which has seen the model a moment ago
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", activated_meanwhile)
    assert shelf.keep(1) == [names[1]]
    assert shelf.folder() == shelf.path / names[0]


def test_cards_that_name_each_other_end_no_command_late(shelf):
    first, second, _ = grow_three(shelf)
    for name, other in ((first, second), (second, first)):
        card = json.loads((shelf.path / name / "card.json").read_text())
        (shelf.path / name / "card.json").write_text(json.dumps({**card, "refreshed_from": other}))
        shelf.activate(name)
    assert shelf.before() == first


@pytest.mark.parametrize("damage", ["", "{", "5", '"abc"', "[1, {}, null]", '{"a": 1}', "\ufffd"])
def test_damaged_activations_forget_what_was_before_and_nothing_else(shelf, damage):
    first, second, third = grow_three(shelf)
    shelf.activate(first)
    shelf.activate(second)
    (shelf.path / "activations.json").write_text(damage)
    with pytest.raises(ModelError, match="no model of another training was active before"):
        shelf.rollback()
    assert shelf.active() == second
    shelf.activate(third)
    assert shelf.rollback() == second


def test_activations_that_are_gone_are_begun_anew(shelf):
    first, second, _ = grow_three(shelf)
    shelf.activate(first)
    (shelf.path / "activations.json").unlink()
    shelf.activate(second)
    assert shelf.rollback() == first


def test_what_a_killed_training_left_goes_after_a_day(tmp_path):
    shelf = Shelf(tmp_path)
    left, busy = tmp_path / ".2026-01-01T00-00-00", tmp_path / ".2026-03-01T00-00-00"
    for folder in (left, busy):
        folder.mkdir()
    os.utime(left, (0, 0))
    with shelf.growing(datetime(2026, 3, 1, 2, tzinfo=UTC)):
        assert not left.exists()
        assert busy.is_dir()
