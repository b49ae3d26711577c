"""A made-up co-located cluster, in the format of cluster-trace-v2018."""
