"""Job command files and admission reviews, answered by a whole service; not run against a real batch system."""

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from jobcast.act.hooks.base import Address
from jobcast.act.hooks.loadleveler import LoadLevelerStub
from jobcast.predict.shelf import Shelf
from jobcast.store.advice import AdviceJournal
from jobcast.store.advice_reader import AdviceReader
from tests.serve.conftest import FIRST
from tests.serve.running import running
from tests.trained import a_job

WEATHER_CENTRE = """
mode = "apply"
memory_default = "2GB"
[[require]]
field = "description"
one_of_file = "model.list"
"""
LOADLEVELER, KUBERNETES = "/v1/hook/loadleveler", "/v1/hook/kubernetes"


def job_file(comment: str | None = "GRAPES") -> bytes:
    job = a_job()
    program, _, arguments = job["command"].partition(" ")
    said = {
        "comment": comment,
        "job_name": job["name"],
        "class": job["queue"],
        "account_no": job["project"],
        "initialdir": job["cwd"],
        "executable": program if program.startswith("/") else f"/bin/{program}",
        "arguments": arguments,
    }
    lines = [f"# @ {keyword} = {value}" for keyword, value in said.items() if value is not None]
    return "\n".join(("#!/bin/sh", *lines, "# @ queue", "")).encode()


@pytest.fixture(autouse=True)
def weather_centre(rules: Path) -> None:
    rules.write_text(WEATHER_CENTRE)
    rules.with_name("model.list").write_text("GRAPES\nWRF\n")


def test_a_job_that_names_its_model_gets_memory(ask, store):
    reply = ask("POST", LOADLEVELER, job_file(), headers={"X-Jobcast-User": a_job()["user"]})
    (entry,) = AdviceReader(AdviceJournal(store))
    megabytes = round(entry.changes[0].after / (1 << 20))
    added = (
        f"# @ resources = ConsumableMemory({megabytes} mb)\n# jobcast={FIRST} memory={megabytes}MB\n# @ queue"
    )
    file = job_file().replace(b"# @ queue", added.encode())
    head, told, rest = reply.body.split(b"\n", 2)
    assert (head, rest) == (b"jobcast/1 submit 1 %d" % len(file), file)
    assert told.startswith(b"jobcast: memory set to ")


@pytest.mark.parametrize(
    "body",
    [
        job_file(None),
        job_file(""),
        job_file("MM5"),
        job_file() + b"# @ comment = MM5\n# @ queue\n",
    ],
    ids=["none", "empty", "another", "of the second step"],
)
def test_a_job_that_names_none_is_refused(ask, store, body):
    head, told, rest = ask("POST", LOADLEVELER, body).body.split(b"\n", 2)
    assert (head, rest) == (b"jobcast/1 refuse 1 0", b"")
    (entry,) = AdviceReader(AdviceJournal(store))
    assert entry.refused == told.decode()


def review(*, dry_run: bool, model: str | None = "WRF") -> bytes:
    annotations = {} if model is None else {"kubernetes.io/description": model}
    pod = {"restartPolicy": "Never", "containers": [{"name": "main", "image": "wrf:4"}]}
    request = {
        "uid": "u1",
        "kind": {"group": "", "version": "v1", "kind": "Pod"},
        "operation": "CREATE",
        "dryRun": dry_run,
        "userInfo": {"username": "ada"},
        "object": {"metadata": {"name": "wrf", "annotations": annotations}, "spec": pod},
    }
    return json.dumps({"apiVersion": "admission.k8s.io/v1", "request": request}).encode()


def test_a_dry_run_is_answered_alike_but_stands_in_no_journal(ask, store):
    tried, told = (
        ask("POST", KUBERNETES, review(dry_run=dry_run)).json["response"] for dry_run in (True, False)
    )
    assert [len(list(AdviceReader(AdviceJournal(store))))] == [1]
    patches = [json.loads(base64.b64decode(one.pop("patch"))) for one in (tried, told)]
    assert [patch[0]["value"] for patch in patches] == [{"requests": {"memory": "2048Mi"}}] * 2
    assert tried == told


def test_a_refused_dry_run_stands_in_no_journal(ask, store):
    assert not ask("POST", KUBERNETES, review(dry_run=True, model=None)).json["response"]["allowed"]
    assert list(AdviceReader(AdviceJournal(store))) == []


def test_a_filter_asks_a_running_service(model_folder, tmp_path, rules, monkeypatch):
    monkeypatch.setenv("JOBCAST_HOOK_RULES", str(rules))
    store = tmp_path / "store"
    shutil.copytree(model_folder, store / "models" / model_folder.name)
    Shelf(store / "models").activate(model_folder.name)
    environment = {"PATH": os.environ["PATH"], "LOADL_STEP_OWNER": a_job()["user"]}
    with running(store, tmp_path, "--workers", "1") as service:
        (stub,) = LoadLevelerStub().plan(Address(socket=service.socket, deadline_s=9), tmp_path).files
        stub.path.write_text(stub.content)

        def submit(body: bytes) -> subprocess.CompletedProcess[bytes]:
            command = ["/bin/sh", str(stub.path)]
            return subprocess.run(command, input=body, capture_output=True, env=environment, check=False)

        good, bad = submit(job_file()), submit(job_file("MM5"))
    assert (good.returncode, good.stdout.count(b"ConsumableMemory(")) == (0, 1)
    assert (bad.returncode, bad.stdout) == (1, b"")
    assert b"can't be MM5" in bad.stderr
    assert submit(job_file("MM5")).stdout == job_file("MM5")
