"""The service as it runs: workers die, models change, and nobody is told anything wrong."""

import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from jobcast import clock
from jobcast.predict.shelf import Shelf
from tests.serve.running import running, until
from tests.trained import a_job


@pytest.fixture
def service(store, trained, tmp_path):
    with running(store, tmp_path, "--workers", "2") as one:
        yield one


def test_every_user_of_the_host_may_knock_at_the_socket_and_is_answered(service, trained):
    assert stat.S_IMODE(service.socket.stat().st_mode) == 0o666
    status, answer = service.ask("POST", "/v1/forecast", a_job())
    assert (status, answer["model"]) == (200, trained)


def test_a_worker_that_is_killed_is_replaced_while_the_others_answer(service):
    before = service.workers()
    os.kill(before[0], signal.SIGKILL)
    until(lambda: len(set(service.workers()) - set(before)) == 1)
    assert service.ask("POST", "/v1/forecast", a_job())[0] == 200
    assert before[1] in service.workers()


def test_another_model_answers_as_soon_as_it_is_active_in_all_workers(service, store, trained, model_folder):
    shutil.copytree(model_folder, store / "models" / "another")
    Shelf(store / "models").activate("another")
    answered = []

    def all_new() -> bool:
        status, answer = service.ask("POST", "/v1/forecast", a_job())
        assert (status, answer["model"] in {trained, "another"}) == (200, True)
        answered.append(answer["model"])
        return answered[-20:] == ["another"] * 20

    until(all_new)


def test_a_damaged_model_does_not_answer_and_the_one_before_goes_on(service, store, trained):
    damaged = store / "models" / "damaged"
    shutil.copytree(store / "models" / trained, damaged)
    (damaged / "upper.txt").write_text("no trees")
    Shelf(store / "models").activate("damaged")
    until(lambda: "model" in service.ask("GET", "/readyz")[1]["trouble"])
    assert service.ask("POST", "/v1/forecast", a_job())[1]["model"] == trained


def test_what_one_worker_is_told_all_workers_learn(service):
    job = {"user": "new", "command": "brandnew", "cwd": "/p/new"}
    told = {**job, "finish_time": clock.now().isoformat(), "memory_peak_bytes": 1 << 30, "run_time_s": 5}
    assert service.ask("POST", "/v1/feedback", {"jobs": [told]})[0] == 200
    known = []

    def all_know() -> bool:
        known.append("basis" in service.ask("POST", "/v1/forecast", job)[1]["memory"])
        return known[-20:] == [True] * 20

    until(all_know)


def test_workers_add_up_what_they_count(service):
    until(lambda: b"jobcast_workers 2.0" in service.ask("GET", "/metrics")[1])
    for _ in range(30):
        service.ask("POST", "/v1/forecast", a_job())
    lines = service.ask("GET", "/metrics")[1].decode().splitlines()
    assert 'jobcast_requests_total{route="/v1/forecast",status="200"} 30.0' in lines


def test_what_a_dead_worker_counted_stays_and_leaves_no_file_of_its_own(service):
    counted = b'jobcast_requests_total{route="/v1/forecast",status="200"} 30.0\n'
    until(lambda: b"jobcast_workers 2.0" in service.ask("GET", "/metrics")[1])
    for _ in range(30):
        service.ask("POST", "/v1/forecast", a_job())
    until(lambda: counted in service.ask("GET", "/metrics")[1])
    folder = service.socket.with_name("s.sock.metrics")
    files = {file.name for file in folder.iterdir()}
    for _ in range(3):
        before = service.workers()
        os.kill(before[0], signal.SIGKILL)
        until(lambda before=before: len(set(service.workers()) - set(before)) == 1)
    until(lambda: b"jobcast_workers 2.0" in service.ask("GET", "/metrics")[1])
    assert counted in service.ask("GET", "/metrics")[1]
    assert {file.name for file in folder.iterdir()} == files
    assert not [name for name in files if "parent" not in name and "worker-" not in name]


def test_a_hang_up_signal_renews_the_workers(service):
    before = set(service.workers())
    service.process.send_signal(signal.SIGHUP)
    until(lambda: len(service.workers()) == 2 and not before & set(service.workers()))
    assert service.ask("POST", "/v1/forecast", a_job())[0] == 200


def test_it_ends_with_its_socket_when_it_is_asked_to(service):
    workers = service.workers()
    service.process.send_signal(signal.SIGTERM)
    assert service.process.wait(20) == 0
    assert not service.socket.exists()
    assert not service.socket.with_name("s.sock.metrics").exists()
    assert not any(Path(f"/proc/{worker}").exists() for worker in workers)


def test_workers_end_when_their_parent_is_killed(service):
    workers = service.workers()
    service.process.kill()
    service.process.wait(20)
    until(lambda: not any(_runs(worker) for worker in workers))


def _runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_second_service_at_the_same_socket_is_refused_and_what_a_killed_one_left_is_not(
    service, store, tmp_path
):
    command = [sys.executable, "-m", "jobcast", "--store", str(store), "serve", "--port", "0"]
    second = subprocess.run(
        [*command, "--socket", str(service.socket)], capture_output=True, text=True, timeout=30, check=False
    )
    assert second.returncode == 1
    assert second.stderr.splitlines()[-2:] == [
        f"error: The service can't listen at {service.socket}: another service answers there",
        "cure:  choose another place with --socket",
    ]
    workers = service.workers()
    service.process.kill()
    service.process.wait(20)
    until(lambda: not any(_runs(worker) for worker in workers))
    assert service.socket.exists()
    left = service.socket.with_name("s.sock.metrics") / "left"
    left.touch()
    with running(store, tmp_path) as again:
        assert not left.exists()
        assert again.ask("GET", "/healthz")[0] == 200


def test_before_there_is_a_model_the_service_waits_for_one(store, model_folder, tmp_path):
    store.mkdir()
    with running(store, tmp_path, "--workers", "1", ready=503) as service:
        assert service.ask("POST", "/v1/forecast", a_job())[1]["error"] == "no_model"
        shutil.copytree(model_folder, store / "models" / "first")
        Shelf(store / "models").activate("first")
        until(lambda: service.ask("GET", "/readyz")[0] == 200)
        assert service.ask("POST", "/v1/forecast", a_job())[1]["model"] == "first"
