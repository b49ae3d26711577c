"""The hooks that there are, by the names that stand in the history, in commands and in the service's paths."""

import importlib
from functools import cache
from typing import cast

from jobcast.systems.hooks.base import SubmissionHook

HOOKS = {
    "lsf": "jobcast.systems.hooks.lsf.hook:LsfHook",
    "slurm": "jobcast.systems.hooks.slurm:SlurmHook",
    "loadleveler": "jobcast.systems.hooks.loadleveler.hook:LoadLevelerHook",
    "kubernetes": "jobcast.systems.hooks.kubernetes.hook:KubernetesHook",
}
"""Name to ``module:class``; imported when the first submission comes, for few sites have more than one."""


@cache
def hook(name: str) -> SubmissionHook:
    """Return the hook of that name; raises KeyError where there is none."""
    module, _, attribute = HOOKS[name].partition(":")
    return cast("SubmissionHook", getattr(importlib.import_module(module), attribute)())
