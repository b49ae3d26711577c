"""The weather centre's day: classes, strict priority, backfill, accounting; whatever runs the jobs."""

import time

from tests.batch.running import Batch
from tests.batch.weather_centre import command_file
from tests.cluster.waiting import until

UNTIL = "until [ -e {file} ]; do sleep 0.1; done"
BEAT = "while sleep 0.05; do echo . >> {folder}/beats; done"


def llsubmit(batch: Batch, text: str, *, ok: bool = True) -> str:
    """Submit by the command that people know; return the step's id, or what was complained of."""
    (batch.folder / "job.cmd").write_text(text)
    said = batch.run("llsubmit", "-q", "job.cmd", ok=ok)
    return said.strip() + ".0" if ok else said


def beats(batch: Batch) -> int:
    return (batch.folder / "beats").stat().st_size


def standing(batch: Batch) -> int:
    """Return the beats where none comes within a second, else 0."""
    before = beats(batch)
    time.sleep(1)
    return before if beats(batch) == before else 0


def listed(batch: Batch) -> dict[str, str]:
    """Return step to state, as llq shows them."""
    lines = batch.run("llq").splitlines()
    return {line.split()[0]: line.split()[4] for line in lines[2:] if "job step" not in line and line.split()}


def play_day(batch: Batch, cpus: int, patience: float = 20) -> None:
    """Play the day on one machine of so many CPUs, and see that all is as it must be."""
    go, end = batch.folder / "go", batch.folder / "end"
    beat = f"( {BEAT} ) & {UNTIL}; kill $!".format(folder=batch.folder, file=end)
    research = llsubmit(batch, command_file("normal1", cpus, "00:10:00", "GRAPES", beat))
    batch.wait(research, "running", patience)
    until((batch.folder / "beats").exists, 10)

    refused = llsubmit(batch, command_file("normal1", 1, "00:10:00", "", "true"), ok=False)
    assert "comment must name a model of model.list" in refused

    until_go = UNTIL.format(file=go)
    operational = llsubmit(batch, command_file("normal", cpus - 1, "00:10:00", "T639", until_go))
    running = batch.wait(operational, "running", patience)
    stopped = batch.wait(research, "preempted", patience)
    assert {share.machine for share in stopped.allocation} == {share.machine for share in running.allocation}
    assert listed(batch)[research] == "E"
    before = until(lambda: standing(batch), 20, "beats that stand still")
    waiting = llsubmit(batch, command_file("normal", cpus, "00:01:00", "T639", "sleep 1"))
    small = llsubmit(batch, command_file("normal", 1, "00:05:00", "WRF", until_go))
    batch.wait(small, "running", patience)
    assert batch.state(waiting) == "idle"
    assert "It starts at" in batch.run("llq", "-s", waiting)
    assert beats(batch) == before

    go.touch()
    until(lambda: beats(batch) > before, 3 * patience, "beats of the job that was preempted")
    end.touch()
    over = {step.id: step for step in batch.all_over(60 + 3 * patience)}
    assert over.keys() == {research, operational, waiting, small}
    assert {step.exit_code for step in over.values()} == {0}
    began = {name: step.began or 0.0 for name, step in over.items()}
    assert began[operational] < began[small] < began[waiting]
    assert (over[operational].ended or 0) <= began[waiting] + 1
    assert over[research].suspended >= (over[operational].ended or 0) - began[operational] - 1

    accounted = sorted((batch.folder / "acct").read_text().splitlines())
    assert accounted == sorted(
        line
        for name, queue in (
            (research, "normal1"),
            (operational, "normal"),
            (waiting, "normal"),
            (small, "normal"),
        )
        for line in (f"begin {name} {queue}", f"end {name} {queue} 0")
    )

    summary = batch.run("llsummary", "-d", "comment")
    rows = {line.split()[0]: line.split()[1:3] for line in summary.splitlines() if len(line.split()) >= 3}
    assert (rows["GRAPES"], rows["T639"], rows["WRF"], rows["TOTAL"]) == (
        *(["1", "1"], ["2", "2"], ["1", "1"], ["4", "4"]),
    )
