"""What a job asks LSF for, in the scheduler's terms: bsub's options, resource requirements, dependencies."""
