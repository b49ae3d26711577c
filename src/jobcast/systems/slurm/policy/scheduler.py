"""How far the scheduler looks: ``SchedulerType``, and every word of ``SchedulerParameters``."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from jobcast.language import Phrase, phrase, say
from jobcast.schedule.policy import Blocked
from jobcast.spelling import did_you_mean
from jobcast.systems.dialect import Standing
from jobcast.systems.slurm.policy.amounts import MINUTE, count, words
from jobcast.systems.slurm.policy.sheet import Sheet
from jobcast.systems.slurm.policy.statements import Statement


@dataclass(frozen=True, kw_only=True, slots=True)
class Planning:
    """How many jobs get planned starts, and how far ahead."""

    blocked: Blocked = Blocked.PLAN
    """What a job that can't start does to those behind it."""
    depth: int = 500
    """How many jobs are planned (bf_max_job_test)."""
    per_user: int = 0
    """How many of one user (bf_max_job_user); 0 for no limit."""
    per_partition: int = 0
    """How many of one partition (bf_max_job_part); 0 for no limit."""
    reserved_in_partition: int = 0
    """How many of one partition keep a planned start (bf_job_part_count_reserve); 0 for no limit."""
    window: int = 1440 * MINUTE
    """Seconds ahead (bf_window, in minutes)."""
    busy_first: bool = False
    """Whether planned jobs go to nodes that are busy now (bf_busy_nodes)."""

    @property
    def planned_in_partition(self) -> int | None:
        """Return how many jobs of one partition get a planned start; None for no limit."""
        return min((n for n in (self.per_partition, self.reserved_in_partition) if n), default=None)


_NUMBERS: dict[str, Callable[[Planning, int], Planning]] = {
    "bf_max_job_test": lambda planning, number: replace(planning, depth=number),
    "bf_max_job_user": lambda planning, number: replace(planning, per_user=number),
    "bf_max_job_part": lambda planning, number: replace(planning, per_partition=number),
    "bf_job_part_count_reserve": lambda planning, number: replace(planning, reserved_in_partition=number),
    "bf_window": lambda planning, number: replace(planning, window=number * MINUTE),
}
"""Word to what its number changes."""
PARTS_REMARKED = {"bf_max_job_test": phrase("slurm_bf.depth"), "bf_max_job_part": phrase("slurm_bf.part")}
"""Where our meaning is a little another one."""
_SAME = frozenset({"bf_licenses", "preempt_strict_order", "preempt_youngest_first"})
"""What is always done here."""

_CYCLE = phrase("slurm_bf.cycle")
_SPEED = phrase("slurm_bf.speed")
_EACH_CYCLE = phrase("slurm_bf.each_cycle")
_LIVE = phrase("slurm_bf.live")
PARTS_IGNORED: dict[str, Phrase] = {
    **dict.fromkeys(
        ("bf_interval", "sched_interval", "sched_min_interval", "batch_sched_delay", "defer"), _CYCLE
    ),
    **dict.fromkeys(("defer_batch", "bf_allow_magnetic_slot"), _CYCLE),
    "bf_resolution": phrase("slurm_bf.resolution"),
    "bf_window_linear": phrase("slurm_bf.resolution"),
    **dict.fromkeys(
        (
            *("bf_continue", "bf_max_time", "bf_yield_interval", "bf_yield_sleep", "bf_yield_rpc_cnt"),
            *("bf_node_space_size", "bf_running_job_reserve", "build_queue_timeout", "max_rpc_cnt"),
            *("max_sched_time", "bf_topopt_enable", "bf_topopt_iterations"),
        ),
        _SPEED,
    ),
    **dict.fromkeys(
        ("bf_max_job_start", "sched_max_job_start", "default_queue_depth", "partition_job_depth"), _EACH_CYCLE
    ),
    "bf_one_resv_per_job": phrase("slurm_bf.one_partition"),
    **dict.fromkeys(
        ("bf_hetjob_immediate", "bf_hetjob_prio", "whole_hetjob", "whole_pack"), phrase("slurm_bf.hetjobs")
    ),
    **dict.fromkeys(("enable_hetjob_steps", "disable_hetjob_steps"), phrase("slurm_bf.hetjobs")),
    **dict.fromkeys(
        (
            *("allow_zero_lic", "bb_array_stage_cnt", "correspond_after_task_cnt", "delay_boot"),
            *("disable_job_shrink", "enable_job_state_cache", "enable_user_top", "extra_constraints"),
            *("Ignore_NUMA", "ignore_prefer_validation", "ignore_constraint_validation", "max_array_tasks"),
            *("max_depend_depth", "max_script_size", "max_submit_line_size", "max_switch_wait"),
            *("no_backup_scheduling", "no_env_cache", "nohold_on_prolog_fail", "requeue_on_resume_failure"),
            *("requeue_setup_env_fail", "salloc_wait_nodes", "sbatch_wait_nodes", "spec_cores_first"),
            *("step_retry_count", "step_retry_time", "time_min_as_soft_limit", "disable_remote_singleton"),
            "kill_invalid_depend",
        ),
        _LIVE,
    ),
    "reduce_completing_frag": phrase("slurm_ignored.completing"),
}
"""Words of SchedulerParameters that have no bearing on a simulation."""
PARTS_REFUSED: dict[str, Phrase] = {
    "bf_max_job_user_part": phrase("slurm_bf.user_part"),
    "bf_max_job_assoc": phrase("slurm_refused.database"),
    "assoc_limit_stop": phrase("slurm_refused.database"),
    "bf_max_job_array_resv": phrase("slurm_bf.arrays"),
    "bf_min_age_reserve": phrase("slurm_bf.not_yet_planned"),
    "bf_min_prio_reserve": phrase("slurm_bf.not_yet_planned"),
    "pack_serial_at_end": phrase("slurm_bf.serial"),
    "preempt_reorder_count": phrase("slurm_bf.reorder"),
    "preempt_send_user_signal": phrase("slurm_policy.grace_time"),
}
"""Words of SchedulerParameters that shape a schedule, and can't be done."""
PARTS_READ = (*_NUMBERS, "bf_busy_nodes", *sorted(_SAME))
"""Words of SchedulerParameters that shape the policy."""


def read_planning(sheet: Sheet, partitions: int) -> Planning:
    """Return how the cluster plans; backfill with Slurm's own figures where nothing is said."""
    planning = Planning(blocked=_kind(sheet, partitions))
    told = sheet.settings.get("schedulerparameters")
    if told is None:
        return planning
    sheet.verdicts.understood(told)
    seen: set[str] = set()
    for word in words(told.value):
        written = word.partition("=")[0]
        name = _BY_CASE.get(written.strip().lower(), written.strip())
        if name in seen:
            sheet.verdicts.part(told, word, Standing.CORRECTED, say("slurm_policy.part_again"))
        elif name in _NUMBERS:
            planning = _number(sheet, told, word, planning)
        else:
            planning = replace(planning, busy_first=planning.busy_first or name == "bf_busy_nodes")
            sheet.verdicts.part(told, word, *_standing(name))
        seen.add(name)
    return planning


def _kind(sheet: Sheet, partitions: int) -> Blocked:
    told = sheet.settings.get("schedulertype")
    kind = "backfill" if told is None else told.value.lower().removeprefix("sched/")
    if told is None or kind == "backfill":
        if told is not None:
            sheet.verdicts.understood(told)
        return Blocked.PLAN
    if kind != "builtin":
        sheet.verdicts.bad_value(told, "sched/backfill, sched/builtin")
        return Blocked.PLAN
    if partitions > 1:
        sheet.verdicts.corrected(told, say("slurm_policy.builtin"))
    sheet.verdicts.understood(told)
    return Blocked.STOP


_BY_CASE = {name.lower(): name for name in (*PARTS_READ, *PARTS_IGNORED, *PARTS_REFUSED)}


def _standing(name: str) -> tuple[Standing, str]:
    if name in PARTS_IGNORED:
        return Standing.IGNORED, PARTS_IGNORED[name].say()
    if name in PARTS_REFUSED:
        return Standing.REFUSED, PARTS_REFUSED[name].say()
    if name in _BY_CASE.values():
        return Standing.UNDERSTOOD, ""
    return Standing.UNKNOWN, did_you_mean(name, _BY_CASE.values()) or say("slurm_policy.unknown")


def _number(sheet: Sheet, told: Statement, word: str, planning: Planning) -> Planning:
    written, _, value = word.partition("=")
    name = written.strip().lower()
    try:
        number = count(value.strip())
    except ValueError:
        reason = say("slurm_policy.bad_value", value=value, wanted=say("slurm_policy.wants_count"))
        sheet.verdicts.part(told, word, Standing.REFUSED, reason)
        return planning
    remark = PARTS_REMARKED.get(name)
    standing = Standing.UNDERSTOOD if remark is None else Standing.CORRECTED
    sheet.verdicts.part(told, word, standing, "" if remark is None else remark.say())
    return _NUMBERS[name](planning, number)
