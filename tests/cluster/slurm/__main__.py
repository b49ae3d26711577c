"""Run a Slurm until interrupted: ``python -m tests.cluster.slurm`` prints what its users need in their environment.

Whoever starts it from a program passes ``--until-stdin-ends`` and a pipe, whose end then ends the cluster, too.
"""

import select
import shlex
import signal
import sys
import tempfile
from pathlib import Path

from tests.cluster.slurm.daemons import Daemons, DidNotStartError, bury_dead, end_all, what_is_missing
from tests.cluster.slurm.layout import environment, lay_out

_INTERRUPTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_UNTIL_STDIN_ENDS = "--until-stdin-ends"


def main(arguments: list[str]) -> int:
    """Return 1, and say why, where the cluster does not come up."""
    for number in _INTERRUPTS:
        signal.signal(number, signal.default_int_handler)
    if missing := what_is_missing():
        print(missing, file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="jobcast-slurm-") as name:
        try:
            _run(Path(name), until_stdin_ends=_UNTIL_STDIN_ENDS in arguments)
        except DidNotStartError as error:
            print(error, file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            pass
        finally:
            for number in _INTERRUPTS:
                signal.signal(number, signal.SIG_IGN)
            end_all()
    return 0


def _run(folder: Path, *, until_stdin_ends: bool) -> None:
    lay_out(folder)
    Daemons(folder).start()
    for variable, value in environment(folder).items():
        print(f"export {variable}={shlex.quote(value)}")
    print(f"# logs are in {folder}/log", flush=True)
    watched = [sys.stdin] if until_stdin_ends else []
    while not select.select(watched, [], [], 0.2)[0]:
        bury_dead()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
