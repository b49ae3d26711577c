"""How memPrediction lays out its history.

``job_info_YYYYMMDD.csv`` and, in ``YYYY_MM.db``, tables ``YYYYMMDD`` hold the jobs that finished on that day,
in the same columns, all as text. Memory is in MB; "" and 0 mean absent. Times stand as bjobs prints them,
without a year.
"""

_COLUMNS = (
    "job_id started_time job_name user status project queue cwd command rusage_mem max_mem avg_mem "
    "finished_time job_description interactive_mode cpu_time span_hosts processors_requested"
)

COLUMNS = tuple(_COLUMNS.split())
"""The columns of both forms, in memPrediction's order."""

BJOBS_TIME = "%a %b %e %H:%M:%S"
"""How bjobs prints a time."""
