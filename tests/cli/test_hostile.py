"""Names that want to do harm, and a command of 100 kB, on the whole way from import to forecast."""

import csv
import json
import re

import pytest

from jobcast import clock
from tests.cli.asking import NOW
from tests.trained import made_up_history

TITLE = "\x1b]0;owned\x07\x1b[31m"
NAMES = (
    "<script>alert('1')</script>",
    "\"quoted\" 'twice' `id` $(id); rm -rf ~",
    "two\nlines\rand\ta tab",
    f"{TITLE}red\x1b[0m\x9b1m\u202e",
    "../../x",
    "%s {user} {0} \\N{DIGIT ONE} 100%",
    "--json",
    "=cmd()|'/c calc'!A0",
)
LONG = "innovus -init " + "x" * 100_000 + TITLE
TEXTS = ("user", "queue", "project", "name", "cwd", "description")
MAP = """
system = "site"

[columns]
job_id = "job_id"
array_index = "array_index"
submit_time = "submit_time"
start_time = "start_time"
finish_time = "finish_time"
state = "state"
cores_requested = "cores_requested"
memory_requested = { from = "memory_requested", unit = "B" }
memory_peak = { from = "memory_peak", unit = "B" }
command = "command"
"""

COMMANDING = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2028]")
"""What no screen may get; lines end with a line feed alone."""


@pytest.fixture
def run(jobcast, tmp_path, monkeypatch):
    """Return a function that runs jobcast and lets neither a traceback nor what commands a terminal pass."""
    monkeypatch.setattr(clock, "now", lambda: NOW)

    def checked(*arguments, exit_code=0):
        result = jobcast(*arguments)
        assert result.exit_code == exit_code, result.output
        assert "Traceback" not in result.output
        assert COMMANDING.findall(result.output) == []
        assert not list(tmp_path.rglob("bug-*.log"))
        return result

    return checked


@pytest.fixture
def hostile(tmp_path):
    """Return a table of which every second job has such a name everywhere, one a long command; one line is none."""
    jobs = made_up_history().with_columns(state="state").to_dicts()
    for number, job in enumerate(jobs):
        if number % 2:
            job.update(dict.fromkeys(TEXTS, NAMES[number // 2 % len(NAMES)]))
            job["command"] = f"run {job['name']}"
            job["job_id"] = job["name"] if number < 2 * len(NAMES) else job["job_id"]
        job["state"] = "done"
    jobs[0]["command"] = LONG
    jobs[-1]["state"] = f"{TITLE}what\nis this"
    columns = re.findall(r"^(\w+) = ", MAP.partition("[columns]")[2], re.MULTILINE)
    with (tmp_path / "jobs.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, [*columns, *TEXTS], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(jobs)
    (tmp_path / "map.toml").write_text(MAP + "".join(f'{name} = "{name}"\n' for name in TEXTS))
    return jobs


@pytest.mark.usefixtures("few_trees", "made_up_systems")
def test_hostile_names_do_nothing_from_import_to_forecast(run, hostile, store, tmp_path):
    counts = json.loads(run("import", "table", "--map", "map.toml", "--json", "jobs.csv").stdout)
    assert (counts["read"], counts["new"], counts["set_aside"]) == (1500, 1499, {"unknown_state": 1})
    kept = store.collect(store.scan())
    assert set(NAMES) <= set(kept["user"])
    assert LONG in set(kept["command"])

    columns = ",".join(("id", *TEXTS, "command", "cluster"))
    run("jobs", "--limit", "0")
    run("jobs", "--limit", "0", "--columns", columns)
    found = json.loads(run("jobs", "--limit", "0", "--columns", columns, "--json").stdout)["jobs"]
    assert {job["name"] for job in found} == set(kept["name"])
    for name in NAMES:
        mine = json.loads(run("jobs", "--user", name, "--limit", "0", "--json").stdout)["jobs"]
        assert {job["queue"] for job in mine} == {name}
        run("job", "--", name)
        assert json.loads(run("job", "--json", "--", name).stdout)["jobs"][0]["name"] == name
        run("job", "--cluster", name, "--", name, exit_code=1)
        run("models", "show", "--", name, exit_code=1)
        run("predict", "--model", name, "--user", name, exit_code=1)
    run("job", "--", hostile[0]["job_id"])

    run("train")
    run("models", "list")
    run("models", "show")
    submissions = [
        {**{text: name for text in TEXTS if text != "name"}, "name": name, "command": command}
        for name in NAMES
        for command in (f"run {name}", LONG)
    ]
    for job in submissions:
        flags = [word for text in TEXTS if text != "name" for word in (f"--{text}", job[text])]
        asked = ("predict", *flags, "--job_name", job["name"], "--command", job["command"], "--explain")
        assert int(run(*asked).stdout.splitlines()[-1]) > 0
        assert json.loads(run(*asked, "--json").stdout)["forecast"]["request_mb"] > 0
    lines = [*map(json.dumps, submissions), json.dumps({NAMES[3]: 1}), NAMES[3], LONG]
    (tmp_path / "many.jsonl").write_text("\n".join(lines))
    run("predict", "--jobs", "many.jsonl")
    answers = json.loads(run("predict", "--jobs", "many.jsonl", "--json").stdout)["forecasts"]
    assert len(answers) == len(lines)

    run("doctor")
    run("doctor", "--rows")
    (row,) = json.loads(run("doctor", "--rows", "--json").stdout)["set_aside"]
    assert (row["reason"], TITLE in row["text"]) == ("unknown_state", True)
    assert not (tmp_path.parent / "x").exists()
    assert not (tmp_path / "x").exists()
