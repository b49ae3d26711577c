"""A real Slurm, from Debian's packages, as ordinary processes below one temporary folder."""
