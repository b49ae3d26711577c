"""Every keyword of LoadLeveler's manuals has its place, and says what is made of it."""

import pytest

from jobcast.language import catalogue, speaking
from jobcast.systems.dialect import Standing
from jobcast.systems.loadleveler.admin_keywords import BY_TYPE
from jobcast.systems.loadleveler.config_keywords import CONFIG
from jobcast.systems.loadleveler.configuration import read
from jobcast.systems.loadleveler.job_keywords import JOB
from jobcast.systems.loadleveler.tables import keyword_tables
from tests.systems.loadleveler.reading import config
from tests.systems.loadleveler.submitting import read as submit

IN_CONFIG = """
    SCHEDULER_TYPE MAX_TOP_DOGS NEGOTIATOR_INTERVAL NEGOTIATOR_CYCLE_DELAY NEGOTIATOR_CYCLE_TIME_LIMIT
    NEGOTIATOR_LOADAVG_INCREMENT NEGOTIATOR_PARALLEL_DEFER NEGOTIATOR_PARALLEL_HOLD NEGOTIATOR_REJECT_DEFER
    NEGOTIATOR_RESCAN_QUEUE NEGOTIATOR_RECALCULATE_SYSPRIO_INTERVAL NEGOTIATOR_REMOVE_COMPLETED SYSPRIO MACHPRIO
    START SUSPEND CONTINUE VACATE KILL POLLING_FREQUENCY POLLS_PER_UPDATE PREEMPTION_SUPPORT DEFAULT_PREEMPT_METHOD
    PREEMPT_CLASS START_CLASS SCHEDULE_BY_RESOURCES FLOATING_RESOURCES ENFORCE_RESOURCE_USAGE
    ENFORCE_RESOURCE_SUBMISSION ENFORCE_RESOURCE_POLICY ENFORCE_RESOURCE_MEMORY ACCT ACCT_VALIDATION GLOBAL_HISTORY
    HISTORY HISTORY_PERMISSION JOB_ACCT_Q_POLICY JOB_LIMIT_POLICY SUBMIT_FILTER JOB_PROLOG JOB_EPILOG
    JOB_USER_PROLOG JOB_USER_EPILOG CLUSTER_METRIC CUSTOM_METRIC CUSTOM_METRIC_COMMAND MAIL MAX_JOB_REJECT
    ACTION_ON_MAX_REJECT MAX_STARTERS CLASS MAX_RESERVATIONS RSET_SUPPORT
"""
IN_ADMIN = {
    "machine": """central_manager schedd_host submit_only machine_mode pool_list speed max_jobs_scheduled
        name_server resources prestarted_starters reservation_permitted alias""",
    "class": """priority class_comment include_users exclude_users include_groups exclude_groups admin maxjobs
        max_node max_processors total_tasks max_total_tasks max_top_dogs max_resources max_node_resources
        default_resources default_node_resources master_node_requirement nice env_copy restart smt wall_clock_limit
        job_cpu_limit cpu_limit data_limit core_limit file_limit stack_limit rss_limit as_limit nproc_limit
        memlock_limit locks_limit nofile_limit ckpt_dir ckpt_time_limit""",
    "user": """priority maxidle maxjobs maxqueued max_node max_processors total_tasks account default_class
        default_group default_interactive_class fair_shares max_reservations max_reservation_duration""",
    "group": """priority maxidle maxjobs maxqueued max_node max_processors total_tasks account default_class
        default_group default_interactive_class fair_shares max_reservations max_reservation_duration include_users
        exclude_users""",
    "adapter": "adapter_name",
    "cluster": "outbound_hosts",
}
IN_JOB_FILES = """
    account_no arguments blocking bulkxfer checkpoint ckpt_dir ckpt_file ckpt_time_limit class cluster_list comment
    coschedule cpus_per_core dependency dstg_environment dstg_in_script dstg_in_wall_clock_limit dstg_node
    dstg_out_script dstg_out_wall_clock_limit dstg_resources env_copy environment error executable group hold host_file
    image_size initialdir input job_name job_type large_page ll_res_id max_processors mcm_affinity_options
    min_processors monitor_program network.MPI node node_resources node_topology node_usage notification notify_user
    output parallel_threads preferences queue recurring requirements resources restart rset shell smt startdate
    step_name step_resources task_affinity task_geometry tasks_per_node total_tasks user_priority wall_clock_limit
    as_limit core_limit cpu_limit data_limit file_limit job_cpu_limit locks_limit memlock_limit nofile_limit
    nproc_limit rss_limit stack_limit
"""


def test_each_keyword_of_the_manuals_is_known():
    assert {name.lower() for name in IN_CONFIG.split()} - CONFIG.keys() == set()
    assert {name.lower() for name in IN_JOB_FILES.split()} - JOB.keys() == set()
    for kind, names in IN_ADMIN.items():
        assert {"type", *names.split()} - BY_TYPE[kind].keys() == set()


@pytest.mark.parametrize("name", IN_CONFIG.split())
def test_each_keyword_of_the_configuration_comes_back_with_a_reason_unless_it_shapes_the_policy(name):
    written = f"{name}[a]" if name in {"PREEMPT_CLASS", "START_CLASS"} else name
    (found,) = config(f"{written} = nonsense((").keywords
    assert (found.name, found.standing is Standing.UNKNOWN) == (written, False)
    assert found.reason or found.standing is Standing.UNDERSTOOD


@pytest.mark.parametrize(("kind", "names"), IN_ADMIN.items())
def test_each_keyword_of_a_stanza_comes_back_with_a_reason_unless_it_shapes_the_policy(kind, names):
    lines = "\n".join(f"{name} = nonsense((" for name in names.split())
    found = read({"LoadL_admin": f"x: type = {kind}\n{lines}"}).keywords
    assert [each.name for each in found] == ["type", *names.split()]
    assert [each.name for each in found if each.standing is Standing.UNKNOWN] == []
    assert [each.name for each in found if not each.reason and each.standing is not Standing.UNDERSTOOD] == []


@pytest.mark.parametrize("name", [name for name in IN_JOB_FILES.split() if name != "queue"])
def test_each_keyword_of_a_job_comes_back_with_a_reason_unless_it_shapes_the_job(name):
    found = submit(f"{name} = nonsense((").keywords[0]
    assert (found.name, found.standing is Standing.UNKNOWN) == (name, False)
    assert found.reason or found.standing is Standing.UNDERSTOOD


REQUIREMENTS = """Adapter Arch Connectivity Disk Feature LargePageMemory LL_Version Machine Memory OpSys Pool SMT
    TotalMemory"""


@pytest.mark.parametrize("name", REQUIREMENTS.split())
def test_each_name_of_requirements_is_known(name):
    assert submit(f"requirements = ({name} != 7)").refusals == ()


MACHPRIO = """LoadAvg Cpus Memory VirtualMemory Disk Speed MasterMachPriority CustomMetric Connectivity FreeRealMemory
    PagesFreed PagesScanned ConsumableCpus ConsumableMemory ConsumableVirtualMemory ConsumableLargePageMemory"""
CONTROL = """CurrentTime KeyboardIdle State EnteredCurrentState Arch OpSys Machine tm_hour tm_min tm_mday tm_mon tm_wday
    tm_yday tm_year UserPrio LoadAvg"""
SYSPRIO = """ClassSysprio GroupSysprio UserSysprio GroupQueuedJobs GroupRunningJobs GroupTotalJobs UserQueuedJobs
    UserRunningJobs UserTotalJobs UserPrio QDate GroupTotalShares GroupUsedShares GroupHasShares UserTotalShares
    UserUsedShares UserHasShares JobIsBlueGene"""


@pytest.mark.parametrize(
    ("keyword", "names"),
    [
        ("MACHPRIO", MACHPRIO),
        ("SYSPRIO", SYSPRIO),
        *((name, CONTROL) for name in ("START", "SUSPEND", "KILL")),
    ],
)
def test_each_name_of_an_expression_is_known(keyword, names):
    for name in names.split():
        (found,) = config(f"{keyword} : {name} > 0").keywords
        assert (name, found.standing is Standing.REFUSED) == (name, False)


def test_each_keyword_says_what_is_made_of_it_and_nothing_is_said_of_others():
    tables = (CONFIG, JOB, *BY_TYPE.values())
    topics = {f"loadleveler_made.{known.topic}" for table in tables for known in table.values()}
    assert topics == {key for key in catalogue() if key.startswith("loadleveler_made.")}


def test_one_topic_has_one_standing():
    for table in (CONFIG, JOB, *BY_TYPE.values()):
        pairs = {(known.topic, known.standing) for known in table.values()}
        assert len(pairs) == len({topic for topic, _ in pairs})


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_tables_of_the_documentation_name_each_keyword(language):
    with speaking(language):
        text = keyword_tables()
    for table in (CONFIG, JOB, *BY_TYPE.values()):
        assert [known.name for known in table.values() if f"`{known.name}`" not in text] == []


def test_the_tables_are_markdown():
    assert keyword_tables().splitlines()[:5] == [
        "### `LoadL_config`, `LoadL_config.local`",
        "",
        "| Keyword | It is | What is made of it |",
        "|---|---|---|",
        (
            "| `SCHEDULER_TYPE` | understood | BACKFILL plans starts of Top Dogs and fills the gaps; LL_DEFAULT (also"
            " where nothing is said) lets parallel jobs hold machines; under API another program"
            " decides, in whose place a simulation takes BACKFILL; GANG is refused, and BACKFILL taken. |"
        ),
    ]
