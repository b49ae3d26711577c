"""A step has the limits of the shell that submits it where it asks for a copy, be it in the words of a filter."""

import subprocess
import sys
from pathlib import Path

from tests.batch.running import Batch

FILTER = "#!/bin/sh\nsed 's/^#@ queue/#@ nofile_limit = copy\\n#@ queue/'\n"
JOB = "#@ core_limit = rlim_infinity,copy\n#@ output = told\n#@ queue\nulimit -Sn; ulimit -Hn; ulimit -Sc\n"


def test_a_step_has_the_limits_that_it_copies(tmp_path: Path) -> None:
    program = tmp_path / "filter.sh"
    program.write_text(FILTER)
    program.chmod(0o755)
    (tmp_path / "job.cmd").write_text(JOB)
    batch = Batch(folder=tmp_path, texts={"LoadL_config": f"SUBMIT_FILTER = {program}\n"})
    batch.start()
    try:
        line = 'ulimit -Sn 77; ulimit -Hn 900; ulimit -Sc 0; exec "$0" -m jobcast batch llsubmit -q job.cmd'
        subprocess.run(
            ["/bin/sh", "-c", line, sys.executable],
            env=batch.environment,
            cwd=tmp_path,
            check=True,
            timeout=60,
        )
        (over,) = batch.all_over()
        assert over.exit_code == 0
        assert (tmp_path / "told").read_text() == "77\n900\n0\n"
    finally:
        batch.end()
