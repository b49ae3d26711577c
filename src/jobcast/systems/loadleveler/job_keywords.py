"""Keywords of job command files.

From "Job command file keyword descriptions" in Using and Administering LoadLeveler, editions 2.2 to 5.1.
"""

from jobcast.systems.loadleveler.known import listed

JOB = listed(
    understood={
        "job_queue": "queue",
        "job_class": "class",
        "job_group": "group",
        "job_account": "account_no",
        "job_user_priority": "user_priority",
        "job_limit": "wall_clock_limit",
        "job_begin": "startdate",
        "job_hold": "hold",
        "job_dependency": "dependency",
        "job_step_name": "step_name",
        "job_type": "job_type",
        "job_layout": "node tasks_per_node total_tasks blocking task_geometry",
        "job_processors": "min_processors max_processors",
        "job_usage": "node_usage",
        "job_resources": "resources",
        "job_image_size": "image_size",
        "job_node_resources": "node_resources",
        "job_step_resources": "step_resources",
        "job_affinity": "task_affinity",
        "job_rset": "rset",
        "job_threads": "parallel_threads",
        "job_requirements": "requirements",
        "job_preferences": "preferences",
        "job_restart": "restart",
        "job_booking": "ll_res_id",
        "job_together": "coschedule",
        "job_name": "job_name comment",
        "job_executable": "executable arguments shell",
        "job_directory": "initialdir",
        "job_files": "input output error",
        "job_environment": "environment",
        "job_notification": "notification notify_user",
        "process_limit": "as_limit core_limit cpu_limit data_limit file_limit job_cpu_limit memlock_limit"
        " nofile_limit nproc_limit rss_limit stack_limit",
    },
    ignored={
        "job_env_copy": "env_copy",
        "locks": "locks_limit",
        "job_watched": "monitor_program parallel_path",
        "job_unix_group": "user_group",
        "affinity": "cpus_per_core large_page mcm_affinity_options smt",
        "switch": "bulkxfer collective_groups endpoints imm_send_buffers network.LAPI network.MPI"
        " network.MPI_LAPI network.PAMI network.PVM network.SHMEM network.UPC node_topology rcxtblocks striping",
        "checkpoints": "checkpoint ckpt_dir ckpt_execute_dir ckpt_file ckpt_subdir ckpt_time_limit"
        " restart_from_ckpt restart_on_same_nodes",
        "staging": "dstg_environment dstg_in_wall_clock_limit dstg_node dstg_out_wall_clock_limit"
        " dstg_resources",
        "other_clusters": "cluster_input_file cluster_list cluster_option cluster_output_file",
        "job_recurring": "recurring",
        "metrics": "metacluster_job trace",
    },
    refused={
        "job_host_file": "host_file",
        "job_staged": "dstg_in_script dstg_out_script",
        "blue_gene": "bg_block bg_connection bg_connectivity bg_node_configuration bg_partition bg_requirements"
        " bg_rotate bg_shape bg_size",
    },
)
"""Keyword in small letters to what is known of it."""
