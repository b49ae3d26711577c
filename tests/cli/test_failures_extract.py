"""What ``jobcast failures extract`` prints, and where it stops."""

import json

import pytest

from tests.systems.alibaba2018.small_trace import INSTANCES, write

EXTRACT = ("failures", "extract", "trace", "-o", "jobs.parquet")


@pytest.fixture
def trace(tmp_path):
    (tmp_path / "trace").mkdir()
    write(tmp_path / "trace", batch_instance=INSTANCES + "ins_9,M1,j_1,1,Evapo\x1brated,1,2,m_1,1,1,,,,\n")


@pytest.mark.usefixtures("trace")
def test_it_says_what_it_found_what_it_set_aside_and_what_comes_next(jobcast):
    result = jobcast(*EXTRACT, "--while-running", "jobs.running.parquet", "--rows")
    assert result.stdout == (
        "2 jobs with 4 instances\n"
        "1 of them failed (50.00%): an instance was rescheduled\n"
        "3 rows of jobs while they run\n"
        "starts without a reading of their machine within 10 minutes: 1\n"
        "\n"
        "Table           Set aside       Rows\n"
        "batch_instance  unknown_status     1\n"
        "\n"
        "File                Line  Set aside       Record\n"
        "batch_instance.csv     6  unknown_status  ins_9,M1,j_1,1,Evapo\\x1brated,1,2,m_1,1,1,,,,\n"
    )
    assert result.stderr == "next: jobcast failures evaluate --trace jobs.parquet\n"


@pytest.mark.usefixtures("trace")
def test_it_speaks_chinese(jobcast):
    result = jobcast("--lang", "zh", *EXTRACT)
    assert result.stdout.startswith("2 个作业，4 个实例\n其中 1 个失败（50.00%）：有实例被重新调度\n")
    assert result.stderr == "下一步：jobcast failures evaluate --trace jobs.parquet\n"


@pytest.mark.usefixtures("trace")
def test_programs_get_the_same(jobcast):
    answer = json.loads(jobcast(*EXTRACT, "--json").stdout)
    assert answer == {
        "schema": 1,
        "file": "jobs.parquet",
        "while_running": None,
        "jobs": 2,
        "failed": 1,
        "instances": 4,
        "landmarks": 0,
        "without_plan": 0,
        "starts_without_reading": 1,
        "set_aside": {
            "batch_instance": {"unknown_status": 1},
            "batch_task": {},
            "machine_usage": {},
            "container_usage": {},
        },
        "first_set_aside": [
            {
                "table": "batch_instance",
                "line": 6,
                "reason": "unknown_status",
                "text": "ins_9,M1,j_1,1,Evapo\x1brated,1,2,m_1,1,1,,,,",
            }
        ],
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--memory", "plenty"), "plenty is no amount of memory"),
        (("--memory", "100MB"), "at least 1 GiB is needed, however small the parts"),
    ],
)
def test_an_impossible_amount_of_memory_is_a_misuse(jobcast, arguments, said):
    result = jobcast(*EXTRACT, *arguments)
    assert (result.exit_code, said in result.stderr) == (2, True)


def test_a_folder_without_tables_is_named_with_the_cure(jobcast):
    result = jobcast(*EXTRACT)
    assert result.exit_code == 1
    assert result.stderr == (
        "error: trace holds no table batch_instance (.csv, .csv.gz or .parquet)\n"
        "cure:  unpack the trace's archives into one folder, or make one up: jobcast failures make-up\n"
    )


@pytest.mark.usefixtures("trace")
def test_a_folder_for_the_output_that_is_not_there_is_named(jobcast):
    result = jobcast("failures", "extract", "trace", "-o", "nowhere/jobs.parquet")
    assert result.exit_code == 1
    assert "nowhere/jobs.parquet" in result.stderr


@pytest.mark.usefixtures("trace")
def test_dask_that_does_not_answer_is_named_with_the_cure(jobcast):
    result = jobcast(*EXTRACT, "--dask", "nobody")
    assert result.exit_code == 1
    assert result.stderr.startswith("error: ")
