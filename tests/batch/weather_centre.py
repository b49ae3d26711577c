"""The weather centre's set-up on one machine: classes, preemption, submit filter, prolog and epilog of its own."""

from collections.abc import Mapping
from pathlib import Path

CONFIG = """
LOADL_ADMIN      = {user}
ACCT             = A_ON A_DETAIL
SCHEDULER_TYPE   = BACKFILL
MAX_TOP_DOGS     = 1
SYSPRIO : 0 - (QDate)
MACHPRIO : 0 - (LoadAvg)
NEGOTIATOR_RECALCULATE_SYSPRIO_INTERVAL = 0
PREEMPTION SUPPORT = FULL
DEFAULT PREEMPT METHOD = su
PREEMPT_CLASS[normal] = ENOUGH:su{{normal1}}
PREEMPT_CLASS[normal2] = ENOUGH:su{{normal1}}
PREEMPT_CLASS[normal] = ENOUGH:su{{normal2}}
SCHEDULE_BY_RESOURCES = ConsumableCpus ConsumableMemory
ENFORCE_RESOURCE_USAGE = ConsumableMemory
CLASS = normal(32) normal2(32) normal1(32)
START   : T
SUSPEND : F
CONTINUE : T
VACATE  : F
KILL    : F
SUBMIT_FILTER = {folder}/acctbin/filter.sh
JOB_PROLOG    = {folder}/acctbin/prolog.sh
JOB_EPILOG    = {folder}/acctbin/epilog.sh
"""

ADMIN = """
{machine}: type = machine
    central_manager = true
    resources = ConsumableCpus({cpus}) ConsumableMemory(8 gb)

default: type = class
    wall_clock_limit = 24:00:00
    default_resources = ConsumableCpus(1)

normal: type = class
    class_comment = "Operational forecasts"
    priority = 100
    wall_clock_limit = 06:00:00,05:55:00

normal2: type = class
    class_comment = "Forecasts on trial"
    priority = 50

normal1: type = class
    class_comment = "Research"
    priority = 0

default: type = user
    default_class = normal1
    default_group = No_Group
"""

FILTER = """#!/bin/sh
# Every job tells by its comment for which model it is.
job=$(cat)
model=$(printf '%s\\n' "$job" | sed -n 's/^# *@ *comment *= *//p' | head -1)
if ! grep -qx "$model" {folder}/acctbin/model.list; then
    echo "comment must name a model of model.list" >&2
    exit 1
fi
printf '%s\\n' "$job"
"""

PROLOG = """#!/bin/sh
echo "begin $LOADL_STEP_ID $LOADL_STEP_CLASS" >> {folder}/acct
"""

EPILOG = """#!/bin/sh
echo "end $LOADL_STEP_ID $LOADL_STEP_CLASS $LOADL_JOB_STEP_EXIT_CODE" >> {folder}/acct
"""

MODELS = ("GRAPES", "WRF", "T639")


def texts(user: str, folder: Path, machine: str = "n01", cpus: int = 4) -> Mapping[str, str]:
    """Write the site's programs, and return its configuration files."""
    (folder / "acctbin").mkdir()
    (folder / "acctbin" / "model.list").write_text("".join(f"{model}\n" for model in MODELS))
    for name, text in (("filter.sh", FILTER), ("prolog.sh", PROLOG), ("epilog.sh", EPILOG)):
        program = folder / "acctbin" / name
        program.write_text(text.format(folder=folder))
        program.chmod(0o755)
    return {
        "LoadL_config": CONFIG.format(user=user, folder=folder),
        "LoadL_admin": ADMIN.format(machine=machine, cpus=cpus),
    }


def command_file(queue: str, cpus: int, limit: str, model: str, work: str) -> str:
    """Return the job command file of a model's run."""
    comment = f"# @ comment = {model}\n" if model else ""
    return f"""#!/bin/sh
# @ job_name = {model or "nameless"}
# @ class = {queue}
# @ resources = ConsumableCpus({cpus})
# @ wall_clock_limit = {limit}
{comment}# @ queue
{work}
"""
