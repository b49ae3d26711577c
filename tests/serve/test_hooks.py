"""Hooks ask in the words of their batch systems, and on behalf of whom the kernel tells."""

import pytest

from jobcast.store.advice import AdviceJournal
from jobcast.store.advice_reader import AdviceReader
from tests.serve.conftest import SOMEBODY
from tests.trained import a_job

PARAMETERS = b'LSB_SUB_QUEUE="normal"\nLSB_SUB_COMMAND_LINE="sleep 1"\n'


def users(store) -> list[tuple[str | None, str | None]]:
    """Return whose jobs were noted, and who asked, oldest first."""
    return [(one.user, one.asked_by) for one in AdviceReader(AdviceJournal(store))][::-1]


@pytest.mark.parametrize("name", ["lsf", "loadleveler"])
def test_whoever_submits_cannot_do_so_in_the_name_of_another(ask, store, name):
    body = PARAMETERS if name == "lsf" else b"# @ executable = a.out\n# @ queue\n"
    ask("POST", f"/v1/hook/{name}?user=chen", body, uid=SOMEBODY)
    ask("POST", f"/v1/hook/{name}?user=chen", body)
    assert users(store) == [(str(SOMEBODY), str(SOMEBODY)), ("chen", "root")]


def test_slurmctld_asks_on_behalf_of_others(ask, store):
    ask("POST", "/v1/hook/slurm", b"user=chen&name=a", uid=SOMEBODY)
    ask("POST", "/v1/hook/slurm", b"name=a", uid=SOMEBODY)
    assert users(store) == [("chen", str(SOMEBODY)), (str(SOMEBODY), str(SOMEBODY))]


def test_headers_are_fields_as_the_query_is(ask, store):
    headers = {"X-Jobcast-User": "chen%25", "X-Jobcast-Lang": "zh_CN.UTF-8"}
    ask("POST", "/v1/hook/lsf", PARAMETERS, headers=headers)
    assert users(store) == [("chen%", "root")]


def test_what_is_set_is_told_in_the_language_of_whoever_submits(ask, service, rules):
    rules.write_text('mode = "apply"')
    service.rules.look()
    job = a_job()
    text = f'LSB_SUB_QUEUE="{job["queue"]}"\nLSB_SUB_COMMAND_LINE="{job["command"]}"\n'
    path = f"/v1/hook/lsf?user={job['user']}&cwd={job['cwd']}&lang=zh"
    lines = ask("POST", path, text.encode()).body.decode().splitlines()
    assert lines[0].startswith("set LSB_SUB_RES_REQ=")
    assert lines[-2].startswith("say jobcast：根据同类作业以往的运行，内存已设为 ")
    assert lines[-1] == "end"


def test_a_hook_that_nobody_knows_is_not_found(ask):
    assert ask("POST", "/v1/hook/pbs", b"").json["error"] == "no_hook"


def test_a_rule_of_the_site_refuses_and_is_noted(ask, service, rules, store):
    rules.write_text('[[require]]\nfield = "project"\nmessage = "name a project"')
    service.rules.look()
    assert ask("POST", "/v1/hook/lsf?user=chen", PARAMETERS).body == b"refuse name a project\nend\n"
    assert [one.refused for one in AdviceReader(AdviceJournal(store))] == ["name a project"]


def test_in_mode_off_nothing_is_said_or_noted(ask, service, rules, store):
    rules.write_text('mode = "off"')
    service.rules.look()
    assert ask("POST", "/v1/hook/lsf?user=chen", PARAMETERS).body == b"end\n"
    assert users(store) == []
