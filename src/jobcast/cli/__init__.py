"""The command line: one module for each command; the only place where rooms are wired together."""
