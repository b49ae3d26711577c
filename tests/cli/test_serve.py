"""What keeps the service from starting is told before anything answers."""

from datetime import timedelta

import pytest

from jobcast import clock
from jobcast.cli.serve import _administrators
from jobcast.language import say


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (
            ("--host", "198.51.100.7"),
            "error: Beyond this host the service answers only with tokens or a certificate.",
        ),
        (("--rules", "none.toml"), "error: The rules in none.toml can't be read: "),
        (("--certificate", "none.pem"), "error: The certificate can't be used: "),
    ],
)
def test_what_is_wrong_is_told_with_its_cure(jobcast, flags, message):
    ended = jobcast("serve", "--socket", "s.sock", "--port", "0" if "--rules" in flags else "8470", *flags)
    assert ended.exit_code == 1
    assert message in ended.stderr
    assert "cure:" in ended.stderr


def test_a_site_that_has_revoked_its_last_token_may_still_listen_beyond_its_host(jobcast):
    flags = ("--socket", "s.sock", "--host", "198.51.100.7")  # of no host, so that nothing answers
    jobcast("token", "add", "hosts")
    jobcast("token", "revoke", "hosts")
    assert "error: The service can't listen at 198.51.100.7:8470" in jobcast("serve", *flags).stderr


def test_administrators_are_told_by_number_and_one_that_there_is_not_is_named(capsys):
    assert list(_administrators(["root", "nobody-at-all"])) == [0]
    assert capsys.readouterr().err == say("serve.no_administrator", name="nobody-at-all") + "\n"


@pytest.mark.parametrize("flag", [("--port", "seventy"), ("--port", "70000"), ("--workers", "0")])
def test_a_flag_that_cannot_be_is_a_misuse(jobcast, flag):
    ended = jobcast("serve", *flag)
    assert ended.exit_code == 2
    assert flag[0] in ended.stderr


def test_a_token_is_shown_once_listed_and_revoked(jobcast, store):
    added = jobcast("token", "add", "hosts", "--right", "feedback", "--days", "2")
    assert added.exit_code == 0
    text = added.stdout.strip()
    assert text.startswith("jc_")
    listed = jobcast("token", "list")
    assert "feedback" in listed.stdout
    assert text not in listed.stdout + (store.path / "tokens.json").read_text()
    assert jobcast("token", "revoke", "hosts").exit_code == 0
    assert jobcast("token", "list").stderr.strip() == say("token.none")


def test_names_of_tokens_are_given_once_and_must_be_known(jobcast):
    jobcast("token", "add", "hosts")
    assert jobcast("token", "add", "hosts").exit_code == 1
    assert jobcast("token", "revoke", "other").exit_code == 1


def test_a_token_that_has_ended_is_listed_as_such(jobcast, monkeypatch):
    later = clock.now() + timedelta(days=2)
    jobcast("token", "add", "hosts", "--days", "1")
    monkeypatch.setattr(clock, "now", lambda: later)
    assert "expired" in jobcast("token", "list").stdout


def test_a_token_for_the_batch_manager_names_a_user(jobcast):
    assert "nobody is named" in jobcast("token", "add", "page", "--right", "batch").stderr
    added = jobcast("token", "add", "page", "--right", "batch", "--user", "ada", "--json")
    assert '"user": "ada"' in added.stdout


def test_the_batch_manager_answers_beyond_its_host_only_with_tokens(jobcast):
    flags = ("--socket", "b.sock", "--host", "198.51.100.7", "--port", "8480")
    ended = jobcast("batch", "start", *flags)
    assert ended.exit_code == 1
    assert "error: Beyond this host the batch manager answers only with tokens." in ended.stderr
    jobcast("token", "add", "page", "--right", "read")
    assert "error: The service can't listen at 198.51.100.7:8480" in jobcast("batch", "start", *flags).stderr
