"""Alibaba's cluster-trace-v2018: a co-located cluster of 4,034 machines over eight days, in six tables."""
