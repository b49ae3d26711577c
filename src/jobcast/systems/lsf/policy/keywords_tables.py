"""Keywords of hosts, users and resources: place to standing to what is made of them to their names."""

from collections.abc import Mapping

Table = Mapping[str, Mapping[str, str]]

TABLES: Mapping[tuple[str, str], Table] = {
    ("lsb.hosts", "Host"): {
        "understood": {
            "host_name": "HOST_NAME",
            "host_max": "MXJ",
            "host_user": "JL/U",
        },
        "ignored": {
            "load": "r15s r1m r15m ut pg io ls it tmp swp mem",
            "host_window": "DISPATCH_WINDOW",
            "failures": "EXIT_RATE CHKPNT MIG",
            "running": "AFFINITY",
        },
    },
    ("lsb.hosts", "HostGroup"): {
        "understood": {
            "host_group": "GROUP_NAME GROUP_MEMBER",
        },
        "ignored": {
            "talk": "CONDENSE",
            "rights": "GROUP_ADMIN",
        },
    },
    ("lsb.hosts", "HostPartition"): {
        "understood": {
            "partition": "HPART_NAME HOSTS USER_SHARES",
        },
    },
    ("lsb.hosts", "ComputeUnit"): {
        "refused": {
            "units": "NAME MEMBER TYPE CONDENSE ADMIN",
        },
    },
    ("lsb.users", "User"): {
        "understood": {
            "user_name": "USER_NAME",
            "user_max": "MAX_JOBS",
            "user_processor": "JL/P",
        },
        "refused": {
            "pend_limit": "MAX_PEND_JOBS MAX_PEND_SLOTS",
            "user_rank": "PRIORITY",
        },
    },
    ("lsb.users", "UserGroup"): {
        "understood": {
            "user_group": "GROUP_NAME GROUP_MEMBER",
            "group_shares": "USER_SHARES",
        },
        "refused": {
            "user_rank": "PRIORITY",
        },
        "ignored": {
            "rights": "GROUP_ADMIN",
        },
    },
    ("lsb.users", "UserMap"): {
        "ignored": {
            "elsewhere": "LOCAL REMOTE DIRECTION",
        },
    },
    ("lsb.resources", "Limit"): {
        "understood": {
            "limit": "NAME JOBS SLOTS MEM RESOURCE LICENSE",
            "limit_consumers": "USERS PER_USER QUEUES PER_QUEUE HOSTS PER_HOST PROJECTS PER_PROJECT",
            "limit_processor": "SLOTS_PER_PROCESSOR",
        },
        "refused": {
            "limit_other": """
                APPS PER_APP LIC_PROJECTS PER_LIC_PROJECT CLUSTERS PER_CLUSTER TMP SWP
                JOBS_PER_SCHED_CYCLE ELIGIBLE_PEND_JOBS INELIGIBLE FWD_SLOTS
            """,
        },
    },
    ("lsb.resources", "ReservationUsage"): {
        "understood": {
            "reservation_usage": "RESOURCE METHOD",
        },
        "ignored": {
            "decay": "RESERVE",
        },
    },
    ("lsb.resources", "ResourceReservation"): {
        "refused": {
            "booking": "NAME USERS HOSTS TIME_WINDOW SLOTS",
        },
    },
    ("lsb.resources", "GuaranteedResourcePool"): {
        "refused": {
            "sla": """
                NAME TYPE HOSTS RES_SELECT DISTRIBUTION SLOTS_PER_HOST LOAN_POLICIES ADMINISTRATORS
                DESCRIPTION PRIORITY
            """,
        },
    },
    ("lsb.resources", "HostExport"): {
        "ignored": {
            "elsewhere": "PER_HOST RES_SELECT NHOSTS DISTRIBUTION MEM SLOTS SWAP TYPE POLICY NAME",
        },
    },
    ("lsb.resources", "SharedResourceExport"): {
        "ignored": {
            "elsewhere": "NAME NINSTANCES DISTRIBUTION",
        },
    },
    ("lsb.serviceclasses", "ServiceClass"): {
        "refused": {
            "sla": """
                NAME PRIORITY GOALS CONTROL_ACTION CONSUMER EGO_RES_REQ MAX_HOST_IDLE_TIME USER_GROUP
                ACCESS_CONTROL AUTO_ATTACH DESCRIPTION
            """,
        },
    },
    ("lsf.cluster", "Host"): {
        "understood": {
            "cluster_host": "HOSTNAME model type server RESOURCES",
        },
        "ignored": {
            "load": "r15s r1m r15m ut pg io ls it tmp swp mem",
            "running": "nd RUNWINDOW REXPRI",
        },
    },
    ("lsf.cluster", "ResourceMap"): {
        "understood": {
            "resource_map": "RESOURCENAME LOCATION",
        },
    },
    ("lsf.cluster", "ClusterAdmins"): {
        "ignored": {
            "rights": "ADMINISTRATORS",
        },
    },
    ("lsf.cluster", "Parameters"): {
        "ignored": {
            "daemons": """
                PRODUCTS ADJUST_DURATION ELIM_POLL_INTERVAL ELIMARGS EXINTERVAL FLOAT_CLIENTS
                FLOAT_CLIENTS_ADDR_RANGE HOST_INACTIVITY_LIMIT LSF_ELIM_BLOCKTIME LSF_ELIM_DEBUG
                LSF_ELIM_RESTARTS LSF_HOST_ADDR_RANGE MASTER_INACTIVITY_LIMIT PROBE_TIMEOUT RETRY_LIMIT
            """,
        },
    },
    ("lsf.cluster", "RemoteClusters"): {
        "ignored": {
            "elsewhere": "CLUSTERNAME EQUIV CACHE_INTERVAL RECV_FROM AUTH",
        },
    },
    ("lsf.shared", "Cluster"): {
        "ignored": {
            "elsewhere": "ClusterName Servers",
        },
    },
    ("lsf.shared", "HostType"): {
        "ignored": {
            "definitions": "TYPENAME",
        },
    },
    ("lsf.shared", "HostModel"): {
        "ignored": {
            "speed": "MODELNAME CPUFACTOR ARCHITECTURE",
        },
    },
    ("lsf.shared", "Resource"): {
        "ignored": {
            "definitions": "RESOURCENAME TYPE CONSUMABLE RELEASE",
            "load": "INTERVAL INCREASING",
            "text": "DESCRIPTION",
        },
    },
    ("lshosts", ""): {
        "understood": {
            "lshosts": "HOST_NAME type model cpuf ncpus maxmem server RESOURCES",
        },
        "ignored": {
            "swap": "maxswp",
        },
    },
}
