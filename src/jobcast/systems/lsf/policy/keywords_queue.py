"""Keywords of lsb.queues and lsb.applications: standing to what is made of them to their names."""

from collections.abc import Mapping

QUEUE: Mapping[str, Mapping[str, str]] = {
    "understood": {
        "queue_name": "QUEUE_NAME",
        "priority": "PRIORITY",
        "slot_reserve": "SLOT_RESERVE",
        "resource_reserve": "RESOURCE_RESERVE",
        "backfill": "BACKFILL",
        "interruptible": "INTERRUPTIBLE_BACKFILL",
        "requeue_exit": "REQUEUE_EXIT_VALUES",
        "run_limit": "RUNLIMIT",
        "cpu_limit": "CPULIMIT",
        "estimate": "ESTIMATED_RUNTIME",
        "extendable": "EXTENDABLE_RUNLIMIT",
        "plan_queue": "PLAN",
        "preemption": "PREEMPTION",
        "job_controls": "JOB_CONTROLS",
        "queue_slots": "QJOB_LIMIT",
        "user_slots": "UJOB_LIMIT",
        "processor_slots": "PJOB_LIMIT",
        "host_slots": "HJOB_LIMIT",
        "dispatch_window": "DISPATCH_WINDOW",
        "run_window": "RUN_WINDOW",
        "users": "USERS",
        "hosts": "HOSTS",
        "task_limit": "TASKLIMIT PROCLIMIT",
        "host_limit": "HOSTLIMIT_PER_JOB",
        "res_req": "RES_REQ",
        "exclusive": "EXCLUSIVE",
        "fair_share": "FAIRSHARE",
        "fair_share_queues": "FAIRSHARE_QUEUES DISPATCH_ORDER",
        "hist_hours": "HIST_HOURS",
    },
    "refused": {
        "aps": "APS_PRIORITY QUEUE_GROUP",
        "pool": "SLOT_POOL SLOT_SHARE MAX_SLOTS_IN_POOL USE_PRIORITY_IN_POOL DISPATCH_BY_QUEUE",
        "fair_weights": """
            CPU_TIME_FACTOR RUN_TIME_FACTOR RUN_JOB_FACTOR COMMITTED_RUN_TIME_FACTOR
            FAIRSHARE_ADJUSTMENT_FACTOR FWD_JOB_FACTOR GPU_RUN_TIME_FACTOR ENABLE_HIST_RUN_TIME
            ENABLE_GPU_HIST_RUN_TIME RUN_TIME_DECAY
        """,
        "chunk": "CHUNK_JOB_SIZE",
        "migrate": "MIG",
        "sizes": "JOB_SIZE_LIST RESRSV_LIMIT",
        "preempt_timing": """
            MAX_JOB_PREEMPT MAX_TOTAL_TIME_PREEMPT NO_PREEMPT_INTERVAL NO_PREEMPT_RUN_TIME
            NO_PREEMPT_FINISH_TIME PREEMPT_DELAY
        """,
        "pend_limit": "PEND_TIME_LIMIT ELIGIBLE_PEND_TIME_LIMIT",
        "out_of_order": "RELAX_JOB_DISPATCH_ORDER SLA_GUARANTEES_IGNORE",
        "gpu_req": "GPU_REQ",
    },
    "ignored": {
        "text": "DESCRIPTION",
        "rights": "ADMINISTRATORS INTERACTIVE FWD_USERS USE_PAM_CREDS",
        "running": """
            NICE PRE_EXEC POST_EXEC HOST_PRE_EXEC HOST_POST_EXEC JOB_STARTER CHKPNT CPU_FREQUENCY
            CONTAINER EXEC_DRIVER DOCKER_IMAGE_AFFINITY JOB_ACTION_WARNING_TIME JOB_WARNING_ACTION
            JOB_INCLUDE_POSTPROC JOB_POSTPROC_TIMEOUT JOB_PREPROC_TIMEOUT SUCCESS_EXIT_VALUES CSM_REQ
            CSM_VALID DATA_TRANSFER
        """,
        "usage": """
            CORELIMIT DATALIMIT FILELIMIT MEMLIMIT MEMLIMIT_TYPE PROCESSLIMIT STACKLIMIT SWAPLIMIT
            THREADLIMIT
        """,
        "load": "STOP_COND RESUME_COND r15s r1m r15m ut pg io ls it tmp swp mem",
        "pace": "JOB_ACCEPT_INTERVAL NEW_JOB_SCHED_DELAY",
        "failures": """
            RERUNNABLE MAX_JOB_REQUEUE MAX_PREEXEC_RETRY LOCAL_MAX_PREEXEC_RETRY
            LOCAL_MAX_PREEXEC_RETRY_ACTION REMOTE_MAX_PREEXEC_RETRY JOB_IDLE JOB_OVERRUN JOB_UNDERRUN
        """,
        "speed": "DEFAULT_HOST_SPEC",
        "deadline": "IGNORE_DEADLINE",
        "elsewhere": """
            IMPT_JOBBKLG IMPT_JOBLIMIT IMPT_SLOTBKLG IMPT_SLOTLIMIT MAX_RSCHED_TIME MC_FAST_SCHEDULE
            MC_FORWARD_DELAY RCVJOBS_FROM SNDJOBS_TO NQS_QUEUES
        """,
        "cloud": "RC_ACCOUNT RC_DEMAND_POLICY RC_HOSTS",
        "plugins": """
            DEFAULT_EXTSCHED MANDATORY_EXTSCHED MAX_PROTOCOL_INSTANCES NETWORK_REQ
            STRIPING_WITH_MINIMUM_NETWORK
        """,
        "resizing": "RESIZABLE_JOBS RESIZE_NOTIFY_CMD",
    },
}

APPLICATION: Mapping[str, Mapping[str, str]] = {
    "understood": {
        "application_name": "NAME",
        "run_limit_application": "RUNLIMIT",
        "estimate_application": "RUNTIME ESTIMATED_RUNTIME",
        "task_limit_application": "TASKLIMIT PROCLIMIT",
        "res_req_application": "RES_REQ",
    },
    "refused": {
        "chunk": "CHUNK_JOB_SIZE",
        "migrate": "MIG",
        "preempt_timing": """
            MAX_JOB_PREEMPT MAX_TOTAL_TIME_PREEMPT NO_PREEMPT_INTERVAL NO_PREEMPT_RUN_TIME
            NO_PREEMPT_FINISH_TIME PREEMPT_DELAY PREEMPT_FOR
        """,
        "pend_limit": "PEND_TIME_LIMIT ELIGIBLE_PEND_TIME_LIMIT",
        "sizes": "JOB_SIZE_LIST",
        "gpu_req": "GPU_REQ",
        "plan_application": "PLAN PRIORITY",
    },
    "ignored": {
        "text": "DESCRIPTION",
        "rights": "ADMINISTRATORS USE_PAM_CREDS",
        "running": """
            NICE PRE_EXEC POST_EXEC HOST_PRE_EXEC HOST_POST_EXEC JOB_STARTER CHKPNT_DIR CHKPNT_INITPERIOD
            CHKPNT_METHOD CHKPNT_PERIOD CPU_FREQUENCY CONTAINER EXEC_DRIVER DOCKER_IMAGE_AFFINITY ENV_VARS
            JOB_ACTION_WARNING_TIME JOB_WARNING_ACTION JOB_CONTROLS JOB_CWD JOB_CWD_TTL
            JOB_INCLUDE_POSTPROC JOB_POSTPROC_TIMEOUT JOB_PREPROC_TIMEOUT SUCCESS_EXIT_VALUES
            PERSISTENT_HOST_ORDER BIND_JOB ATTACH_RESOURCE KILL_JOBS_OVER_RUNLIMIT
        """,
        "usage": """
            CORELIMIT CPULIMIT DATALIMIT FILELIMIT MEMLIMIT MEMLIMIT_TYPE PROCESSLIMIT STACKLIMIT
            SWAPLIMIT THREADLIMIT
        """,
        "failures": """
            RERUNNABLE REQUEUE_EXIT_VALUES MAX_JOB_REQUEUE MAX_PREEXEC_RETRY LOCAL_MAX_PREEXEC_RETRY
            LOCAL_MAX_PREEXEC_RETRY_ACTION REMOTE_MAX_PREEXEC_RETRY
        """,
        "speed": "ABS_RUNLIMIT",
        "plugins": """
            DJOB_COMMFAIL_ACTION DJOB_DISABLED DJOB_ENV_SCRIPT DJOB_HB_INTERVAL DJOB_RESIZE_GRACE_PERIOD
            DJOB_RU_INTERVAL DJOB_TASK_BIND NETWORK_REQ RTASK_GONE_ACTION STRIPING_WITH_MINIMUM_NETWORK
        """,
        "resizing": "RESIZABLE_JOBS RESIZE_NOTIFY_CMD",
    },
}
