"""Keywords that are known and shape nothing, each with the reason why; the documentation is made from these tables.

Source: slurm.conf(5) and gres.conf(5) of Slurm 22.05, with those of later and earlier releases.
"""

from collections.abc import Iterable, Mapping

from jobcast.language import Phrase, phrase
from jobcast.systems.dialect import Standing
from jobcast.systems.slurm.policy.sheet import Record, Sheet

_ACCOUNTING = """
    AccountingStorageBackupHost AccountingStorageExternalHost AccountingStorageHost AccountingStorageLoc
    AccountingStorageParameters AccountingStoragePass AccountingStoragePort AccountingStorageTRES
    AccountingStorageType AccountingStorageUser AccountingStoreFlags AccountingStoreJobComment
    AcctGatherEnergyType AcctGatherFilesystemType AcctGatherInfinibandType AcctGatherInterconnectType
    AcctGatherNodeFreq AcctGatherProfileType ClusterName ExtSensorsFreq ExtSensorsType JobAcctGatherFrequency
    JobAcctGatherParams JobAcctGatherType JobCompHost JobCompLoc JobCompParams JobCompPass JobCompPort
    JobCompType JobCompUser MaxDBDMsgs TrackWCKey
"""
_SAFETY = """
    AuthAltParameters AuthAltTypes AuthInfo AuthType CertmgrParameters CertmgrType CredType CryptoType
    DisableRootJobs HashPlugin JobCredentialPrivateKey JobCredentialPublicCertificate MCSParameters MCSPlugin
    PrivateData SchedulerAuth SlurmUser SlurmdUser TLSParameters TLSType UsePAM
"""
_DAEMONS = """
    BackupAddr BackupController BatchStartTimeout BcastExclude BcastParameters CommunicationParameters ControlAddr
    ControlMachine EioTimeout EpilogMsgTime FastSchedule FederationParameters FirstJobId GetEnvTimeout
    GroupUpdateForce GroupUpdateTime HealthCheckInterval HealthCheckNodeState HealthCheckProgram KeepAliveTime
    MaxJobId MaxNodeCount MessageTimeout MetricsType MinJobAge PluginDir PlugStackConfig RebootProgram
    ReconfigFlags ReturnToService RoutePlugin SlurmctldAddr SlurmctldHost SlurmctldParameters SlurmctldPidFile
    SlurmctldPlugstack SlurmctldPort SlurmctldPrimaryOffProg SlurmctldPrimaryOnProg SlurmctldTimeout
    SlurmdParameters SlurmdPidFile SlurmdPort SlurmdSpoolDir SlurmdTimeout StateSaveLocation TCPTimeout
    TreeWidth UnkillableStepProgram UnkillableStepTimeout HttpParserType DataParserParameters NamespaceType
    SlurmstepdParameters StepMgr UrlParserType
"""
_LOGS = """
    DebugFlags LogTimeFormat MailDomain MailProg SlurmSchedLogFile SlurmSchedLogLevel SlurmctldDebug
    SlurmctldLogFile SlurmctldSyslogDebug SlurmdDebug SlurmdLogFile SlurmdSyslogDebug
"""
_IN_THE_JOB = """
    CoreSpecPlugin CpuFreqDef CpuFreqGovernors Epilog EpilogSlurmctld GpuFreqDef InactiveLimit
    InteractiveStepOptions JobContainerType JobFileAppend KillOnBadExit KillWait LaunchParameters LaunchType
    MaxStepCount MpiDefault MpiParams PrEpParameters PrEpPlugins ProctrackType Prolog PrologEpilogTimeout
    PrologFlags PrologSlurmctld PrologTimeout EpilogTimeout PropagatePrioProcess PropagateResourceLimits
    PropagateResourceLimitsExcept SallocDefaultCommand SbcastParameters SrunEpilog SrunPortRange SrunProlog
    SwitchParameters SwitchType TaskEpilog TaskPlugin TaskPluginParam TaskProlog TmpFS VSizeFactor WaitTime
    X11Parameters NodeFeaturesPlugins CgroupPlugin
"""
_SUBMISSION = """
    CliFilterPlugins CliFilterParameters JobSubmitPlugins MaxJobCount MaxTasksPerNode ScronParameters
    DependencyParameters AllowSpecResourcesUsage
"""
_POWER = """
    PowerParameters PowerPlugin ResumeFailProgram ResumeProgram ResumeRate ResumeTimeout SuspendExcNodes
    SuspendExcParts SuspendExcStates SuspendProgram SuspendRate SuspendTime SuspendTimeout
"""


def _table(groups: Mapping[str, Phrase]) -> dict[str, Phrase]:
    return {name: reason for names, reason in groups.items() for name in names.split()}


IGNORED = _table(
    {
        _ACCOUNTING: phrase("slurm_ignored.accounting"),
        _SAFETY: phrase("slurm_ignored.safety"),
        _DAEMONS: phrase("slurm_ignored.daemons"),
        _LOGS: phrase("slurm_ignored.logs"),
        _IN_THE_JOB: phrase("slurm_ignored.in_the_job"),
        _SUBMISSION: phrase("slurm_ignored.submission"),
        _POWER: phrase("slurm_ignored.power"),
        "GresTypes": phrase("slurm_ignored.gres_types"),
        "CompleteWait": phrase("slurm_ignored.completing"),
        "SchedulerTimeSlice": phrase("slurm_ignored.time_slice"),
        "RequeueExit RequeueExitHold": phrase("slurm_ignored.exit_codes"),
        "ResvEpilog ResvOverRun ResvProlog": phrase("slurm_ignored.reservations"),
        "FairShareDampeningFactor": phrase("slurm_ignored.dampening"),
    }
)
"""At the top of slurm.conf."""

REFUSED = _table(
    {
        "AccountingStorageEnforce": phrase("slurm_refused.database"),
        "BurstBufferParameters BurstBufferType": phrase("slurm_refused.burst_buffer"),
        "TopologyParam TopologyPlugin": phrase("slurm_refused.topology"),
        "PrioritySiteFactorParameters PrioritySiteFactorPlugin PriorityParameters": phrase(
            "slurm_refused.site_factor"
        ),
        "PriorityUsageResetPeriod": phrase("slurm_refused.usage_reset"),
        "PriorityWeightAssoc PriorityWeightQOS": phrase("slurm_refused.database"),
        "DefCPUPerGPU DefMemPerGPU": phrase("slurm_refused.per_gpu"),
    }
)
"""At the top of slurm.conf."""

NODE_WORDS = _table(
    {
        "BcastAddr CpuBind NodeAddr NodeHostname Port Reason TmpDisk InstanceId InstanceType": phrase(
            "slurm_ignored.node_running"
        ),
        "CPUSpecList": phrase("slurm_ignored.core_list"),
        "TRESWeights": phrase("slurm_ignored.billing"),
        "RestrictedCoresPerGPU Topology Parameters": phrase("slurm_ignored.node_running"),
    }
)
"""In lines of nodes."""

OF_NODES = (
    *("Boards", "CoreSpecCount", "CoresPerSocket", "CPUs", "Feature", "Features", "Gres"),
    *("MemSpecLimit", "Procs", "RealMemory", "Sockets", "SocketsPerBoard", "State", "ThreadsPerCore"),
    *("Weight",),
)
"""What is read of nodes."""

GRES_WORDS = _table({"Cores CPUs Flags Links": phrase("slurm_ignored.gres_binding")})
"""In lines of gres.conf."""

PARTITION_WORDS = _table(
    {
        "AllocNodes Alternate CpuBind DisableRootJobs Hidden": phrase("slurm_ignored.partition_running"),
        "ResumeTimeout SuspendTime SuspendTimeout PowerDownOnIdle": phrase("slurm_ignored.power"),
        "TRESBillingWeights": phrase("slurm_ignored.billing"),
    }
)
"""In lines of partitions."""

PARTITION_REFUSED = _table(
    {
        "AllowAccounts DenyAccounts": phrase("slurm_refused.accounts"),
        "AllowQos DenyQos QOS": phrase("slurm_refused.database"),
        "DefCPUPerGPU DefMemPerGPU": phrase("slurm_refused.per_gpu"),
        "ExclusiveUser ExclusiveTopo": phrase("slurm_refused.exclusive_user"),
        "MaxCPUsPerSocket": phrase("slurm_refused.sockets"),
        "ReqResv": phrase("slurm_refused.reservation_only"),
        "SelectTypeParameters": phrase("slurm_refused.select_by_partition"),
        "Topology": phrase("slurm_refused.topology"),
    }
)
"""In lines of partitions."""


def judge(
    sheet: Sheet,
    record: Record,
    read: Iterable[str],
    ignored: Mapping[str, Phrase],
    refused: Mapping[str, Phrase] | None = None,
) -> None:
    """Say of each keyword of a record that isn't read why it has no bearing, or that it is unknown."""
    tables = {Standing.IGNORED: ignored, Standing.REFUSED: refused or {}}
    reasons = {
        name.lower(): (standing, reason)
        for standing, table in tables.items()
        for name, reason in table.items()
    }
    known = {name.lower(): name for name in read}
    for key, statement in record.fields.items():
        if key in known:
            continue
        if key not in reasons:
            sheet.verdicts.unknown(statement, [*known.values(), *ignored, *(refused or {})])
            continue
        standing, reason = reasons[key]
        if standing is Standing.IGNORED:
            sheet.verdicts.ignored(statement, reason.say())
        else:
            sheet.verdicts.refused(statement, reason.say())
