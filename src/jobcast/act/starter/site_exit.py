"""Runs one prolog or epilog of the site's beside the manager of a cluster, and keeps it to its time.

``python -I -S -X utf8 .../act/starter/site_exit.py`` reads what is wanted as JSON, and prints how it ended as JSON.
SIGTERM ends what it runs, as is polite.
"""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.append(
        str(Path(__file__).resolve().parents[3])
    )  # -I leaves nothing but the standard library there

from jobcast.act.starter.surroundings import launch_of_site
from jobcast.act.starter.tending import Ears, Tended, read_all
from jobcast.act.starter.usage import Usage

Json = dict[str, Any]


def run_exit(wanted: Json) -> Json:
    """Run ``arguments`` in ``environment`` no longer than ``longest`` seconds; return ``code``, ``last`` and ``slow``.

    ``pid_file`` is where our own number is written; ``grace`` are seconds between the polite end and the other one.
    """
    heard, order = os.pipe()
    printed, output = os.pipe()
    for number in (heard, printed):
        os.set_blocking(number, False)
    signal.signal(signal.SIGTERM, lambda *_: os.write(order, b"kill\n"))
    Path(wanted["pid_file"]).write_text(str(os.getpid()))
    tended = Tended(
        ears=Ears(heard),
        usage=Usage(),
        grace=wanted["grace"],
        obey=lambda tended, _order: tended.end(),
        longest=wanted["longest"],
    )
    over = tended.run(launch_of_site(tuple(wanted["arguments"]), wanted["environment"], output))
    if over.why_not:
        return {"code": 127, "last": " ".join(map(str, over.why_not.values())), "slow": False}
    last = read_all(printed).decode("utf-8", "replace").strip().rpartition("\n")[2]
    return {"code": over.exit_code, "last": last[:200], "slow": over.slow}


if __name__ == "__main__":
    print(json.dumps(run_exit(json.loads(sys.stdin.read()))))
