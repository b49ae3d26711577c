"""Starts the starter: ``python -I -S -X utf8 .../act/starter/__main__.py SPOOL SOCKET [GRACE [polling]]``.

Returns once it listens, with 0; with 3 where another one has the spool, with 1 and a reason where it can't.
"""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[3]))  # -I leaves nothing but the standard library there

from jobcast.act.starter.detach import detached
from jobcast.act.starter.server import serve
from jobcast.act.starter.spool import Spool

_GRACE = 5.0
"""Seconds between the polite end of a process and the other one."""

if __name__ == "__main__":
    spool, socket = Path(sys.argv[1]), Path(sys.argv[2]).absolute()
    grace = float(sys.argv[3]) if len(sys.argv) > 3 else _GRACE
    groups = sys.argv[4:] != ["polling"]
    sys.exit(detached(lambda ready: serve(Spool(spool, groups=groups), socket, grace, ready)))
