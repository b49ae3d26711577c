"""Keywords of the stanzas of LoadL_admin.

From "Administration file keyword descriptions" in Using and Administering LoadLeveler, editions 2.2 to 5.1.
"""

from jobcast.systems.loadleveler.known import Known, listed

_PROCESS_LIMITS = " ".join(
    f"{limit}_limit"
    for limit in (
        "as",
        "core",
        "cpu",
        "data",
        "file",
        "job_cpu",
        "memlock",
        "nofile",
        "nproc",
        "rss",
        "stack",
    )
)

_MACHINE = listed(
    understood={
        "type": "type",
        "runs_jobs": "machine_mode submit_only",
        "pools": "pool_list",
        "speed": "speed",
        "machine_resources": "resources",
        "master": "master_node_exclusive",
    },
    ignored={
        "machine_role": "central_manager schedd_host schedd_fenced name_server alias prestarted_starters"
        " adapter_stanzas cpu_speed_scale spacct_excluse_enable region",
        "booking_permission": "reservation_permitted",
        "switch": "max_adapter_windows network_id power_management_policy dce_host_name pvm_root",
    },
    refused={"schedd_limit": "max_jobs_scheduled"},
)
_CLASS = listed(
    understood={
        "type": "type",
        "class_priority": "priority",
        "class_users": "include_users exclude_users include_groups exclude_groups",
        "class_maxjobs": "maxjobs",
        "class_size": "max_node max_processors total_tasks",
        "max_total_tasks": "max_total_tasks",
        "max_top_dogs": "max_top_dogs",
        "default_resources": "default_resources",
        "default_node_resources": "default_node_resources",
        "wall_clock_limit": "wall_clock_limit",
        "default_wall_clock_limit": "default_wall_clock_limit",
        "class_restart": "restart",
        "nice": "nice",
        "process_limit": _PROCESS_LIMITS,
        "master_needed": "master_node_requirement",
    },
    ignored={
        "who_rules": "admin",
        "told_only": "class_comment",
        "process": "env_copy smt user_smt striping_with_minimum_networks",
        "locks": "locks_limit",
        "checkpoints": "ckpt_dir ckpt_time_limit",
        "switch": "max_protocol_instances max_proto_instances stripe_min_networks collective_groups"
        " imm_send_buffers endpoints",
        "nqs": "NQS_class NQS_submit NQS_query",
        "scale_across": "allow_scale_across_jobs sub_block_job",
    },
    refused={
        "largest_request": "max_resources max_node_resources",
        "time_slices": "execution_factor",
        "blue_gene": "exclude_bg include_bg",
    },
)
_USERS_AND_GROUPS = {
    "stanza_priority": "priority",
    "stanza_maxjobs": "maxjobs",
    "stanza_size": "max_node max_processors total_tasks",
    "max_total_tasks": "max_total_tasks",
    "fair_shares": "fair_shares",
}
_BOOKINGS = "max_reservations max_reservation_duration max_reservation_expiration reservation_type"
_USER = listed(
    understood={
        "type": "type",
        **_USERS_AND_GROUPS,
        "default_class": "default_class",
        "default_group": "default_group",
        "user_account": "account",
    },
    ignored={
        "interactive": "default_interactive_class",
        "reservations": _BOOKINGS,
        "process": "env_copy",
    },
    refused={"idle_limit": "maxidle maxqueued"},
)
_GROUP = listed(
    understood={"type": "type", **_USERS_AND_GROUPS, "group_users": "include_users exclude_users"},
    ignored={
        "who_rules": "admin",
        "reservations": _BOOKINGS,
        "process": "env_copy",
        "of_users": "account default_class default_group default_interactive_class",
    },
    refused={"idle_limit": "maxidle maxqueued"},
)
_ADAPTER = listed(
    understood={},
    ignored={
        "adapters": "type adapter_name adapter_type css_type device_driver_name interface_address"
        " interface_name interface_netmask logical_id multilink_address multilink_list network_id"
        " network_type port_number switch_node_number"
    },
    refused={},
)
_CLUSTER = listed(
    understood={},
    ignored={
        "other_clusters": "type allow_scale_across_jobs exclude_classes exclude_groups exclude_users"
        " include_classes include_groups include_users inbound_hosts inbound_schedd_port local"
        " main_scale_across_cluster multicluster_security outbound_hosts secure_schedd_port ssl_cipher_list"
        " ssl_library_path"
    },
    refused={},
)
_REGION = listed(
    understood={},
    ignored={"regions": "type central_manager_list region_mgr_list name"},
    refused={},
)

BY_TYPE: dict[str, dict[str, Known]] = {
    "machine": _MACHINE,
    "class": _CLASS,
    "user": _USER,
    "group": _GROUP,
    "adapter": _ADAPTER,
    "cluster": _CLUSTER,
    "region": _REGION,
}
"""Type of stanza to keyword in small letters to what is known of it."""
