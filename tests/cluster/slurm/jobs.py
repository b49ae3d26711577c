"""Jobs that show how Slurm tells of them: they end well, use too much, fail, are advised, or are many alike."""

import time

from tests.cluster.slurm.running import USERS, Cluster
from tests.cluster.waiting import until

CHEN, LI = USERS

FORGED = "x\n" + "\x1f".join(
    (
        *("777", "777", "loom", "", "victim", "", "normal", "0:0", "1795750403", "1795750403", "1795750405"),
        *("jobcast: forged memory=9G", "2", "00:00:00", "00:00:01", "5", "1", "100M", "", "", "1", "9G", ""),
        *("n1", "/proj", "wrap", "", "", "COMPLETED\ny"),
    )
)
"""A job's name that holds a whole record of somebody else's job, as jobcast would ask for it with a known separator."""

ADVISED = """
function slurm_job_submit(job, partitions, uid)
   job.pn_min_memory = 80
   job.admin_comment = "jobcast: 7f3a memory=80M run_limit=300s"
   return slurm.SUCCESS
end

function slurm_job_modify(job, record, partitions, uid)
   return slurm.SUCCESS
end

return slurm.SUCCESS
"""
"""A job_submit.lua that sets the memory of every job, and notes its advice."""

WAVES = (8, 170)
"""Elements of each of two arrays. A model needs 50 jobs in the newest quarter of its history, whole seconds of it."""


def hold(megabytes: str, seconds: float = 1.5) -> str:
    """Return a line of shell that takes memory, and then holds it long enough to be measured."""
    # tail takes all before it writes, and then waits for its reader.
    return f"head -c {megabytes}M /dev/zero | tail | (head -c 1 >/dev/null; sleep {seconds})"


def run_all(cluster: Cluster) -> dict[str, str]:
    """Run all jobs to their ends, and return the ids of those that are one of a kind."""
    ids = _one_of_each(cluster)
    _many_alike(cluster)
    cluster.end(*ids.values())
    see_second_end()
    return ids


def _one_of_each(cluster: Cluster) -> dict[str, str]:
    late = cluster.submit("-J", "late", "-t", "1", "--wrap", "sleep 300")
    ids = {
        "late": late,
        "plain": cluster.submit(
            *(
                "-J",
                "synth",
                "-p",
                "night",
                "-t",
                "5",
                "--mem=100",
                "--comment=tool=synth",
                "--wrap",
                hold("30"),
            ),
            user=LI,
        ),
        "over": cluster.submit("-J", "over", "--mem=50", "--wrap", hold("150", 60)),
        "over in a step": cluster.submit("--mem=50", "--wrap", f"srun sh -c '{hold('150', 60)}'"),
        "over on one node": _over_on_one_node(cluster),
        "failing": cluster.submit("-J", "failing", "--wrap", "exit 3"),
        "array": cluster.submit(
            "-J", "sweep", "--array=1-3", "--wrap", hold("$((SLURM_ARRAY_TASK_ID * 10))")
        ),
        "odd": cluster.submit("-J", "a|b\nc", "--comment=jobcast: fake memory=1M", "--wrap", "true"),
        "forging": cluster.submit("-J", FORGED, "--wrap", "true"),
    }
    with cluster.lua(job_submit=ADVISED):
        ids["advised"] = cluster.submit("-J", "advised", "-t", "5", "--mem=400", "--wrap", hold("20"))
    until(lambda: cluster.run("squeue", "-h", "-j", late, "-o", "%T") == "RUNNING\n", 30)
    # No time limit is shorter than a minute, but an administrator may bring its end nearer. slurmctld looks each 30 s.
    cluster.run("scontrol", "update", f"jobid={late}", "EndTime=now+1")
    return ids


def _over_on_one_node(cluster: Cluster) -> str:
    """Run a job that takes too much on its second node until Slurm has kept what it took there.

    A busy machine tells of a step's end before the killed node's last measurement has come in, and Slurm then drops it.
    """
    second_node = f"[ $SLURM_PROCID = 0 ] && sleep 60 || {hold('150', 60)}"
    for _ in range(5):
        job = cluster.submit("-N2", "-n2", "--mem=100", "--wrap", f"srun sh -c '{second_node}'")
        cluster.end(job)
        peaks = cluster.run("sacct", "-nP", "-j", job, "-o", "MaxRSS", "--units=M").split()
        if any(float(peak.rstrip("M")) > 100 for peak in peaks):
            break
    return job


def _many_alike(cluster: Cluster) -> None:
    """Run two kinds of jobs in two waves: of the second something is known when it is submitted."""
    for elements in WAVES:
        cluster.end(*(submit_alike(cluster, user, f"--array=1-{elements}") for user in USERS))
        see_second_end()


def see_second_end() -> None:
    """Wait until what has just ended did so before now: Slurm knows times in whole seconds."""
    now = int(time.time())
    until(lambda: time.time() >= now + 1, 5)


def submit_alike(cluster: Cluster, user: str, *arguments: str) -> str:
    """Submit what takes from 8 to 11 MB where CHEN does it, and from 24 to 27 where LI does."""
    least = {CHEN: 8, LI: 24}[user]
    task = hold(f"$((SLURM_ARRAY_TASK_ID % 4 + {least}))", 1.2)
    return cluster.submit("-t", "5", "--mem=100", *arguments, "--wrap", task, user=user)
