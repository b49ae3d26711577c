"""What ``$(name)`` stands for in a job command file ("Job command file variables" in Using and Administering)."""

import posixpath
from collections.abc import Mapping

from jobcast.systems.loadleveler.job_origin import Origin


def step_variables(texts: Mapping[str, str], origin: Origin, job: str, usual_class: str) -> dict[str, str]:
    """Return the variables that a step's keywords, origin and job give; `texts` is keyword to value, as written."""
    scheduler, _, number = job.rpartition(".")
    host, _, domain = origin.host.partition(".")
    executable = texts.get("executable") or origin.file
    return {
        "comment": "",
        "job_name": job,
        **texts,
        "class": texts.get("class") or usual_class,
        "executable": executable,
        "base_executable": posixpath.basename(executable),
        "host": host,
        "hostname": host,
        "domain": domain,
        "home": origin.home,
        "schedd_host": scheduler,
        "jobid": number,
    }
