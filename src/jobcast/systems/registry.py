"""All drivers, to be seen at a glance."""

from jobcast.systems.base import BatchSystem, FileFormat
from jobcast.systems.lsf.acct import LsbAcct
from jobcast.systems.lsf.bjobs import Bjobs
from jobcast.systems.lsf.system import Lsf
from jobcast.systems.memprediction import MemPrediction
from jobcast.systems.slurm import Sacct, Slurm, unguessable_separator
from jobcast.systems.swf import Swf
from jobcast.systems.table import Table

BATCH_SYSTEMS: dict[str, BatchSystem] = {
    "lsf": Lsf(),
    "slurm": Slurm(unguessable_separator()),
}

FILE_FORMATS: dict[str, FileFormat] = {
    "bjobs": Bjobs(),
    "lsb.acct": LsbAcct(),
    "memprediction": MemPrediction(),
    "sacct": Sacct(),
    "swf": Swf(),
    "table": Table(),
}
