import json
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.errors import InputError
from jobcast.history import Rows
from jobcast.systems.base import Site
from jobcast.systems.slurm import Sacct, Slurm

RECORDING = Path(__file__).parents[2] / "recordings/slurm/sacct-json.txt"
SITE = Site(now=datetime(2026, 11, 22, tzinfo=UTC), cluster="default")


def read(path: Path) -> Rows:
    (rows,) = Sacct().read(path, SITE)
    return rows


def number(value: int | None) -> dict[str, Any]:
    """Return a number as Slurm 23.11 and later write it."""
    return {"set": value is not None, "infinite": False, "number": value or 0}


NEWER = {
    "jobs": [
        {
            "account": "proj",
            "comment": {"job": "tool=sim", "administrator": "jobcast: k-7 memory=4096M", "system": ""},
            "allocation_nodes": 2,
            "array": {"job_id": 40, "task_id": number(7)},
            "association": {"user": "ann", "account": "proj"},
            "cluster": "c1",
            "exit_code": {
                "status": ["SIGNALED"],
                "return_code": number(0),
                "signal": {"id": number(9), "name": "KILL"},
            },
            "group": "eda",
            "het": {"job_id": 0, "job_offset": number(None)},
            "job_id": 47,
            "name": "run",
            "nodes": "n[1-2]",
            "partition": "night",
            "required": {"CPUs": 8, "memory_per_node": number(2048)},
            "restart_cnt": 1,
            "state": {"current": ["FAILED"], "reason": "None"},
            "steps": [
                {
                    "time": {"total": {"seconds": 9, "microseconds": 500000}},
                    "step": {"id": "47.0", "name": "sim"},
                    "tres": {
                        "requested": {
                            "max": [{"type": "mem", "name": "", "count": 1000}],
                            "total": [{"type": "mem", "name": "", "count": 1800}],
                        }
                    },
                }
            ],
            "submit_line": "sbatch run.sh",
            "time": {
                "elapsed": 60,
                "end": 1700000100,
                "start": 1700000040,
                "submission": 1700000000,
                "suspended": 0,
                "limit": number(5),
                "total": {"seconds": 0, "microseconds": 0},
            },
            "tres": {
                "requested": [
                    {"type": "mem", "name": "", "count": 4096},
                    {"type": "gres", "name": "gpu", "count": 2},
                ],
                "allocated": [],
            },
            "user": "ann",
            "working_directory": "/proj/run",
        }
    ],
    "meta": {},
}


def test_the_recording_gives_what_the_text_gives() -> None:
    (text,) = Sacct().read(RECORDING.with_name("sacct-P-ALL.txt"), SITE)
    rows = read(RECORDING)
    # As JSON 22.05 gives no user and no submit line, and microseconds of CPU time.
    unlike = ["user", "command", "cpu_time"]
    wanted = text.jobs.filter(text.jobs["job_id"].is_in(["1", "4", "7"])).drop(unlike)
    assert rows.jobs.drop(unlike).to_dicts() == wanted.to_dicts()
    assert rows.jobs["cpu_time"].to_list() == [0.558666, 0.002505, 0.051328]


def test_the_recording_of_advice_and_of_limits_gives_what_the_text_gives() -> None:
    site = Site(now=datetime(2026, 11, 28, tzinfo=UTC))
    (text,) = Slurm().read_finished(
        BytesIO(RECORDING.with_name("sacct-query-advised.txt").read_bytes()), "sacct", site
    )
    (rows,) = Sacct().read(RECORDING.with_name("sacct-json-advised.txt"), site)
    # As JSON 22.05 gives no exit code that is no signal, either.
    unlike = ["user", "command", "cpu_time", "exit_code"]
    wanted = text.jobs.filter(text.jobs["job_id"].is_in(["5", "9"])).drop(unlike)
    assert rows.jobs.drop(unlike).to_dicts() == wanted.to_dicts()
    assert rows.jobs["advice_id"].to_list() == [None, "7f3a"]


def test_numbers_of_newer_versions_are_understood(tmp_path: Path) -> None:
    path = tmp_path / "newer.json"
    path.write_text(json.dumps(NEWER))
    job = {name: value for name, value in read(path).jobs.row(0, named=True).items() if value is not None}
    assert job == {
        "system": "slurm",
        "cluster": "c1",
        "job_id": "40",
        "array_index": 7,
        "name": "run",
        "user": "ann",
        "group": "eda",
        "project": "proj",
        "queue": "night",
        "command": "sbatch run.sh",
        "cwd": "/proj/run",
        "description": "tool=sim",
        "submit_time": datetime.fromtimestamp(1700000000, UTC),
        "start_time": datetime.fromtimestamp(1700000040, UTC),
        "finish_time": datetime.fromtimestamp(1700000100, UTC),
        "state": "failed",
        "exit_code": 137,
        "exit_reason": "exit_code",
        "cores_requested": 8,
        "memory_requested": 4096 * 1024**2,
        "run_limit": 300.0,
        "gpus_requested": 2,
        "memory_peak": 1800,
        "memory_basis": "rss_sum",
        "cpu_time": 9.5,
        "run_time": 60.0,
        "suspended_time": 0.0,
        "hosts": ["n1", "n2"],
        "advised_memory": 4096 * 1024**2,
        "advice_id": "k-7",
        "attempt": 1,
    }


def test_a_file_that_is_cut_off_gives_what_stands_before(tmp_path: Path) -> None:
    path = tmp_path / "cut.json"
    content = RECORDING.read_text()
    path.write_text(content[: content.rindex('"job_id": 7')])
    rows = read(path)
    assert rows.jobs["job_id"].to_list() == ["1", "4"]
    assert [each.reason for each in rows.set_aside] == ["truncated"]


@pytest.mark.parametrize(
    "damaged", ['{"job_id": 2, "na', '{"job_id": 2 "steps": [{}, {"id": 1}]}', "\x00", "{"]
)
def test_the_jobs_behind_damaged_ones_are_read(tmp_path: Path, damaged: str) -> None:
    jobs = [json.dumps({**NEWER["jobs"][0], "array": {}, "job_id": at}) for at in range(5)]
    jobs[1] = jobs[3] = damaged
    path = tmp_path / "damaged.json"
    path.write_text('{"jobs": [\n' + ",\n".join(jobs) + "\n]}")
    rows = read(path)
    assert rows.jobs["job_id"].to_list() == ["0", "2", "4"]
    assert [(each.line, each.reason, each.text.strip(",\n")) for each in rows.set_aside] == [
        (3, "not_a_job", damaged),
        (5, "not_a_job", damaged),
    ]


def test_a_list_of_jobs_that_is_not_closed_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "open.json"
    path.write_text('{"jobs": [\n' + json.dumps(NEWER["jobs"][0]) + ",\n")
    rows = read(path)
    assert rows.jobs.height == 1
    assert [(each.line, each.reason, each.text) for each in rows.set_aside] == [(3, "truncated", "")]


def test_an_element_that_is_no_job_is_set_aside_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "odd.json"
    path.write_text('{"jobs": [\n{"job_id": "x"},\n7]}')
    rows = read(path)
    assert [(each.line, each.reason, each.text) for each in rows.set_aside] == [
        (2, "not_a_job", '{"job_id": "x"}'),
        (3, "not_a_job", "7"),
    ]


def test_json_without_jobs_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    path.write_text('{"nodes": []}')
    with pytest.raises(InputError, match="holds no list of jobs"):
        read(path)


@given(st.data())
def test_no_damage_makes_reading_fail(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    content = json.dumps(NEWER).encode()
    at = data.draw(st.integers(len('{"jobs": ['), len(content)))
    noise = data.draw(st.binary(max_size=4))
    path = tmp_path_factory.getbasetemp() / "damaged.json"
    path.write_bytes(content[:at] + noise + content[at + len(noise) :])
    for rows in Sacct().read(path, SITE):
        assert rows.jobs.height + len(rows.set_aside) + rows.not_finished >= 1


@pytest.mark.parametrize(
    ("part", "field", "value", "reason"),
    [
        ("required", "CPUs", -3, "bad_cores_requested"),
        ("required", "CPUs", "many", "bad_cores_requested"),
        ("time", "elapsed", -5, "bad_run_time"),
        ("time", "elapsed", float("nan"), "bad_run_time"),
        ("time", "suspended", -5, "bad_suspended_time"),
        ("time", "limit", {"set": True, "infinite": False, "number": -1}, "bad_run_limit"),
        ("time", "limit", 4_000_000_000, "absurd_request"),
        ("time", "start", "noon", "bad_start_time"),
        ("tres", "requested", [{"type": "mem", "name": "", "count": -5}], "bad_memory_requested"),
        ("tres", "requested", [{"type": "gres", "name": "gpu", "count": -5}], "bad_gpus_requested"),
        ("time", "limit", 2**32 - 1, None),
        ("time", "limit", {"set": True, "infinite": True, "number": 0}, None),
        ("required", "CPUs", None, None),
    ],
)
def test_a_number_that_cannot_be_true_sets_its_job_aside(
    tmp_path: Path, part: str, field: str, value: object, reason: str | None
) -> None:
    answer = json.loads(json.dumps(NEWER))
    answer["jobs"][0][part][field] = value
    path = tmp_path / "odd.json"
    path.write_text(json.dumps(answer))
    assert [each.reason for each in read(path).set_aside] == ([reason] if reason else [])


def test_a_step_whose_memory_cannot_be_true_sets_its_job_aside(tmp_path: Path) -> None:
    answer = json.loads(json.dumps(NEWER))
    answer["jobs"][0]["steps"][0]["tres"]["requested"]["max"][0]["count"] = -1
    path = tmp_path / "odd.json"
    path.write_text(json.dumps(answer))
    assert [each.reason for each in read(path).set_aside] == ["bad_memory_peak"]
