"""Bodies that the OpenAPI document shows, and that are answered well as they stand."""

_JOB = {
    "user": "anna",
    "project": "chip",
    "queue": "normal",
    "command": "vcs -full64 top.v",
    "cwd": "/home/anna/chip",
    "cores": 4,
    "memory_mb": 16384,
}

FORECAST = {
    "one job": _JOB,
    "many jobs": {"jobs": [_JOB, {**_JOB, "command": "dc_shell -f syn.tcl", "cores": 1}]},
}

FEEDBACK = {
    "a finished job": {
        "jobs": [
            {
                **_JOB,
                "job_id": "4711",
                "submit_time": "2026-01-31T08:00:00Z",
                "finish_time": "2026-01-31T08:42:10Z",
                "memory_peak_bytes": 9126805504,
                "run_time_s": 2410.5,
            }
        ]
    }
}

MEMPREDICTION = {
    "the old esub": {
        "user": "anna",
        "queue": "normal",
        "project": "chip",
        "command": "vcs -full64 top.v",
        "cwd": "/home/anna/chip",
        "job_name": "top",
        "rusage_mem": "16384",
        "strated_time": "Fri Jun 14 10:06:58",
    }
}

LSF = {
    "lsf": 'LSB_SUB_QUEUE="normal"\nLSB_SUB_COMMAND_LINE="vcs -full64 top.v"\nLSB_SUB_RES_REQ="rusage[mem=16384]"\n'
}

SLURM = {
    "slurm": {
        "user": "anna",
        "project": "chip",
        "queue": "normal",
        "name": "top",
        "cwd": "/home/anna/chip",
        "argument0": "/home/anna/chip/run.sh",
        "tasks": "4",
        "memory_per_cpu": "4096",
    }
}

LOADLEVELER = {"loadleveler": "#!/bin/sh\n# @ class = normal\n# @ executable = /usr/bin/true\n# @ queue\n"}

_CONTAINER = {"name": "top", "image": "eda", "command": ["vcs", "-full64", "top.v"]}

KUBERNETES = {
    "kubernetes": {
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {
            "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
            "kind": {"group": "batch", "version": "v1", "kind": "Job"},
            "operation": "CREATE",
            "object": {
                "apiVersion": "batch/v1",
                "kind": "Job",
                "metadata": {"name": "top"},
                "spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [_CONTAINER]}}},
            },
        },
    }
}
