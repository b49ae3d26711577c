"""A submission as a user types it."""

import json

from tests.trained import END, a_job

NOW = END.replace(hour=10)
READABLE = "name a file that you may read, with its folder"
QUEUE = a_job()["queue"]
GOOD_CSV, GOOD_JSON = f"chen,{QUEUE}".encode(), json.dumps({"queue": QUEUE}).encode()
CURE = "cure:  counts as 8, memory as 4096 or 4GB, run limits as 1-02:00:00, times as 2024-06-14T10:06:58\n"


def flags(**known: str) -> list[str]:
    """Return the flags of the last job of the history, some of them changed."""
    row = a_job()
    fields = {"job_name": row.pop("name"), **row, **known}
    return [word for name, value in fields.items() if value for word in (f"--{name}", value)]


def number(result) -> int:
    assert result.exit_code == 0, result.output
    return int(result.stdout.splitlines()[-1])


def rows(count: int) -> list[dict[str, str]]:
    return [a_job(-1 - 9 * n) for n in range(count)]
