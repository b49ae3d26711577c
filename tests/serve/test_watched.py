"""Files of a site are read anew when they change, however they do."""

import os
from pathlib import Path

import pytest

from jobcast.errors import ConfigError
from jobcast.serve.watched import Watched, WatchedRules, watch_rules

LISTED = '[[require]]\nfield = "description"\none_of_file = "models.list"\nmessage = "name a model"\n'


@pytest.fixture
def watched(rules: Path) -> WatchedRules:
    return watch_rules(rules)


def test_a_site_recovers_when_the_file_that_was_missing_appears(watched, rules):
    rules.write_text(LISTED)
    watched.look()
    assert "models.list" in watched.trouble.message
    assert watched.now.requirements == ()
    rules.with_name("models.list").write_text("WRF\n")
    watched.look()
    assert watched.trouble is None
    assert len(watched.now.requirements) == 1


def test_a_file_that_other_rules_name_is_watched_too(watched, rules):
    rules.with_name("models.list").write_text("WRF\n")
    rules.write_text(LISTED)
    for names in ("WRF\n", "WRF\nGRAPES\n"):
        rules.with_name("models.list").write_text(names)
        watched.look()
        watched.look()
        before = watched.now
        watched.look()
        assert watched.now is before
    assert watched.now.requirements[0].allowed == {"WRF", "GRAPES"}


def test_a_change_while_the_file_is_read_is_seen_at_the_next_look(tmp_path):
    file = tmp_path / "file"
    file.write_text("1")
    later = ["3", "2"]

    def read() -> str:
        text = file.read_text()
        if later:
            file.write_text(later.pop())
        return text

    watched = Watched(read, lambda _: (file,))
    seen = []
    for _ in range(3):
        watched.look()
        seen.append(watched.now)
    assert seen == ["2", "3", "3"]


def test_another_file_of_the_same_size_and_moment_is_another(tmp_path):
    file, other = tmp_path / "file", tmp_path / "other"
    for path, text in ((file, "1"), (other, "2")):
        path.write_text(text)
        os.utime(path, ns=(10**18, 10**18))
    watched = Watched(file.read_text, lambda _: (file,))
    watched.look()
    other.replace(file)
    watched.look()
    assert watched.now == "2"


def test_rules_that_err_leave_those_before_them_in_force(watched, rules):
    rules.write_text('mode = "apply"\n')
    watched.look()
    rules.write_text("mode = 1\n")
    watched.look()
    assert (watched.now.top.mode, isinstance(watched.trouble, ConfigError)) == ("apply", True)
    rules.write_text('mode = "lower"\n')
    watched.look()
    assert (watched.now.top.mode, watched.trouble) == ("lower", None)
