"""What rescheduling wastes in a trace of a co-located cluster (cluster-trace-v2018)."""
