"""What each batch system needs to have installed, by the names of `jobcast.systems.hooks.registry.HOOKS`."""

import importlib
from typing import cast

from jobcast.act.hooks.base import Stub

STUBS = {
    "lsf": "jobcast.act.hooks.lsf:LsfStub",
    "slurm": "jobcast.act.hooks.slurm:SlurmStub",
    "loadleveler": "jobcast.act.hooks.loadleveler:LoadLevelerStub",
    "kubernetes": "jobcast.act.hooks.kubernetes:KubernetesStub",
}
"""Name to ``module:class``, imported when it is asked for."""


def stub(name: str) -> Stub:
    """Return the stub of that name; raises KeyError where there is none."""
    module, _, attribute = STUBS[name].partition(":")
    return cast("Stub", getattr(importlib.import_module(module), attribute)())
