"""LSF as a dialect: lsb.queues, lsb.params, lsb.hosts and their neighbours, read into one policy."""
