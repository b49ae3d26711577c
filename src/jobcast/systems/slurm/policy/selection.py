"""What a job takes of its nodes: ``SelectType`` and ``SelectTypeParameters``."""

from dataclasses import dataclass

from jobcast.language import say
from jobcast.systems.dialect import Standing
from jobcast.systems.slurm.policy.amounts import words
from jobcast.systems.slurm.policy.sheet import Sheet


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """Which resources are consumed."""

    whole_nodes: bool = False
    """Each job has its nodes for itself (select/linear)."""
    memory: bool = True
    """Whether memory is handed out; else a node's memory only tells whether a job fits."""
    whole_cores: bool = True
    """Whether a job's CPUs are rounded up to cores."""
    one_task_per_core: bool = False
    """Whether each task gets a core of its own."""
    least_loaded: bool = False
    """Whether nodes with the most idle CPUs go first."""


_BY_CORE = frozenset({"cr_core", "cr_core_memory", "cr_socket", "cr_socket_memory"})
_PLACING = frozenset(
    {"cr_core_default_dist_block", "cr_pack_nodes", "ll_shared_gres", "multiple_sharing_gres_pj"}
)
_ELSEWHERE = frozenset({"other_cons_res", "other_cons_tres"})
_WORDS = (
    *("CR_CPU", "CR_CPU_Memory", "CR_Core", "CR_Core_Memory", "CR_Socket", "CR_Socket_Memory", "CR_Memory"),
    *("CR_ONE_TASK_PER_CORE", "CR_LLN", "CR_CORE_DEFAULT_DIST_BLOCK", "CR_Pack_Nodes"),
    *("LL_SHARED_GRES", "MULTIPLE_SHARING_GRES_PJ", "OTHER_CONS_RES", "OTHER_CONS_TRES"),
)
_CONSUMED = frozenset(word.lower() for word in _WORDS[:7])


def read_selection(sheet: Sheet) -> Selection:
    """Return what is consumed; without a word CPUs by cores, and memory, as in newer releases (22.05: whole nodes)."""
    kind = sheet.settings.get("selecttype")
    name = "cons_tres" if kind is None else kind.value.lower().removeprefix("select/")
    if kind is not None:
        if name in {"cons_res", "cons_tres", "linear", "cray_aries"}:
            sheet.verdicts.understood(kind)
        else:
            sheet.verdicts.refused(kind, say("slurm_policy.select_type"))
    told = sheet.settings.get("selecttypeparameters")
    parts = {word.lower(): word for word in words("" if told is None else told.value)}
    linear = name == "linear" or (name == "cray_aries" and not _ELSEWHERE & parts.keys())
    if told is not None:
        sheet.verdicts.understood(told)
        for part, word in parts.items():
            sheet.verdicts.part(told, word, *_standing(part))
    consumed = parts.keys() & _CONSUMED
    return Selection(
        whole_nodes=linear,
        memory=any(part.endswith("memory") for part in consumed) if consumed else not linear,
        whole_cores=bool(_BY_CORE & consumed) if consumed else True,
        one_task_per_core="cr_one_task_per_core" in parts,
        least_loaded="cr_lln" in parts,
    )


def _standing(part: str) -> tuple[Standing, str]:
    if part.startswith("cr_socket"):
        return Standing.CORRECTED, say("slurm_policy.by_socket")
    if part in _PLACING or part in _ELSEWHERE:
        return Standing.IGNORED, say("slurm_ignored.within_node")
    if part in {word.lower() for word in _WORDS}:
        return Standing.UNDERSTOOD, ""
    return Standing.UNKNOWN, say("slurm_policy.unknown")
