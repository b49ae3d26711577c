"""The whole circle on a real Slurm: jobs teach a model, which sets what the next jobs ask for, which come back."""

import json
from pathlib import Path
from typing import Any

import polars as pl

from jobcast.store import Store
from jobcast.store.advice import AdviceJournal
from jobcast.store.advice_reader import AdviceReader
from jobcast.units import MIB
from tests.cluster.slurm.conftest import Run
from tests.cluster.slurm.hooked import installed, request_of
from tests.cluster.slurm.jobs import LI, hold, see_second_end
from tests.cluster.slurm.running import Cluster
from tests.cluster.waiting import until
from tests.serve.running import running

RULES = """
mode = "apply"
memory_least = "16MB"
run_limit = true
"""


def test_a_job_that_leaves_it_open_gets_what_such_jobs_need_and_one_that_needs_more_comes_back_killed(
    cluster: Cluster, trained: str, sampled: Store, jobcast: Run, folder: Path
) -> None:
    (folder / "rules.toml").write_text(RULES)
    with (
        running(sampled.path, folder, "--rules", str(folder / "rules.toml")) as service,
        installed(cluster, service.socket),
    ):
        alike = cluster.submit("--wrap", hold("$((SLURM_ARRAY_TASK_ID % 4 + 24))", 1.2), user=LI)
        larger = cluster.submit("-J", "larger", "--wrap", hold("200", 60), user=LI)
        asked = [request_of(cluster, job) for job in (alike, larger)]
    entries = list(AdviceReader(AdviceJournal(sampled.path)))[::-1]
    assert [(one.system, one.user, one.model) for one in entries] == [("slurm", LI, trained)] * 2
    amounts = [{change.subject: change.after for change in one.changes if change.made} for one in entries]
    for request, amount in zip(asked, amounts, strict=True):
        assert request["MinMemoryNode"] == f"{amount['memory'] / MIB:.0f}M"
        assert request["TimeLimit"] == f"00:{amount['run_limit'] / 60:02.0f}:00"
    cluster.end(alike, larger)
    see_second_end()

    def known() -> bool:
        jobcast("sample")  # slurmdbd may not have written all of what has just ended
        return {alike, larger} <= set(sampled.scan().select("job_id").collect()["job_id"])

    until(known, 20)
    back = [_row(sampled, job) for job in (alike, larger)]
    assert [(row["state"], row["exit_reason"]) for row in back] == [
        ("done", None),
        ("failed", "memory_limit"),
    ]
    assert back[1]["memory_peak"] > amounts[1]["memory"]
    for row, entry, amount in zip(back, entries, amounts, strict=True):
        told = (row["advice_id"], row["advised_memory"], row["advised_run_time"], row["memory_requested"])
        assert told == (entry.id, amount["memory"], amount["run_limit"], amount["memory"])
    told = json.loads(jobcast("audit", entries[1].id, "--json"))
    assert entries[1].id in json.dumps(told)
    assert "memory_limit" in json.dumps(told)


def _row(store: Store, job: str) -> dict[str, Any]:
    (row,) = store.scan().filter(pl.col("job_id") == job).collect().to_dicts()
    return row
