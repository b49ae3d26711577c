"""A submission in the words of a batch system becomes steps for the core and for an executor."""
